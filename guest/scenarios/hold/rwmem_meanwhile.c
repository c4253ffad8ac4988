/* SPDX-License-Identifier: BSD-2-Clause */
/* rwmem_meanwhile.c: what happens while a debugger is at another's memory. */

#include <sys/proc.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <kern/thread.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define VA  HF_SPACE_BASE
#define BUF (HF_SPACE_BASE + ptoa(64)) /* the debugger's */

/* One transfer between p at VA + 8 and user memory of the thread's process. */
struct transfer {
	struct proc *p;
	enum uio_rw rw;
	vm_offset_t buf;
	size_t len;
	ssize_t resid;
	int error;
};

static void
transfer(void *arg)
{
	struct transfer *t = arg;
	struct iovec iov[3] = { { (void *)t->buf, 3 }, { NULL, 0 },
		{ (void *)(t->buf + 3), t->len - 3 } };
	struct uio uio = { .uio_iov = iov,
		.uio_iovcnt = 3,
		.uio_offset = VA + 8,
		.uio_resid = (ssize_t)t->len,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = t->rw };

	t->error = proc_rwmem(t->p, &uio);
	t->resid = uio.uio_resid;
}

HF_SCENARIO(hold_rwmem_user, "hold.rwmem_user", "QH-29",
    "straight between two processes; memory of neither is taken for the "
    "other's")
{
	struct proc *owner, *debugger;
	struct transfer t;

	hf_space_anon_at(VA, 2);
	hf_poke(VA + 8, 0x1234);
	owner = curproc;
	debugger = hf_space_proc("debugger");
	hf_space_run(debugger);
	hf_space_anon_at(BUF, 1);
	t = (struct transfer){ owner, UIO_READ, BUF, 16 };
	transfer(&t);
	hf_expect_eq(t.error, 0);
	hf_expect_eq(t.resid, 0);
	hf_expect_eq(hf_peek(BUF), 0x1234);
	hf_poke(BUF, 0x5678);
	t.rw = UIO_WRITE;
	transfer(&t);
	hf_expect_eq(t.error, 0);
	/* A buffer that ends before the transfer does. */
	t = (struct transfer){ owner, UIO_READ, BUF + PAGE_SIZE - 32, 64 };
	transfer(&t);
	hf_expect_eq(t.error, EFAULT);
	hf_expect_le(64 - 32, t.resid);
	hf_space_run(owner);
	hf_expect_eq(hf_peek(VA + 8), 0x5678);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA)), 0);
	hf_space_end(debugger);
	hf_space_check();
}

HF_SCENARIO(hold_rwmem_iov, "hold.rwmem_iov", "QH-44",
    "a uio without room for what it says ends where its room does")
{
	char room[8] = "";
	struct iovec iov = { room, sizeof(room) };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = VA + PAGE_SIZE - 4,
		.uio_resid = 100,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ };

	hf_space_anon_at(VA, 2);
	hf_poke(VA + PAGE_SIZE, 0x41);
	hf_expect_eq(proc_rwmem(curproc, &uio), 0);
	hf_expect_eq(uio.uio_resid, 92);
	hf_expect_eq(uio.uio_offset, VA + PAGE_SIZE + 4);
	hf_expect_eq(room[4], 0x41);
	hf_space_check();
}

/* The transfer in a thread of a debugger, asleep in the script's pager. */
static struct thread *
start_held(struct transfer *t, struct hf_script *s)
{
	struct thread *td;

	s->hold = true;
	td = hf_space_thread(transfer, t);
	hf_await(&s->waiting, 1);
	return (td);
}

HF_SCENARIO(hold_rwmem_unmapped, "hold.rwmem_unmapped", "FT-22 QH-29",
    "the target unmaps the memory while it is paged in for the debugger")
{
	struct proc *owner, *debugger;
	struct transfer t;
	struct hf_script s;
	struct thread *td;
	vm_map_t map;

	hf_script_map(&s, VA, 1);
	vm_object_reference(s.object);
	owner = curproc;
	map = hf_space_map();
	debugger = hf_space_proc("debugger");
	hf_space_run(debugger);
	hf_space_anon_at(BUF, 1);
	t = (struct transfer){ owner, UIO_READ, BUF, 16 };
	td = start_held(&t, &s);
	hf_expect_eq(vm_map_remove(map, VA, VA + ptoa(1)), KERN_SUCCESS);
	hf_script_release(&s);
	hf_thread_join(td);
	hf_expect_eq(t.error, EFAULT);
	hf_expect_eq(t.resid, 16);
	hf_space_run(owner);
	hf_space_end(debugger);
	hf_space_check();
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}

HF_SCENARIO(hold_rwmem_gone, "hold.rwmem_gone", "QH-45",
    "the target ends while the debugger reads: the space stays until it has")
{
	struct proc *debugger, *target, empty;
	struct transfer t;
	struct hf_script s;
	struct thread *td;

	debugger = curproc;
	hf_space_anon_at(BUF, 1);
	target = hf_space_proc("target");
	hf_space_run(target);
	hf_script_map(&s, VA, 1);
	hf_space_run(debugger);
	t = (struct transfer){ target, UIO_READ, BUF, 16 };
	empty = *target;
	td = start_held(&t, &s);
	hf_space_end(target);
	hf_script_release(&s);
	hf_thread_join(td);
	hf_expect_eq(t.error, 0);
	hf_expect_eq(t.resid, 0);
	hf_expect_read(BUF, hf_script_byte(0));
	hf_script_end(&s);
	/* And one without a space. */
	empty.p_vmspace = NULL;
	mtx_init(&empty.p_mtx, "process", NULL, MTX_DEF);
	t.p = &empty;
	transfer(&t);
	hf_expect_eq(t.error, EFAULT);
	hf_expect_eq(t.resid, 16);
	mtx_destroy(&empty.p_mtx);
	hf_space_check();
}

/*
 * The page is dirty since the fault; then it is written back, and only then do
 * the debugger's bytes come: they wait for the page-in of his buffer.
 */
HF_SCENARIO(hold_rwmem_dirty, "hold.rwmem_dirty", "QH-39",
    "what is written after a write-back is dirty again")
{
	struct proc *owner, *debugger;
	vm_object_t object;
	struct transfer t;
	struct hf_script s;
	struct thread *td;
	vm_page_t m;

	object = vm_object_allocate(OBJT_SWAP, 1);
	hf_space_map_at(VA, 1, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	hf_poke(VA, 1);
	m = hf_space_page(VA);
	owner = curproc;
	debugger = hf_space_proc("debugger");
	hf_space_run(debugger);
	hf_script_map(&s, BUF, 1);
	t = (struct transfer){ owner, UIO_WRITE, BUF, 16 };
	td = start_held(&t, &s);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	VM_OBJECT_WLOCK(object);
	hf_require(vm_page_tryxbusy(m));
	pmap_remove_write(m);
	vm_page_undirty(m);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(object);
	hf_script_release(&s);
	hf_thread_join(td);
	hf_expect_eq(t.error, 0);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	vm_map_remove(hf_space_map(), BUF, BUF + ptoa(1));
	hf_space_run(owner);
	hf_expect_read(VA + 8, hf_script_byte(0));
	hf_space_end(debugger);
	hf_script_end(&s);
	hf_space_check();
}
