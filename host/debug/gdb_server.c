/* SPDX-License-Identifier: BSD-2-Clause */
/* gdb_server.c: the socket, and when the machine stops for the debugger. */
#include "debug/gdb_server.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/interrupt.h"
#include "debug/gdb_command.h"
#include "vm/control.h"

/* A vCPU that does not come back within this time waits for the host. */
#define PATIENCE_MS 2000

struct gdb_server {
	struct gdb_packets packets; /* fd -1: the debugger is gone */
	struct vm *vm;
	struct symbols *symbols;
	void (*wake)(void *arg);
	void *wake_arg;
	bool event;   /* atomic: a vCPU rests at a breakpoint */
	bool started; /* the first stop has been */
};

/* vCPU threads. */
static void
note_event(void *arg, struct control_event event)
{
	struct gdb_server *g = arg;

	__atomic_store_n(&g->event, true, __ATOMIC_RELEASE);
	g->wake(g->wake_arg);
}

static void
stop_listening(int fd, const char *path)
{
	unlink(path);
	close(fd);
}

static int
listen_at(const char *path, struct hf_err *err)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(name.sun_path))
		return (err_user(err, "--gdb %s: longer than %zu bytes", path,
		    sizeof(name.sun_path) - 1));
	strcpy(name.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return (err_host_errno(err, errno, "socket"));
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0) {
		err_user_errno(err, errno, "--gdb %s", path);
		close(fd);
		return (-1);
	}
	if (listen(fd, 1) != 0) {
		err_host_errno(err, errno, "--gdb %s: listen", path);
		stop_listening(fd, path);
		return (-1);
	}
	return (fd);
}

int
gdb_server_check(const char *path, struct hf_err *err)
{
	int fd = listen_at(path, err);

	if (fd < 0)
		return (-1);
	stop_listening(fd, path);
	return (0);
}

/* Whether fd is readable; false: a signal was noted.  Those that ask wait. */
static bool
wait_readable(int fd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
		{ .fd = interrupt_fd(), .events = POLLIN } };

	for (;;) {
		if (interrupt_noted() != 0)
			return (false);
		if (poll(fds, 2, -1) < 0)
			continue;
		if ((fds[1].revents & POLLIN) != 0)
			interrupt_clear();
		else if (fds[0].revents != 0)
			return (true);
	}
}

struct gdb_server *
gdb_server_open(struct vm *vm, const struct vm_image *image, const char *path,
    void (*wake)(void *arg), void *arg, struct hf_err *err)
{
	struct gdb_server *g;
	int fd, peer = -1;

	fd = listen_at(path, err);
	if (fd < 0)
		return (NULL);
	fprintf(stderr,
	    "holdfast: waiting for a debugger: (gdb) target remote %s\n", path);
	if (wait_readable(fd)) {
		peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		if (peer < 0)
			err_host_errno(err, errno, "--gdb %s: accept", path);
	}
	stop_listening(fd, path);
	if (peer < 0)
		return (NULL);
	g = calloc(1, sizeof(*g));
	hf_check_memory(g != NULL);
	g->packets.fd = peer;
	g->vm = vm;
	g->symbols = symbols_open(image->bytes, image->len_bytes);
	g->wake = wake;
	g->wake_arg = arg;
	control_observe(vm, note_event, g);
	control_hold_at_start(vm);
	return (g);
}

int
gdb_server_fd(const struct gdb_server *g)
{
	return (g->packets.fd);
}

static void
forget_debugger(struct gdb_server *g)
{
	close(g->packets.fd);
	g->packets.fd = -1;
	g->packets.nin = 0;
}

/* The next input that is not GDB_NOTHING, or that if a signal was noted. */
static enum gdb_input
next_input(struct gdb_server *g)
{
	enum gdb_input input = gdb_packet_take(&g->packets, false);

	while (input == GDB_NOTHING && wait_readable(g->packets.fd))
		input = gdb_packet_take(&g->packets, true);
	return (input);
}

/* Paused: until the machine is to go on.  input is what there is already. */
static void
converse(struct gdb_server *g, struct gdb_stop *stop, enum gdb_input input)
{
	enum gdb_next next = GDB_STAY;

	while (next == GDB_STAY) {
		if (input == GDB_PACKET)
			next = gdb_command(stop, &g->packets);
		if (next == GDB_STAY)
			input = next_input(g);
		if (input == GDB_CLOSED)
			next = GDB_LEAVE;
		else if (input == GDB_NOTHING)
			return;
	}
	if (next == GDB_GO_ON)
		return;
	if (next == GDB_KILL)
		interrupt_note(SIGTERM);
	control_break_clear_all(g->vm);
	forget_debugger(g);
}

bool
gdb_server_serve(struct gdb_server *g)
{
	struct gdb_stop stop = { .vm = g->vm, .symbols = g->symbols };
	struct control_event event;
	struct pollfd fd = { .fd = g->packets.fd, .events = POLLIN };
	enum gdb_input input = gdb_packet_take(&g->packets, false);
	bool hit = false;

	if (input == GDB_NOTHING && poll(&fd, 1, 0) == 1)
		input = gdb_packet_take(&g->packets, true);
	if (g->started && input == GDB_NOTHING &&
	    !__atomic_load_n(&g->event, __ATOMIC_ACQUIRE))
		return (false);
	stop.look = vm_pause(g->vm, PATIENCE_MS);
	__atomic_store_n(&g->event, false, __ATOMIC_RELEASE);
	while (control_take(g->vm, &event)) {
		if (!hit)
			stop.cpu = event.cpu;
		hit = true;
	}
	if (g->packets.fd >= 0) {
		stop.signal = hit ? GDB_SIGTRAP : GDB_SIGINT;
		/* The first one is asked for. */
		if (g->started)
			gdb_command_tell(&stop, &g->packets);
		g->started = true;
		converse(g, &stop, input == GDB_NOTHING ? GDB_BREAK : input);
	}
	vm_resume(g->vm);
	return (true);
}

void
gdb_server_close(struct gdb_server *g)
{
	if (g == NULL)
		return;
	if (g->packets.fd >= 0) {
		gdb_packet_send(&g->packets, "W00");
		forget_debugger(g);
	}
	symbols_close(g->symbols);
	free(g);
}
