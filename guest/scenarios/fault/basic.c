/* SPDX-License-Identifier: BSD-2-Clause */
/* basic.c: what single accesses come to, and how they are counted. */

#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <test/whole.h>
#include <vm/vm_kern.h>

HF_SCENARIO(fault_zero_fill, "fault.zero_fill", "FT-01 IF-8",
    "the first access to anonymous memory finds zeros, for one minor fault")
{
	struct rusage ru;
	vm_offset_t va;
	u_long faults, zfod;
	int i;

	va = hf_space_anon(3);
	ru = curthread->td_ru;
	faults = VM_CNT_FETCH(v_vm_faults);
	zfod = VM_CNT_FETCH(v_zfod);
	hf_expect_read(va + 0x123, 0);
	hf_expect_eq(curthread->td_ru.ru_minflt, ru.ru_minflt + 1);
	hf_expect_eq(curthread->td_ru.ru_majflt, ru.ru_majflt);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults + 1);
	hf_expect_eq(VM_CNT_FETCH(v_zfod), zfod + 1);
	hf_expect((hf_space_leaf(va) & X86_PG_V) != 0);
	hf_expect(hf_probe_write(va + ptoa(1), 0x61).ok);
	hf_expect_eq(curthread->td_ru.ru_minflt, ru.ru_minflt + 2);
	hf_expect_read(va + ptoa(1), 0x61);
	hf_expect_eq(curthread->td_ru.ru_minflt, ru.ru_minflt + 2);
	/* Every byte, whatever the frame was before. */
	for (i = 0; i < PAGE_SIZE; i += 8)
		if (hf_peek(va + ptoa(2) + i) != 0)
			break;
	hf_expect_eq(i, PAGE_SIZE);
	hf_space_check();
}

HF_SCENARIO(fault_zero_rest, "fault.zero_rest", "FT-90",
    "what is not valid of an anonymous page that is there reads as zeros")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0xa5);
	vm_page_invalid(m);
	vm_page_set_valid_range(m, 0, DEV_BSIZE);
	vm_page_activate(m);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(object);
	hf_space_map_at(HF_SPACE_BASE, 1, object, 0, VM_PROT_RW, 0);
	hf_expect_read(HF_SPACE_BASE + DEV_BSIZE, 0);
	hf_expect_bytes(HF_SPACE_BASE, DEV_BSIZE, PAGE_SIZE, 0);
	hf_space_check();
}

HF_SCENARIO(fault_unmapped, "fault.unmapped", "FT-02 FT-08",
    "an access where nothing is mapped is SEGV_MAPERR at the exact address")
{
	struct hf_probe p;
	vm_offset_t va;
	char buf[64];

	va = hf_space_anon(1);
	p = hf_probe_read(va + ptoa(1) + 0x234);
	hf_expect(!p.ok);
	hf_expect_eq(p.signo, SIGSEGV);
	hf_expect_eq(p.code, SEGV_MAPERR);
	hf_expect_eq(p.addr, va + ptoa(1) + 0x234);
	hf_expect_segv_map(hf_probe_write(va + ptoa(5), 1));
	hf_expect_segv_map(hf_probe_exec(va + ptoa(5)));
	/* Half in, half out. */
	hf_expect_eq(copyin((void *)(va + PAGE_SIZE - 32), buf, 64), EFAULT);
	hf_expect_eq(copyout(buf, (void *)(va + PAGE_SIZE - 32), 64), EFAULT);
	hf_expect_eq(copyin((void *)(va + PAGE_SIZE - 64), buf, 64), 0);
	/* The kernel's addresses are not a process's memory. */
	hf_expect_eq(copyin((void *)VM_MIN_KERNEL_ADDRESS, buf, 8), EFAULT);
	hf_expect_eq(copyin((void *)(VM_MAXUSER_ADDRESS - 8), buf, 64), EFAULT);
	hf_space_check();
}

HF_SCENARIO(fault_rights, "fault.rights", "FT-03 FT-07",
    "each right that an entry lacks is SEGV_ACCERR; write alone is enough")
{
	vm_offset_t va;

	va = HF_SPACE_BASE;
	hf_space_map_at(va, 1, NULL, 0, VM_PROT_READ, 0);
	hf_space_map_at(va + ptoa(1), 1, NULL, 0, VM_PROT_NONE, 0);
	hf_space_map_at(va + ptoa(2), 1, NULL, 0, VM_PROT_WRITE, 0);
	hf_space_map_at(
	    va + ptoa(3), 1, NULL, 0, VM_PROT_READ | VM_PROT_EXECUTE, 0);
	hf_expect_read(va, 0);
	hf_expect_segv_acc(hf_probe_write(va, 1));
	hf_expect_segv_acc(hf_probe_exec(va));
	hf_expect_segv_acc(hf_probe_read(va + ptoa(1)));
	hf_expect_segv_acc(hf_probe_write(va + ptoa(1), 1));
	hf_expect(hf_probe_write(va + ptoa(2), 0x42).ok);
	hf_expect(hf_probe_exec(va + ptoa(3)).ok);
	hf_expect_segv_acc(hf_probe_write(va + ptoa(3), 1));
	hf_space_check();
}

HF_SCENARIO(fault_spurious, "fault.spurious", "FT-11 FT-85 CW-31",
    "a fault on a mapping that suffices counts once and changes nothing")
{
	vm_map_t map;
	vm_offset_t va;
	vm_page_t m;
	u_long faults;
	u_int free;

	va = hf_space_anon(1);
	map = hf_space_map();
	hf_poke(va, 9);
	m = hf_space_page(va);
	free = vm_free_count();
	faults = VM_CNT_FETCH(v_vm_faults);
	hf_expect_eq(vm_fault(map, va, VM_PROT_WRITE, VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults + 1);
	hf_expect_eq(hf_space_page(va), m);
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(hf_peek(va), 9);
	/* A failing one counts as well. */
	hf_expect_eq(
	    vm_fault(map, va + ptoa(1), VM_PROT_READ, VM_FAULT_NORMAL, NULL),
	    KERN_INVALID_ADDRESS);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults + 2);
}

HF_SCENARIO(fault_hold, "fault.hold", "FT-13 FT-12",
    "m_hold is the mapped page with one wiring; NOFILL makes no page")
{
	vm_map_t map;
	vm_offset_t va;
	vm_page_t m;
	long resident;

	va = hf_space_anon(2);
	map = hf_space_map();
	m = NULL;
	hf_require_eq(vm_fault(map, va, VM_PROT_WRITE, VM_FAULT_NORMAL, &m),
	    KERN_SUCCESS);
	hf_expect_eq(m, hf_space_page(va));
	hf_expect_eq(vm_page_wire_count(m), 1);
	/* Again, by the fast path. */
	hf_require_eq(
	    vm_fault(map, va, VM_PROT_READ, VM_FAULT_NORMAL, &m), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 2);
	vm_page_unwire(m, PQ_ACTIVE);
	vm_page_unwire(m, PQ_ACTIVE);
	resident = hf_space_entry(va)->object.vm_object->resident_page_count;
	hf_expect_eq(
	    vm_fault(map, va + ptoa(1), VM_PROT_READ, VM_FAULT_NOFILL, NULL),
	    KERN_OUT_OF_BOUNDS);
	hf_expect_eq(hf_space_entry(va)->object.vm_object->resident_page_count,
	    resident);
	hf_expect_eq(vm_fault(map, va, VM_PROT_READ, VM_FAULT_NOFILL, NULL),
	    KERN_SUCCESS);
	hf_space_check();
}

static void
fault_in_kva(void *arg)
{
	vm_fault(
	    kernel_map, (vm_offset_t)arg, VM_PROT_READ, VM_FAULT_NORMAL, NULL);
}

HF_SCENARIO(fault_nofault_entry, "fault.nofault_entry", "FT-09",
    "a fault on kernel addresses that must not fault panics with the address")
{
	vm_offset_t kva;
	char addr[24];

	kva = kva_alloc(PAGE_SIZE);
	hf_require(kva != 0);
	snprintf(addr, sizeof(addr), "%lx", kva);
	hf_expect_panic(fault_in_kva, (void *)kva, addr);
	/* The panic left the map locked; see hf_panics(). */
	vm_map_unlock_read(kernel_map);
	kva_free(kva, PAGE_SIZE);
}
