/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_stack.c: stacks that grow into the gap reserved below them. */

/*
 *	low                                               high
 *	| guard bytes |  room to grow   | live | live | ... |
 *	|<------- gap entry ----------->|<- GROWS_DOWN ---->|
 *
 * The gap is a guard entry: no object, no rights.  It remembers the rights of the
 * stack in its offset (PROT_* | PROT_MAX) and the guard's bytes in next_read.
 * A fault in it adds a live entry at its upper end; the guard bytes stay.
 *
 * Clipped, it is in pieces (vm_map_entry.c): the guard bytes are the lowest one's,
 * and the others have none.  They become one again when a clip is undone;
 * until then the stack grows through them, each with its own rights.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mman.h>
#include <sys/proc.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>

/*
 * Map locked exclusively.  Reserves [addrbos, addrbos + max_ssize) and makes
 * the top growsize bytes of it live.  Otherwise as vm_map_stack().
 */
int
vm_map_stack_locked(vm_map_t map, vm_offset_t addrbos, vm_size_t max_ssize,
    vm_size_t growsize, vm_prot_t prot, vm_prot_t max, int cow)
{
	vm_map_entry_t below, live, gap;
	vm_size_t guard, init_ssize;
	vm_offset_t top, bot;
	int rv;

	top = addrbos + max_ssize;
	if (max_ssize == 0 || top < addrbos ||
	    !vm_map_range_valid(map, addrbos, top))
		return (KERN_INVALID_ADDRESS);
	guard = ptoa(HF_STACK_GUARD_PAGES);
	if (guard >= max_ssize)
		return (KERN_INVALID_ARGUMENT);
	init_ssize = ulmin(growsize, max_ssize - guard);
	if (vm_map_lookup_entry(map, addrbos, &below) ||
	    below->next->start < top)
		return (KERN_NO_SPACE);
	bot = top - init_ssize;
	rv = vm_map_insert1(map, NULL, 0, bot, top, prot, max,
	    (cow & ~MAP_STACK_GROWS_UP) | MAP_STACK_GROWS_DOWN, &live);
	if (rv != KERN_SUCCESS)
		return (rv);
	rv = vm_map_insert1(map, NULL, 0, addrbos, bot, VM_PROT_NONE,
	    VM_PROT_NONE, MAP_CREATE_GUARD | MAP_CREATE_STACK_GAP_DN, &gap);
	if (rv != KERN_SUCCESS) {
		vm_map_delete(map, bot, top);
		return (rv);
	}
	gap->next_read = guard;
	gap->offset = (vm_ooffset_t)prot | PROT_MAX((vm_ooffset_t)max);
	return (KERN_SUCCESS);
}

/*
 * No map lock held.  A stack of at most max_ssize bytes, guard included, at
 * addrbos: KERN_INVALID_ADDRESS, KERN_INVALID_ARGUMENT (not more than its
 * guard), KERN_NO_SPACE (occupied, or over RLIMIT_VMEM).
 */
int
vm_map_stack(vm_map_t map, vm_offset_t addrbos, vm_size_t max_ssize,
    vm_prot_t prot, vm_prot_t max, int cow)
{
	vm_size_t init_ssize;
	int rv;

	init_ssize = ulmin(HF_STACK_GROW_BYTES, max_ssize);
	vm_map_lock(map);
	if (map->size + init_ssize > (vm_size_t)lim_cur(curthread, RLIMIT_VMEM))
		rv = KERN_NO_SPACE;
	else
		rv = vm_map_stack_locked(map, addrbos, max_ssize,
		    HF_STACK_GROW_BYTES, prot, max, cow);
	vm_map_unlock(map);
	return (rv);
}

/* A piece of a gap that others are below is no end of the stack. */
static bool
is_upper_piece(vm_map_entry_t gap)
{
	vm_map_entry_t below;

	below = vm_map_entry_pred(gap);
	return (gap->next_read == 0 &&
	    (below->eflags & MAP_ENTRY_STACK_GAP_DN) != 0 &&
	    below->end == gap->start);
}

/* The lowest address of the gap that the stack may take. */
static vm_offset_t
grow_floor(vm_map_entry_t gap)
{
	vm_size_t guard;

	if (is_upper_piece(gap))
		return (gap->start);
	/* With the piece below taken away by unmapping, this one has a guard. */
	guard =
	    gap->next_read != 0 ? gap->next_read : ptoa(HF_STACK_GUARD_PAGES);
	return (gap->start + ulmin(guard, hf_entry_bytes(gap)));
}

/* The uppermost piece of the gap, below what lives; NULL: no stack is there. */
static vm_map_entry_t
top_piece(vm_map_entry_t gap)
{
	vm_map_entry_t above;

	for (;; gap = above) {
		if ((gap->eflags & MAP_ENTRY_STACK_GAP_DN) == 0)
			return (NULL);
		above = vm_map_entry_succ(gap);
		if (gap->end != above->start)
			return (NULL);
		if ((above->eflags & MAP_ENTRY_GROWS_DOWN) != 0)
			return (gap);
		if (!is_upper_piece(above))
			return (NULL);
	}
}

/*
 * How many bytes below end to add so that addr, in this piece of the gap,
 * becomes live; 0: not possible, *rv says why.
 */
static vm_size_t
grow_amount(vm_map_t map, vm_map_entry_t gap, vm_offset_t end, vm_offset_t addr,
    bool procstack, int *rv)
{
	struct vmspace *vm;
	vm_size_t want, room, stacklim, used;

	vm = curproc->p_vmspace;
	*rv = KERN_NO_SPACE;
	room = end - grow_floor(gap);
	want = end - trunc_page(addr);
	if (want > room)
		return (0);
	stacklim = (vm_size_t)lim_cur(curthread, RLIMIT_STACK);
	used = ptoa(vm->vm_ssize);
	if (procstack && used + want > stacklim)
		return (0);
	want = ulmin(roundup2(want, HF_STACK_GROW_BYTES), room);
	if (procstack && used + want > stacklim)
		want = trunc_page(stacklim) - used;
	if ((map->flags & MAP_WIREFUTURE) != 0 &&
	    ptoa(pmap_wired_count(map->pmap)) + want >
		(vm_size_t)lim_cur(curthread, RLIMIT_MEMLOCK))
		return (0);
	if (map->size + want > (vm_size_t)lim_cur(curthread, RLIMIT_VMEM))
		return (0);
	return (want);
}

/* Map locked exclusively, all checked: the piece becomes live from there on. */
static int
grow_piece(vm_map_t map, vm_map_entry_t gap, vm_offset_t from, bool procstack)
{
	vm_map_entry_t live;
	vm_offset_t end, guard;
	vm_inherit_t inheritance;
	vm_ooffset_t rights;
	bool gone;
	int rv;

	end = gap->end;
	rights = gap->offset;
	guard = gap->next_read;
	inheritance = gap->inheritance;
	gone = gap->start == from;
	if (gone)
		vm_map_entry_delete(map, gap);
	else
		vm_map_entry_resize(map, gap, from);
	rv = vm_map_insert1(map, NULL, 0, from, end, PROT_EXTRACT(rights),
	    PROT_MAX_EXTRACT(rights), MAP_STACK_GROWS_DOWN, &live);
	if (rv != KERN_SUCCESS) {
		if (!gone) {
			vm_map_entry_resize(map, gap, end);
			return (rv);
		}
		if (vm_map_insert1(map, NULL, 0, from, end, VM_PROT_NONE,
			VM_PROT_NONE,
			MAP_CREATE_GUARD | MAP_CREATE_STACK_GAP_DN,
			&gap) == KERN_SUCCESS) {
			gap->offset = rights;
			gap->next_read = guard;
			gap->inheritance = inheritance;
		}
		return (rv);
	}
	if (procstack)
		curproc->p_vmspace->vm_ssize += atop(end - from);
	return (KERN_SUCCESS);
}

/* The same for all pieces from the top one down to the one that has from. */
static int
grow_locked(vm_map_t map, vm_map_entry_t top, vm_offset_t from, bool procstack)
{
	vm_map_entry_t gap, below;
	vm_offset_t end;
	int rv;

	end = top->end;
	rv = KERN_SUCCESS;
	for (gap = top; rv == KERN_SUCCESS; gap = below) {
		below = vm_map_entry_pred(gap);
		if (gap->start <= from) {
			rv = grow_piece(map, gap, from, procstack);
			break;
		}
		rv = grow_piece(map, gap, gap->start, procstack);
	}
	if (rv == KERN_SUCCESS && (map->flags & MAP_WIREFUTURE) != 0)
		vm_map_wire_locked(
		    map, from, end, VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES);
	return (rv);
}

/*
 * Map locked shared before and after (it may be dropped and taken again, so
 * entries must be looked up anew).  A fault hit the gap entry at addr.
 * KERN_SUCCESS: addr is live, or was found not to lie in a guard any more.
 * KERN_FAILURE: not curproc's map, or no stack above the gap.
 * KERN_NO_SPACE: into the guard, or over a limit.
 */
int
vm_map_growstack(vm_map_t map, vm_offset_t addr, vm_map_entry_t gap_entry)
{
	struct vmspace *vm;
	vm_map_entry_t top;
	vm_size_t want;
	bool procstack;
	int rv;

	vm = curproc->p_vmspace;
	/* Not for a debugger's or an AIO thread's access. */
	if (vm == NULL || map != &vm->vm_map)
		return (KERN_FAILURE);
	for (;; gap_entry = NULL) {
		if (gap_entry == NULL &&
		    !vm_map_lookup_entry(map, addr, &gap_entry))
			return (KERN_SUCCESS);
		if ((gap_entry->eflags & MAP_ENTRY_GUARD) == 0)
			return (KERN_SUCCESS);
		top = top_piece(gap_entry);
		if (top == NULL)
			return (KERN_FAILURE);
		procstack = addr >= vm->vm_maxsaddr && addr < vm->vm_stacktop;
		want =
		    grow_amount(map, gap_entry, top->end, addr, procstack, &rv);
		if (want == 0)
			return (rv);
		if (vm_map_lock_upgrade(map) == 0)
			break;
		vm_map_lock_read(map);
	}
	rv = grow_locked(map, top, top->end - want, procstack);
	vm_map_lock_downgrade(map);
	return (rv);
}
