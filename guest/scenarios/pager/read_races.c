/* SPDX-License-Identifier: BSD-2-Clause */
/* read_races.c: page-ins that others wait for or get in the way of. */

#include <sys/proc.h>
#include <test/file.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <kern/failpoint.h>
#include <kern/thread.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

#define VA	0x40000000ul
#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE

static struct vnode *vp;
static struct hf_bdev *bd;

static void
begin(const char *name, u_long npages)
{
	vp = hf_file_open(name);
	bd = vp->v_mount->mnt_bdev;
	hf_file_map(vp, VA, 0, npages, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_warm(vp, 0);
}

static void
end(u_long npages)
{
	hf_file_expect_idle(vp);
	hf_file_unmap(VA, npages);
	hf_file_close(vp);
}

HF_SCENARIO(pager_two, "pager.two_faulters", "GP-20 GP-12",
    "two threads on one absent page cost one read; a waiter's page is active",
    ON_DISK)
{
	struct hf_toucher a, b, c;
	uint64_t reads;

	begin("size-4097", 2);
	reads = bd->reads;
	hf_bdev_hold(bd);
	hf_toucher_start(&a, VA, -1);
	hf_file_await_held(bd, 1);
	hf_toucher_start(&b, VA + 1, -1);
	hf_toucher_start(&c, VA + ptoa(1), -1);
	hf_expect(hf_toucher_asleep(&b, "vmpfw"));
	hf_expect(hf_toucher_asleep(&c, "vmpfw"));
	hf_expect_eq(bd->reads - reads, 1);
	hf_bdev_release(bd);
	hf_expect(hf_toucher_join(&a) >= 0);
	hf_expect(hf_toucher_join(&b) >= 0);
	hf_expect(hf_toucher_join(&c) >= 0);
	hf_expect_eq(bd->reads - reads, 1);
	hf_expect(vm_page_active(hf_file_need_page(vp, 1)));
	hf_expect_read(VA, a.value);
	hf_expect_read(VA + 1, b.value);
	end(2);
}

HF_SCENARIO(pager_error_waiter, "pager.read_error_waiter", "GP-13 GP-25",
    "who waits for a page of a read that fails faults again, and has it",
    ON_DISK)
{
	static uint8_t sector[512];
	struct hf_toucher a, b;

	begin("one-mib", 32);
	hf_file_warm(vp, 20);
	hf_bdev_hold(bd);
	hf_toucher_start(&a, VA + ptoa(20), -1);
	hf_file_await_held(bd, 1);
	/* For a page that comes with the first read, or for one of its own. */
	hf_toucher_start(&b, VA + ptoa(22), -1);
	hf_expect(hf_toucher_asleep(&b, NULL));
	hf_failpoint_arm("bdev.read", 0, 1);
	hf_bdev_release(bd);
	hf_expect_eq(hf_toucher_join(&a), (uint64_t)-1);
	hf_expect(hf_toucher_join(&b) >= 0);
	hf_failpoint_disarm_all();
	hf_expect(hf_file_page(vp, 20) == NULL ||
	    vm_page_all_valid(hf_file_page(vp, 20)));
	hf_expect(vm_page_all_valid(hf_file_need_page(vp, 22)));
	hf_file_read_disk(vp, ptoa(22), sector, sizeof(sector));
	hf_expect_read(VA + ptoa(22), sector[0]);
	end(32);
}

HF_SCENARIO(pager_locked, "pager.vnode_locked", "GP-21",
    "a fault that waits for the vnode keeps no page from its holder", ON_DISK)
{
	struct hf_toucher t;
	vm_page_t m;

	begin("size-4096", 1);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_toucher_start(&t, VA, -1);
	hf_expect(hf_toucher_asleep(&t, NULL));
	VM_OBJECT_WLOCK(vp->v_object);
	m = vm_page_grab(vp->v_object, 0, VM_ALLOC_NORMAL);
	hf_expect(m != NULL);
	vm_page_free(m);
	VM_OBJECT_WUNLOCK(vp->v_object);
	VOP_UNLOCK(vp);
	hf_expect(hf_toucher_join(&t) >= 0);
	end(1);
}

static volatile u_int truncated;

static void
truncate(void *arg)
{
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_setsize(vp, 0);
	VOP_UNLOCK(vp);
	atomic_store_rel_int(&truncated, 1);
}

HF_SCENARIO(pager_truncate, "pager.truncate_during_read", "GP-22 VN-08",
    "truncation waits for a page-in and leaves nothing behind", ON_DISK)
{
	struct thread *td;
	struct hf_toucher t;
	uint64_t bytes;

	begin("one-mib", 32);
	bytes = hf_file_bytes(vp);
	truncated = 0;
	hf_bdev_hold(bd);
	hf_toucher_start(&t, VA + ptoa(3), -1);
	hf_file_await_held(bd, 1);
	td = hf_thread_create(truncate, NULL, "truncate", -1);
	hf_await_sleep(td, NULL);
	hf_expect_eq(truncated, 0);
	hf_bdev_release(bd);
	(void)hf_toucher_join(&t);
	hf_thread_join(td);
	hf_expect_eq(truncated, 1);
	hf_expect_eq(hf_file_resident(vp, 0), 0);
	hf_expect_eq(hf_file_bytes(vp), 0);
	hf_expect_bus(hf_probe_read(VA + ptoa(3)));
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	vnode_pager_setsize(vp, bytes);
	VOP_UNLOCK(vp);
	hf_expect(hf_probe_read(VA + ptoa(3)).ok);
	end(32);
}

HF_SCENARIO(pager_replaced, "pager.replaced_while_waiting", "GP-28",
    "a fault that has waited for one file and finds another lets the first go",
    ON_DISK)
{
	struct hf_toucher t;
	struct vnode *other;

	begin("size-4096", 1);
	other = hf_file_open("size-4097");
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_toucher_start(&t, VA, -1);
	hf_require(hf_toucher_asleep(&t, "vnode"));
	hf_file_unmap(VA, 1);
	hf_file_map(other, VA, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	VOP_UNLOCK(vp);
	hf_require(hf_toucher_join(&t) >= 0);
	hf_expect_read(VA, t.value);
	hf_require_eq(vn_lock(vp, LK_EXCLUSIVE | LK_NOWAIT), 0);
	VOP_UNLOCK(vp);
	hf_file_expect_idle(other);
	end(1);
	hf_file_close(other);
}
