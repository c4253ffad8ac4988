/* SPDX-License-Identifier: BSD-2-Clause */
/* plugin.h: QEMU's plugin API, and what the counting plugins look for. */

/*
 * The declarations follow the documentation of QEMU's plugin API version 1
 * (QEMU 4.2 to 8.2); Debian ships no header for it.
 */
#ifndef HF_COUNT_PLUGIN_H
#define HF_COUNT_PLUGIN_H

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
extern void qemu_plugin_register_vcpu_insn_exec_inline(
    struct qemu_plugin_insn *, enum plugin_op, void *, uint64_t);
extern void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *, vcpu_udata_cb, enum plugin_cb_flags, void *);
extern void qemu_plugin_register_vcpu_tb_exec_inline(
    struct qemu_plugin_tb *, enum plugin_op, void *, uint64_t);
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *,
    vcpu_mem_cb, enum plugin_cb_flags, enum plugin_mem_rw, void *);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, udata_cb, void *);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *, size_t);
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

/* What QEMU looks for in a plugin. */
__attribute__((visibility("default"))) extern int qemu_plugin_version;
__attribute__((visibility("default"))) int qemu_plugin_install(
    qemu_plugin_id_t, const void *, int, char **);

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
