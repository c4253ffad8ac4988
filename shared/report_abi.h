/* SPDX-License-Identifier: BSD-2-Clause */
/* report_abi.h: the record stream on the debug console, guest to host. */

/*
 * A line whose first byte is HF_RECORD_MARK is a record; every other line is
 * console text.  Console text cannot forge a record.  The guest's printf never
 * lets the mark through: it prints '?' for control bytes other than tab and
 * newline.  And each record carries the nonce of the run plan and a sequence
 * number.  The host checks everything here before it believes anything.
 *
 *   MARK nonce SP seq SP kind [SP key=value]... LF
 *
 * nonce  16 lower-case hex digits, from the plan
 * seq    decimal, 1, 2, 3... without a gap
 * value  printable ASCII without space and '%'; any other byte is %XX
 * A line is at most HF_RECORD_MAX bytes with mark and newline.
 *
 * kind    keys                           meaning
 * hello   abi cpus mem boot_tsc          first record; boot_tsc: TSC ticks from
 *         [loop_tsc]                     the ELF entry to this record; loop_tsc:
 *                                        the least of three runs of a loop of
 *                                        HF_SPEED_INSTRUCTIONS in ring 0
 * begin   id tsc                         a scenario starts (tsc since entry)
 * expect  ok file line text [got want]   one expectation; only failures must be
 *                                        sent, passes are counted in "end"
 * note    text                           shown beside the scenario
 * value   name value unit                a measured number of this scenario
 * hist    class layer ops count sum     a histogram (hist.h) of TSC ticks a
 *         min max part b                sample, in parts 0, 1...; b is
 *                                        bucket:count,... ; complete when the
 *                                        counts add up to "count"
 * raw     class n ticks apart           one sample of a class
 * point   class n name file line bt     the place that was made to fail
 *                                        (run --fail-nth): its kind, number,
 *                                        function and stack
 * left    file line                      after that failure the scenario left
 *                                        at this expectation
 * paths   b                              numbers of points, comma-separated: the
 *                                        first of each way to come to one
 * skip    reason                         before the body; then end verdict=skip
 * end     id verdict passed failed tsc   pass|fail|skip|broken; pass needs
 *                                        failed=0 and passed>=1
 * frame   [trap err] regs                before "panic": the registers at the
 *                                        trap (vector, error code) or, without
 *                                        them, at the call of panic(9); regs:
 *                                        comma-separated hex, rax rbx rcx rdx
 *                                        rsi rdi rbp rsp r8 ... r15 rip rflags
 *                                        cs ss
 * panic   text cpu rip rsp rbp cr2 bt    bt: comma-separated return addresses,
 *                                        innermost first, hex
 * done    ran                            last record; number of "end" records
 *
 * Between begin and end only the records of that scenario appear.  A scenario
 * without a valid "end" has failed, whatever else was said.
 */
#ifndef HF_SHARED_REPORT_ABI_H
#define HF_SHARED_REPORT_ABI_H

#define HF_RECORD_MARK	0x1e
#define HF_RECORD_MAX	1024
#define HF_NONCE_DIGITS 16

#define HF_SPEED_INSTRUCTIONS 128
#define HF_FRAME_REGS	      20 /* in a frame record */

#endif
