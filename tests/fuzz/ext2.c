/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2.c: fuzzes the guest's file system, mounted over the model. */

/*
 * Input: the kind of disk and patches of its image (ext2_disk.c), then
 * operations on its files (ext2_files.c); none: a walk over all there are.
 * HF_MODEL_VERBOSE=1 shows what the guest says.
 */
#include <stdbool.h>
#include <stdio.h>

#include "ext2_files.h"
#include "guest/arch/model/boot_model.h"

#define RAM_BYTES ((size_t)8 << 20)

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	static bool booted;
	const char *why;

	if (!booted)
		hf_model_boot(RAM_BYTES, 1);
	booted = true;
	fuzz_ext2_input = (struct fuzz_input){ bytes, len_bytes };
	if (hf_model_scenario_run("fuzz.ext2", &why) != HF_MODEL_PASS) {
		fprintf(stderr, "panic: %s\n", why);
		fuzz_must(!"the scenario passes");
	}
	return (0);
}
