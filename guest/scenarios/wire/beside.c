/* SPDX-License-Identifier: BSD-2-Clause */
/* beside.c: what happens to the memory beside, and during, a wiring. */

#include <sys/proc.h>
#include <kern/thread.h>
#include <test/file.h>
#include <test/job.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define VA HF_SPACE_BASE

static struct proc *volatile forked;

static void
forker(void *arg)
{
	struct proc *p;
	vm_ooffset_t charge = 0;

	p = hf_proc_create("child");
	p->p_vmspace = vmspace_fork(curproc->p_vmspace, &charge);
	forked = p;
}

HF_SCENARIO(wire_fork_during, "wire.fork_during_wiring", "CW-09 MP-05",
    "a fork waits for a lock that reads its pages; the child has them all")
{
	struct proc *home = curproc;
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_wire, VA, 3, .flags = VM_MAP_WIRE_USER);
	struct thread *td;
	int i;

	hf_script_map(&s, VA, 3);
	hf_expect_read(VA, hf_script_byte(0));
	hf_job_start_held(&a, &s);
	forked = NULL;
	td = hf_space_thread(forker, NULL);
	hf_await_sleep(td, "mbusy");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
	hf_thread_join(td);
	hf_require(forked != NULL);
	hf_space_check();
	hf_expect(hf_probe_write(VA + ptoa(2), 1).ok);
	hf_space_run(forked);
	for (i = 0; i < 3; i++)
		hf_expect_read(VA + ptoa(i), hf_script_byte(i));
	hf_expect_eq(hf_space_entry(VA)->wired_count, 0);
	hf_space_run(home);
	hf_space_end(forked);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(3));
	hf_script_end(&s);
	hf_expect_eq(vm_user_wire_count, 0);
}

HF_SCENARIO(wire_protect_during, "wire.protect_during_wiring", "MP-28",
    "rights withdrawn while a lock reads its pages leave no writable mapping")
{
	struct hf_script s;
	struct hf_job a = HF_JOB(hf_job_wire, VA, 3, .flags = VM_MAP_WIRE_USER);
	struct hf_job b = HF_JOB(hf_job_protect, VA, 3, .prot = VM_PROT_READ);
	int i;

	hf_script_map(&s, VA, 3);
	hf_job_start_held(&a, &s);
	hf_job_start_asleep(&b, "mbusy");
	hf_script_release(&s);
	hf_expect_eq(hf_job_join(&a), KERN_SUCCESS);
	hf_expect_eq(hf_job_join(&b), KERN_SUCCESS);
	for (i = 0; i < 3; i++) {
		hf_expect((hf_space_leaf(VA + ptoa(i)) & X86_PG_V) != 0);
		hf_expect((hf_space_leaf(VA + ptoa(i)) & X86_PG_RW) == 0);
	}
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(3));
	hf_script_end(&s);
}

HF_SCENARIO(wire_read_ahead, "wire.wire_beside_read_ahead", "WI-35 IW-4",
    "locking one page of a file leaves its read-ahead neighbours unlocked",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct vnode *vp;
	vm_pindex_t i;
	vm_page_t m;
	int neighbours = 0;

	vp = hf_file_open("one-mib");
	hf_file_map(vp, VA, 0, 32, VM_PROT_READ, HF_FILE_SHARED);
	hf_expect(hf_probe_read(VA + ptoa(4)).ok);
	hf_expect_eq(vm_map_wire(hf_space_map(), VA + ptoa(5), VA + ptoa(6),
			 VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	for (i = 0; i < 32; i++) {
		m = hf_file_page(vp, i);
		if (m == NULL)
			continue;
		neighbours++;
		hf_expect_eq(vm_page_wire_count(m), i == 5);
		hf_expect_eq((hf_space_leaf(VA + ptoa(i)) & PG_W) != 0, i == 5);
	}
	hf_expect_lt(1, neighbours);
	hf_expect_eq(pmap_wired_count(hf_space_map()->pmap), 1);
	hf_expect_eq(vm_map_unwire(hf_space_map(), VA + ptoa(5), VA + ptoa(6),
			 VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_space_check();
	hf_file_unmap(VA, 32);
	hf_file_close(vp);
}
