/* SPDX-License-Identifier: BSD-2-Clause */
/* guest.c: plug a machine together and listen to it. */
#include "run/guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/lock.h"
#include "core/monotonic.h"
#include "dev/bus.h"
#include "dev/console.h"
#include "dev/counts.h"
#include "dev/debug_exit.h"
#include "run/devices.h"

uint64_t
guest_time_ns(const struct guest *g)
{
	return (monotonic_ns() - g->lost_ns);
}

void
guest_wake(void *arg)
{
	struct guest *g = arg;
	uint64_t one = 1;
	ssize_t n;

	n = write(g->wake_fd, &one, sizeof(one));
	hf_check(n == (ssize_t)sizeof(one));
}

/*
 * Lock held.  The owner sleeps PROGRESS_LOOK_MS at the most, so it is woken
 * only for what cannot wait so long.  That is a result which the next
 * scenario's begin settles, and the end of belief in this guest.
 */
static void
note_event(struct guest *g, enum verdict_event event)
{
	if (event == VERDICT_NOTHING)
		return;
	g->last_event_ns = guest_time_ns(g);
	if (g->eager || event == VERDICT_PANICKED ||
	    event == VERDICT_VIOLATED ||
	    (event == VERDICT_BEGAN && g->verdict.next > 1))
		g->wake = true;
}

/* Lock held: the callbacks of the record stream. */
static void
on_record(void *arg, const struct record *rec)
{
	struct guest *g = arg;

	note_event(g, verdict_record(&g->verdict, rec, monotonic_ns()));
	if ((rec->kind == RECORD_BEGIN || rec->kind == RECORD_HIST ||
		rec->kind == RECORD_RAW) &&
	    g->opt->bench != NULL && !g->verdict.violated)
		g->opt->bench->record(g->opt->bench->arg, rec);
}

static void
on_violation(void *arg, const char *why)
{
	struct guest *g = arg;

	note_event(g, verdict_violate(&g->verdict, why));
}

static void
on_text(void *arg, const char *text, size_t len_bytes)
{
	struct guest *g = arg;

	tail_add(&g->tail, text, len_bytes);
	if (g->opt->console)
		fprintf(stderr, "%.*s\n", (int)len_bytes, text);
}

/* vCPU threads. */
static void
on_console(void *arg, const char *bytes, size_t len_bytes)
{
	struct guest *g = arg;
	bool wake;

	lock_take(&g->lock);
	if (!g->deaf) {
		g->console_bytes += len_bytes;
		record_stream_feed(&g->stream, bytes, len_bytes);
	}
	wake = g->wake;
	g->wake = false;
	lock_drop(&g->lock);
	/* Without the lock, which is what the woken owner wants next. */
	if (wake)
		guest_wake(g);
}

static void
on_exit_port(void *arg, uint32_t value)
{
	struct guest *g = arg;

	vm_guest_exit(g->vm, value);
}

static void
on_cpus_port(void *arg)
{
	struct guest *g = arg;

	vm_cpus_start(g->vm);
}

static const struct counts_ops vcpu_counts = { .exits = vm_count_exits,
	.host_irqs = vm_count_host_irqs,
	.run_delay_ns = vm_count_run_delay_ns };

static struct vm *
make_vm(struct guest *g, uint32_t flags, struct hf_err *err)
{
	struct vm_config cfg = {
		.memory_bytes = g->opt->memory_bytes,
		.ncpus = g->opt->ncpus,
		.hugepages = g->opt->hugepages,
		.prefault = g->opt->prefault,
		.ioapic = devices_count(g->opt, flags) > 0,
		.counts = g->opt->bench != NULL,
		.lazy_cpus = true,
		.io = { .arg = g->bus, .pio = bus_pio, .mmio = bus_mmio },
	};

	return (vm_create(&cfg, err));
}

/* The run plan, and a stream that expects its nonce.  NULL: *err. */
static char *
make_plan(struct guest *g, struct scenario_result **results, size_t nresults,
    size_t *len_bytes, struct hf_err *err)
{
	struct record_sink sink = { .arg = g,
		.record = on_record,
		.violation = on_violation,
		.text = on_text };
	struct plan plan = { .seed = g->opt->seed,
		.cpus = g->opt->ncpus,
		.params = (const char **)(uintptr_t)g->opt->params,
		.nparams = g->opt->nparams,
		.nruns = nresults };
	char *text;

	if (plan_make_nonce(plan.nonce, err) != 0)
		return (NULL);
	plan.runs = calloc(nresults, sizeof(*plan.runs));
	hf_check_memory(plan.runs != NULL);
	for (size_t i = 0; i < nresults; i++)
		plan.runs[i] = results[i]->id;
	text = plan_format(&plan, len_bytes, err);
	free(plan.runs);
	record_stream_init(&g->stream, plan.nonce, &sink);
	verdict_init(&g->verdict, results, nresults);
	return (text);
}

static int
load(struct guest *g, struct scenario_result **results, size_t nresults,
    struct hf_err *err)
{
	char cmdline[VM_CMDLINE_MAX];
	size_t plan_bytes;
	char *plan;
	int rc;

	cmdline[0] = '\0';
	devices_announce(g->devices, cmdline, sizeof(cmdline));
	plan = make_plan(g, results, nresults, &plan_bytes, err);
	if (plan == NULL)
		return (-1);
	rc = vm_load(g->vm, &g->opt->kernel, plan, plan_bytes, cmdline, err);
	free(plan);
	return (rc);
}

struct guest *
guest_new(const struct run_options *opt, uint32_t flags,
    struct scenario_result **results, size_t nresults, struct hf_err *err)
{
	struct guest *g = malloc(sizeof(*g));

	hf_check_memory(g != NULL);
	/* Kept lines and the record's are written before they are read. */
	memset(g, 0, offsetof(struct guest, tail.lines));
	g->opt = opt;
	lock_init(&g->lock);
	g->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (g->wake_fd < 0) {
		err_host_errno(err, errno, "eventfd");
		goto fail;
	}
	g->bus = bus_new();
	g->console = console_new(g->bus, on_console, g);
	g->debug_exit = debug_exit_new(g->bus, on_exit_port, g);
	hf_check_memory(g->console != NULL && g->debug_exit != NULL);
	g->cpu_start =
	    (struct cpu_start_ops){ .arg = g, .start = on_cpus_port };
	cpu_start_add(g->bus, &g->cpu_start);
	if (opt->bench != NULL)
		counts_add(g->bus, &vcpu_counts);
	g->vm = make_vm(g, flags, err);
	if (g->vm == NULL)
		goto fail;
	console_set_guestmem(g->console, vm_guestmem(g->vm));
	g->devices = devices_new(opt, flags, g->vm, g->bus, err);
	if (g->devices == NULL)
		goto fail;
	if (load(g, results, nresults, err) != 0)
		goto fail;
	return (g);
fail:
	guest_free(g);
	return (NULL);
}

int
guest_start(struct guest *g, struct hf_err *err)
{
	g->last_event_ns = guest_time_ns(g);
	if (g->opt->bench != NULL)
		g->opt->bench->starts(g->opt->bench->arg, g->vm);
	return (vm_start(g->vm, err));
}

void
guest_stop(struct guest *g)
{
	/* First: the guest's own account of its requests is to stay. */
	vm_request_stop(g->vm);
	devices_cut_short(g->devices);
	vm_stop(g->vm);
	lock_take(&g->lock);
	record_stream_finish(&g->stream);
	lock_drop(&g->lock);
}

void
guest_ignore(struct guest *g)
{
	lock_take(&g->lock);
	g->deaf = true;
	lock_drop(&g->lock);
}

void
guest_free(struct guest *g)
{
	if (g == NULL)
		return;
	if (g->vm != NULL)
		vm_stop(g->vm);
	devices_free(g->devices);
	vm_destroy(g->vm);
	bus_free(g->bus);
	console_free(g->console);
	debug_exit_free(g->debug_exit);
	if (g->wake_fd >= 0)
		close(g->wake_fd);
	lock_destroy(&g->lock);
	free(g);
}
