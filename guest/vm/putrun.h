/* SPDX-License-Identifier: BSD-2-Clause */
/* putrun.h: helpers that the synchronous and asynchronous put share. */

#ifndef HF_VM_PUTRUN_H
#define HF_VM_PUTRUN_H

#include <vm/vm.h>

/*
 * Cuts the put at the end of file: slots of pages behind it become BAD, the
 * others ERROR; dirty bits wholly behind it are cleared.  Bytes that remain.
 */
int hf_put_clip(vm_object_t object, vm_page_t *ma, int count, int *rtvals);

/*
 * The next run of dirty 512-byte blocks at or after *start, clipped to bytes;
 * false if there is none.  Offsets from the first page.
 */
bool hf_put_next_run(vm_page_t *ma, int bytes, int *start, int *end);

#endif
