/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c: block devices by their names. */

#include <dev/bdev.h>
#include <test/scenario.h>

#define ON_DISK .flags = HF_NEEDS_DISK

HF_SCENARIO(disk_by_name, "dev.disk_by_name", "VB-83",
    "a disk is found by its name, brought up once, and is vtbd0 if the first",
    ON_DISK)
{
	struct hf_bdev *bd, *again, *root;
	char msg[160];

	hf_require_eq(hf_bdev_find("vtbd0", &bd, msg, sizeof(msg)), 0);
	hf_expect_eq(strcmp(bd->name, "vtbd0"), 0);
	hf_expect_eq(hf_bdev_find("vtbd0", &again, msg, sizeof(msg)), 0);
	hf_expect_eq(again, bd);
	hf_expect_eq(hf_bdev_root(&root, msg, sizeof(msg)), 0);
	hf_expect_eq(root, bd);
}

HF_SCENARIO(disk_no_name, "dev.disk_no_name", "VB-83",
    "a name that no disk has is no device, and is said", ON_DISK)
{
	static const char *const names[] = { "", "v", "vtbd", "vtbd8", "vtbd00",
		"vtbd0x", "vtbd-1", "vtbd10", "vtbd:", "VTBD0", "ada0" };
	struct hf_bdev *bd;
	char msg[160];

	for (u_int i = 0; i < nitems(names); i++) {
		msg[0] = '\0';
		hf_expect_eq(
		    hf_bdev_find(names[i], &bd, msg, sizeof(msg)), ENXIO);
		hf_expect_ne(msg[0], '\0');
	}
}
