/* SPDX-License-Identifier: BSD-2-Clause */
/* rwmem.c: a debugger reads and writes anonymous memory of another process. */

#include <sys/proc.h>
#include <sys/ptrace.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define VA  HF_SPACE_BASE
#define SET VM_MAP_PROTECT_SET_PROT

static ssize_t
peek(struct proc *p, vm_offset_t va, void *buf, size_t len)
{
	return (proc_readmem(curthread, p, va, buf, len));
}

static ssize_t
poke(struct proc *p, vm_offset_t va, uint64_t word)
{
	return (proc_writemem(curthread, p, va, &word, sizeof(word)));
}

HF_SCENARIO(hold_rwmem, "hold.rwmem", "QH-18 QH-29",
    "bytes of another process, over pages that it touched and others")
{
	struct proc *owner, *debugger;
	struct rusage ru;
	static uint8_t buf[3 * PAGE_SIZE / 2];
	u_int i;

	hf_space_anon_at(VA, 3);
	hf_poke(VA, 0x1111);
	owner = curproc;
	debugger = hf_space_proc("debugger");
	hf_space_run(debugger);
	ru = curthread->td_ru;
	memset(buf, 0xee, sizeof(buf));
	hf_expect_eq(peek(owner, VA + 1, buf, sizeof(buf)), sizeof(buf));
	hf_expect_eq(buf[0], 0x11);
	for (i = 1; i < sizeof(buf); i++)
		if (buf[i] != 0)
			break;
	hf_expect_eq(i, sizeof(buf));
	hf_expect_lt(ru.ru_minflt, curthread->td_ru.ru_minflt);
	memset(buf, 0x77, sizeof(buf));
	hf_expect_eq(proc_writemem(curthread, owner, VA + PAGE_SIZE + 100, buf,
			 sizeof(buf)),
	    sizeof(buf));
	hf_expect_eq(peek(owner, VA, buf, 0), 0);
	hf_expect_eq(poke(owner, VA + 3 * PAGE_SIZE - 8, 0xabcd), 8);
	hf_space_run(owner);
	hf_space_end(debugger);
	hf_expect_read(VA + PAGE_SIZE + 99, 0);
	hf_expect_read(VA + PAGE_SIZE + 100, 0x77);
	hf_expect_read(VA + PAGE_SIZE + 99 + sizeof(buf), 0x77);
	hf_expect_read(VA + PAGE_SIZE + 100 + sizeof(buf), 0);
	hf_expect_eq(hf_peek(VA + 3 * PAGE_SIZE - 8), 0xabcd);
	hf_expect_eq(hf_peek(VA), 0x1111);
	for (i = 0; i < 3; i++)
		hf_expect_eq(
		    vm_page_wire_count(hf_space_page(VA + ptoa(i))), 0);
	hf_space_check();
}

HF_SCENARIO(hold_rwmem_read_only, "hold.rwmem_read_only", "QH-29 CW-27",
    "private memory that its process must not write: a copy of its own is "
    "written")
{
	struct proc *parent, *child;
	vm_page_t orig, copy;

	hf_space_anon_at(VA, 1);
	hf_fill(VA, 0x5555);
	hf_require_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(1),
			  VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	orig = hf_space_page(VA);
	parent = curproc;
	child = hf_space_fork("child");
	hf_expect_eq(poke(child, VA, 0x6666), 8);
	hf_expect_eq(hf_load(VA), 0x5555);
	hf_expect_eq(hf_space_page(VA), orig);
	hf_space_run(child);
	hf_expect_eq(hf_load(VA), 0x6666);
	copy = hf_space_page(VA);
	hf_expect_ne(copy, orig);
	hf_expect_eq(copy->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(vm_page_wire_count(copy), 0);
	hf_expect_segv_acc(hf_probe_write(VA, 1));
	/* Again: the same copy. */
	hf_space_run(parent);
	hf_expect_eq(poke(child, VA, 0x7777), 8);
	hf_space_run(child);
	hf_expect_eq(hf_space_page(VA), copy);
	hf_expect_eq(hf_load(VA), 0x7777);
	hf_space_run(parent);
	hf_space_check();
	hf_space_end(child);
	hf_space_check();
}

/* An entry of one page at each address; what a debugger gets of it. */
HF_SCENARIO(hold_rwmem_refused, "hold.rwmem_refused", "QH-10 QH-29 MP-37",
    "no access, execute only, guards, holes, a stack's gap: neither read nor "
    "written")
{
	const vm_offset_t none = VA, exec = VA + ptoa(2), guard = VA + ptoa(4),
			  stack = VA + ptoa(512);
	const vm_offset_t odd[] = { none, exec, guard, VA + ptoa(6),
		stack + PAGE_SIZE, VM_MAXUSER_ADDRESS, VM_MIN_KERNEL_ADDRESS,
		~0ul - 7, 0 };
	struct proc *owner, *debugger;
	uint64_t word;
	vm_map_t map;
	vm_size_t size;
	int i;

	hf_space_map_at(none, 1, NULL, 0, VM_PROT_NONE, 0);
	hf_space_map_at(exec, 1, NULL, 0, VM_PROT_EXECUTE, 0);
	map = hf_space_map();
	vm_map_lock(map);
	hf_expect_eq(vm_map_insert(map, NULL, 0, guard, guard + PAGE_SIZE,
			 VM_PROT_NONE, VM_PROT_NONE, MAP_CREATE_GUARD),
	    KERN_SUCCESS);
	vm_map_unlock(map);
	hf_require_eq(vm_map_stack(map, stack, 512 * 1024, VM_PROT_RW,
			  VM_PROT_ALL, MAP_STACK_GROWS_DOWN),
	    KERN_SUCCESS);
	size = map->size;
	owner = curproc;
	debugger = hf_space_proc("debugger");
	hf_space_run(debugger);
	for (i = 0; i < (int)nitems(odd); i++) {
		word = 0x99;
		if (!hf_expect_eq(peek(owner, odd[i], &word, 8), -1) ||
		    !hf_expect_eq(word, 0x99) ||
		    !hf_expect_eq(poke(owner, odd[i], 1), -1))
			hf_note("address %#lx", odd[i]);
	}
	hf_expect_eq(peek(owner, exec, &word, ~0ul), -1);
	hf_expect_eq(map->size, size);
	hf_space_run(owner);
	hf_space_end(debugger);
	hf_space_check();
}

HF_SCENARIO(hold_rwmem_partial, "hold.rwmem_partial", "QH-44 QH-29",
    "what can be moved is moved, and the uio says how much")
{
	struct proc *owner, *debugger;
	static uint8_t buf[3 * PAGE_SIZE];

	hf_space_anon_at(VA, 2);
	owner = curproc;
	debugger = hf_space_proc("debugger");
	hf_space_run(debugger);
	memset(buf, 0x42, sizeof(buf));
	hf_expect_eq(proc_writemem(curthread, owner, VA + 8, buf, sizeof(buf)),
	    2 * PAGE_SIZE - 8);
	memset(buf, 0, sizeof(buf));
	hf_expect_eq(peek(owner, VA + PAGE_SIZE, buf, INT64_MAX), PAGE_SIZE);
	hf_expect_eq(buf[PAGE_SIZE - 1], 0x42);
	hf_expect_eq(buf[PAGE_SIZE], 0);
	hf_space_run(owner);
	hf_space_end(debugger);
	hf_expect_read(VA + 7, 0);
	hf_expect_read(VA + 8, 0x42);
	hf_expect_read(VA + 2 * PAGE_SIZE - 1, 0x42);
	hf_space_check();
}

HF_SCENARIO(hold_rwmem_shared, "hold.rwmem_shared", "CW-29 QH-14",
    "of shared memory the page itself is written, if it ever may be")
{
	struct proc *owner, *debugger;
	vm_object_t object;
	vm_map_t map;
	uint64_t word;

	object = vm_object_allocate(OBJT_SWAP, 1);
	vm_object_reference(object);
	hf_space_map_at(VA, 1, object, 0, VM_PROT_READ, MAP_INHERIT_SHARE);
	vm_object_reference(object);
	hf_space_map_at(
	    VA + ptoa(1), 1, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	vm_object_deallocate(object);
	map = hf_space_map();
	owner = curproc;
	debugger = hf_space_proc("debugger");
	hf_space_run(debugger);
	hf_expect_eq(poke(owner, VA, 0x3333), 8);
	hf_space_run(owner);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 0x3333);
	hf_expect_eq(hf_space_page(VA + ptoa(1))->dirty, VM_PAGE_BITS_ALL);
	hf_expect_segv_acc(hf_probe_write(VA, 1));
	hf_require_eq(vm_map_protect(map, VA, VA + ptoa(1), 0, VM_PROT_READ,
			  VM_MAP_PROTECT_SET_MAXPROT),
	    KERN_SUCCESS);
	hf_space_run(debugger);
	hf_expect_eq(poke(owner, VA, 0x4444), -1);
	hf_expect_eq(peek(owner, VA, &word, 8), 8);
	hf_expect_eq(word, 0x3333);
	hf_space_run(owner);
	hf_space_end(debugger);
	hf_space_check();
}

HF_SCENARIO(hold_rwmem_locked, "hold.rwmem_locked", "WI-24 CW-28",
    "a locked read-only page: the copy is locked in its place")
{
	const int how = VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES;
	struct proc *parent, *child;
	vm_page_t orig, copy;

	hf_space_anon_at(VA, 1);
	hf_poke(VA, 0x5555);
	hf_require_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(1),
			  VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	parent = curproc;
	orig = hf_space_page(VA);
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(1), how), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(orig), 1);
	hf_space_run(parent);
	hf_expect_eq(poke(child, VA + 16, 0x6666), 8);
	hf_expect_eq(vm_page_wire_count(orig), 0);
	hf_space_check();
	hf_space_run(child);
	copy = hf_space_page(VA);
	hf_expect_ne(copy, orig);
	hf_expect_eq(vm_page_wire_count(copy), 1);
	hf_expect((hf_space_leaf(VA) & PG_W) != 0);
	hf_expect_eq(hf_peek(VA), 0x5555);
	hf_expect_eq(hf_peek(VA + 16), 0x6666);
	hf_require_eq(
	    vm_map_unwire(hf_space_map(), VA, VA + ptoa(1), how), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(copy), 0);
	hf_space_run(parent);
	hf_expect_eq(hf_peek(VA + 16), 0);
	hf_space_end(child);
	hf_space_check();
}
