/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_machine.h: a machine on /dev/kvm with a guest of a few bytes. */
#ifndef HF_TESTS_UNIT_VM_MACHINE_H
#define HF_TESTS_UNIT_VM_MACHINE_H

#include "dev/bus.h"
#include "dev/console.h"
#include "dev/cpu_start.h"
#include "dev/debug_exit.h"
#include "elf_builder.h"
#include "unit.h"
#include "vm/vm.h"

#define WINDOW	0xd0000000ull
#define WAIT_MS 20000

/* vm_guests.S */
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
GUEST(guest_ports);
GUEST(guest_two);
GUEST(guest_steps);
GUEST(guest_traced);

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

enum machine_parts { IOAPIC = 1, LAZY_CPUS = 2, COUNTS = 4 };

/* A machine with a 4 KiB window at WINDOW, loaded but not started. */
void machine_make_with(struct machine *, unsigned int ncpus, int parts,
    const char *code, const char *code_end);
/* The same, with IOAPIC. */
void machine_make(struct machine *, unsigned int ncpus, const char *code,
    const char *code_end);
void machine_start(struct machine *);
/* Waits for the end by itself. */
const struct vm_end *machine_finish(struct machine *);
void machine_free(struct machine *);

/* How many files this process has open. */
unsigned int open_files(void);

/* unit_main for what needs /dev/kvm: a skip where there is none. */
int machine_main(const char *name, const TTest *const *tests);

#endif
