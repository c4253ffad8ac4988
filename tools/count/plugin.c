/* SPDX-License-Identifier: BSD-2-Clause */
/* plugin.c: QEMU TCG plugin that counts instructions between two markers. */

/*
 * Counts every instruction that the emulated CPUs really execute, by where it
 * lies: user (lower half), kernel (upper half), guest (the holdfast image,
 * HF_GUEST_LO up to HF_GUEST_HI, run under the lab's KVM), each with the
 * iterations of REP string instructions apart (TCG executes a REP iteration as
 * an instruction of its own).  Halted time is not counted: nothing executes.
 *
 * A marker (mark.h) is found when its block is translated.  HF_MARK_START zeroes the counters, HF_MARK_STOP prints one line
 * to the plugin's output file, HF_MARK_CLASS the line "class":
 *
 *   count user=N user_rep=N kernel=N kernel_rep=N guest=N guest_rep=N
 *
 * The declarations below follow the documentation of QEMU's plugin API
 * version 1 (QEMU 4.2 to 8.2); Debian ships no header for it.  Counters are
 * plain: run with one CPU (-smp 1) or -icount, where vCPUs take turns.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum plugin_cb_flags { CB_NO_REGS };
enum plugin_op { INLINE_ADD_U64 };
typedef void (*tb_trans_cb)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*vcpu_udata_cb)(unsigned int, void *);

extern void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t, tb_trans_cb);
extern void qemu_plugin_register_vcpu_insn_exec_inline(
    struct qemu_plugin_insn *, enum plugin_op, void *, uint64_t);
extern void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *, vcpu_udata_cb, enum plugin_cb_flags, void *);
extern void qemu_plugin_register_vcpu_tb_exec_inline(
    struct qemu_plugin_tb *, enum plugin_op, void *, uint64_t);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *, size_t);
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
int qemu_plugin_install(qemu_plugin_id_t, const void *, int, char **);

#define GUEST_LO 0xffffffff80000000ull
#define GUEST_HI 0xffffffff81000000ull

enum place { USER, KERNEL, GUEST, PLACES };
static uint64_t counter[PLACES][2]; /* [1]: REP iterations */
static FILE *out;

static enum place
place_of(uint64_t va)
{
	if (va >= GUEST_LO && va < GUEST_HI)
		return (GUEST);
	return (va >> 63 ? KERNEL : USER);
}

/* A string instruction with a REP prefix (SDM vol. 2, 2.1.1). */
static bool
is_rep(const uint8_t *p, size_t n)
{
	bool rep = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == 0xf2 || p[i] == 0xf3)
			rep = true;
		else if (p[i] != 0x66 && p[i] != 0x67 && (p[i] & 0xf0) != 0x40)
			break;
	}
	if (!rep || i == n)
		return (false);
	return ((p[i] >= 0x6c && p[i] <= 0x6f) ||
	    (p[i] >= 0xa4 && p[i] <= 0xa7) || (p[i] >= 0xaa && p[i] <= 0xaf));
}

static uint32_t
marker_of(const uint8_t *p, size_t n)
{
	uint32_t v;

	if (n != 8 || memcmp(p, "\x0f\x1f\x84\x00", 4) != 0)
		return (0);
	memcpy(&v, p + 4, sizeof(v));
	return (v >= HF_MARK_START && v <= HF_MARK_CLASS ? v : 0);
}

static void
mark(unsigned int cpu, void *arg)
{
	(void)cpu;
	if ((uintptr_t)arg == HF_MARK_CLASS)
		fprintf(out, "class\n");
	if ((uintptr_t)arg == HF_MARK_STOP) {
		fprintf(out,
		    "count user=%" PRIu64 " user_rep=%" PRIu64
		    " kernel=%" PRIu64 " kernel_rep=%" PRIu64 " guest=%" PRIu64
		    " guest_rep=%" PRIu64 "\n",
		    counter[USER][0], counter[USER][1], counter[KERNEL][0],
		    counter[KERNEL][1], counter[GUEST][0], counter[GUEST][1]);
		fflush(out);
	}
	memset(counter, 0, sizeof(counter));
}

static void
translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *p = qemu_plugin_insn_data(insn);
		size_t len = qemu_plugin_insn_size(insn);
		enum place where = place_of(qemu_plugin_insn_vaddr(insn));
		uint32_t m = marker_of(p, len);

		if (m != 0)
			qemu_plugin_register_vcpu_insn_exec_cb(
			    insn, mark, CB_NO_REGS, (void *)(uintptr_t)m);
		qemu_plugin_register_vcpu_insn_exec_inline(
		    insn, INLINE_ADD_U64, &counter[where][is_rep(p, len)], 1);
	}
}

__attribute__((visibility("default"))) int
qemu_plugin_install(
    qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	out = stderr;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "out=", 4) == 0) {
			out = fopen(argv[i] + 4, "w");
			if (out == NULL) {
				perror(argv[i] + 4);
				return (1);
			}
		}
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return (0);
}
