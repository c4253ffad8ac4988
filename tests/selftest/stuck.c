/* SPDX-License-Identifier: BSD-2-Clause */
/* stuck.c: scenarios whose threads wait for each other, or for nothing. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mutex.h>
#include <sys/sx.h>
#include <kern/thread.h>
#include <test/file.h>
#include <test/job.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include "filesum.h"

/* An empty asm after the last call of a function keeps it in the backtrace. */

/* Long enough to get there, short enough for a test suite. */
#define LIMIT_MS 3000
#define VA	 HF_SPACE_BASE

static struct mtx mtx_a, mtx_b;
static struct sx sx_a, sx_b;
static volatile int have_a, have_b;

static void
mtx_ab(void *arg)
{
	mtx_lock(&mtx_a);
	have_a = 1;
	hf_await(&have_b, 1);
	mtx_lock(&mtx_b);
	__asm__ volatile("");
}

static void
mtx_ba(void *arg)
{
	mtx_lock(&mtx_b);
	have_b = 1;
	hf_await(&have_a, 1);
	mtx_lock(&mtx_a);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_abba_mtx, "selftest.abba_mtx", "",
    "two threads take two mutexes in opposite order", .timeout_ms = LIMIT_MS)
{
	struct thread *td;

	mtx_init(&mtx_a, "selftest a", NULL, MTX_DEF);
	mtx_init(&mtx_b, "selftest b", NULL, MTX_DEF);
	td = hf_thread_create(mtx_ab, NULL, "ab", -1);
	(void)hf_thread_create(mtx_ba, NULL, "ba", -1);
	hf_thread_join(td);
}

static void
sx_ab(void *arg)
{
	sx_slock(&sx_a);
	have_a = 1;
	hf_await(&have_b, 1);
	sx_xlock(&sx_b);
	__asm__ volatile("");
}

static void
sx_ba(void *arg)
{
	sx_xlock(&sx_b);
	have_b = 1;
	hf_await(&have_a, 1);
	sx_xlock(&sx_a);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_abba_sx, "selftest.abba_sx", "",
    "two threads take two sx locks in opposite order, one of them shared",
    .timeout_ms = LIMIT_MS)
{
	struct thread *td;

	sx_init(&sx_a, "selftest a");
	sx_init(&sx_b, "selftest b");
	td = hf_thread_create(sx_ab, NULL, "ab", -1);
	(void)hf_thread_create(sx_ba, NULL, "ba", -1);
	hf_thread_join(td);
}

static int doorbell;

/* Waits for a wakeup that came before: nobody rings a second time. */
static void
deaf(void *arg)
{
	(void)tsleep(&doorbell, 0, "bell", 0);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_lost_wakeup, "selftest.lost_wakeup", "",
    "a thread misses its wakeup", .timeout_ms = LIMIT_MS)
{
	wakeup(&doorbell);
	hf_thread_join(hf_thread_create(deaf, NULL, "deaf", -1));
}

static void
wait_for_page(void *arg)
{
	vm_object_t object = arg;
	vm_page_t m;

	VM_OBJECT_WLOCK(object);
	m = vm_page_lookup(object, 3);
	(void)vm_page_busy_sleep(m, "pgbusy", 0);
	__asm__ volatile("");
}

HF_SCENARIO(selftest_busy_page, "selftest.busy_page", "",
    "a thread waits for a page that another never lets go",
    .timeout_ms = LIMIT_MS)
{
	vm_object_t object = vm_object_allocate(OBJT_DEFAULT, 8);

	VM_OBJECT_WLOCK(object);
	(void)vm_page_alloc(object, 3, VM_ALLOC_NORMAL);
	VM_OBJECT_WUNLOCK(object);
	hf_thread_join(hf_thread_create(wait_for_page, object, "waiter", -1));
}

HF_SCENARIO(selftest_transition, "selftest.transition", "",
    "an unwiring waits for a wiring whose pager never answers",
    .timeout_ms = LIMIT_MS)
{
	static struct hf_script s;
	static struct hf_job a =
	    HF_JOB(hf_job_wire, VA, 3, .flags = VM_MAP_WIRE_USER);
	static struct hf_job b =
	    HF_JOB(hf_job_unwire, VA, 1, .flags = VM_MAP_WIRE_USER);

	hf_script_map(&s, VA, 3);
	hf_job_start_held(&a, &s);
	hf_job_start_asleep(&b, "vmmaps");
	hf_job_join(&b);
}

HF_SCENARIO(selftest_slow_disk, "selftest.slow_disk", "",
    "reads what the disk does not give", .flags = HF_NEEDS_DISK,
    .timeout_ms = LIMIT_MS)
{
	struct hf_io io = { .op = HF_IO_READ };
	struct hf_bdev *bd;
	struct hf_seg seg;
	char msg[100];
	vm_page_t m;

	hf_require_eq(hf_bdev_root(&bd, msg, sizeof(msg)), 0);
	m = vm_page_alloc_noobj(VM_ALLOC_WIRED);
	seg = (struct hf_seg){ VM_PAGE_TO_PHYS(m), PAGE_SIZE };
	io.sector = 24;
	io.segs = &seg;
	io.nsegs = 1;
	(void)hf_bdev_io_wait(bd, &io);
	hf_expect(true);
}

HF_SCENARIO(selftest_held_disk, "selftest.held_disk", "",
    "reads a file whose disk is held back", .flags = HF_NEEDS_DISK,
    .timeout_ms = LIMIT_MS)
{
	static struct hf_toucher t;
	struct vnode *vp = hf_file_open("one-mib");

	(void)hf_file_map_all(vp, VA);
	hf_file_warm(vp, 0);
	hf_bdev_hold(vp->v_mount->mnt_bdev);
	hf_toucher_start(&t, VA, -1);
	(void)hf_toucher_join(&t);
}

/* One of two files: a thread locks it and reads a page of the other's mapping. */
struct crosser {
	struct vnode *mine;
	vm_offset_t others;
	volatile int *have, *other_has;
};

static void
fault_with_vnode(void *arg)
{
	struct crosser *c = arg;

	(void)vn_lock(c->mine, LK_EXCLUSIVE | LK_RETRY);
	*c->have = 1;
	hf_await(c->other_has, 1);
	(void)hf_peek(c->others);
	__asm__ volatile("");
}

/* What file I/O would come to if it faulted with its vnode locked. */
HF_SCENARIO(selftest_crossed_faults, "selftest.crossed_faults", "",
    "two threads fault on each other's file, each with its own locked",
    .flags = HF_NEEDS_DISK, .timeout_ms = LIMIT_MS)
{
	static struct crosser a = { NULL, VA, &have_a, &have_b };
	static struct crosser b = { NULL, VA + ptoa(16), &have_b, &have_a };
	struct thread *td;

	a.mine = hf_file_open("one-mib");
	b.mine = hf_file_open(HF_SCRATCH_NAME);
	hf_file_map(b.mine, a.others, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	hf_file_map(a.mine, b.others, 0, 1, VM_PROT_READ, HF_FILE_SHARED);
	/* The order check would not let it come to the circle. */
	a.mine->v_sx.lock_object.lo_flags |= LO_QUIET;
	td = hf_space_thread(fault_with_vnode, &a);
	(void)hf_space_thread(fault_with_vnode, &b);
	hf_thread_join(td);
}

/* What becomes of the list of threads, and what the report must still say. */
static void
sleep_for_ever(void)
{
	static int nobody;

	(void)tsleep(&nobody, 0, "broken", 0);
	__asm__ volatile("");
}

static void
sleeper(void *arg)
{
	sleep_for_ever();
}

/* The list's second element has next instead of its own; %rsp stays good. */
static void
break_list(struct thread *next)
{
	struct thread *td = TAILQ_FIRST(&hf_threads);

	(void)hf_thread_create(sleeper, NULL, "sleeper", -1);
	TAILQ_NEXT(td, td_all)->td_all.tqe_next = next;
	sleep_for_ever();
}

HF_SCENARIO(selftest_list_loop, "selftest.list_loop", "",
    "makes a loop of the list of threads", .timeout_ms = LIMIT_MS)
{
	break_list(TAILQ_FIRST(&hf_threads));
}

HF_SCENARIO(selftest_list_wild, "selftest.list_wild", "",
    "lets the list of threads lead nowhere", .timeout_ms = LIMIT_MS)
{
	break_list((struct thread *)0xfffffeee00001238ul);
}

HF_SCENARIO(selftest_list_noise, "selftest.list_noise", "",
    "writes noise over a thread that sleeps", .timeout_ms = LIMIT_MS)
{
	struct thread *td = hf_thread_create(sleeper, NULL, "sleeper", -1);

	hf_await_sleep(td, "broken");
	td->td_blocked = (void *)0x4141414141414141ul;
	td->td_wmesg = (void *)0xfffffeee00001238ul;
	td->td_pcb_store.pcb_rsp = 0x1234;
	td->td_nheld = 0x7fffffff;
	memset(td->td_name, 0xfe, sizeof(td->td_name));
	sleep_for_ever();
}
