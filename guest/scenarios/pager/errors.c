/* SPDX-License-Identifier: BSD-2-Clause */
/* errors.c: a disk that fails is never a file that is not there. */

#include <test/file.h>
#include <test/scenario.h>
#include <kern/failpoint.h>

/* From an unmounted disk to a file four levels down; errno. */
static int
find_leaf(char *msg, size_t msg_bytes)
{
	struct mount *mp;
	struct vnode *rvp, *vp;
	int error;

	msg[0] = '\0';
	error = hf_root_mount(&mp, &rvp, msg, msg_bytes);
	if (error != 0)
		return (error);
	error = hf_namei(rvp, "nested/a/b/c/leaf.txt", &vp);
	vrele(rvp);
	if (error == 0)
		vput(vp);
	return (error);
}

HF_SCENARIO(lookup_error, "pager.lookup_error", "VN-38",
    "whichever read of a mount and a lookup fails, the answer is EIO",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	struct hf_bdev *bd;
	uint64_t reads;
	char msg[200];
	int error, n;

	bd = hf_file_mount()->mnt_bdev;
	for (n = 0; n < 100; n++) {
		hf_require_eq(hf_root_unmount(), 0);
		reads = bd->reads;
		hf_failpoint_arm("bdev.read", (u_int)n, 1);
		error = find_leaf(msg, sizeof(msg));
		hf_failpoint_disarm_all();
		if (error == 0)
			break;
		hf_expect_eq(error, EIO);
		hf_expect(msg[0] == '\0' || strstr(msg, "EIO") != NULL);
	}
	/* Every read was needed, so each was made to fail once. */
	hf_expect_eq(error, 0);
	hf_expect_eq(bd->reads - reads, (uint64_t)n);
	hf_expect_lt(5, n);
}
