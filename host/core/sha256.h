/* SPDX-License-Identifier: BSD-2-Clause */
/* sha256.h: the hash by which reports name a guest image, as sha256sum has it. */
#ifndef HF_CORE_SHA256_H
#define HF_CORE_SHA256_H

#include <stddef.h>

#define SHA256_TEXT_BYTES 65 /* 64 hexadecimal digits and a NUL */

void sha256_text(
    const void *bytes, size_t len_bytes, char text[SHA256_TEXT_BYTES]);

#endif
