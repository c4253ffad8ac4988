/* SPDX-License-Identifier: BSD-2-Clause */
/* queue.c: the paging queues. */
#include <sys/mman.h>
#include <test/vm_util.h>

#define VA 0x400000ul

HF_SCENARIO(page_activate, "page.activate", "PQ-1 PQ-2 PQ-4",
    "activation sets the queue and at least the initial count")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(2);
	m = hf_test_page(object, 0, 0);
	vm_page_xunbusy(m);
	vm_page_activate(m);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	hf_expect_eq(m->a.act_count, ACT_INIT);
	m->a.act_count = 20;
	vm_page_activate(m);
	hf_expect_eq(m->a.act_count, 20);
	vm_page_reference(m);
	vm_page_deactivate(m);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	hf_expect_eq(m->a.act_count, 20);
	hf_expect((vm_page_aflags(m) & PGA_REFERENCED) != 0);
	vm_page_wire(m);
	vm_page_activate(m);
	vm_page_launder(m);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_unwire(m, PQ_INACTIVE);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	hf_test_object_end(object);
}

HF_SCENARIO(page_queue_order, "page.queue_order", "PQ-3 PQ-9",
    "noreuse pages go before all others, first come first")
{
	vm_object_t object;
	vm_page_t a, b, c, d, m;
	char seen[8];
	int n;

	object = hf_test_object(4);
	a = hf_test_page_resting(object, 0, 0);
	b = hf_test_page_resting(object, 1, 0);
	c = hf_test_page_resting(object, 2, 0);
	d = hf_test_page_resting(object, 3, 0);
	vm_page_deactivate(a);
	vm_page_deactivate(b);
	vm_page_deactivate_noreuse(c);
	vm_page_deactivate_noreuse(d);
	n = 0;
	TAILQ_FOREACH (
	    m, &vm_dom[0].vmd_pagequeues[PQ_INACTIVE].pq_pl, plinks.q)
		if (m->object == object && n < 4)
			seen[n++] = (char)('a' + m->pindex);
	seen[n] = '\0';
	hf_expect_str(seen, "cdab");
	vm_page_requeue(a);
	hf_expect_eq(
	    TAILQ_LAST(&vm_dom[0].vmd_pagequeues[PQ_INACTIVE].pq_pl, pglist),
	    a);
	hf_expect_eq(vm_page_queue(a), PQ_INACTIVE);
	hf_test_object_end(object);
}

static void
requeue(void *arg)
{
	vm_page_requeue(arg);
}

HF_SCENARIO(page_requeue_unqueued, "page.requeue_unqueued", "PQ-9",
    "a page on no queue cannot be requeued")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0);
	vm_page_dequeue(m);
	hf_expect_panic(requeue, m, "");
	hf_test_object_end(object);
}

static void
readahead(void *arg)
{
	vm_page_readahead_finish(arg);
}

static void
wait_thread(void *arg)
{
	vm_page_t m = arg;

	vm_page_busy_sleep_unlocked(m->object, m, m->pindex, "tst", 0);
}

HF_SCENARIO(page_readahead_finish, "page.readahead_finish", "PQ-5",
    "a page read ahead is active if somebody waits for it")
{
	struct thread *td;
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(2);
	m = hf_test_page(object, 0, 0);
	vm_page_readahead_finish(m);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	hf_expect(!vm_page_busied(m));
	m = hf_test_page(object, 1, 0);
	m->valid = 0;
	hf_expect_panic(readahead, m, "");
	vm_page_valid(m);
	VM_OBJECT_WUNLOCK(object);
	td = hf_thread_create(wait_thread, m, "waiter", -1);
	hf_test_await_sleepers(m, 1);
	vm_page_readahead_finish(m);
	hf_thread_join(td);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	hf_expect(!vm_page_busied(m));
	vm_object_deallocate(object);
}

HF_SCENARIO(page_launder, "page.launder", "PQ-6",
    "activation takes a page out of the laundry")
{
	vm_object_t object;
	vm_page_t m;
	u_int active, laundry;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0);
	vm_page_xunbusy(m);
	laundry = vm_laundry_count();
	active = vm_active_count();
	vm_page_launder(m);
	hf_expect(vm_page_in_laundry(m));
	hf_expect_eq(vm_laundry_count(), laundry + 1);
	vm_page_activate(m);
	hf_expect_eq(vm_laundry_count(), laundry);
	hf_expect_eq(vm_active_count(), active + 1);
	vm_page_unswappable(m);
	hf_expect_eq(vm_page_queue(m), PQ_UNSWAPPABLE);
	hf_expect_eq(vm_active_count(), active);
	hf_test_object_end(object);
}

HF_SCENARIO(page_advise, "page.advise", "PQ-7",
    "DONTNEED keeps what a mapping wrote, FREE gives it up")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(2);
	m = hf_test_page(object, 0, 0);
	hf_test_enter(&pmap, VA, m, VM_PROT_RW, VM_PROT_WRITE);
	vm_page_reference(m);
	vm_page_advise(m, MADV_DONTNEED);
	hf_expect_eq(vm_page_queue(m), PQ_LAUNDRY);
	hf_expect_eq(m->dirty, 0xff);
	hf_expect_eq(vm_page_aflags(m) & PGA_REFERENCED, 0);
	pmap_remove_all(m);
	vm_page_advise(m, MADV_FREE);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	vm_page_advise(m, MADV_WILLNEED);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	vm_page_advise(m, MADV_NORMAL);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	vm_page_advise(m, MADV_DONTNEED);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	vm_page_xunbusy(m);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}
