/* SPDX-License-Identifier: BSD-2-Clause */
/* disk_needs.c: does the disk have what a scenario needs? */

/*
 * The image itself is asked, once in a guest: it does not matter where it came
 * from.  Only ENOENT means that a file is missing; where the disk or the file
 * system fails, the scenario runs and says so.
 */

#include <test/disk_needs.h>
#include <test/file.h>
#include <test/scenario.h>
#include "filesum.h"

/* Files of the default tree that stand for all of it (tools/image_tree.c). */
static const char *const default_files[] = { HF_MANIFEST_NAME, HF_SCRATCH_NAME,
	HF_SCRATCH2_NAME, HF_SCRATCH3_NAME, "large", "one-mib", "size-5000",
	"sparse", "nested/a/b/c/leaf.txt", "images/1k.img", "images/4k.img" };

/* Answers: empty, or why not. */
static char no_rw[128], no_default[128], no_second[256], no_rw_second[160];

static void
look_for_files(struct vnode *rvp)
{
	struct vnode *vp;
	u_int i;
	int error;

	for (i = 0; i < nitems(default_files); i++) {
		error = hf_namei(rvp, default_files[i], &vp);
		if (error == 0)
			vput(vp);
		else if (error == ENOENT) {
			snprintf(no_default, sizeof(no_default),
			    "needs the files of the default image "
			    "(tools/mkimage --default): no %s on the disk",
			    default_files[i]);
			return;
		}
	}
}

static void
look(void)
{
	char msg[HF_MOUNT_MSG];
	struct mount *mp;
	struct vnode *rvp;

	if (hf_root_mount(&mp, &rvp, msg, sizeof(msg)) != 0)
		return;
	if ((mp->mnt_flag & MNT_RDONLY) != 0)
		snprintf(
		    no_rw, sizeof(no_rw), "writes: %s", mp->mnt_why_rdonly);
	look_for_files(rvp);
	vrele(rvp);
	(void)hf_root_unmount();
}

static void
look_at_files_of_second(struct vnode *rvp)
{
	struct vnode *vp;
	int error;

	error = hf_namei(rvp, HF_SECOND_NAME, &vp);
	if (error == 0)
		vput(vp);
	else if (error == ENOENT)
		snprintf(no_second, sizeof(no_second),
		    "needs the files of the second image (tools/mkimage "
		    "--second): no " HF_SECOND_NAME " on vtbd1");
}

static void
look_at_second(void)
{
	char msg[HF_MOUNT_MSG];
	struct hf_bdev *bd;
	struct mount *mp;
	struct vnode *rvp;
	int error;

	error = hf_bdev_find("vtbd1", &bd, msg, sizeof(msg));
	if (error == ENXIO)
		snprintf(no_second, sizeof(no_second),
		    "needs a second disk: %s", msg);
	if (error != 0 ||
	    hf_mount(HF_ROOT_TYPE, bd, &mp, msg, sizeof(msg)) != 0)
		return;
	if (hf_mount_rootdir(mp, &rvp) == 0) {
		look_at_files_of_second(rvp);
		vrele(rvp);
	}
	if ((mp->mnt_flag & MNT_RDONLY) != 0)
		snprintf(no_rw_second, sizeof(no_rw_second),
		    "writes to the second disk: %s", mp->mnt_why_rdonly);
	(void)hf_unmount(mp);
}

/*
 * Before the scenario begins: what a disk takes for good is no leak of its.
 * Where that fails it fails again in the scenario, which says so.
 */
static void
bring_up(uint32_t flags)
{
	struct hf_bdev *bd;
	char msg[HF_MOUNT_MSG];

	if ((flags & HF_NEEDS_ANY_DISK) != 0)
		(void)hf_bdev_root(&bd, msg, sizeof(msg));
}

const char *
hf_disk_lacks(uint32_t flags)
{
	static bool looked, looked_at_second;

	bring_up(flags);
	if ((flags & HF_NEEDS_SECOND_DISK) != 0) {
		if (!looked_at_second)
			look_at_second();
		looked_at_second = true;
		if (no_second[0] != '\0')
			return (no_second);
		if ((flags & HF_NEEDS_RW) != 0 && no_rw_second[0] != '\0')
			return (no_rw_second);
	}
	if ((flags & (HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)) == 0)
		return (NULL);
	if (!looked)
		look();
	looked = true;
	if ((flags & HF_NEEDS_DEFAULT_IMAGE) != 0 && no_default[0] != '\0')
		return (no_default);
	if ((flags & HF_NEEDS_RW) != 0 && no_rw[0] != '\0')
		return (no_rw);
	return (NULL);
}
