/* SPDX-License-Identifier: BSD-2-Clause */
/* signal.h: the signals and codes that failed user accesses end in. */

#ifndef HF_SYS_SIGNAL_H
#define HF_SYS_SIGNAL_H

#define SIGILL	4
#define SIGTRAP 5
#define SIGFPE	8
#define SIGKILL 9
#define SIGBUS	10
#define SIGSEGV 11

#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3
#define BUS_OOMERR 100

#define SEGV_MAPERR 1
#define SEGV_ACCERR 2

#endif
