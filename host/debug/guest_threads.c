/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_threads.c: the list of threads, and each one's stack. */
#include "debug/guest_threads.h"

#include <inttypes.h>
#include <string.h>

#include "debug/backtrace.h"
#include "debug/types.h"

/* The vCPU whose current thread this is: %gs leads to it (struct pcpu). */
static int
cpu_of(const struct guest_view *v, uint64_t td)
{
	for (unsigned int i = 0; i < v->end->ncpus; i++) {
		const struct vm_cpu_state *cpu = &v->end->cpus[i];
		uint64_t current;

		if (cpu->valid && !cpu->waiting &&
		    view_field(
			v, cpu->gs.base, "pcpu", "pc_curthread", &current) &&
		    current == td)
			return ((int)i);
	}
	return (-1);
}

static const char *
state_name(const struct guest_view *v, uint64_t td)
{
	uint64_t state;
	const char *name;

	if (!view_field(v, td, "thread", "td_state", &state))
		return ("?");
	name = types_enumerator(v->syms, "hf_td_state", state);
	if (name == NULL)
		return ("in no known state");
	/* TDS_SLEEPING, in the words of a report. */
	if (strcmp(name, "TDS_SLEEPING") == 0)
		return ("asleep");
	if (strcmp(name, "TDS_RUNQ") == 0)
		return ("waiting for a CPU");
	if (strcmp(name, "TDS_RUNNING") == 0)
		return ("running");
	if (strcmp(name, "TDS_DEAD") == 0)
		return ("dead, not joined");
	return ("not started");
}

static void
load_one(const struct guest_view *v, uint64_t va, struct guest_thread *td)
{
	*td = (struct guest_thread){ .va = va };
	view_field(v, va, "thread", "td_tid", &td->tid);
	view_text_field(v, va, "thread", "td_name", td->name, sizeof(td->name));
	td->state = state_name(v, va);
	view_field(v, va, "thread", "td_blocked", &td->blocked);
	view_field(v, va, "thread", "td_wchan", &td->channel);
	if (td->channel != 0)
		view_text_field(v, va, "thread", "td_wmesg", td->message,
		    sizeof(td->message));
	td->cpu = cpu_of(v, va);
	td->idle = strcmp(td->name, "idle") == 0 && td->blocked == 0 &&
	    td->channel == 0;
	if (td->idle)
		td->state = "nothing to do";
}

void
threads_load(const struct guest_view *v, struct guest_threads *t)
{
	struct view_list l;
	uint64_t va;

	t->n = 0;
	view_list_begin(&l, v, view_variable(v, "hf_threads"), "thread",
	    "td_all", GUEST_THREADS_MAX);
	while ((va = view_list_next(&l)) != 0)
		load_one(v, va, &t->thread[t->n++]);
	snprintf(t->trouble, sizeof(t->trouble), "%s", l.trouble);
	/* A broken list may lack those that run: the CPUs know them. */
	for (unsigned int i = 0; t->trouble[0] != '\0' && i < v->end->ncpus;
	     i++) {
		const struct vm_cpu_state *cpu = &v->end->cpus[i];

		if (cpu->valid && !cpu->waiting && t->n < GUEST_THREADS_MAX &&
		    view_field(v, cpu->gs.base, "pcpu", "pc_curthread", &va) &&
		    va != 0 && threads_find(t, va) == NULL)
			load_one(v, va, &t->thread[t->n++]);
	}
}

const struct guest_thread *
threads_find(const struct guest_threads *t, uint64_t va)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->thread[i].va == va)
			return (&t->thread[i]);
	return (NULL);
}

void
threads_print_name(FILE *f, const struct guest_thread *td)
{
	fprintf(f, "thread %" PRIu64 " \"%s\"", td->tid, td->name);
}

/* What hf_switch() left on the stack of a thread that does not run. */
static bool
switched_away(const struct guest_view *v, const struct guest_thread *td,
    struct backtrace_start *from)
{
	uint64_t rsp;

	*from = (struct backtrace_start){ .called = true };
	if (!view_field(v, td->va, "thread", "td_pcb_store.pcb_rsp", &rsp) ||
	    !view_field(v, rsp, "switch_frame", "rip", &from->rip) ||
	    !view_field(v, rsp, "switch_frame", "rbp", &from->rbp))
		return (false);
	from->rsp = view_at(v, rsp, "switch_frame", "rip") + 8;
	return (true);
}

void
threads_print_stack(
    FILE *f, const struct guest_view *v, const struct guest_thread *td)
{
	struct backtrace_frame frames[BACKTRACE_FRAMES_MAX];
	struct backtrace_start from;

	if (td->cpu >= 0) {
		const struct vm_cpu_state *cpu = &v->end->cpus[td->cpu];

		backtrace_print(f, v->syms, frames,
		    backtrace_walk_cpu(v->mem, cpu, v->syms, frames));
	} else if (switched_away(v, td, &from))
		backtrace_print(f, v->syms, frames,
		    backtrace_walk(v->mem, v->paging, v->syms, &from, frames));
	else
		fprintf(f, "  its stack cannot be read\n");
}
