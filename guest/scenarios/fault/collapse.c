/* SPDX-License-Identifier: BSD-2-Clause */
/* collapse.c: the chain is folded while a fault looks at its lower objects. */

#include <sys/proc.h>
#include <test/job.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/vm_util.h>
#include <test/whole.h>

#define VA HF_SPACE_BASE

/*
 * The parent's private memory of a pager's object: two shadows before it, of
 * which the middle one is the child's as well.  When the child unmaps it, the
 * two can become one.
 */
struct chain {
	struct hf_script s;
	struct proc *parent, *child;
	struct hf_job fault, unmap;
};

/* shared: the middle one has the page that the fault is for. */
static void
begin(struct chain *c, bool shared)
{
	c->fault = (struct hf_job)HF_JOB(
	    hf_job_fault, VA + ptoa(1), 1, .prot = VM_PROT_WRITE);
	c->unmap = (struct hf_job)HF_JOB(hf_job_remove, VA, 2);
	hf_script_begin(&c->s, 2);
	hf_space_map_at(VA, 2, c->s.object, 0, VM_PROT_RW, MAP_COPY_ON_WRITE);
	hf_poke(VA, 0x11);
	if (shared)
		hf_poke(VA + ptoa(1), 0x44);
	c->parent = curproc;
	c->child = hf_space_fork("child");
	hf_poke(VA + 8, 0x22);
}

static void
unmap_in_child(struct chain *c)
{
	hf_space_run(c->child);
	hf_job_start(&c->unmap);
	hf_space_run(c->parent);
}

static void
end(struct chain *c, int byte)
{
	hf_expect_eq(hf_job_join(&c->fault), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&c->unmap), KERN_SUCCESS);
	hf_expect_eq(c->s.calls, 2);
	hf_expect_read(VA, 0x11);
	hf_expect_read(VA + 8, 0x22);
	hf_expect_read(VA + ptoa(1), byte);
	hf_expect_bytes(
	    VA + ptoa(1), sizeof(uint64_t), PAGE_SIZE, hf_script_byte(1));
	hf_expect(hf_probe_write(VA + ptoa(1), 0x33).ok);
	hf_space_check();
	hf_space_end(c->child);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(2));
	hf_script_end(&c->s);
}

HF_SCENARIO(collapse_meanwhile, "fault.collapse_meanwhile", "FT-27 CW-13",
    "shadows that a fault has passed are folded while it waits for the pager")
{
	vm_object_t top;
	struct chain c;

	begin(&c, false);
	hf_job_start_held(&c.fault, &c.s);
	unmap_in_child(&c);
	hf_await(&c.unmap.done, 1);
	top = hf_space_entry(VA)->object.vm_object;
	/* What the two shadows had is in one of them now. */
	VM_OBJECT_RLOCK(top);
	hf_expect_eq(top->backing_object, c.s.object);
	VM_OBJECT_RUNLOCK(top);
	hf_script_release(&c.s);
	end(&c, hf_script_byte(1));
}

HF_SCENARIO(collapse_busy, "fault.collapse_busy", "FT-27 CW-13",
    "shadows are folded around a busy page that a fault waits for, too")
{
	struct chain c;
	vm_page_t m;

	begin(&c, true);
	m = hf_space_page(VA + ptoa(1));
	hf_require(m != NULL && vm_page_tryxbusy(m));
	hf_job_start_asleep(&c.fault, "vmpfw");
	unmap_in_child(&c);
	hf_test_await_sleepers(m, 2);
	vm_page_xunbusy(m);
	end(&c, 0x44);
}

/* On a machine the two meet or do not; tools/explore has them meet in every way. */
HF_SCENARIO(collapse_any_order, "fault.collapse_any_order", "FT-27 CW-13",
    "shadows are folded beside a fault on a page of the lower one")
{
	struct chain c;

	begin(&c, true);
	hf_job_start(&c.fault);
	unmap_in_child(&c);
	end(&c, 0x44);
}
