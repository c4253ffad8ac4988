/* SPDX-License-Identifier: BSD-2-Clause */
/* shared_shadow.c: a page copied into a shadow that two processes share. */

/*
 *	first --(COPY)--> second --(SHARE)--> third
 *
 * The second and the third share a shadow of the first one's memory.  At every
 * page the second must see at once what the third writes, and the first must
 * never see it.  This holds whatever the second had mapped before
 * (CVE-2021-29626).  The copy may be made by a fault, or because a locked
 * mapping becomes writable.  The first process may end in between, so that the
 * chain is folded, or a fourth process may prevent that.
 */

#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define VA HF_SPACE_BASE

#define OLD 0x1000ul
#define NEW 0x3000ul

struct family {
	bool locked;	/* the copies are made by protect */
	bool ends;	/* the first process ends before the store */
	bool prevented; /* a fourth one shares the first one's object */
	bool whole;	/* all pages are written, not half of them */
	u_long pages;
};

static void
inherit(u_long n, vm_inherit_t how)
{
	hf_expect_eq(vm_map_inherit(hf_space_map(), VA, VA + ptoa(n), how),
	    KERN_SUCCESS);
}

/* Locks the memory and changes its rights. */
static void
lock(u_long n, vm_prot_t prot)
{
	vm_map_t map = hf_space_map();

	hf_expect_eq(
	    vm_map_wire(map, VA, VA + ptoa(n), VM_MAP_WIRE_USER), KERN_SUCCESS);
	hf_expect_eq(vm_map_protect(map, VA, VA + ptoa(n), prot, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
}

static void
store(u_long n, uint64_t value)
{
	u_long i;

	for (i = 0; i < n; i++)
		if (value == OLD)
			hf_fill(VA + ptoa(i), value + i);
		else
			hf_store(VA + ptoa(i), value + i);
}

/* In p, which may have ended. */
static void
expect_in(struct proc *p, const struct family *f, u_long changed)
{
	u_long i;

	if (p == NULL)
		return;
	hf_space_run(p);
	for (i = 0; i < f->pages; i++)
		hf_expect_eq(
		    hf_load(VA + ptoa(i)), (i < changed ? NEW : OLD) + i);
	hf_space_check();
}

static void
end(struct proc **p)
{
	if (*p != NULL)
		hf_space_end(*p);
	*p = NULL;
}

static void
one(const struct family *f)
{
	struct proc *home = curproc, *first, *second, *third, *fourth = NULL;
	const u_long n = f->pages, changed = f->whole ? n : n / 2;

	first = hf_space_proc("first");
	hf_space_run(first);
	hf_space_map_at(VA, n, NULL, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	store(n, OLD);
	if (f->locked)
		lock(n, VM_PROT_READ);
	if (f->prevented)
		fourth = hf_space_fork("fourth");
	inherit(n, VM_INHERIT_COPY);
	second = hf_space_fork("second");
	hf_space_run(second);
	inherit(n, VM_INHERIT_SHARE);
	expect_in(second, f, 0);
	third = hf_space_fork("third");
	if (f->ends) {
		end(&first);
		end(&fourth);
	}
	hf_space_run(third);
	if (f->locked)
		lock(n, VM_PROT_RW);
	store(changed, NEW);
	expect_in(second, f, changed);
	expect_in(first, f, 0);
	expect_in(fourth, f, 0);
	expect_in(third, f, changed);
	hf_space_run(home);
	end(&first);
	end(&fourth);
	end(&second);
	end(&third);
	hf_expect_eq(vm_user_wire_count, 0);
}

static void
all(bool locked)
{
	struct family f = { .locked = locked };
	u_int bits;

	for (bits = 0; bits < 8; bits++) {
		f.ends = (bits & 1) != 0;
		f.prevented = (bits & 2) != 0;
		f.whole = (bits & 4) != 0;
		/* More than a fault maps around itself, once. */
		f.pages = bits == 4 ? 17 : 2;
		one(&f);
	}
}

HF_SCENARIO(fault_shared_shadow_lazy, "fault.shared_shadow_lazy", "CW-25 IF-3",
    "a fault's copy into a shared shadow is seen by the other sharer",
    .timeout_ms = 120000)
{
	all(false);
}

HF_SCENARIO(fault_shared_shadow_locked, "fault.shared_shadow_locked",
    "CW-25 IF-3 FT-80 IW-1",
    "the copy of a locked mapping that becomes writable is seen there, too",
    .timeout_ms = 120000)
{
	all(true);
}
