/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/atomic.h: the compiler's atomics, as on amd64. */

#include <arch/amd64/machine/atomic.h>
