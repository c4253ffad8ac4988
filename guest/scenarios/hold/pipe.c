/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe.c: a receiver copies straight out of the sender's held pages. */

#include <sys/proc.h>
#include <sys/uio.h>
#include <kern/failpoint.h>
#include <kern/thread.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <vfs/pipe.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

#define SRC HF_SPACE_BASE
#define DST (HF_SPACE_BASE + ptoa(1024))

/* Eight bytes at every 512th of the stream, which does not begin with a page. */
#define STEP 512

struct sender {
	struct hf_pipe *pipe;
	vm_offset_t addr;
	size_t len;
	ssize_t resid;
	int error;
	struct thread *td;
};

static void
send(void *arg)
{
	struct sender *s = arg;
	struct iovec iov[2] = { { NULL, 0 }, { (void *)s->addr, s->len } };
	struct uio uio = { .uio_iov = iov,
		.uio_iovcnt = 2,
		.uio_resid = (ssize_t)s->len,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_WRITE };

	s->error = hf_pipe_write(s->pipe, &uio);
	s->resid = uio.uio_resid;
}

static void
start(struct sender *s)
{
	s->td = hf_space_thread(send, s);
	hf_await_sleep(s->td, "pipewr");
}

/* One read; how much came. */
static ssize_t
receive(struct hf_pipe *pipe, vm_offset_t addr, size_t len, int *error)
{
	struct iovec iov = { (void *)addr, len };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = (ssize_t)len,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_READ };

	*error = hf_pipe_read(pipe, &uio);
	return ((ssize_t)len - uio.uio_resid);
}

HF_SCENARIO(hold_pipe, "hold.pipe", "QH-34 QE-01",
    "all bytes arrive, in order, in memory of any alignment, touched or not")
{
	static struct hf_pipe pipe;
	struct sender s = { &pipe, SRC + 24, ptoa(20) };
	struct proc *sender, *receiver;
	size_t at, n;
	u_int reads;
	int error, i;

	hf_pipe_init(&pipe);
	hf_space_anon_at(SRC, 21);
	for (at = 0; at < s.len; at += STEP)
		hf_poke(s.addr + at, 0x10000 + at);
	sender = curproc;
	receiver = hf_space_proc("receiver");
	start(&s);
	hf_space_run(receiver);
	hf_space_anon_at(DST, 22);
	for (reads = 0, at = 0; at < s.len; at += n, reads++) {
		n = (size_t)receive(&pipe, DST + 1000 + at, s.len - at, &error);
		hf_require_eq(error, 0);
		hf_require(n > 0);
	}
	/* A batch each: the first one lacks what lies before the address. */
	hf_expect_eq(reads, 2);
	hf_thread_join(s.td);
	hf_expect_eq(s.error, 0);
	hf_expect_eq(s.resid, 0);
	for (at = 0; at < s.len; at += STEP)
		if (hf_peek(DST + 1000 + at) != 0x10000 + at)
			break;
	hf_expect_eq(at, s.len);
	hf_expect_read(DST + 999, 0);
	hf_expect_read(DST + 1000 + s.len, 0);
	hf_expect_eq(hf_space_page(DST)->dirty, VM_PAGE_BITS_ALL);
	for (i = 0; i < 21; i++)
		hf_expect_eq(
		    vm_page_wire_count(hf_space_page(DST + ptoa(i))), 0);
	hf_space_run(sender);
	hf_space_end(receiver);
	for (i = 0; i < 21; i++)
		hf_expect_eq(
		    vm_page_wire_count(hf_space_page(SRC + ptoa(i))), 0);
	hf_pipe_destroy(&pipe);
	hf_space_check();
}

/* Nothing is copied before it is received, and nothing is frozen. */
HF_SCENARIO(hold_pipe_pages, "hold.pipe_pages", "QH-13 QH-34",
    "what the sender stores meanwhile is received; what it unmaps is, too")
{
	static struct hf_pipe pipe;
	struct sender s = { &pipe, SRC, ptoa(2) };
	vm_page_t m[2];
	u_int free;
	int error, i;

	hf_pipe_init(&pipe);
	hf_space_anon_at(SRC, 2);
	hf_space_anon_at(DST, 2);
	hf_poke(SRC, 1);
	hf_poke(SRC + ptoa(1), 2);
	hf_poke(DST, 0);
	hf_poke(DST + ptoa(1), 0);
	start(&s);
	for (i = 0; i < 2; i++) {
		m[i] = hf_space_page(SRC + ptoa(i));
		hf_expect_eq(vm_page_wire_count(m[i]), 1);
	}
	hf_poke(SRC, 3);
	hf_expect_eq(
	    vm_map_remove(hf_space_map(), SRC, SRC + ptoa(2)), KERN_SUCCESS);
	free = vm_free_count();
	hf_expect_eq(receive(&pipe, DST, 100, &error), 100);
	hf_expect_eq(error, 0);
	hf_expect_eq(hf_peek(DST), 3);
	hf_expect_eq(vm_page_wire_count(m[0]), 1);
	hf_expect_eq(receive(&pipe, DST + 100, ptoa(2), &error), ptoa(2) - 100);
	hf_expect_eq(hf_peek(DST + ptoa(1)), 2);
	hf_thread_join(s.td);
	hf_expect_eq(s.error, 0);
	hf_expect_le(free + 2, vm_free_count());
	hf_pipe_destroy(&pipe);
	hf_space_check();
}

HF_SCENARIO(hold_pipe_refused, "hold.pipe_refused", "QH-10 QH-11",
    "memory that cannot be read is not sent; what cannot be stored stays")
{
	static struct hf_pipe pipe;
	struct sender s = { &pipe, SRC, ptoa(2) };
	int error;

	hf_pipe_init(&pipe);
	hf_space_anon_at(SRC, 1);
	hf_poke(SRC, 0x41);
	/* Not even the first page: a batch is held as a whole. */
	send(&s);
	hf_expect_eq(s.error, EFAULT);
	hf_expect_eq(s.resid, ptoa(2));
	hf_expect_eq(vm_page_wire_count(hf_space_page(SRC)), 0);
	s.len = 64;
	hf_space_map_at(DST, 1, NULL, 0, VM_PROT_READ, 0);
	hf_space_anon_at(DST + ptoa(1), 1);
	start(&s);
	hf_expect_eq(receive(&pipe, DST, 64, &error), 0);
	hf_expect_eq(error, EFAULT);
	hf_expect_eq(receive(&pipe, DST + ptoa(1) - 8, 64, &error), 0);
	hf_expect_eq(error, EFAULT);
	hf_expect_eq(receive(&pipe, DST + ptoa(1), 64, &error), 64);
	hf_expect_eq(error, 0);
	hf_expect_read(DST + ptoa(1), 0x41);
	hf_thread_join(s.td);
	hf_expect_eq(s.error, 0);
	hf_expect_eq(vm_page_wire_count(hf_space_page(SRC)), 0);
	hf_pipe_destroy(&pipe);
	hf_space_check();
}

static ssize_t received;

static void
receive_nothing(void *arg)
{
	int error;

	received = receive(arg, DST, 8, &error);
	hf_expect_eq(error, 0);
}

HF_SCENARIO(hold_pipe_end, "hold.pipe_end", "QH-28",
    "a receiver that waits when the pipe is closed is told so")
{
	static struct hf_pipe pipe;
	struct thread *td;

	hf_pipe_init(&pipe);
	hf_space_anon_at(DST, 1);
	received = -1;
	td = hf_space_thread(receive_nothing, &pipe);
	hf_await_sleep(td, "piperd");
	hf_pipe_close(&pipe);
	hf_thread_join(td);
	hf_expect_eq(received, 0);
	hf_pipe_destroy(&pipe);
}

HF_SCENARIO(hold_pipe_senders, "hold.pipe_two_senders", "QH-34",
    "of two senders the second waits until all of the first's has arrived")
{
	static struct hf_pipe pipe;
	struct sender s = { &pipe, SRC, ptoa(20) };
	struct sender second = { &pipe, SRC + ptoa(30), 64 };
	size_t at, n;
	int error;

	hf_pipe_init(&pipe);
	hf_space_anon_at(SRC, 31);
	hf_space_anon_at(DST, 21);
	hf_poke(SRC + ptoa(20) - 8, 0x1111);
	hf_poke(second.addr, 0x2222);
	start(&s);
	second.td = hf_space_thread(send, &second);
	hf_await_sleep(second.td, "pipewt");
	/* Two batches of the first, then the second's. */
	for (at = 0; at < s.len + second.len; at += n) {
		n = (size_t)receive(
		    &pipe, DST + at, s.len + second.len - at, &error);
		hf_require_eq(error, 0);
		hf_require(n > 0);
	}
	hf_thread_join(s.td);
	hf_thread_join(second.td);
	hf_expect_eq(s.error, 0);
	hf_expect_eq(second.error, 0);
	hf_expect_eq(hf_peek(DST + s.len - 8), 0x1111);
	hf_expect_eq(hf_peek(DST + s.len), 0x2222);
	hf_pipe_destroy(&pipe);
	hf_space_check();
}

HF_SCENARIO(hold_pipe_closed, "hold.pipe_closed", "QH-11 QH-28",
    "a pipe that is closed sends no more, and lets go what it had not sent")
{
	static struct hf_pipe pipe;
	struct sender s = { &pipe, SRC, ptoa(1) };
	int error;

	hf_pipe_init(&pipe);
	hf_space_anon_at(SRC, 1);
	hf_space_anon_at(DST, 1);
	start(&s);
	hf_expect_eq(receive(&pipe, DST, 96, &error), 96);
	hf_expect_eq(vm_page_wire_count(hf_space_page(SRC)), 1);
	hf_pipe_close(&pipe);
	hf_thread_join(s.td);
	hf_expect_eq(s.error, EPIPE);
	hf_expect_eq(s.resid, PAGE_SIZE - 96);
	hf_expect_eq(vm_page_wire_count(hf_space_page(SRC)), 0);
	hf_expect_eq(receive(&pipe, DST, 96, &error), 0);
	hf_expect_eq(error, 0);
	send(&s);
	hf_expect_eq(s.error, EPIPE);
	hf_expect_eq(s.resid, PAGE_SIZE);
	hf_pipe_destroy(&pipe);
	hf_space_check();
}

struct receiver {
	struct hf_pipe *pipe;
	ssize_t got;
	int error;
};

static void
receive_page(void *arg)
{
	struct receiver *r = arg;

	r->got = receive(r->pipe, DST, PAGE_SIZE, &r->error);
}

HF_SCENARIO(hold_pipe_busy, "hold.pipe_busy", "QH-13 QH-28",
    "a closed pipe keeps the sender's pages until a receiver has left them")
{
	static struct hf_pipe pipe;
	struct sender s = { &pipe, SRC, ptoa(1) };
	struct receiver r = { &pipe };
	struct hf_script script;
	struct thread *td;
	vm_page_t m;

	hf_pipe_init(&pipe);
	hf_space_anon_at(SRC, 1);
	hf_poke(SRC, 0x41);
	m = hf_space_page(SRC);
	hf_script_map(&script, DST, 1);
	script.hold = true;
	start(&s);
	td = hf_space_thread(receive_page, &r);
	hf_await(&script.waiting, 1);
	hf_pipe_close(&pipe);
	/* It is woken, and sleeps again. */
	for (int i = 0; i < 200; i++)
		hf_yield();
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_script_release(&script);
	hf_thread_join(td);
	hf_thread_join(s.td);
	hf_expect_eq(r.error, 0);
	hf_expect_eq(r.got, PAGE_SIZE);
	hf_expect_eq(s.error, 0);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_expect_read(DST, 0x41);
	hf_pipe_destroy(&pipe);
	vm_map_remove(hf_space_map(), DST, DST + ptoa(1));
	hf_script_end(&script);
	hf_space_check();
}

/* What a write-back does that begins and ends now. */
static void
clean(void *arg)
{
	vm_object_t object = arg;
	vm_page_t m;

	VM_OBJECT_WLOCK(object);
	m = vm_page_lookup(object, 0);
	hf_expect(m != NULL && vm_page_tryxbusy(m));
	pmap_remove_write(m);
	vm_page_undirty(m);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(object);
}

HF_SCENARIO(hold_pipe_cleaned, "hold.pipe_cleaned", "QH-39",
    "memory that is written back before the bytes come is dirty when they have")
{
	static struct hf_pipe pipe;
	struct sender s = { &pipe, SRC, 64 };
	vm_object_t object;
	int error;

	hf_pipe_init(&pipe);
	hf_space_anon_at(SRC, 1);
	hf_poke(SRC, 0x41);
	object = vm_object_allocate(OBJT_SWAP, 1);
	hf_space_map_at(DST, 1, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	start(&s);
	hf_failpoint_call("pipe.held", 0, clean, object);
	hf_expect_eq(receive(&pipe, DST, 64, &error), 64);
	hf_expect_eq(hf_failpoint_fired("pipe.held"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(error, 0);
	hf_thread_join(s.td);
	hf_expect_read(DST, 0x41);
	hf_expect_eq(hf_space_page(DST)->dirty, VM_PAGE_BITS_ALL);
	hf_pipe_destroy(&pipe);
	hf_space_check();
}

HF_SCENARIO(hold_pipe_unmanaged, "hold.pipe_unmanaged", "QH-28 QH-34",
    "frames without reverse maps, of any memory type, are sent and let go")
{
	static const vm_memattr_t types[] = { VM_MEMATTR_UNCACHEABLE,
		VM_MEMATTR_WRITE_THROUGH, VM_MEMATTR_WRITE_BACK };
	static struct hf_pipe pipe;
	struct sender s = { &pipe, SRC + 24, ptoa(3) };
	vm_object_t object;
	vm_offset_t at;
	u_int i;
	int error;

	hf_pipe_init(&pipe);
	for (i = 0; i < nitems(types); i++) {
		object = vm_pager_allocate(
		    OBJT_PHYS, NULL, ptoa(4), VM_PROT_RW, 0, NULL);
		hf_require(object != NULL);
		VM_OBJECT_WLOCK(object);
		hf_expect_eq(
		    vm_object_set_memattr(object, types[i]), KERN_SUCCESS);
		VM_OBJECT_WUNLOCK(object);
		hf_space_enter();
		hf_space_map_at(SRC, 4, object, 0, VM_PROT_RW, 0);
		hf_space_anon_at(DST, 4);
		for (at = 24; at < s.len; at += STEP)
			hf_poke(SRC + at, at + i);
		hf_require(hf_space_page(SRC) != NULL);
		hf_expect_ne(hf_space_page(SRC)->oflags & VPO_UNMANAGED, 0);
		start(&s);
		hf_expect_eq(receive(&pipe, DST + 24, ptoa(4), &error), s.len);
		hf_expect_eq(error, 0);
		hf_thread_join(s.td);
		hf_expect_eq(s.error, 0);
		for (at = 24; at < s.len; at += STEP)
			hf_expect_eq(hf_peek(DST + at), at + i);
		vm_map_remove(hf_space_map(), SRC, SRC + ptoa(4));
		vm_map_remove(hf_space_map(), DST, DST + ptoa(4));
	}
	hf_pipe_destroy(&pipe);
	hf_space_check();
}
