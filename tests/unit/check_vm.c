/* SPDX-License-Identifier: BSD-2-Clause */
/* check_vm.c: whole machines on /dev/kvm, each with a guest of a few bytes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sched.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"
#include "dev/bus.h"
#include "dev/console.h"
#include "dev/cpu_start.h"
#include "dev/debug_exit.h"
#include "elf_builder.h"
#include "unit.h"
#include "vm/activity.h"
#include "vm/kvm_stats.h"
#include "vm/vm.h"

#define WINDOW	    0xd0000000ull
#define WAIT_MS	    20000
#define STOP_ROUNDS 40

#define GUEST(name) extern const char name[], name##_end[]
GUEST(guest_hello);
GUEST(guest_triple);
GUEST(guest_spin);
GUEST(guest_halt);
GUEST(guest_jump_out);
GUEST(guest_mmio);
GUEST(guest_doorbell);
GUEST(guest_port_doorbell);
GUEST(guest_irq);
GUEST(guest_smp);
GUEST(guest_smp_lazy);

/*
 * ioctl, as everything linked into this program calls it.  While
 * stop_before_run is set, the next KVM_RUN first asks that machine to stop:
 * after the vCPU's thread has looked whether to stop, before it is in the
 * guest, and with the kick's signal already delivered.
 */
int __real_ioctl(int fd, unsigned long request, void *arg);
int __wrap_ioctl(int fd, unsigned long request, void *arg);
static struct vm *stop_before_run;

int
__wrap_ioctl(int fd, unsigned long request, void *arg)
{
	struct vm *vm;

	if (request == KVM_RUN) {
		vm = __atomic_exchange_n(
		    &stop_before_run, NULL, __ATOMIC_SEQ_CST);
		if (vm != NULL)
			vm_request_stop(vm);
	}
	return (__real_ioctl(fd, request, arg));
}

struct machine {
	struct vm *vm;
	struct bus *bus;
	struct console *console;
	struct debug_exit *exit;
	struct cpu_start_ops cpu_start;
	struct vm_config cfg;
	struct hf_err err;
	char text[256];
	unsigned int nwrites;
	uint64_t last_off;
	uint32_t last_value;
	uint32_t exits, host_irqs, delay_ns; /* when the first text came */
};

static struct elf_builder builder;

static void
take_text(void *arg, const char *bytes, size_t len_bytes)
{
	struct machine *m = arg;

	if (m->text[0] == '\0') {
		m->exits = vm_count_exits();
		m->host_irqs = vm_count_host_irqs();
		m->delay_ns = vm_count_run_delay_ns();
	}
	strncat(m->text, bytes, len_bytes);
}

static void
take_exit(void *arg, uint32_t value)
{
	vm_guest_exit(((struct machine *)arg)->vm, value);
}

static void
window_read(void *dev, uint64_t off, unsigned int width, void *data)
{
	uint32_t value = off == 0x10 ? 0x1000 : 0x23;

	memcpy(data, &value, width);
}

static void
window_write(void *dev, uint64_t off, unsigned int width, const void *data)
{
	struct machine *m = dev;

	m->nwrites++;
	m->last_off = off;
	m->last_value = 0;
	memcpy(&m->last_value, data, width);
}

static const struct bus_mmio_ops window_ops = { .read = window_read,
	.write = window_write };

/* A machine with a 4 KiB window at WINDOW, loaded but not started. */
enum parts { IOAPIC = 1, LAZY_CPUS = 2, COUNTS = 4 };

static void
start_cpus(void *arg)
{
	vm_cpus_start(((struct machine *)arg)->vm);
}

static void
machine_make_with(struct machine *m, unsigned int ncpus, int parts,
    const char *code, const char *code_end)
{
	struct vm_image image;

	memset(m, 0, sizeof(*m));
	m->bus = bus_new();
	m->console = console_new(m->bus, take_text, m);
	m->exit = debug_exit_new(m->bus, take_exit, m);
	ck_assert_int_eq(bus_add_mmio(m->bus, "window", gpa_make(WINDOW),
			     0x1000, &window_ops, m),
	    0);
	m->cfg = (struct vm_config){ .memory_bytes = 16ull << 20,
		.ncpus = ncpus,
		.ioapic = (parts & IOAPIC) != 0,
		.lazy_cpus = (parts & LAZY_CPUS) != 0,
		.counts = (parts & COUNTS) != 0,
		.io = { .arg = m->bus, .pio = bus_pio, .mmio = bus_mmio } };
	m->cpu_start = (struct cpu_start_ops){ .arg = m, .start = start_cpus };
	cpu_start_add(m->bus, &m->cpu_start);
	m->vm = vm_create(&m->cfg, &m->err);
	ck_assert_msg(m->vm != NULL, "%s", m->err.text);
	elf_builder_default(&builder);
	ck_assert_uint_le(code_end - code, sizeof(builder.code));
	memcpy(builder.code, code, code_end - code);
	image = elf_builder_image(&builder);
	ck_assert_int_eq(
	    vm_load(m->vm, &image, "plan\n", 5, "cmd", &m->err), 0);
}

static void
machine_make(struct machine *m, unsigned int ncpus, const char *code,
    const char *code_end)
{
	machine_make_with(m, ncpus, IOAPIC, code, code_end);
}

static void
machine_start(struct machine *m)
{
	ck_assert_msg(vm_start(m->vm, &m->err) == 0, "%s", m->err.text);
}

/* Waits for the end by itself. */
static const struct vm_end *
machine_finish(struct machine *m)
{
	ck_assert_int_ne(vm_wait(m->vm, WAIT_MS), VM_END_NONE);
	vm_stop(m->vm);
	return (vm_end(m->vm));
}

static void
machine_free(struct machine *m)
{
	vm_destroy(m->vm);
	bus_free(m->bus);
	console_free(m->console);
	debug_exit_free(m->exit);
}

START_TEST(guest_reads_its_plan_and_exits_with_a_value)
{
	const struct vm_end *end;
	struct machine m;

	/* BT-03: entered with junk in registers, null SS, no GDT. */
	machine_make(&m, 1, guest_hello, guest_hello_end);
	machine_start(&m);
	end = machine_finish(&m);
	ck_assert_int_eq(end->reason, VM_END_GUEST_EXIT);
	ck_assert_uint_eq(end->guest_value, 7);
	ck_assert_str_eq(m.text, "hello\nplan\ncmd");
	ck_assert_uint_eq(end->ncpus, 1);
	ck_assert(end->cpus[0].valid);
	ck_assert_uint_eq(end->cpus[0].rbx, 0x6000);
	machine_free(&m);
}
END_TEST

START_TEST(triple_fault_is_told_with_registers)
{
	const struct vm_end *end;
	struct machine m;

	machine_make(&m, 2, guest_triple, guest_triple_end);
	machine_start(&m);
	end = machine_finish(&m);
	ck_assert_int_eq(end->reason, VM_END_SHUTDOWN);
	ck_assert_str_eq(vm_end_name(end->reason), "triple fault");
	ck_assert_str_eq(vm_exit_name(end->kvm_exit), "KVM_EXIT_SHUTDOWN");
	ck_assert_uint_eq(end->cpu, 0);
	ck_assert(end->cpus[0].valid && end->cpus[1].valid);
	/* The other CPU never got its startup IPI. */
	ck_assert(!end->cpus[0].waiting);
	ck_assert(end->cpus[1].waiting);
	machine_free(&m);
}
END_TEST

START_TEST(instruction_fetch_from_a_device_window_is_an_internal_error)
{
	const struct vm_end *end;
	struct machine m;

	machine_make(&m, 1, guest_jump_out, guest_jump_out_end);
	machine_start(&m);
	end = machine_finish(&m);
	ck_assert_int_eq(end->reason, VM_END_INTERNAL);
	ck_assert_uint_eq(end->suberror, 1);
	ck_assert_ptr_nonnull(strstr(end->text, "cannot emulate"));
	ck_assert_uint_eq(end->cpus[0].rip, WINDOW);
	machine_free(&m);
}
END_TEST

START_TEST(windows_are_read_and_written_with_their_widths)
{
	const struct vm_end *end;
	struct machine m;

	machine_make(&m, 1, guest_mmio, guest_mmio_end);
	machine_start(&m);
	end = machine_finish(&m);
	ck_assert_uint_eq(end->guest_value, 0x1023);
	ck_assert_uint_eq(m.nwrites, 1);
	ck_assert_uint_eq(m.last_off, 0x18);
	ck_assert_uint_eq(m.last_value, 0x1023);
	machine_free(&m);
}
END_TEST

START_TEST(doorbell_counts_matching_writes_and_the_rest_exits)
{
	/* VB-38 */
	struct doorbell bell = { .addr = WINDOW + 0x50, .len_bytes = 4 };
	struct machine m;
	uint64_t count = 0;
	int fd;

	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bell.eventfd = fd;
	machine_make(&m, 1, guest_doorbell, guest_doorbell_end);
	ck_assert_int_eq(vm_doorbell_add(m.vm, &bell), 0);
	ck_assert_int_eq(vm_doorbell_add(m.vm, &bell), -EEXIST);
	machine_start(&m);
	machine_finish(&m);
	ck_assert_int_eq(read(fd, &count, sizeof(count)), sizeof(count));
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(m.nwrites, 1);
	ck_assert_uint_eq(m.last_value, 1);
	vm_doorbell_remove(m.vm, &bell);
	machine_free(&m);

	/* Not registered: all of them exit. */
	machine_make(&m, 1, guest_doorbell, guest_doorbell_end);
	machine_start(&m);
	machine_finish(&m);
	ck_assert_uint_eq(m.nwrites, 4);
	machine_free(&m);
	close(fd);
}
END_TEST

static void
take_out(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	struct machine *m = dev;

	m->nwrites++;
	memcpy(&m->last_value, data, sizeof(m->last_value));
}

START_TEST(port_doorbell_counts_matching_outs_and_the_rest_exits)
{
	/* VB-38 */
	static const struct bus_pio_ops ops = { .out = take_out };
	struct doorbell bell = { .is_port = true,
		.addr = HF_PORT_NOTIFY,
		.len_bytes = 4,
		.eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	struct machine m;
	uint64_t count = 0;

	machine_make(&m, 1, guest_port_doorbell, guest_port_doorbell_end);
	ck_assert_int_eq(
	    bus_add_pio(m.bus, "bell", HF_PORT_NOTIFY, 4, &ops, &m), 0);
	ck_assert_int_eq(vm_doorbell_add(m.vm, &bell), 0);
	machine_start(&m);
	machine_finish(&m);
	ck_assert_int_eq(
	    read(bell.eventfd, &count, sizeof(count)), sizeof(count));
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(m.nwrites, 1);
	ck_assert_uint_eq(m.last_value, 1);
	vm_doorbell_remove(m.vm, &bell);
	machine_free(&m);
	close(bell.eventfd);
}
END_TEST

static void
raise_irq_5(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	vm_irq_raise(((struct machine *)dev)->vm, 5);
}

START_TEST(raised_interrupt_reaches_the_local_apic)
{
	/* BT-11 */
	static const struct bus_pio_ops ops = { .out = raise_irq_5 };
	const struct vm_end *end;
	struct machine m;

	machine_make(&m, 1, guest_irq, guest_irq_end);
	ck_assert_int_eq(bus_add_pio(m.bus, "ready", 0x80, 1, &ops, &m), 0);
	ck_assert_int_eq(vm_irq_setup(m.vm, 5), 0);
	ck_assert_int_eq(vm_irq_setup(m.vm, 5), -EEXIST);
	machine_start(&m);
	end = machine_finish(&m);
	ck_assert_int_eq(end->reason, VM_END_GUEST_EXIT);
	ck_assert_uint_eq(end->guest_value, 9);
	machine_free(&m);
}
END_TEST

START_TEST(second_cpu_starts_and_may_end_the_machine)
{
	const struct vm_end *end;
	struct machine m;

	for (int parts = 0; parts <= IOAPIC; parts++) {
		machine_make_with(&m, 2, parts, guest_smp, guest_smp_end);
		machine_start(&m);
		end = machine_finish(&m);
		ck_assert_int_eq(end->reason, VM_END_GUEST_EXIT);
		ck_assert_uint_eq(end->guest_value, 5);
		ck_assert_str_eq(m.text, "A");
		ck_assert(!end->cpus[1].waiting);
		machine_free(&m);
	}
}
END_TEST

START_TEST(cpus_left_out_are_made_when_asked_for)
{
	const struct vm_end *end;
	struct machine m;

	for (unsigned int ncpus = 2; ncpus <= 4; ncpus += 2) {
		machine_make_with(
		    &m, ncpus, LAZY_CPUS, guest_smp_lazy, guest_smp_lazy_end);
		ck_assert(vm_cpu_exists(m.vm, 0) && !vm_cpu_exists(m.vm, 1));
		machine_start(&m);
		end = machine_finish(&m);
		ck_assert_int_eq(end->reason, VM_END_GUEST_EXIT);
		ck_assert_uint_eq(end->guest_value, 5);
		ck_assert(vm_cpu_exists(m.vm, ncpus - 1));
		ck_assert(end->cpus[1].valid && !end->cpus[1].waiting);
		/* Too late: the machine has ended. */
		vm_cpus_start(m.vm);
		machine_free(&m);
	}
	machine_make_with(&m, 2, LAZY_CPUS, guest_triple, guest_triple_end);
	machine_start(&m);
	end = machine_finish(&m);
	ck_assert(!vm_cpu_exists(m.vm, 1));
	ck_assert(end->cpus[1].valid && end->cpus[1].waiting);
	machine_free(&m);
}
END_TEST

static unsigned int
open_files(void)
{
	unsigned int n = 0;
	DIR *dir = opendir("/proc/self/fd");

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return (n);
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
	stop_before_run = m.vm;
	machine_start(&m);
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

START_TEST(a_host_that_fails_ends_the_machine)
{
	const struct vm_end *end;
	struct machine m;

	machine_make(&m, 1, guest_spin, guest_spin_end);
	machine_start(&m);
	vm_host_failed(m.vm, "no more threads");
	end = machine_finish(&m);
	ck_assert_int_eq(end->reason, VM_END_HOST);
	ck_assert_str_eq(end->text, "no more threads");
	machine_free(&m);
}
END_TEST

START_TEST(counts_of_a_running_cpu_can_be_asked_for)
{
	static const struct {
		const char *code, *end;
	} guests[] = { { guest_spin, guest_spin_end },
		{ guest_halt, guest_halt_end } };
	const struct kvm_stats *stats;
	struct activity_reader *reader;
	struct activity a;
	struct machine m;

	for (int i = 0; i < 2; i++) {
		machine_make(&m, 1, guests[i].code, guests[i].end);
		machine_start(&m);
		reader = activity_open(m.vm);
		/* Bounded by Check's time limit. */
		while ((stats = vm_cpu_stats(m.vm, 0)) == NULL)
			sched_yield();
		ck_assert_int_ge(kvm_stats_find(stats, "exits"), 0);
		do
			a = activity_look(reader);
		while (a.known && !a.all_halted && i == 1);
		ck_assert(a.known);
		ck_assert_int_eq(a.all_halted, i == 1);
		ck_assert_uint_ge(a.events, 1);
		activity_close(reader);
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

START_TEST(machines_live_side_by_side)
{
	struct machine a, b;

	machine_make(&a, 1, guest_spin, guest_spin_end);
	machine_make(&b, 1, guest_hello, guest_hello_end);
	machine_start(&a);
	machine_start(&b);
	ck_assert_uint_eq(machine_finish(&b)->guest_value, 7);
	ck_assert_int_eq(vm_wait(a.vm, 0), VM_END_NONE);
	machine_free(&b);
	machine_free(&a);
}
END_TEST

static void
refused(struct vm_config cfg, const char *part)
{
	struct hf_err err = { 0 };
	unsigned int before = open_files();

	ck_assert_ptr_null(vm_create(&cfg, &err));
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_msg(strstr(err.text, part) != NULL, "want \"%s\" in \"%s\"",
	    part, err.text);
	ck_assert_uint_eq(open_files(), before);
}

START_TEST(impossible_machines_are_user_errors)
{
	const struct vm_config good = { .memory_bytes = 64ull << 20,
		.ncpus = 2 };
	struct vm_config cfg;

	cfg = good;
	cfg.memory_bytes = 4096;
	refused(cfg, "--memory 4 KiB: too small");
	cfg.memory_bytes = 1ull << 60;
	refused(cfg, "too large");
	cfg.memory_bytes = 1ull << 40;
	refused(cfg, "too large, this host has");
	cfg.memory_bytes = (64ull << 20) + 1;
	refused(cfg, "not a multiple of 4 KiB");
	cfg.memory_bytes = (64ull << 20) + 4096;
	cfg.hugepages = VM_HUGEPAGES_HUGETLB;
	refused(cfg, "not a multiple of 2 MiB");
	cfg = good;
	cfg.ncpus = 0;
	refused(cfg, "--cpus 0");
	cfg.ncpus = VM_CPUS_MAX + 1;
	refused(cfg, "--cpus 65");
	cfg = good;
	cfg.kvm_path = "/dev/kvm-that-is-not-there";
	refused(cfg, "modprobe kvm_intel");
	cfg.kvm_path = "/dev/null";
	refused(cfg, "/dev/null is not KVM");
}
END_TEST

START_TEST(no_permission_says_how_to_get_it)
{
	char path[] = "/tmp/hf-check-vm-XXXXXX";
	struct vm_config cfg = {
		.memory_bytes = 64ull << 20, .ncpus = 1, .kvm_path = path
	};
	int fd, status;
	pid_t pid;

	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, 0), 0);
	pid = fork();
	if (pid == 0) {
		/* Root may open anything. */
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(2);
		refused(cfg, "usermod -aG");
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	unlink(path);
	close(fd);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

/* A line of /proc/self/smaps_rollup, in KiB. */
static unsigned long
rollup_kib(const char *name)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	unsigned long kib = 0;
	char line[256];

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			kib = strtoul(line + strlen(name), NULL, 10);
	fclose(f);
	return (kib);
}

START_TEST(prefault_and_all_kinds_of_pages_work_or_explain)
{
	const enum vm_hugepages kinds[] = { VM_HUGEPAGES_OFF, VM_HUGEPAGES_THP,
		VM_HUGEPAGES_HUGETLB };
	struct vm_config cfg = {
		.memory_bytes = 16ull << 20, .ncpus = 1, .prefault = true
	};
	struct hf_err err;
	struct vm *vm;
	size_t i;

	for (i = 0; i < 3; i++) {
		memset(&err, 0, sizeof(err));
		cfg.hugepages = kinds[i];
		vm = vm_create(&cfg, &err);
		if (vm == NULL) {
			ck_assert_uint_ne(i, 0);
			ck_assert_int_eq(err.status, EXITCODE_USAGE);
			/* What to do, unless this kernel has none. */
			ck_assert(strstr(err.text, "sudo") != NULL ||
			    strstr(err.text, "this kernel has no") != NULL);
		} else if (kinds[i] == VM_HUGEPAGES_OFF)
			ck_assert_uint_ge(rollup_kib("Rss:"), 16u << 10);
		else if (kinds[i] == VM_HUGEPAGES_THP)
			ck_assert_uint_ge(
			    rollup_kib("AnonHugePages:"), 2u << 10);
		vm_destroy(vm);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		guest_reads_its_plan_and_exits_with_a_value,
		triple_fault_is_told_with_registers,
		instruction_fetch_from_a_device_window_is_an_internal_error,
		windows_are_read_and_written_with_their_widths,
		doorbell_counts_matching_writes_and_the_rest_exits,
		port_doorbell_counts_matching_outs_and_the_rest_exits,
		raised_interrupt_reaches_the_local_apic,
		second_cpu_starts_and_may_end_the_machine,
		stop_just_before_the_guest_is_entered_is_not_lost,
		a_pause_shows_every_cpu_and_the_guest_goes_on,
		a_paused_guest_does_all_that_it_would_have_done,
		a_host_that_fails_ends_the_machine,
		stop_works_at_any_moment_and_leaves_nothing_behind,
		destroy_stops_a_running_machine,
		cpus_left_out_are_made_when_asked_for,
		counts_of_a_running_cpu_can_be_asked_for,
		counts_are_there_from_the_start_only_where_configured,
		machines_live_side_by_side, impossible_machines_are_user_errors,
		no_permission_says_how_to_get_it,
		prefault_and_all_kinds_of_pages_work_or_explain, NULL
	};

	if (access("/dev/kvm", R_OK | W_OK) != 0) {
		printf("skipped: /dev/kvm: %s\n", strerror(errno));
		return (EXITCODE_SKIPPED);
	}
	return (unit_main("vm", tests));
}
