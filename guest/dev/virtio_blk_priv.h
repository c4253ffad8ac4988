/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk_priv.h: between the two files of the virtio block driver. */

#ifndef HF_DEV_VIRTIO_BLK_PRIV_H
#define HF_DEV_VIRTIO_BLK_PRIV_H

#include <dev/virtio_blk.h>

extern const struct hf_bdev_ops vtblk_ops;

/* Below: sc_lock is held. */

/* Sends as much of the FIFO as fits and notifies the device. */
void vtblk_start(struct vtblk *sc);

/* Moves an io, which is in no list, to the list of the finished. */
void vtblk_io_finish(struct vtblk *sc, struct hf_io *io);

/* Nothing of the io has been sent. */
void vtblk_io_rewind(struct hf_io *io);

/* Resets the device for good; every request fails with EIO. */
void vtblk_fail(struct vtblk *sc, const char *why);

/* A configuration interrupt: new capacity, or the device asks for a reset. */
void vtblk_config_changed(struct vtblk *sc);

#endif
