/* SPDX-License-Identifier: BSD-2-Clause */
/* init.c: from the boot stack to the first scenario. */
void hf_init(void);

void
hf_init(void)
{
}
