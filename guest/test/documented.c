/* SPDX-License-Identifier: BSD-2-Clause */
/* documented.c: what the entry points return is what their contracts name. */

/*
 * A guest with invariants, and the model, are linked with --wrap for each
 * function that DOCUMENTED names here (guest/meson.build): a call from another
 * file comes here first.  A result that the contract does not name is a panic,
 * whatever was made to fail before.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <vm/vm.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_pager.h>
#include <vm/vm_param.h>

#ifdef INVARIANTS

/* Sets of small results: KERN_ codes, VM_PAGER_ codes, errnos. */
#define B(result)  (1ull << (result) % 64)
#define K(code)	   B(KERN_##code)
#define P(code)	   B(VM_PAGER_##code)
#define RESULT_MAX 63

/* Whether it is in the set; the errnos beyond are looked at by name. */
static bool
is_in(int result, uint64_t set)
{
	return (result >= 0 && result <= RESULT_MAX && (set & B(result)) != 0);
}

static void
check(const char *function, int result, bool documented)
{
	if (__predict_false(!documented))
		panic("%s returned %d, which its contract does not name",
		    function, result);
}

#define DOCUMENTED(name, params, args, test)                \
	int __real_##name params __attribute__((__weak__)); \
	int __wrap_##name params;                           \
	int __wrap_##name params                            \
	{                                                   \
		const int rv = __real_##name args;          \
                                                            \
		check(#name, rv, (test));                   \
		return (rv);                                \
	}

/* vm_map_insert(), and what finds a place for it first. */
#define INSERTED                                                   \
	(K(SUCCESS) | K(INVALID_ADDRESS) | K(PROTECTION_FAILURE) | \
	    K(NO_SPACE) | K(INVALID_ARGUMENT) | K(RESOURCE_SHORTAGE))

DOCUMENTED(vm_map_insert,
    (vm_map_t map, vm_object_t object, vm_ooffset_t offset, vm_offset_t start,
	vm_offset_t end, vm_prot_t prot, vm_prot_t max, int cow),
    (map, object, offset, start, end, prot, max, cow), is_in(rv, INSERTED))

DOCUMENTED(vm_map_find,
    (vm_map_t map, vm_object_t object, vm_ooffset_t offset, vm_offset_t *addr,
	vm_size_t length, vm_offset_t max_addr, int find_space, vm_prot_t prot,
	vm_prot_t max, int cow),
    (map, object, offset, addr, length, max_addr, find_space, prot, max, cow),
    is_in(rv, INSERTED))

DOCUMENTED(vm_map_fixed,
    (vm_map_t map, vm_object_t object, vm_ooffset_t offset, vm_offset_t start,
	vm_size_t length, vm_prot_t prot, vm_prot_t max, int cow),
    (map, object, offset, start, length, prot, max, cow), is_in(rv, INSERTED))

DOCUMENTED(vm_map_stack,
    (vm_map_t map, vm_offset_t addrbos, vm_size_t max_ssize, vm_prot_t prot,
	vm_prot_t max, int cow),
    (map, addrbos, max_ssize, prot, max, cow), is_in(rv, INSERTED))

/* Only what cuts an entry may fail: kernel maps have no memory for the rest. */
#define CLIPPED (K(SUCCESS) | K(INVALID_ARGUMENT) | K(RESOURCE_SHORTAGE))

DOCUMENTED(vm_map_delete, (vm_map_t map, vm_offset_t start, vm_offset_t end),
    (map, start, end), is_in(rv, CLIPPED))

DOCUMENTED(vm_map_remove, (vm_map_t map, vm_offset_t start, vm_offset_t end),
    (map, start, end), is_in(rv, CLIPPED))

DOCUMENTED(vm_map_inherit,
    (vm_map_t map, vm_offset_t start, vm_offset_t end, vm_inherit_t new),
    (map, start, end, new), is_in(rv, CLIPPED))

DOCUMENTED(vm_map_protect,
    (vm_map_t map, vm_offset_t start, vm_offset_t end, vm_prot_t prot,
	vm_prot_t max, int flags),
    (map, start, end, prot, max, flags),
    is_in(rv, CLIPPED | K(OUT_OF_BOUNDS) | K(PROTECTION_FAILURE)))

DOCUMENTED(vm_map_madvise,
    (vm_map_t map, vm_offset_t start, vm_offset_t end, int behav),
    (map, start, end, behav), is_in(rv, B(0) | B(EINVAL)))

DOCUMENTED(vm_map_sync,
    (vm_map_t map, vm_offset_t start, vm_offset_t end, boolean_t syncio,
	boolean_t invalidate),
    (map, start, end, syncio, invalidate),
    is_in(
	rv, K(SUCCESS) | K(INVALID_ADDRESS) | K(INVALID_ARGUMENT) | K(FAILURE)))

/* What a fault may end with; the handler's own codes never leave it. */
#define FAULTED                                                    \
	(K(SUCCESS) | K(INVALID_ADDRESS) | K(PROTECTION_FAILURE) | \
	    K(FAILURE) | K(OUT_OF_BOUNDS) | K(RESOURCE_SHORTAGE))

DOCUMENTED(vm_map_wire,
    (vm_map_t map, vm_offset_t start, vm_offset_t end, int flags),
    (map, start, end, flags), is_in(rv, FAULTED | K(INVALID_ARGUMENT)))

DOCUMENTED(vm_map_unwire,
    (vm_map_t map, vm_offset_t start, vm_offset_t end, int flags),
    (map, start, end, flags), is_in(rv, CLIPPED | K(INVALID_ADDRESS)))

DOCUMENTED(vm_map_lookup,
    (vm_map_t * var_map, vm_offset_t vaddr, vm_prot_t type,
	vm_map_entry_t *entry, vm_object_t *object, vm_pindex_t *pindex,
	vm_prot_t *prot, boolean_t *wired),
    (var_map, vaddr, type, entry, object, pindex, prot, wired),
    is_in(rv,
	K(SUCCESS) | K(INVALID_ADDRESS) | K(PROTECTION_FAILURE) |
	    K(RESOURCE_SHORTAGE)))

DOCUMENTED(vm_map_lookup_locked,
    (vm_map_t * var_map, vm_offset_t vaddr, vm_prot_t type,
	vm_map_entry_t *entry, vm_object_t *object, vm_pindex_t *pindex,
	vm_prot_t *prot, boolean_t *wired),
    (var_map, vaddr, type, entry, object, pindex, prot, wired),
    is_in(rv,
	K(SUCCESS) | K(INVALID_ADDRESS) | K(PROTECTION_FAILURE) | K(FAILURE)))

DOCUMENTED(vm_fault,
    (vm_map_t map, vm_offset_t vaddr, vm_prot_t type, int flags,
	vm_page_t *m_hold),
    (map, vaddr, type, flags, m_hold), is_in(rv, FAULTED))

DOCUMENTED(vm_fault_trap,
    (vm_map_t map, vm_offset_t vaddr, vm_prot_t type, int flags, int *signo,
	int *ucode),
    (map, vaddr, type, flags, signo, ucode), is_in(rv, FAULTED))

DOCUMENTED(vm_fault_quick_hold_pages,
    (vm_map_t map, vm_offset_t addr, vm_size_t len, vm_prot_t prot,
	vm_page_t *ma, int max_count),
    (map, addr, len, prot, ma, max_count), rv >= -1 && rv <= max_count)

DOCUMENTED(vm_mmap_to_errno, (int kern), (kern),
    is_in(rv, B(0) | B(ENOMEM) | B(EACCES) | B(EINVAL)))

DOCUMENTED(VOP_GETPAGES,
    (struct vnode * vp, struct vm_page **ma, int count, int *rbehind,
	int *rahead),
    (vp, ma, count, rbehind, rahead), is_in(rv, P(OK) | P(BAD) | P(ERROR)))

static bool
all_put(const int *rtvals, int n, int rv)
{
	for (int i = 0; i < n; i++)
		if (!is_in(rtvals[i],
			P(OK) | P(BAD) | P(FAIL) | P(PEND) | P(ERROR) |
			    P(AGAIN)))
			return (false);
	return (n == 0 || rv == rtvals[0]);
}

DOCUMENTED(VOP_PUTPAGES,
    (struct vnode * vp, struct vm_page **ma, int bytecount, int flags,
	int *rtvals),
    (vp, ma, bytecount, flags, rtvals),
    all_put(rtvals, bytecount / PAGE_SIZE, rv))

/* The device's errors, the file system's own and who may not. */
static bool
is_io(int rv)
{
	return (is_in(rv,
		    B(0) | B(EIO) | B(ENXIO) | B(EINVAL) | B(EFBIG) |
			B(EFAULT) | B(EISDIR)) ||
	    rv == EOPNOTSUPP || rv == EINTEGRITY);
}

DOCUMENTED(VOP_BMAP,
    (struct vnode * vp, daddr_t lbn, struct bufobj **bop, daddr_t *bnp,
	int *runp, int *runb),
    (vp, lbn, bop, bnp, runp, runb), is_io(rv))

DOCUMENTED(VOP_READ,
    (struct vnode * vp, struct uio *uio, int ioflag, struct ucred *cred),
    (vp, uio, ioflag, cred), is_io(rv))

DOCUMENTED(VOP_WRITE,
    (struct vnode * vp, struct uio *uio, int ioflag, struct ucred *cred),
    (vp, uio, ioflag, cred),
    is_io(rv) || is_in(rv, B(EROFS) | B(EPERM) | B(ENOSPC)))

DOCUMENTED(VOP_FSYNC, (struct vnode * vp, int waitfor, struct thread *td),
    (vp, waitfor, td), is_io(rv))

#endif
