/* SPDX-License-Identifier: BSD-2-Clause */
/* space.c: address spaces for scenarios. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/sleepq.h>
#include <kern/thread.h>
#include <test/baseline.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_phys.h>

vm_map_t
hf_space_enter(void)
{
	struct proc *p;

	p = curproc;
	if (p->p_vmspace == NULL) {
		p->p_vmspace =
		    vmspace_alloc(VM_MINUSER_ADDRESS, VM_MAXUSER_ADDRESS, NULL);
		hf_require(p->p_vmspace != NULL);
		hf_thread_setproc(p);
	}
	return (&p->p_vmspace->vm_map);
}

vm_map_t
hf_space_map(void)
{
	return (&curproc->p_vmspace->vm_map);
}

void
hf_space_map_at(vm_offset_t va, u_long npages, vm_object_t object,
    vm_ooffset_t offset, vm_prot_t prot, int cow)
{
	vm_map_t map;
	int rv;

	map = hf_space_enter();
	vm_map_lock(map);
	rv = vm_map_insert(
	    map, object, offset, va, va + ptoa(npages), prot, VM_PROT_ALL, cow);
	vm_map_unlock(map);
	hf_require_eq(rv, KERN_SUCCESS);
}

void
hf_space_anon_at(vm_offset_t va, u_long npages)
{
	hf_space_map_at(va, npages, NULL, 0, VM_PROT_RW, 0);
}

vm_offset_t
hf_space_anon(u_long npages)
{
	vm_offset_t va;

	va = HF_SPACE_BASE;
	hf_require_eq(vm_map_find(hf_space_enter(), NULL, 0, &va, ptoa(npages),
			  0, VMFS_ANY_SPACE, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	return (va);
}

vm_map_entry_t
hf_space_entry(vm_offset_t va)
{
	vm_map_entry_t entry;
	vm_map_t map;
	bool found;

	map = hf_space_map();
	vm_map_lock_read(map);
	found = vm_map_lookup_entry(map, va, &entry);
	vm_map_unlock_read(map);
	hf_require(found);
	return (entry);
}

pt_entry_t
hf_space_leaf(vm_offset_t va)
{
	return (hf_pmap_leaf(hf_space_map()->pmap, va));
}

vm_page_t
hf_space_page(vm_offset_t va)
{
	pt_entry_t pte;

	pte = hf_space_leaf(va);
	return ((pte & X86_PG_V) != 0 ? PHYS_TO_VM_PAGE(pte & PG_FRAME) : NULL);
}

struct proc *
hf_space_proc(const char *name)
{
	struct proc *p;

	p = hf_proc_create(name);
	p->p_vmspace =
	    vmspace_alloc(VM_MINUSER_ADDRESS, VM_MAXUSER_ADDRESS, NULL);
	return (p);
}

struct proc *
hf_space_fork(const char *name)
{
	struct proc *p;
	vm_ooffset_t charge;

	charge = 0;
	p = hf_proc_create(name);
	p->p_vmspace = vmspace_fork(curproc->p_vmspace, &charge);
	hf_require(p->p_vmspace != NULL);
	return (p);
}

void
hf_space_run(struct proc *p)
{
	hf_thread_setproc(p);
}

/* Takes the system's wirings of an entry away, and says whose they were. */
static void
report_wired(vm_map_t map, vm_map_entry_t entry)
{
	const vm_offset_t start = entry->start, end = entry->end;
	char text[128];
	int n;

	n = vm_map_entry_system_wired_count(entry);
	snprintf(text, sizeof(text),
	    "map entry %#lx-%#lx is not wired by the system (%d times, last "
	    "by thread %d)",
	    start, end, n, entry->hf_wirer);
	hf_expect_at("baseline", 0, text, false);
	for (; n > 0; n--)
		(void)vm_map_unwire(
		    map, start, end, VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_HOLESOK);
}

/*
 * Its end would wait for ever for entries that somebody has wired for the
 * system and forgotten: no access of p's own is under way any more.
 */
void
hf_space_check_unwired(struct proc *p)
{
	vm_map_entry_t entry;
	vm_map_t map;

	if (p->p_vmspace == NULL || p->p_vmspace->vm_refcnt != 1)
		return;
	map = &p->p_vmspace->vm_map;
again:
	VM_MAP_ENTRY_FOREACH (entry, map)
		if ((entry->eflags & MAP_ENTRY_IN_TRANSITION) == 0 &&
		    vm_map_entry_system_wired_count(entry) != 0) {
			report_wired(map, entry);
			goto again;
		}
}

void
hf_space_end(struct proc *p)
{
	KASSERT(p != curproc, ("hf_space_end: the thread is still in it"));
	hf_space_check_unwired(p);
	hf_proc_destroy(p);
}

uint64_t
hf_peek(vm_offset_t va)
{
	int64_t val;

	val = 0;
	if (fuword64((const void *)va, &val) != 0) {
		hf_note("reading %#lx failed", va);
		hf_expect(!"user memory is readable");
	}
	return ((uint64_t)val);
}

void
hf_poke(vm_offset_t va, uint64_t value)
{
	if (suword64((void *)va, (int64_t)value) != 0) {
		hf_note("writing %#lx failed", va);
		hf_expect(!"user memory is writable");
	}
}

void
hf_space_check(void)
{
	const char *why;

	why = hf_map_check_all();
	if (why != NULL)
		hf_note("%s", why);
	hf_expect(why == NULL);
}

struct thread *
hf_space_thread(void (*fn)(void *), void *arg)
{
	return (hf_thread_create_in(curproc, fn, arg, "second", -1));
}

bool
hf_is_asleep(struct thread *td, const char *wmesg)
{
	bool yes;

	/* One lock for all channels (kern/sleep.c). */
	hf_sleepq_lock(td);
	yes = td->td_wchan != NULL &&
	    (wmesg == NULL || strcmp(td->td_wmesg, wmesg) == 0);
	hf_sleepq_unlock(td);
	return (yes);
}

void
hf_await_sleep(struct thread *td, const char *wmesg)
{
	while (!hf_is_asleep(td, wmesg))
		hf_yield();
}

void
hf_await(volatile int *word, int wanted)
{
	while (atomic_load_acq_int((volatile u_int *)word) != (u_int)wanted)
		hf_yield();
}

static u_long
count_entries(void)
{
	return (hf_map_entries);
}

static u_long
count_spaces(void)
{
	return (hf_vmspaces);
}

static u_long
count_user_wired(void)
{
	return (vm_user_wire_count);
}

void
hf_map_init_checker(void)
{
	hf_baseline_register("map entries", count_entries);
	hf_baseline_register("address spaces", count_spaces);
	hf_baseline_register("user-wired pages", count_user_wired);
	hf_invariant_register("map", hf_map_check_all);
}
