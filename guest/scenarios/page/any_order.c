/* SPDX-License-Identifier: BSD-2-Clause */
/* any_order.c: the page daemon beside who uses pages, in whatever order. */

/*
 * Nothing here makes the threads meet: on a machine they do or not, and
 * tools/explore has them meet in every way (docs/testing.md).
 */
#include <kern/thread.h>
#include <test/vm_util.h>
#include <vm/vm_pageout_priv.h>

struct use {
	vm_object_t object;
	vm_page_t kept; /* was activated; NULL: it was not there any more */
};

static void
activate(void *arg)
{
	struct use *u = arg;

	VM_OBJECT_WLOCK(u->object);
	u->kept = vm_page_lookup(u->object, 0);
	if (u->kept != NULL)
		vm_page_activate(u->kept);
	VM_OBJECT_WUNLOCK(u->object);
}

HF_SCENARIO(page_scan_any_order, "page.scan_any_order", "PO-2",
    "what has become active since the daemon looked stays")
{
	struct hf_pageout po = { .vmd = VM_DOMAIN(0), .target = 1 };
	struct thread *td;
	struct use u;
	vm_page_t m;

	u.object = hf_test_object(1);
	m = hf_test_page(u.object, 0, 0);
	vm_page_undirty(m);
	vm_page_deactivate(m);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(u.object);
	td = hf_thread_create(activate, &u, "second", -1);
	hf_pageout_scan(&po, PQ_INACTIVE);
	hf_thread_join(td);
	VM_OBJECT_WLOCK(u.object);
	hf_expect_eq(vm_page_lookup(u.object, 0), u.kept);
	hf_test_object_end(u.object);
}
