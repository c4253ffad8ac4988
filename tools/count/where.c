/* SPDX-License-Identifier: BSD-2-Clause */
/* where.c: QEMU TCG plugin that says where instructions go between two markers. */

/*
 * For tools/icount where.  Between HF_MARK_START and HF_MARK_STOP it notes, and
 * at HF_MARK_STOP prints to its output file, in hexadecimal and decimal:
 *
 *   u PC N           N instructions executed at user address PC
 *   k PC N REP TIMES after PC, TIMES times, the kernel (or KVM) executed: a system
 *                    call, a fault, an interrupt
 *   x ADDR           16 bytes executed  } by instructions in [lo, hi), the
 *   d ADDR           8 bytes touched    } program or the guest (lo=, hi=)
 *   end
 *
 * Run with -icount or one CPU.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

int qemu_plugin_version;

#define SLOTS (1u << 20) /* a power of two, far more than ever used */

/* An open hash table; kind 0 is an empty slot. */
struct entry {
	char kind;
	uint64_t addr, n, rep, times;
};

static struct entry *table;
static FILE *out;
static bool on;
static uint64_t lo = 1, hi; /* nothing, unless told */
static uint64_t user_pc;
static bool in_kernel; /* since user_pc */

static struct entry *
entry_of(char kind, uint64_t addr)
{
	uint64_t h = (addr ^ (uint64_t)kind << 56) * 0x9e3779b97f4a7c15ull;
	struct entry *e;

	for (h >>= 44;; h = (h + 1) % SLOTS) {
		e = &table[h % SLOTS];
		if (e->kind == kind && e->addr == addr)
			return (e);
		if (e->kind == 0) {
			e->kind = kind;
			e->addr = addr;
			return (e);
		}
	}
}

static void
print_all(void)
{
	for (struct entry *e = table; e < table + SLOTS; e++) {
		if (e->kind == 0)
			continue;
		fprintf(out, "%c %" PRIx64, e->kind, e->addr);
		if (e->kind == 'u' || e->kind == 'k')
			fprintf(out, " %" PRIu64, e->n);
		if (e->kind == 'k')
			fprintf(out, " %" PRIu64 " %" PRIu64, e->rep, e->times);
		fputc('\n', out);
	}
	fprintf(out, "end\n");
	fflush(out);
}

static void
mark(unsigned int cpu, void *arg)
{
	if (on && (uintptr_t)arg == HF_MARK_STOP)
		print_all();
	on = (uintptr_t)arg == HF_MARK_START;
	memset(table, 0, SLOTS * sizeof(*table));
}

static void
count(uint64_t pc, bool rep)
{
	struct entry *e;

	if (!on || (pc >= GUEST_LO && pc < GUEST_HI))
		return;
	if (pc >> 63 == 0) {
		entry_of('u', pc)->n++;
		user_pc = pc;
		in_kernel = false;
		return;
	}
	e = entry_of('k', user_pc);
	e->times += !in_kernel;
	in_kernel = true;
	if (rep)
		e->rep++;
	else
		e->n++;
}

static void
executed(unsigned int cpu, void *arg)
{
	count((uintptr_t)arg, false);
}

static void
executed_rep(unsigned int cpu, void *arg)
{
	count((uintptr_t)arg, true);
}

static void
executed_watched(unsigned int cpu, void *arg)
{
	if (on)
		(void)entry_of('x', (uintptr_t)arg & ~15ull);
}

static void
touched(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t va, void *arg)
{
	if (on)
		(void)entry_of('d', va & ~7ull);
}

static void
translated_insn(struct qemu_plugin_insn *insn)
{
	uint8_t room[16];
	const uint8_t *p = insn_bytes(insn, room);
	size_t len = qemu_plugin_insn_size(insn);
	uint64_t va = qemu_plugin_insn_vaddr(insn);
	uint32_t m = marker_of(p, len);

	if (m == HF_MARK_START || m == HF_MARK_STOP)
		qemu_plugin_register_vcpu_insn_exec_cb(
		    insn, mark, CB_NO_REGS, (void *)(uintptr_t)m);
	qemu_plugin_register_vcpu_insn_exec_cb(insn,
	    is_rep(p, len) ? executed_rep : executed, CB_NO_REGS,
	    (void *)(uintptr_t)va);
	if (va < lo || va >= hi)
		return;
	qemu_plugin_register_vcpu_insn_exec_cb(
	    insn, executed_watched, CB_NO_REGS, (void *)(uintptr_t)va);
	qemu_plugin_register_vcpu_mem_cb(
	    insn, touched, CB_NO_REGS, MEM_RW, NULL);
}

static void
translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	for (size_t i = 0; i < n; i++)
		translated_insn(qemu_plugin_tb_get_insn(tb, i));
}

int
qemu_plugin_install(
    qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	out = stderr;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "lo=", 3) == 0)
			lo = strtoull(argv[i] + 3, NULL, 16);
		else if (strncmp(argv[i], "hi=", 3) == 0)
			hi = strtoull(argv[i] + 3, NULL, 16);
		else if (strncmp(argv[i], "out=", 4) == 0) {
			out = fopen(argv[i] + 4, "w");
			if (out == NULL) {
				perror(argv[i] + 4);
				return (1);
			}
		}
	}
	table = calloc(SLOTS, sizeof(*table));
	if (table == NULL)
		return (1);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return (0);
}
