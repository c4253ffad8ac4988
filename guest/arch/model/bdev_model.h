/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev_model.h: the model's disks, as its boot knows them. */

#ifndef HF_MODEL_BDEV_MODEL_H
#define HF_MODEL_BDEV_MODEL_H

/* Reads the images that there are; later calls do nothing. */
void hf_model_disks_load(void);

#endif
