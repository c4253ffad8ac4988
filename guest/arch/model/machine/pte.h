/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/pte.h: the software MMU walks tables of amd64's shape. */

#include <arch/amd64/machine/pte.h>
