/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev_model.h: the model's disk, as its boot knows it. */

#ifndef HF_MODEL_BDEV_MODEL_H
#define HF_MODEL_BDEV_MODEL_H

/* Reads the image, if there is one; later calls do nothing. */
void hf_model_disk_load(void);

/* Threads that carry out the requests from now on; while exploring. */
void hf_model_disk_start(void);

#endif
