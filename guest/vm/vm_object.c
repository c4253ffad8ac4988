/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_object.c: the life of objects: allocation, references, destruction. */

/*
 * Lock order: a front's lock before its backing's; objects before the page
 * queue lock before the free lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/malloc.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/vmmeter.h>
#include <vm/uma.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "vm_object_priv.h"
#include "vm_page_priv.h"

TAILQ_HEAD(object_list, vm_object);

struct vm_object kernel_object_store;

static struct mtx list_mtx; /* "vm object list" */
static struct object_list live_list = TAILQ_HEAD_INITIALIZER(live_list);
static u_long live_count, born_count;
static uma_zone_t object_zone;

/* What all lives of an object have in common. */
static int
object_zinit(void *mem, int size, int flags)
{
	vm_object_t object = mem;

	bzero(object, (size_t)size);
	rw_init_flags(&object->lock, "vm object", RW_DUPOK);
	object->generation = 1;
	return (0);
}

static vm_object_t
object_get(void)
{
	vm_object_t object;

	object = uma_zalloc(object_zone, M_WAITOK);
	mtx_lock(&list_mtx);
	TAILQ_INSERT_TAIL(&live_list, object, object_list);
	object->born = born_count++;
	live_count++;
	mtx_unlock(&list_mtx);
	return (object);
}

static void
object_put(vm_object_t object)
{
	mtx_lock(&list_mtx);
	TAILQ_REMOVE(&live_list, object, object_list);
	live_count--;
	mtx_unlock(&list_mtx);
	uma_zfree(object_zone, object);
}

u_long
hf_vm_object_live(void)
{
	return (live_count);
}

u_long
hf_vm_object_born(void)
{
	return (born_count);
}

/* Calls fn for each object in existence until it answers non-NULL. */
const char *
hf_vm_object_foreach(const char *(*fn)(vm_object_t))
{
	vm_object_t object;
	const char *text;

	text = NULL;
	mtx_lock(&list_mtx);
	TAILQ_FOREACH (object, &live_list, object_list)
		if ((text = fn(object)) != NULL)
			break;
	mtx_unlock(&list_mtx);
	return (text);
}

/*
 * The lock and the counters of a free object stay as they are: late wakers of a
 * past life may still look at them.
 */
static void
object_init(vm_object_t object, objtype_t type, vm_pindex_t size, u_short flags)
{
	LIST_INIT(&object->shadow_head);
	TAILQ_INIT(&object->memq);
	vm_radix_init(&object->rtree);
	object->size = size;
	object->generation = 1;
	object->cleangeneration = 1;
	object->shadow_count = 0;
	object->memattr = VM_MEMATTR_DEFAULT;
	object->type = type;
	object->flags = flags;
	object->pg_color = 0;
	object->resident_page_count = 0;
	object->backing_object = NULL;
	object->backing_object_offset = 0;
	object->pgops = pagertab[type];
	object->handle = NULL;
	memset(&object->un_pager, 0, sizeof(object->un_pager));
	object->cred = NULL;
	object->charge = 0;
	object->shared = false;
	KASSERT(blockcount_read(&object->paging_in_progress) == 0 &&
		blockcount_read(&object->busy) == 0,
	    ("vm_object_allocate: object %p is not at rest", (void *)object));
	atomic_store_rel_int(&object->ref_count, 1);
}

/* Boot, after vm_page_startup(). */
void
vm_object_init(void)
{
	mtx_init(&list_mtx, "vm object list", NULL, MTX_DEF);
	vm_radix_zinit();
	object_zone = uma_zcreate("VM OBJECT", sizeof(struct vm_object), NULL,
	    NULL, object_zinit, NULL, UMA_ALIGN_PTR, UMA_ZONE_NOFREE);
	(void)object_zinit(kernel_object, sizeof(*kernel_object), M_WAITOK);
	object_init(kernel_object, OBJT_PHYS,
	    atop(VM_MAX_KERNEL_ADDRESS - VM_MIN_KERNEL_ADDRESS), OBJ_UNMANAGED);
}

void
vm_object_clear_flag(vm_object_t object, u_short bits)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	object->flags &= ~bits;
}

/*
 * A new object of size pages with one reference and no pages.  May sleep;
 * never NULL.  A vnode object's first reference does not use the vnode yet:
 * the vnode pager sees to that.
 */
vm_object_t
vm_object_allocate(objtype_t type, vm_pindex_t size)
{
	vm_object_t object;
	u_short flags;

	switch (type) {
	case OBJT_SWAP:
		flags = OBJ_COLORED | OBJ_SWAP;
		break;
	case OBJT_VNODE:
		flags = OBJ_COLORED;
		break;
	case OBJT_DEVICE:
	case OBJT_SG:
		flags = OBJ_FICTITIOUS | OBJ_UNMANAGED;
		break;
	case OBJT_MGTDEVICE:
		flags = OBJ_FICTITIOUS;
		break;
	case OBJT_PHYS:
		flags = OBJ_UNMANAGED;
		break;
	default:
		panic("vm_object_allocate: type %d", type);
	}
	object = object_get();
	object_init(object, type, size, flags);
	return (object);
}

/*
 * The same of a type of vm_pager_alloc_dyn_type()'s, with the flags that its
 * pager wants.
 */
vm_object_t
vm_object_allocate_dyn(objtype_t dyntype, vm_pindex_t size, u_short flags)
{
	vm_object_t object;

	KASSERT(dyntype >= OBJT_FIRST_DYN && dyntype < HF_PAGERTAB_SIZE &&
		pagertab[dyntype] != NULL,
	    ("vm_object_allocate_dyn: type %d", dyntype));
	object = object_get();
	object_init(object, dyntype, size, flags);
	return (object);
}

/*
 * Anonymous memory of size pages, one reference.  The backing object is not
 * linked; the caller does that.  May sleep.
 */
vm_object_t
vm_object_allocate_anon(vm_pindex_t size, vm_object_t backing_object,
    struct ucred *cred, vm_size_t charge)
{
	vm_object_t object;

	object = object_get();
	object_init(object, OBJT_SWAP, size,
	    OBJ_ANON | OBJ_ONEMAPPING | OBJ_COLORED | OBJ_SWAP);
	object->cred = cred;
	object->charge = cred != NULL ? charge : 0;
	return (object);
}

/* One more reference.  Object write-locked, not dead. */
void
vm_object_reference_locked(vm_object_t object)
{
	VM_OBJECT_ASSERT_LOCKED(object);
	KASSERT((object->flags & OBJ_DEAD) == 0,
	    ("vm_object_reference: object %p is dead", (void *)object));
	if (atomic_fetchadd_int(&object->ref_count, 1) == 0 &&
	    object->pgops->hf_pgo_first_ref != NULL)
		object->pgops->hf_pgo_first_ref(object);
}

/* One more reference, from somebody who keeps the object alive.  NULL is ok. */
void
vm_object_reference(vm_object_t object)
{
	u_int old;

	if (object == NULL)
		return;
	KASSERT((object->flags & OBJ_DEAD) == 0,
	    ("vm_object_reference: object %p is dead", (void *)object));
	old = atomic_load_int(&object->ref_count);
	while (old != 0)
		if (atomic_fcmpset_int(&object->ref_count, &old, old + 1))
			return;
	/* The first one: of a vnode's object, whose vnode must be used now. */
	VM_OBJECT_WLOCK(object);
	vm_object_reference_locked(object);
	VM_OBJECT_WUNLOCK(object);
}

void
vm_object_pip_add(vm_object_t object, short i)
{
	if (i > 0) {
		blockcount_acquire(&object->paging_in_progress, i);
		hf_node_acquired(HF_NODE_PAGING, (u_int)i);
	}
}

void
vm_object_pip_wakeup(vm_object_t object)
{
	hf_node_released(HF_NODE_PAGING, 1);
	blockcount_release(&object->paging_in_progress, 1);
}

/* Any context. */
void
vm_object_pip_wakeupn(vm_object_t object, short i)
{
	if (i > 0) {
		hf_node_released(HF_NODE_PAGING, (u_int)i);
		blockcount_release(&object->paging_in_progress, i);
	}
}

/* Object write-locked; the lock is dropped while pip is not 0. */
void
vm_object_pip_wait(vm_object_t object, const char *waitid)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	while (blockcount_read(&object->paging_in_progress) != 0) {
		VM_OBJECT_WUNLOCK(object);
		vm_object_pip_wait_unlocked(object, waitid);
		VM_OBJECT_WLOCK(object);
	}
}

void
vm_object_pip_wait_unlocked(vm_object_t object, const char *waitid)
{
	VM_OBJECT_ASSERT_UNLOCKED(object);
	if (blockcount_read(&object->paging_in_progress) != 0)
		hf_node_check(HF_NODE_PAGING, NULL);
	blockcount_wait_unlocked(&object->paging_in_progress, waitid);
}

/* Bars new page busies in the object, which is locked. */
void
vm_object_busy(vm_object_t object)
{
	VM_OBJECT_ASSERT_LOCKED(object);
	blockcount_acquire(&object->busy, 1);
}

void
vm_object_unbusy(vm_object_t object)
{
	blockcount_release(&object->busy, 1);
}

/* No lock held. */
void
vm_object_busy_wait(vm_object_t object, const char *wmesg)
{
	VM_OBJECT_ASSERT_UNLOCKED(object);
	blockcount_wait_unlocked(&object->busy, wmesg);
}

/*
 * Memory type of the pages to come.  Object write-locked.  KERN_SUCCESS;
 * KERN_FAILURE if a page is resident; KERN_INVALID_ARGUMENT if dead.
 */
int
vm_object_set_memattr(vm_object_t object, vm_memattr_t memattr)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	if ((object->flags & OBJ_DEAD) != 0 || object->type == OBJT_DEAD)
		return (KERN_INVALID_ARGUMENT);
	if (object->resident_page_count != 0)
		return (KERN_FAILURE);
	object->memattr = memattr;
	return (KERN_SUCCESS);
}

/* A page becomes mapped for writing: the file may soon differ.  Any context. */
void
vm_object_set_writeable_dirty(vm_object_t object)
{
	if (object->pgops->pgo_set_writeable_dirty != NULL)
		object->pgops->pgo_set_writeable_dirty(object);
	else if (object->type == OBJT_VNODE)
		atomic_add_int(&object->generation, 1);
}

bool
vm_object_mightbedirty(vm_object_t object)
{
	if (object->pgops->pgo_mightbedirty != NULL)
		return (object->pgops->pgo_mightbedirty(object));
	return (object->type == OBJT_VNODE &&
	    atomic_load_int(&object->generation) !=
		(u_int)object->cleangeneration);
}

void
vm_object_color(vm_object_t object, u_short color)
{
	if ((object->flags & OBJ_COLORED) == 0) {
		object->pg_color = color;
		vm_object_set_flag(object, OBJ_COLORED);
	}
}

/* All pages of a dead object leave it; wired ones live on without it. */
static void
terminate_pages(vm_object_t object)
{
	vm_page_t m, next;

	for (m = TAILQ_FIRST(&object->memq); m != NULL; m = next) {
		next = TAILQ_NEXT(m, listq);
		vm_page_assert_unbusied(m);
		if ((vm_page_aflags(m) & PGA_SWAP_FREE) != 0)
			vm_pager_page_unswapped(m);
		hf_vm_page_set_object(m, NULL);
		if (atomic_fetchadd_int(&m->ref_count, -VPRC_OBJREF) ==
		    VPRC_OBJREF) {
			VM_CNT_INC(v_pfree);
			vm_page_free(m);
		}
	}
	vm_radix_reclaim_allnodes(&object->rtree);
	TAILQ_INIT(&object->memq);
	if (object->resident_page_count != 0) {
		object->resident_page_count = 0;
		if (object->pgops->hf_pgo_last_page != NULL)
			object->pgops->hf_pgo_last_page(object);
	}
}

/*
 * Ends a dead object without references, backing or collapse, write-locked;
 * consumes lock and object.  Waits for paging to end.  No page is busy or
 * mapped; dirty pages are discarded (a vnode's were flushed before).
 */
void
vm_object_terminate(vm_object_t object)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	KASSERT((object->flags & OBJ_DEAD) != 0,
	    ("vm_object_terminate: object %p is not dead", (void *)object));
	KASSERT((object->flags & OBJ_COLLAPSING) == 0,
	    ("vm_object_terminate: object %p is collapsing", (void *)object));
	KASSERT(object->backing_object == NULL,
	    ("vm_object_terminate: object %p has a backing", (void *)object));
	vm_object_pip_wait(object, "objtrm");
	KASSERT(object->ref_count == 0,
	    ("vm_object_terminate: object %p has %u references", (void *)object,
		object->ref_count));
	terminate_pages(object);
	vm_pager_deallocate(object);
	VM_OBJECT_WUNLOCK(object);
	vm_object_destroy(object);
}

/* The memory of an object that has nothing any more. */
void
vm_object_destroy(vm_object_t object)
{
	KASSERT(object->shadow_count == 0 && object->resident_page_count == 0 &&
		LIST_EMPTY(&object->shadow_head),
	    ("vm_object_destroy: object %p is in use", (void *)object));
	object->type = OBJT_DEAD;
	object_put(object);
}
