/* SPDX-License-Identifier: BSD-2-Clause */
/* boot.h: the steps of init.c that live in other files of boot. */

#ifndef HF_BOOT_BOOT_H
#define HF_BOOT_BOOT_H

/* vm_glue.c: the kernel's page tables; then the rest of the VM. */
void hf_boot_tables(void);
void hf_boot_vm(void);

#endif
