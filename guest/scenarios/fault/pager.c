/* SPDX-License-Identifier: BSD-2-Clause */
/* pager.c: faults that ask a pager: sizes, errors, counting, windows. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_pager.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(fault_bounds, "fault.bounds", "FT-04",
    "beyond the end of a shorter object is BUS_OBJERR")
{
	vm_object_t object;

	object = vm_object_allocate(OBJT_SWAP, 2);
	hf_space_map_at(VA, 4, object, 0, VM_PROT_RW, 0);
	hf_poke(VA + ptoa(1), 5);
	hf_expect_bus(hf_probe_read(VA + ptoa(2)));
	hf_expect_bus(hf_probe_write(VA + ptoa(3), 1));
	hf_expect_eq(object->resident_page_count, 1);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 5);
	hf_space_check();
}

HF_SCENARIO(fault_pager_error, "fault.pager_error", "FT-05 FT-10",
    "a page-in error is BUS_OBJERR, keeps no page, and is not remembered")
{
	struct hf_script s;
	struct rusage ru;

	hf_script_map(&s, VA, 8);
	s.fail_index = 2;
	s.fail_times = 2;
	hf_expect_bus(hf_probe_read(VA + ptoa(2)));
	hf_expect_eq(s.object->resident_page_count, 0);
	hf_expect_eq(s.calls, 1);
	s.fail_code = VM_PAGER_BAD;
	hf_expect_bus(hf_probe_write(VA + ptoa(2), 1));
	hf_expect_eq(s.calls, 2);
	ru = curthread->td_ru;
	hf_expect_read(VA + ptoa(2), hf_script_byte(2));
	hf_expect_eq(s.calls, 3);
	hf_expect_eq(curthread->td_ru.ru_majflt, ru.ru_majflt + 1);
	hf_expect_eq(blockcount_read(&s.object->paging_in_progress), 0);
	hf_expect_read(VA + ptoa(2) + 7, hf_script_byte(2));
	hf_expect_eq(s.calls, 3);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(8));
	hf_script_end(&s);
}

HF_SCENARIO(fault_pager_absent, "fault.pager_absent", "FT-12",
    "a page that the pager does not have is zeros, unless NOFILL")
{
	struct hf_script s;

	hf_script_map(&s, VA, 4);
	s.fail_index = 1;
	s.fail_times = -1;
	s.fail_code = VM_PAGER_FAIL;
	hf_expect_eq(vm_fault(hf_space_map(), VA + ptoa(1), VM_PROT_READ,
			 VM_FAULT_NOFILL, NULL),
	    KERN_OUT_OF_BOUNDS);
	hf_expect_eq(s.object->resident_page_count, 0);
	hf_expect_eq(
	    vm_fault(hf_space_map(), VA, VM_PROT_READ, VM_FAULT_NOFILL, NULL),
	    KERN_SUCCESS);
	hf_expect_read(VA + ptoa(1), 0);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(4));
	hf_script_end(&s);
}

HF_SCENARIO(fault_pager_account, "fault.pager_account", "FT-10",
    "a page-in for another process's map is charged to the faulting thread")
{
	struct hf_script s;
	struct proc *owner, *other;
	struct rusage ru;
	vm_map_t map;

	hf_script_map(&s, VA, 4);
	map = hf_space_map();
	owner = curproc;
	other = hf_space_proc("other");
	hf_space_run(other);
	ru = curthread->td_ru;
	hf_expect_eq(vm_fault(map, VA, VM_PROT_READ, VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	hf_expect_eq(curthread->td_ru.ru_majflt, ru.ru_majflt + 1);
	hf_expect_eq(curthread->td_ru.ru_minflt, ru.ru_minflt);
	hf_space_run(owner);
	hf_space_end(other);
	hf_expect_read(VA, hf_script_byte(0));
	vm_map_remove(map, VA, VA + ptoa(4));
	hf_script_end(&s);
}

HF_SCENARIO(fault_killed_window, "fault.killed_window", "FT-50 FT-83",
    "for a process that is being killed just its page is read")
{
	struct hf_script s;

	hf_script_map(&s, VA, 64);
	curproc->p_flag |= P_KILLED;
	hf_expect_read(VA + ptoa(21), hf_script_byte(21));
	hf_expect_eq(s.behind + s.ahead, 0);
	curproc->p_flag &= ~P_KILLED;
	hf_expect_read(VA + ptoa(37), hf_script_byte(37));
	hf_expect_eq(s.behind, 5);
	hf_expect_eq(s.ahead, 10);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(64));
	hf_script_end(&s);
}

HF_SCENARIO(fault_pager_below, "fault.pager_below", "FT-12 FT-28",
    "what the pager of the front does not have is looked for behind it")
{
	vm_object_t behind;
	struct hf_script s;

	hf_script_map(&s, VA, 4);
	s.fail_index = 1;
	s.fail_times = -1;
	s.fail_code = VM_PAGER_FAIL;
	behind = hf_test_object(4);
	(void)hf_test_page_resting(behind, 1, 0x77);
	VM_OBJECT_WUNLOCK(behind);
	VM_OBJECT_WLOCK(s.object);
	vm_object_backing_insert_ref(s.object, behind);
	VM_OBJECT_WUNLOCK(s.object);
	hf_expect_read(VA + ptoa(1), 0x77);
	hf_expect_read(VA, hf_script_byte(0));
	hf_expect_eq(blockcount_read(&behind->paging_in_progress), 0);
	hf_expect_eq(blockcount_read(&s.object->paging_in_progress), 0);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(4));
	vm_object_deallocate(behind);
	hf_script_end(&s);
}

HF_SCENARIO(fault_window, "fault.window", "FT-50",
    "advice and history decide how much around a page is asked for")
{
	struct hf_script s;
	vm_map_t map;
	u_long i;

	hf_script_begin(&s, 256);
	hf_space_map_at(VA, 256, s.object, 0, VM_PROT_READ, 0);
	map = hf_space_map();
	/* By default the aligned cluster of 16, within the entry. */
	hf_expect_read(VA + ptoa(21), hf_script_byte(21));
	hf_expect_eq(s.behind, 5);
	hf_expect_eq(s.ahead, 10);
	/* Then a reader that goes on: 7, and 8 more each time. */
	for (i = 22; i < 27; i++) {
		hf_expect_read(VA + ptoa(i), hf_script_byte(i));
		hf_expect_eq(s.behind, 0);
		hf_expect_eq(
		    s.ahead, MIN(7 + 8 * (i - 22), VM_FAULT_READ_AHEAD_MAX));
	}
	/* A jump ends that. */
	hf_expect_read(VA + ptoa(100), hf_script_byte(100));
	hf_expect_eq(s.behind, 4);
	hf_expect_eq(s.ahead, 11);
	hf_expect_eq(vm_map_madvise(map, VA, VA + ptoa(256), MADV_RANDOM), 0);
	hf_expect_read(VA + ptoa(140), hf_script_byte(140));
	hf_expect_eq(s.behind + s.ahead, 0);
	hf_expect_eq(
	    vm_map_madvise(map, VA, VA + ptoa(256), MADV_SEQUENTIAL), 0);
	hf_expect_read(VA + ptoa(150), hf_script_byte(150));
	hf_expect_eq(s.behind, 0);
	hf_expect_eq(s.ahead, VM_FAULT_READ_AHEAD_MAX);
	hf_expect_read(VA + ptoa(250), hf_script_byte(250));
	hf_expect_eq(s.ahead, 5);
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(256));
	hf_script_end(&s);
}
