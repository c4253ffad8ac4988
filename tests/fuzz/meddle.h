/* SPDX-License-Identifier: BSD-2-Clause */
/* meddle.h: a guest that writes between any two looks of the device at its memory. */

/*
 * virtqueue.c and guestmem.c are compiled for the virtio target with this file
 * in front: each of their loads of a guest's word and each copy asks
 * fuzz_meddle() first, which may change the memory. So a word that is read
 * twice can be had different, always in the same place, which a second thread
 * would meet by luck.
 */
#ifndef HF_TESTS_FUZZ_MEDDLE_H
#define HF_TESTS_FUZZ_MEDDLE_H

#include <string.h>

void fuzz_meddle(void);

#define __atomic_load_n(p, order) (fuzz_meddle(), __atomic_load_n((p), (order)))
#define memcpy(to, from, bytes)	  (fuzz_meddle(), memcpy((to), (from), (bytes)))

#endif
