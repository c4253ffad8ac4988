/* SPDX-License-Identifier: BSD-2-Clause */
/* plugin.h: QEMU's plugin API, and what the counting plugins look for. */

/*
 * The declarations follow the documentation of QEMU's plugin API; Debian ships
 * no header for it.  Version 1 (QEMU 4.2 to 8.2) counts in a word of the
 * plugin's, version 3 (9.1 and later) in one for each vCPU and copies an
 * instruction's bytes.  Which QEMU this is, its symbols tell: those that it
 * lacks are NULL.
 */
#ifndef HF_TOOLS_COUNT_PLUGIN_H
#define HF_TOOLS_COUNT_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mark.h"

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum plugin_cb_flags { CB_NO_REGS };
enum plugin_mem_rw { MEM_R = 1, MEM_W, MEM_RW };
enum plugin_op { INLINE_ADD_U64 };
typedef void (*tb_trans_cb)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*vcpu_udata_cb)(unsigned int, void *);
typedef void (*vcpu_mem_cb)(
    unsigned int, qemu_plugin_meminfo_t, uint64_t, void *);
typedef void (*udata_cb)(qemu_plugin_id_t, void *);

extern void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t, tb_trans_cb);
extern void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *, vcpu_udata_cb, enum plugin_cb_flags, void *);
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *,
    vcpu_mem_cb, enum plugin_cb_flags, enum plugin_mem_rw, void *);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, udata_cb, void *);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *, size_t);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

/* Version 1 alone. */
#define WEAK __attribute__((weak))
extern void qemu_plugin_register_vcpu_insn_exec_inline(
    struct qemu_plugin_insn *, enum plugin_op, void *, uint64_t) WEAK;
extern void qemu_plugin_register_vcpu_tb_exec_inline(
    struct qemu_plugin_tb *, enum plugin_op, void *, uint64_t) WEAK;
/* Version 3. */
struct qemu_plugin_scoreboard;
struct plugin_u64 {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
};
extern void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
    struct qemu_plugin_insn *, enum plugin_op, struct plugin_u64,
    uint64_t) WEAK;
extern void qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(
    struct qemu_plugin_tb *, enum plugin_op, struct plugin_u64, uint64_t) WEAK;
extern struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t) WEAK;
extern uint64_t qemu_plugin_u64_sum(struct plugin_u64) WEAK;
extern void qemu_plugin_u64_set(struct plugin_u64, unsigned int, uint64_t) WEAK;
extern int qemu_plugin_num_vcpus(void) WEAK;
/*
 * Version 1 takes the first argument and returns where the bytes are; version 3
 * copies them.  What a function does not take it does not see (psABI, 3.2.3).
 */
extern uintptr_t qemu_plugin_insn_data(
    const struct qemu_plugin_insn *, void *, size_t);

/* What QEMU looks for in a plugin. */
__attribute__((visibility("default"))) extern int qemu_plugin_version;
__attribute__((visibility("default"))) int qemu_plugin_install(
    qemu_plugin_id_t, const void *, int, char **);

static inline bool
is_version_3(void)
{
	return (qemu_plugin_scoreboard_new != NULL);
}

/* Before QEMU looks. */
__attribute__((constructor)) static void
choose_version(void)
{
	qemu_plugin_version = is_version_3() ? 3 : 1;
}

/* What the instruction's bytes are, as many as it has. */
static inline const uint8_t *
insn_bytes(const struct qemu_plugin_insn *insn, uint8_t room[16])
{
	uintptr_t at = qemu_plugin_insn_data(insn, room, 16);

	return (is_version_3() ? room : (const uint8_t *)at);
}

/* Executions of something, by all vCPUs. */
struct counter {
	uint64_t n;		/* version 1 */
	struct plugin_u64 each; /* version 3 */
};

static inline void
counter_init(struct counter *c)
{
	*c = (struct counter){ 0 };
	if (is_version_3())
		c->each.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

static inline void
counter_of_insn(struct counter *c, struct qemu_plugin_insn *insn)
{
	if (is_version_3())
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
		    insn, INLINE_ADD_U64, c->each, 1);
	else
		qemu_plugin_register_vcpu_insn_exec_inline(
		    insn, INLINE_ADD_U64, &c->n, 1);
}

static inline void
counter_of_block(struct counter *c, struct qemu_plugin_tb *tb)
{
	if (is_version_3())
		qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(
		    tb, INLINE_ADD_U64, c->each, 1);
	else
		qemu_plugin_register_vcpu_tb_exec_inline(
		    tb, INLINE_ADD_U64, &c->n, 1);
}

static inline uint64_t
counter_value(const struct counter *c)
{
	return (is_version_3() ? qemu_plugin_u64_sum(c->each) : c->n);
}

static inline void
counter_zero(struct counter *c)
{
	c->n = 0;
	if (!is_version_3())
		return;
	for (int i = 0; i < qemu_plugin_num_vcpus(); i++)
		qemu_plugin_u64_set(c->each, (unsigned int)i, 0);
}

#define GUEST_LO 0xffffffff80000000ull
#define GUEST_HI 0xffffffff81000000ull

/* A string instruction with a REP prefix (SDM vol. 2, 2.1.1). */
static inline bool
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

/* The HF_MARK_... that the instruction is, 0 for any other instruction. */
static inline uint32_t
marker_of(const uint8_t *p, size_t n)
{
	uint32_t v;

	if (n != 8 || memcmp(p, "\x0f\x1f\x84\x00", 4) != 0)
		return (0);
	memcpy(&v, p + 4, sizeof(v));
	return (v >= HF_MARK_START && v <= HF_MARK_CLASS ? v : 0);
}

#endif
