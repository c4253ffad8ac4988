/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/param.h: amd64's sizes. */

#include <arch/amd64/machine/param.h>
