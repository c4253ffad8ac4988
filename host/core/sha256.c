/* SPDX-License-Identifier: BSD-2-Clause */
/* sha256.c: libmd's SHA-256. */
#include "core/sha256.h"

#include <sys/types.h>

#include <sha2.h>

#include "core/err.h"

_Static_assert(SHA256_TEXT_BYTES == SHA256_DIGEST_STRING_LENGTH, "libmd");

void
sha256_text(const void *bytes, size_t len_bytes, char text[SHA256_TEXT_BYTES])
{
	char *done = SHA256Data(bytes, len_bytes, text);

	hf_check_memory(done != NULL);
}
