/* SPDX-License-Identifier: BSD-2-Clause */
/* gdb_command.h: what a debugger asks of a machine that is paused. */
#ifndef HF_DEBUG_GDB_COMMAND_H
#define HF_DEBUG_GDB_COMMAND_H

#include "debug/gdb_packet.h"
#include "debug/symbols.h"
#include "vm/vm.h"

#define GDB_SIGINT  2
#define GDB_SIGTRAP 5

/* One stop of a machine: a zeroed one with vm, symbols, look and signal set. */
struct gdb_stop {
	struct vm *vm;
	struct symbols *symbols;   /* the guest image's */
	const struct vm_end *look; /* vm_pause's */
	int signal;
	unsigned int cpu; /* that gdb looks at; first, the one that stopped */
};

enum gdb_next {
	GDB_STAY,
	GDB_GO_ON, /* the machine */
	GDB_LEAVE, /* without the debugger */
	GDB_KILL
};

/* Carries out the packet and answers it. */
enum gdb_next gdb_command(struct gdb_stop *s, struct gdb_packets *p);

/* Tells where and why the machine has stopped. */
void gdb_command_tell(const struct gdb_stop *s, struct gdb_packets *p);

#endif
