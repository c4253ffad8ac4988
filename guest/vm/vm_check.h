/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_check.h: checkers of pages and objects, for use at rest. */
#ifndef HF_VM_VM_CHECK_H
#define HF_VM_VM_CHECK_H

#include <vm/vm_page.h>

/* vm_page.md 11 and vm_object_pageout.md 8; NULL, or what does not hold. */
const char *hf_vm_page_check(void);
const char *hf_vm_page_check_all(void); /* looks at every struct: slow */
const char *hf_vm_page_check_one(vm_page_t m);
const char *hf_vm_object_check(void);

#endif
