/* SPDX-License-Identifier: BSD-2-Clause */
/* check_model_host.c: the model's ground keeps its word. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest/arch/model/host.h"
#include "unit.h"

/*
 * Leaves a hole in the heap that is 16 bytes longer than what comes next asks
 * for.
 */
static void *
alloc_beside(size_t bytes)
{
	void *hole = malloc(bytes + 48), *end = malloc(24), *p;

	ck_assert_ptr_nonnull(hole);
	free(hole);
	p = hf_host_alloc(bytes);
	free(end);
	ck_assert_ptr_nonnull(p);
	return (p);
}

START_TEST(an_object_is_as_long_as_was_asked_for)
{
	for (size_t bytes = 8; bytes < 9000; bytes += 8) {
		void *p = alloc_beside(bytes);

		ck_assert_uint_eq((uintptr_t)p % 16, 0);
		if (bytes % 4096 == 0)
			ck_assert_uint_eq((uintptr_t)p % 4096, 0);
		memset(p, 0xa5, bytes);
		ck_assert_uint_eq(hf_host_alloc_bytes(p), bytes);
		hf_host_free(p);
	}
	hf_host_free(NULL);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { an_object_is_as_long_as_was_asked_for,
		NULL };

	return (unit_main("model_host", tests));
}
