/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_object_priv.h: what the files of vm_object share among themselves. */
#ifndef HF_VM_VM_OBJECT_PRIV_H
#define HF_VM_VM_OBJECT_PRIV_H

#include <vm/vm_object.h>

const char *hf_vm_object_foreach(const char *(*fn)(vm_object_t));

/*
 * Links and unlinks a front and its backing, both write-locked.  References
 * are not touched.
 */
void hf_vm_object_backing_link(vm_object_t object, vm_object_t backing);
void hf_vm_object_backing_unlink(vm_object_t object, vm_object_t backing);

#endif
