/* SPDX-License-Identifier: BSD-2-Clause */
/* check_vm.c: whole machines on /dev/kvm, each with a guest of a few bytes. */
#include <errno.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "vm_machine.h"

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
		a_host_that_fails_ends_the_machine,
		cpus_left_out_are_made_when_asked_for,
		machines_live_side_by_side, impossible_machines_are_user_errors,
		no_permission_says_how_to_get_it,
		prefault_and_all_kinds_of_pages_work_or_explain, NULL
	};

	return (machine_main("vm", tests));
}
