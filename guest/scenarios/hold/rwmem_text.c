/* SPDX-License-Identifier: BSD-2-Clause */
/* rwmem_text.c: a debugger at memory that comes from a file. */

#include <sys/proc.h>
#include <sys/ptrace.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>

#define VA   HF_SPACE_BASE
#define TEXT (VM_PROT_READ | VM_PROT_EXECUTE)

static bool
write_word(struct proc *p, vm_offset_t va, uint64_t word)
{
	return (proc_writemem(curthread, p, va, &word, sizeof(word)) ==
	    (ssize_t)sizeof(word));
}

static uint64_t
read_word(struct proc *p, vm_offset_t va)
{
	uint64_t word = 0;

	hf_expect_eq(
	    proc_readmem(curthread, p, va, &word, sizeof(word)), sizeof(word));
	return (word);
}

HF_SCENARIO(hold_rwmem_text, "hold.rwmem_text", "QH-29 CW-27",
    "a breakpoint in a file's text: a page of the process's own, no other's",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct proc *debugger = curproc, *sibling, *target;
	uint64_t old[2], sector[64];
	struct vnode *vp;
	vm_page_t page;

	vp = hf_file_open("one-mib");
	target = hf_space_proc("target");
	hf_space_run(target);
	hf_file_map(vp, VA, 0, 4, TEXT, HF_FILE_PRIVATE);
	old[0] = hf_peek(VA + 16);
	sibling = hf_space_fork("sibling");
	hf_space_run(debugger);
	/* One page that the target has touched, one that nobody has. */
	hf_file_read_disk(vp, ptoa(3), sector, sizeof(sector));
	old[1] = sector[2];
	hf_expect(write_word(target, VA + 16, ~old[0]));
	hf_expect(write_word(target, VA + ptoa(3) + 16, ~old[1]));
	hf_expect_eq(read_word(target, VA + 16), ~old[0]);
	hf_expect_eq(read_word(target, VA + ptoa(3) + 16), ~old[1]);
	hf_expect_eq(read_word(target, VA + ptoa(3) + 24), sector[3]);
	hf_expect_eq(read_word(sibling, VA + 16), old[0]);
	hf_expect_eq(read_word(sibling, VA + ptoa(3) + 16), old[1]);

	hf_space_run(target);
	hf_expect_eq(hf_peek(VA + 16), ~old[0]);
	hf_expect_eq(hf_peek(VA + ptoa(3) + 16), ~old[1]);
	hf_expect(hf_probe_exec(VA + 16).ok);
	hf_expect_segv_acc(hf_probe_write(VA + 16, 1));
	page = hf_space_page(VA);
	hf_expect_ne(page->object, hf_file_object(vp));
	hf_expect_eq(page->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(vm_page_wire_count(page), 0);
	/* Neither the file's page nor the disk has heard of it. */
	page = hf_file_need_page(vp, 0);
	hf_expect_eq(page->dirty, 0);
	hf_expect_eq(
	    ((uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(page)))[2], old[0]);
	hf_expect_eq(vm_map_sync(hf_space_map(), VA, VA + ptoa(4), TRUE, FALSE),
	    KERN_SUCCESS);
	hf_file_read_disk(vp, 0, sector, sizeof(sector));
	hf_expect_eq(sector[2], old[0]);
	hf_space_check();
	hf_space_run(debugger);
	hf_space_end(sibling);
	hf_space_end(target);
	hf_file_close(vp);
	hf_space_check();
}
