/* SPDX-License-Identifier: BSD-2-Clause */
/* check_vm_pause.c: calling vCPUs back from the guest, at any moment. */
#include <linux/kvm.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "abi.h"
#include "vm/activity.h"
#include "vm/kvm_stats.h"
#include "vm_machine.h"

#define STOP_ROUNDS 40

/*
 * ioctl and pthread_kill, as everything linked into this program calls them.
 * The next KVM_RUN first calls before_run, if that is set: after the vCPU's
 * thread has looked whether it is wanted, before it is in the guest, and with
 * the signals of all kicks so far already delivered.
 */
int __real_ioctl(int fd, unsigned long request, void *arg);
int __wrap_ioctl(int fd, unsigned long request, void *arg);
int __real_pthread_kill(pthread_t thread, int signal);
int __wrap_pthread_kill(pthread_t thread, int signal);

static void (*before_run)(struct vm *);
static struct vm *before_run_vm;
static unsigned int nsignals;

int
__wrap_ioctl(int fd, unsigned long request, void *arg)
{
	void (*hook)(struct vm *);

	if (request == KVM_RUN) {
		hook = __atomic_exchange_n(&before_run, NULL, __ATOMIC_SEQ_CST);
		if (hook != NULL)
			hook(before_run_vm);
	}
	return (__real_ioctl(fd, request, arg));
}

int
__wrap_pthread_kill(pthread_t thread, int signal)
{
	__atomic_add_fetch(&nsignals, 1, __ATOMIC_SEQ_CST);
	return (__real_pthread_kill(thread, signal));
}

static void
start_with(struct machine *m, void (*hook)(struct vm *))
{
	before_run_vm = m->vm;
	__atomic_store_n(&before_run, hook, __ATOMIC_SEQ_CST);
	nsignals = 0;
	machine_start(m);
}

/*
 * A stop at any moment, from before the first KVM_RUN on: the delay sweeps
 * over the start of the threads.
 */
START_TEST(stop_works_at_any_moment_and_leaves_nothing_behind)
{
	unsigned int before = open_files();
	const struct vm_end *end;
	struct timespec delay = { 0 };
	struct machine m;
	unsigned int i;

	for (i = 0; i < STOP_ROUNDS; i++) {
		if (i % 2 == 0)
			machine_make(&m, 4, guest_spin, guest_spin_end);
		else
			machine_make(&m, 2, guest_halt, guest_halt_end);
		machine_start(&m);
		delay.tv_nsec = i * 10000;
		if (i > 0)
			nanosleep(&delay, NULL);
		vm_request_stop(m.vm);
		ck_assert_int_eq(vm_wait(m.vm, 0), VM_END_STOPPED);
		vm_guest_exit(m.vm, 1);
		vm_stop(m.vm);
		vm_stop(m.vm);
		end = vm_end(m.vm);
		ck_assert_int_eq(end->reason, VM_END_STOPPED);
		ck_assert_uint_eq(end->guest_value, 0);
		ck_assert(end->cpus[0].valid);
		ck_assert_uint_ge(end->cpus[0].rip, BUILDER_CODE_GPA);
		ck_assert_uint_lt(end->cpus[0].rip, BUILDER_CODE_GPA + 16);
		machine_free(&m);
	}
	ck_assert_uint_eq(open_files(), before);
}
END_TEST

START_TEST(stop_just_before_the_guest_is_entered_is_not_lost)
{
	struct machine m;

	machine_make(&m, 1, guest_spin, guest_spin_end);
	start_with(&m, vm_request_stop);
	ck_assert_int_eq(vm_wait(m.vm, WAIT_MS), VM_END_STOPPED);
	/* Hangs if the thread went into the guest after all. */
	machine_free(&m);
}
END_TEST

static bool
is_in_code(const struct vm_cpu_state *cpu)
{
	return (cpu->valid && cpu->rip >= BUILDER_CODE_GPA &&
	    cpu->rip < BUILDER_CODE_GPA + 16);
}

/* At any moment, again and again, of CPUs that run, halt, or never started. */
START_TEST(a_pause_shows_every_cpu_and_the_guest_goes_on)
{
	const struct vm_end *look;
	struct timespec delay = { 0 };
	struct machine m;

	for (int i = 0; i < STOP_ROUNDS; i++) {
		if (i % 2 == 0)
			machine_make(&m, 4, guest_spin, guest_spin_end);
		else
			machine_make(&m, 2, guest_halt, guest_halt_end);
		machine_start(&m);
		delay.tv_nsec = i * 10000;
		nanosleep(&delay, NULL);
		for (int n = 0; n < 3; n++) {
			look = vm_pause(m.vm, WAIT_MS);
			ck_assert_int_eq(look->reason, VM_END_NONE);
			ck_assert_uint_eq(look->ncpus, m.cfg.ncpus);
			ck_assert(is_in_code(&look->cpus[0]));
			for (unsigned int c = 1; c < look->ncpus; c++)
				ck_assert(look->cpus[c].valid &&
				    look->cpus[c].waiting);
			vm_resume(m.vm);
			ck_assert_int_eq(vm_wait(m.vm, 0), VM_END_NONE);
		}
		/* And a machine may end while it is paused. */
		if (i % 3 == 0)
			vm_pause(m.vm, WAIT_MS);
		machine_free(&m);
	}
}
END_TEST

START_TEST(a_paused_guest_does_all_that_it_would_have_done)
{
	const struct vm_end *end;
	struct machine m;

	machine_make(&m, 2, guest_smp, guest_smp_end);
	machine_start(&m);
	for (int n = 0; n < 20; n++) {
		vm_pause(m.vm, WAIT_MS);
		vm_resume(m.vm);
	}
	end = machine_finish(&m);
	ck_assert_int_eq(end->reason, VM_END_GUEST_EXIT);
	machine_free(&m);
}
END_TEST

static const struct {
	const char *code, *end;
} runs_for_ever[] = { { guest_spin, guest_spin_end },
	{ guest_halt, guest_halt_end }, { guest_ports, guest_ports_end } };

#define NFOREVER (sizeof(runs_for_ever) / sizeof(runs_for_ever[0]))

static void
make_for_ever(struct machine *m, unsigned int ncpus, size_t which)
{
	machine_make(
	    m, ncpus, runs_for_ever[which].code, runs_for_ever[which].end);
}

/* Bounded by Check's time limit. */
static const struct kvm_stats *
wait_for_counts(struct vm *vm)
{
	const struct kvm_stats *stats;

	while ((stats = vm_cpu_stats(vm, 0)) == NULL)
		sched_yield();
	return (stats);
}

START_TEST(counts_of_a_running_cpu_can_be_asked_for)
{
	struct activity_reader *reader;
	struct activity a;
	struct machine m;

	for (size_t i = 0; i < NFOREVER; i++) {
		bool halts = runs_for_ever[i].code == guest_halt;
		bool spins = runs_for_ever[i].code == guest_spin;

		make_for_ever(&m, 1, i);
		machine_start(&m);
		reader = activity_open(m.vm);
		ck_assert_int_ge(
		    kvm_stats_find(wait_for_counts(m.vm), "exits"), 0);
		do
			a = activity_look(reader);
		while (a.known &&
		    ((halts && !a.all_halted) || (!spins && a.events == 0)));
		ck_assert(a.known);
		ck_assert_int_eq(a.all_halted, halts);
		activity_close(reader);
		machine_free(&m);
	}
}
END_TEST

#define NQUESTIONS 1000

static sem_t entering, asked;

static void
take_turn(sem_t *sem)
{
	while (sem_wait(sem) != 0)
		;
}

static void
wait_until_asked(struct vm *vm)
{
	sem_post(&entering);
	take_turn(&asked);
}

/* However often somebody asks, the thread is called once, and it comes. */
START_TEST(a_question_calls_the_cpu_once_and_is_not_lost)
{
	struct machine m;
	const void *stats = NULL;

	sem_init(&entering, 0, 0);
	sem_init(&asked, 0, 0);
	for (size_t i = 0; i < NFOREVER; i++) {
		make_for_ever(&m, 1, i);
		start_with(&m, wait_until_asked);
		take_turn(&entering);
		for (int n = 0; n < NQUESTIONS; n++)
			ck_assert_ptr_null(vm_cpu_stats(m.vm, 0));
		ck_assert_uint_eq(nsignals, 1);
		sem_post(&asked);
		ck_assert_ptr_nonnull(wait_for_counts(m.vm));
		ck_assert_uint_eq(nsignals, 1);
		machine_free(&m);
	}
	/* Asked before there is a thread; and while it rests. */
	make_for_ever(&m, 1, 0);
	ck_assert_ptr_null(vm_cpu_stats(m.vm, 0));
	machine_start(&m);
	stats = wait_for_counts(m.vm);
	ck_assert_ptr_eq(stats, vm_cpu_stats(m.vm, 0));
	machine_free(&m);
	make_for_ever(&m, 1, 0);
	machine_start(&m);
	ck_assert(vm_pause(m.vm, WAIT_MS)->cpus[0].valid);
	wait_for_counts(m.vm);
	vm_resume(m.vm);
	machine_free(&m);
}
END_TEST

#define NASKERS	      3
#define HAMMER_ROUNDS 4

static bool hammer_ends;

static void *
hammer(void *vm)
{
	while (!__atomic_load_n(&hammer_ends, __ATOMIC_ACQUIRE))
		for (unsigned int cpu = 0; cpu < 2; cpu++)
			vm_cpu_stats(vm, cpu);
	return (NULL);
}

/* HF_HAMMER_ROUNDS: more of them. */
START_TEST(questions_pauses_and_the_stop_do_not_disturb_each_other)
{
	const char *more = getenv("HF_HAMMER_ROUNDS");
	unsigned long rounds =
	    more != NULL ? strtoul(more, NULL, 10) : HAMMER_ROUNDS;
	pthread_t askers[NASKERS];
	struct machine m;

	for (unsigned long i = 0; i < rounds * NFOREVER; i++) {
		make_for_ever(&m, 2, i % NFOREVER);
		__atomic_store_n(&hammer_ends, false, __ATOMIC_RELEASE);
		if (i % 2 == 0)
			machine_start(&m);
		for (int t = 0; t < NASKERS; t++)
			ck_assert_int_eq(
			    pthread_create(&askers[t], NULL, hammer, m.vm), 0);
		if (i % 2 != 0)
			machine_start(&m);
		for (int n = 0; n < 3; n++) {
			ck_assert(vm_pause(m.vm, WAIT_MS)->cpus[0].valid);
			vm_resume(m.vm);
		}
		if (i % 4 < 2)
			wait_for_counts(m.vm);
		if (i % 8 < 4)
			vm_pause(m.vm, WAIT_MS);
		vm_stop(m.vm);
		__atomic_store_n(&hammer_ends, true, __ATOMIC_RELEASE);
		for (int t = 0; t < NASKERS; t++)
			pthread_join(askers[t], NULL);
		machine_free(&m);
	}
}
END_TEST

START_TEST(counts_are_there_from_the_start_only_where_configured)
{
	struct machine m;

	for (int parts = 0; parts <= COUNTS; parts += COUNTS) {
		machine_make_with(&m, 2, parts, guest_hello, guest_hello_end);
		machine_start(&m);
		machine_finish(&m);
		ck_assert_int_eq(m.exits == HF_COUNT_NONE, parts == 0);
		ck_assert_int_eq(m.host_irqs == HF_COUNT_NONE, parts == 0);
		ck_assert_int_eq(m.delay_ns == HF_COUNT_NONE, parts == 0);
		if (parts == COUNTS) {
			ck_assert_uint_ge(m.exits, 1);
			ck_assert_ptr_nonnull(vm_cpu_stats(m.vm, 0));
		} else
			ck_assert_ptr_null(vm_cpu_stats(m.vm, 0));
		machine_free(&m);
	}
}
END_TEST

START_TEST(destroy_stops_a_running_machine)
{
	unsigned int before = open_files();
	struct machine m;

	machine_make(&m, 2, guest_spin, guest_spin_end);
	machine_start(&m);
	ck_assert_int_eq(vm_wait(m.vm, 10), VM_END_NONE);
	machine_free(&m);
	/* Never started, and never loaded. */
	machine_make(&m, 2, guest_spin, guest_spin_end);
	machine_free(&m);
	ck_assert_uint_eq(open_files(), before);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		stop_just_before_the_guest_is_entered_is_not_lost,
		a_pause_shows_every_cpu_and_the_guest_goes_on,
		a_paused_guest_does_all_that_it_would_have_done,
		stop_works_at_any_moment_and_leaves_nothing_behind,
		destroy_stops_a_running_machine,
		counts_of_a_running_cpu_can_be_asked_for,
		a_question_calls_the_cpu_once_and_is_not_lost,
		questions_pauses_and_the_stop_do_not_disturb_each_other,
		counts_are_there_from_the_start_only_where_configured, NULL
	};

	return (machine_main("vm_pause", tests));
}
