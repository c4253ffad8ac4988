/* SPDX-License-Identifier: BSD-2-Clause */
/* console.h: the machine's way to write bytes out. */

#ifndef HF_KERN_CONSOLE_H
#define HF_KERN_CONSOLE_H

#include <sys/types.h>

/* Machine: writes the bytes at once, in one piece.  Any context. */
void hf_console_write(const char *bytes, size_t len);

/*
 * Writes one record line as it is (shared/report_abi.h), not mixed with console
 * text of other CPUs.
 */
void hf_console_record(const char *line, size_t len);
/*
 * From panic: waits a while for another CPU to finish its line; from then on
 * writes whoever holds the console's lock.
 */
void hf_console_bust_locks(void);

#endif
