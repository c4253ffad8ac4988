/* SPDX-License-Identifier: BSD-2-Clause */
/* plugin.c: QEMU TCG plugin that counts instructions between two markers. */

/*
 * Counts every instruction that the emulated CPUs really execute, by where it
 * lies: user (lower half), kernel (upper half), guest (the holdfast image,
 * GUEST_LO up to GUEST_HI, run under the lab's KVM), each with the
 * iterations of REP string instructions apart (TCG executes a REP iteration as
 * an instruction of its own).  Halted time is not counted: nothing executes.
 *
 * A marker (mark.h) is found when its block is translated.  HF_MARK_START
 * zeroes the counters, HF_MARK_STOP prints one line to the plugin's output
 * file, HF_MARK_CLASS the line "class":
 *
 *   count user=N user_rep=N kernel=N kernel_rep=N guest=N guest_rep=N
 *       syscalls=N vmruns=N
 *
 * With profile=FILE it also writes, at the end, the sum over all samples by
 * block of code: "address instructions", to be read by tools/count/profile.
 *
 * Counters are plain: run with one CPU (-smp 1) or -icount, where vCPUs take
 * turns.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

int qemu_plugin_version;

enum place { USER, KERNEL, GUEST, PLACES };
static struct counter counter[PLACES][2]; /* [1]: REP iterations */
static struct counter syscalls,
    vmruns; /* SYSCALL by users, VMRUN by the kernel */
static FILE *out;

/* A translated block.  Blocks are translated again; the reader adds them up. */
struct block {
	struct block *next;
	uint64_t va, size;
	struct counter now; /* executions since the last marker */
	uint64_t sum;	    /* in all samples */
};
static struct block *blocks;
static FILE *profile;

static enum place
place_of(uint64_t va)
{
	if (va >= GUEST_LO && va < GUEST_HI)
		return (GUEST);
	return (va >> 63 ? KERNEL : USER);
}

static void
profile_mark(bool is_sample_end)
{
	for (struct block *b = blocks; b != NULL; b = b->next) {
		if (is_sample_end)
			b->sum += counter_value(&b->now);
		counter_zero(&b->now);
	}
}

static void
profile_write(qemu_plugin_id_t id, void *arg)
{
	(void)id;
	(void)arg;
	for (struct block *b = blocks; b != NULL; b = b->next) {
		if (b->sum != 0)
			fprintf(profile, "%" PRIx64 " %" PRIu64 "\n", b->va,
			    b->sum * b->size);
	}
	fclose(profile);
}

static void
profile_block(struct qemu_plugin_tb *tb)
{
	struct block *b = calloc(1, sizeof(*b));

	if (b == NULL)
		abort();
	b->va = qemu_plugin_tb_vaddr(tb);
	b->size = qemu_plugin_tb_n_insns(tb);
	b->next = blocks;
	blocks = b;
	counter_init(&b->now);
	counter_of_block(&b->now, tb);
}

static const char *const names[PLACES] = { "user", "kernel", "guest" };

static void
mark(unsigned int cpu, void *arg)
{
	(void)cpu;
	if (profile != NULL)
		profile_mark((uintptr_t)arg == HF_MARK_STOP);
	if ((uintptr_t)arg == HF_MARK_CLASS)
		fprintf(out, "class\n");
	if ((uintptr_t)arg == HF_MARK_STOP) {
		for (int i = 0; i < PLACES; i++)
			fprintf(out, "%s%s=%" PRIu64 " %s_rep=%" PRIu64,
			    i == 0 ? "count " : " ", names[i],
			    counter_value(&counter[i][0]), names[i],
			    counter_value(&counter[i][1]));
		fprintf(out, " syscalls=%" PRIu64 " vmruns=%" PRIu64 "\n",
		    counter_value(&syscalls), counter_value(&vmruns));
		fflush(out);
	}
	for (int i = 0; i < PLACES; i++)
		for (int rep = 0; rep < 2; rep++)
			counter_zero(&counter[i][rep]);
	counter_zero(&syscalls);
	counter_zero(&vmruns);
}

/* SYSCALL: 0f 05.  VMRUN: 0f 01 d8 (APM vol. 3). */
static void
count_events(struct qemu_plugin_insn *insn, enum place where, const uint8_t *p,
    size_t len)
{
	if (where == USER && len == 2 && memcmp(p, "\x0f\x05", 2) == 0)
		counter_of_insn(&syscalls, insn);
	if (where == KERNEL && len == 3 && memcmp(p, "\x0f\x01\xd8", 3) == 0)
		counter_of_insn(&vmruns, insn);
}

static void
translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	uint8_t room[16];

	(void)id;
	if (profile != NULL)
		profile_block(tb);
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *p = insn_bytes(insn, room);
		size_t len = qemu_plugin_insn_size(insn);
		enum place where = place_of(qemu_plugin_insn_vaddr(insn));
		uint32_t m = marker_of(p, len);

		if (m != 0)
			qemu_plugin_register_vcpu_insn_exec_cb(
			    insn, mark, CB_NO_REGS, (void *)(uintptr_t)m);
		counter_of_insn(&counter[where][is_rep(p, len)], insn);
		count_events(insn, where, p, len);
	}
}

static bool
open_file(const char *path, FILE **f)
{
	*f = fopen(path, "w");
	if (*f == NULL)
		perror(path);
	return (*f != NULL);
}

int
qemu_plugin_install(
    qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	out = stderr;
	for (int i = 0; i < argc; i++) {
		if ((strncmp(argv[i], "out=", 4) == 0 &&
			!open_file(argv[i] + 4, &out)) ||
		    (strncmp(argv[i], "profile=", 8) == 0 &&
			!open_file(argv[i] + 8, &profile)))
			return (1);
	}
	for (int i = 0; i < PLACES; i++)
		for (int rep = 0; rep < 2; rep++)
			counter_init(&counter[i][rep]);
	counter_init(&syscalls);
	counter_init(&vmruns);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	if (profile != NULL)
		qemu_plugin_register_atexit_cb(id, profile_write, NULL);
	return (0);
}
