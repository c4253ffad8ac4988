/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/specialreg.h: control registers, as on amd64. */

#include <arch/amd64/machine/specialreg.h>
