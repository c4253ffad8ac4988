/* SPDX-License-Identifier: BSD-2-Clause */
/* debugger.c: another process writes to locked read-only memory. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define VA   HF_SPACE_BASE
#define USER VM_MAP_WIRE_USER

static int
lock(void)
{
	return (vm_map_wire(hf_space_map(), VA, VA + PAGE_SIZE, USER));
}

static int
unlock(void)
{
	return (vm_map_unwire(hf_space_map(), VA, VA + PAGE_SIZE, USER));
}

/* One word in another process's memory, whatever its rights. */
static void
write_word(struct proc *p, vm_offset_t va, uint64_t v)
{
	vm_map_t map = &p->p_vmspace->vm_map;
	vm_page_t m;

	hf_require_eq(vm_fault(map, trunc_page(va), VM_PROT_READ | VM_PROT_COPY,
			  VM_FAULT_DIRTY, &m),
	    KERN_SUCCESS);
	*(volatile uint64_t *)(PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) +
	    (va & PAGE_MASK)) = v;
	vm_page_unwire(m, PQ_ACTIVE);
}

HF_SCENARIO(wire_debugger_anon, "wire.debugger_anon", "WI-24",
    "a debugger writes to locked read-only anonymous memory of a forked child")
{
	struct proc *parent = curproc, *child;
	int round;

	for (round = 0; round < 2; round++) {
		hf_space_map_at(VA, 1, NULL, 0, VM_PROT_READ, 0);
		if (round == 1)
			(void)hf_peek(VA); /* backed before the fork */
		child = hf_space_fork("child");
		hf_space_run(child);
		hf_expect_eq(lock(), KERN_SUCCESS);
		hf_space_run(parent);
		write_word(child, VA + 8, 77);
		hf_space_check();
		hf_space_run(child);
		hf_expect_eq(hf_peek(VA + 8), 77);
		hf_expect_bytes(VA, 16, PAGE_SIZE, 0);
		hf_expect_segv_acc(hf_probe_write(VA, 1));
		hf_expect_eq(unlock(), KERN_SUCCESS);
		hf_space_check();
		hf_space_run(parent);
		hf_expect_eq(hf_peek(VA + 8), 0);
		hf_space_end(child);
		vm_map_remove(hf_space_map(), VA, VA + PAGE_SIZE);
	}
	hf_expect_eq(vm_user_wire_count, 0);
}

HF_SCENARIO(wire_debugger_text, "wire.debugger_text", "WI-24 QH-29",
    "the same on locked text of a file that two processes run",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct proc *parent = curproc, *child;
	struct vnode *vp;
	vm_page_t file_page;
	uint64_t old;

	vp = hf_file_open("one-mib");
	hf_file_map(
	    vp, VA, 0, 4, VM_PROT_READ | VM_PROT_EXECUTE, HF_FILE_PRIVATE);
	old = hf_peek(VA);
	file_page = hf_file_page(vp, 0);
	hf_require(file_page != NULL);
	child = hf_space_fork("child");
	hf_expect_eq(lock(), KERN_SUCCESS);
	hf_space_run(child);
	hf_expect_eq(lock(), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(file_page), 2);
	hf_space_run(parent);
	write_word(child, VA, ~old);
	hf_expect_eq(vm_page_wire_count(file_page), 1);
	hf_expect_eq(file_page->dirty, 0);
	hf_expect_eq(hf_peek(VA), old);
	hf_space_check();
	hf_space_run(child);
	hf_expect_eq(hf_peek(VA), ~old);
	hf_expect_eq(
	    memcmp((char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(hf_space_page(VA))) + 8,
		(char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(file_page)) + 8,
		PAGE_SIZE - 8),
	    0);
	hf_expect_eq(unlock(), KERN_SUCCESS);
	hf_space_check();
	hf_space_run(parent);
	hf_expect_eq(unlock(), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(file_page), 0);
	hf_space_end(child);
	hf_file_unmap(VA, 4);
	hf_file_close(vp);
}
