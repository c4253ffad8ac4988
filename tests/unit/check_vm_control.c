/* SPDX-License-Identifier: BSD-2-Clause */
/* check_vm_control.c: breakpoints, steps and registers of running machines. */
#include <semaphore.h>
#include <time.h>

#include "vm/activity.h"
#include "vm/control.h"
#include "vm_machine.h"

#define PATIENCE_MS 10000
#define COUNTER_0   0x9000
#define COUNTER_1   0x9004
#define CODE_1	    0x8000 /* CPU 1's of guest_two */

extern const char guest_two_loop[];

#define LOOP_0 ((uint64_t)(BUILDER_CODE_GPA + (guest_two_loop - guest_two)))

static sem_t events;
static unsigned int nports;

static void
note_event(void *arg, struct control_event event)
{
	ck_assert_ptr_eq(arg, &events);
	sem_post(&events);
}

static void
take_port(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	__atomic_add_fetch(&nports, 1, __ATOMIC_SEQ_CST);
}

static void
make(struct machine *m, unsigned int ncpus, int parts, const char *code,
    const char *end)
{
	static const struct bus_pio_ops port = { .out = take_port };

	machine_make_with(m, ncpus, parts, code, end);
	ck_assert_int_eq(bus_add_pio(m->bus, "port", 0x80, 1, &port, NULL), 0);
	nports = 0;
	sem_init(&events, 0, 0);
	control_observe(m->vm, note_event, &events);
}

static void
break_at(struct machine *m, uint64_t address)
{
	ck_assert_msg(
	    control_break_set(m->vm, address, &m->err) == 0, "%s", m->err.text);
}

/* Waits for an event (bounded by Check's time limit); the machine is paused. */
static struct control_event
next_event(struct machine *m)
{
	struct control_event event;

	while (sem_wait(&events) != 0)
		;
	ck_assert(vm_pause(m->vm, PATIENCE_MS)->cpus[0].valid);
	ck_assert(control_take(m->vm, &event));
	return (event);
}

static struct vm_cpu_state *
cpu_of(struct machine *m, const struct vm_end *look, unsigned int cpu)
{
	ck_assert(look->cpus[cpu].valid);
	return (&look->cpus[cpu]);
}

static const struct vm_end *
pause_now(struct machine *m)
{
	return (vm_pause(m->vm, PATIENCE_MS));
}

static void
step(struct machine *m, unsigned int cpu)
{
	ck_assert_msg(control_step(m->vm, cpu, PATIENCE_MS, &m->err) == 0, "%s",
	    m->err.text);
}

static uint32_t
counter(struct machine *m, uint64_t at)
{
	uint32_t n;

	ck_assert(
	    guestmem_read(vm_guestmem(m->vm), gpa_make(at), &n, sizeof(n)));
	return (n);
}

/* Every instruction once, those of devices too, and no more. */
START_TEST(a_step_is_one_instruction)
{
	static const unsigned int at[] = { 5, 6, 5, 6, 5, 6, 8, 10, 15, 20, 21,
		22 };
	const struct vm_end *look;
	struct machine m;

	make(&m, 2, 0, guest_steps, guest_steps_end);
	break_at(&m, BUILDER_CODE_GPA);
	machine_start(&m);
	while (sem_wait(&events) != 0)
		;
	look = pause_now(&m);
	ck_assert_uint_eq(cpu_of(&m, look, 0)->rip, BUILDER_CODE_GPA);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		step(&m, 0);
		ck_assert_uint_eq(look->cpus[0].rip, BUILDER_CODE_GPA + at[i]);
		ck_assert_uint_eq(nports, at[i] >= 10);
		ck_assert_uint_eq(m.nwrites, at[i] >= 15);
		ck_assert(at[i] != 20 || (uint32_t)look->cpus[0].rax == 0x1000);
	}
	machine_free(&m);
}
END_TEST

START_TEST(a_step_that_cannot_be_says_so)
{
	struct activity_reader *reader;
	const struct vm_end *look;
	struct activity now;
	struct machine m;

	make(&m, 2, 0, guest_halt, guest_halt_end);
	machine_start(&m);
	reader = activity_open(m.vm);
	/* Bounded by Check's time limit. */
	do
		now = activity_look(reader);
	while (!now.known || !now.all_halted);
	look = pause_now(&m);
	ck_assert_int_eq(control_step(m.vm, 1, PATIENCE_MS, &m.err), -1);
	ck_assert_ptr_nonnull(strstr(m.err.text, "startup IPI"));
	ck_assert_int_eq(control_step(m.vm, 7, PATIENCE_MS, &m.err), -1);
	ck_assert_ptr_nonnull(strstr(m.err.text, "no CPU 7"));
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(control_step(m.vm, 0, 20, &m.err), -1);
		ck_assert_ptr_nonnull(strstr(m.err.text, "halted"));
		ck_assert_uint_eq(
		    cpu_of(&m, look, 0)->rip, BUILDER_CODE_GPA + 2);
	}
	vm_resume(m.vm);
	activity_close(reader);
	machine_free(&m);
}
END_TEST

START_TEST(the_others_are_held_while_one_steps)
{
	const struct vm_end *look;
	struct machine m;
	uint32_t other, own;

	make(&m, 2, 0, guest_two, guest_two_end);
	machine_start(&m);
	while (counter(&m, COUNTER_1) == 0)
		;
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		look = pause_now(&m);
		own = counter(&m, cpu == 0 ? COUNTER_0 : COUNTER_1);
		other = counter(&m, cpu == 0 ? COUNTER_1 : COUNTER_0);
		for (int i = 0; i < 40; i++) {
			step(&m, cpu);
			ck_assert(look->cpus[cpu].valid);
		}
		/* Two instructions a turn. */
		ck_assert_uint_eq(
		    counter(&m, cpu == 0 ? COUNTER_0 : COUNTER_1), own + 20);
		ck_assert_uint_eq(
		    counter(&m, cpu == 0 ? COUNTER_1 : COUNTER_0), other);
		vm_resume(m.vm);
	}
	/* And all go on. */
	other = counter(&m, COUNTER_1);
	own = counter(&m, COUNTER_0);
	while (counter(&m, COUNTER_1) == other || counter(&m, COUNTER_0) == own)
		;
	machine_free(&m);
}
END_TEST

/* Each CPU stops each time it comes by, before the instruction; nobody else. */
START_TEST(a_breakpoint_stops_all_at_every_turn)
{
	struct control_event event;
	uint32_t now;
	unsigned int hits[2] = { 0, 0 };
	struct machine m;

	for (int parts = 0; parts <= LAZY_CPUS; parts += LAZY_CPUS) {
		make(&m, 2, parts, guest_two, guest_two_end);
		break_at(&m, LOOP_0);
		break_at(&m, CODE_1);
		break_at(&m, LOOP_0);
		break_at(&m, BUILDER_CODE_GPA);
		machine_start(&m);
		ck_assert_uint_eq(next_event(&m).address, BUILDER_CODE_GPA);
		/* A CPU that comes while all are held is held, too. */
		vm_cpus_start(m.vm);
		vm_resume(m.vm);
		memset(hits, 0, sizeof(hits));
		while (hits[0] < 5 || hits[1] < 5) {
			event = next_event(&m);
			ck_assert_uint_lt(event.cpu, 2);
			ck_assert_uint_eq(
			    event.address, event.cpu == 0 ? LOOP_0 : CODE_1);
			now =
			    counter(&m, event.cpu == 0 ? COUNTER_0 : COUNTER_1);
			ck_assert_uint_eq(now, hits[event.cpu]++);
			vm_resume(m.vm);
		}
		/* Without them, they run. */
		pause_now(&m);
		ck_assert(control_break_clear(m.vm, LOOP_0));
		ck_assert(control_break_clear(m.vm, CODE_1));
		ck_assert(!control_break_clear(m.vm, LOOP_0));
		while (control_take(m.vm, &event))
			;
		vm_resume(m.vm);
		while (counter(&m, COUNTER_0) < 1000 ||
		    counter(&m, COUNTER_1) < 1000)
			;
		machine_free(&m);
	}
}
END_TEST

/* Set while the guest runs; and while nobody takes the event, all rest. */
START_TEST(events_wait_until_they_are_taken)
{
	/* Time to run for those that should not. */
	const struct timespec chance = { .tv_nsec = 1000000 };
	struct control_event event;
	struct machine m;
	uint32_t at, other = 0;

	make(&m, 2, 0, guest_two, guest_two_end);
	machine_start(&m);
	while (counter(&m, COUNTER_0) == 0 || counter(&m, COUNTER_1) == 0)
		;
	break_at(&m, LOOP_0);
	while (sem_wait(&events) != 0)
		;
	at = counter(&m, COUNTER_0);
	for (int i = 0; i < 10; i++) {
		/* Somebody else's pause is not the end of ours. */
		pause_now(&m);
		if (i == 0)
			other = counter(&m, COUNTER_1);
		vm_resume(m.vm);
		nanosleep(&chance, NULL);
		ck_assert_uint_eq(counter(&m, COUNTER_0), at);
		ck_assert_uint_eq(counter(&m, COUNTER_1), other);
	}
	pause_now(&m);
	ck_assert(control_take(m.vm, &event));
	ck_assert_uint_eq(event.cpu, 0);
	ck_assert(!control_take(m.vm, &event));
	vm_resume(m.vm);
	ck_assert_uint_eq(next_event(&m).address, LOOP_0);
	ck_assert_uint_eq(counter(&m, COUNTER_0), at + 1);
	vm_resume(m.vm);
	/* It ends with an event that nobody takes. */
	machine_free(&m);
}
END_TEST

START_TEST(there_are_as_many_breakpoints_as_the_processor_has)
{
	struct machine m;

	make(&m, 1, 0, guest_spin, guest_spin_end);
	for (int i = 0; i < CONTROL_BREAKS_MAX; i++)
		break_at(&m, 0x300000 + i);
	ck_assert_int_eq(control_break_set(m.vm, 0x400000, &m.err), -1);
	ck_assert_ptr_nonnull(strstr(m.err.text, "0x400000"));
	ck_assert(control_break_clear(m.vm, 0x300000));
	break_at(&m, 0x200005);
	machine_start(&m);
	ck_assert_uint_eq(next_event(&m).address, 0x200005);
	machine_free(&m);
}
END_TEST

START_TEST(registers_are_written_and_the_guest_goes_on_with_them)
{
	const struct vm_end *look, *end;
	struct vm_cpu_state state, bad;
	struct machine m;

	make(&m, 2, 0, guest_spin, guest_spin_end);
	machine_start(&m);
	look = pause_now(&m);
	state = *cpu_of(&m, look, 0);
	bad = state;
	/* Paging without protection. */
	bad.cr0 = (bad.cr0 | 1u << 31) & ~1ull;
	bad.rbx = 99;
	ck_assert_int_eq(control_set_registers(m.vm, 0, &bad, &m.err), -1);
	ck_assert_ptr_nonnull(strstr(m.err.text, "CPU 0"));
	ck_assert_mem_eq(&look->cpus[0], &state, sizeof(state));

	/* Into the code of another guest: out of %eax at port %edx. */
	ck_assert(guestmem_write(
	    vm_guestmem(m.vm), gpa_make(0x100000), "\xef\xeb\xfe", 3));
	state.rip = 0x100000;
	state.rax = 77;
	state.rdx = 0x501;
	state.r15 = 0x123456789abcull;
	state.gs.base = 0x5000;
	state.cr2 = 0x1234;
	ck_assert_int_eq(control_set_registers(m.vm, 0, &state, &m.err), 0);
	ck_assert_uint_eq(look->cpus[0].rax, 77);
	vm_resume(m.vm);
	end = machine_finish(&m);
	ck_assert_int_eq(end->reason, VM_END_GUEST_EXIT);
	ck_assert_uint_eq(end->guest_value, 77);
	ck_assert_uint_eq(end->cpus[0].r15, 0x123456789abcull);
	ck_assert_uint_eq(end->cpus[0].gs.base, 0x5000);
	ck_assert_uint_eq(end->cpus[0].cr2, 0x1234);
	machine_free(&m);
}
END_TEST

/* With breakpoints, and without. */
START_TEST(a_guest_that_traces_itself_is_not_disturbed)
{
	const struct vm_end *end;
	struct machine m;

	for (int armed = 0; armed < 2; armed++) {
		make(&m, 1, 0, guest_traced, guest_traced_end);
		if (armed)
			break_at(&m, 0x300000);
		machine_start(&m);
		end = machine_finish(&m);
		ck_assert_int_eq(end->reason, VM_END_GUEST_EXIT);
		ck_assert_uint_eq(end->guest_value, 6);
		machine_free(&m);
	}
}
END_TEST

/* HF_CONTROL_ROUNDS: more of them. */
START_TEST(breakpoints_steps_and_the_stop_at_any_moment)
{
	const char *more = getenv("HF_CONTROL_ROUNDS");
	int rounds = more != NULL ? atoi(more) : 10;
	struct control_event event;
	struct machine m;

	for (int i = 0; i < rounds; i++) {
		struct timespec delay = { .tv_nsec = i % 16 * 20000 };

		make(&m, 2, 0, guest_two, guest_two_end);
		if (i % 2 == 0)
			break_at(&m, CODE_1);
		machine_start(&m);
		break_at(&m, LOOP_0);
		nanosleep(&delay, NULL);
		for (int n = 0; n < 6; n++) {
			pause_now(&m);
			if (n % 2 == 0)
				step(&m, 0);
			if (n % 3 == 0)
				control_break_clear(m.vm, CODE_1);
			while (n % 2 != 0 && control_take(m.vm, &event))
				;
			vm_resume(m.vm);
			if (n % 3 == 1)
				break_at(&m, CODE_1);
		}
		if (i % 3 == 0)
			pause_now(&m);
		machine_free(&m);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { a_step_is_one_instruction,
		a_step_that_cannot_be_says_so,
		the_others_are_held_while_one_steps,
		a_breakpoint_stops_all_at_every_turn,
		events_wait_until_they_are_taken,
		there_are_as_many_breakpoints_as_the_processor_has,
		registers_are_written_and_the_guest_goes_on_with_them,
		a_guest_that_traces_itself_is_not_disturbed,
		breakpoints_steps_and_the_stop_at_any_moment, NULL };

	return (machine_main("vm_control", tests));
}
