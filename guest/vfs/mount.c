/* SPDX-License-Identifier: BSD-2-Clause */
/* mount.c: mounting by type; the root, mounted when first asked for. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <dev/bdev.h>
#include <kern/intr.h>
#include <kern/kalloc.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/memfs/memfs.h>
#include <vfs/vfs.h>

/* A file system is a row. */
static const struct vfsconf file_systems[] = {
	{ "ext2", &ext2_vfsops },
	{ "memfs", &memfs_vfsops },
};

/* Changed by the scenario thread only (hf_root_mount and unmount). */
static struct mount *rootmp;

struct mount *
hf_rootmp(void)
{
	return (rootmp);
}

int
hf_fs_broken(struct mount *mp, const char *fmt, ...)
{
	char text[sizeof(mp->mnt_error)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	mtx_lock(&mp->mnt_listmtx);
	memcpy(mp->mnt_error, text, sizeof(text));
	mtx_unlock(&mp->mnt_listmtx);
	printf("%s\n", text);
	return (EINTEGRITY);
}

static struct mount *
mount_alloc(struct hf_bdev *bd)
{
	struct mount *mp;

	mp = hf_kalloc(sizeof(*mp), M_WAITOK | M_ZERO);
	mtx_init(&mp->mnt_listmtx, "mount vnode list", NULL, MTX_DEF);
	TAILQ_INIT(&mp->mnt_nvnodelist);
	mp->mnt_bdev = bd;
	return (mp);
}

static void
mount_free(struct mount *mp)
{
	mtx_destroy(&mp->mnt_listmtx);
	hf_kfree(mp);
}

const struct vfsconf *
vfs_byname(const char *name)
{
	for (size_t i = 0; i < nitems(file_systems); i++)
		if (strcmp(file_systems[i].vfc_name, name) == 0)
			return (&file_systems[i]);
	return (NULL);
}

int
hf_mount(const char *type, struct hf_bdev *bd, struct mount **mpp, char *msg,
    size_t msg_bytes)
{
	const struct vfsconf *vfc = vfs_byname(type);
	struct mount *mp;
	int error;

	if (vfc == NULL) {
		snprintf(msg, msg_bytes, "no file system is called %s", type);
		return (ENODEV);
	}

	/* Completions in interrupt context queue tasks. */
	hf_task_start();
	mp = mount_alloc(bd);
	mp->mnt_op = vfc->vfc_vfsops;
	error = mp->mnt_op->vfs_mount(mp, msg, msg_bytes);
	if (error != 0)
		mount_free(mp);
	else
		*mpp = mp;
	return (error);
}

int
hf_unmount(struct mount *mp)
{
	while (hf_vnode_recycle(mp, 0))
		continue;
	if (!TAILQ_EMPTY(&mp->mnt_nvnodelist))
		return (EBUSY);
	mp->mnt_op->vfs_unmount(mp);
	mount_free(mp);
	return (0);
}

int
hf_mount_rootdir(struct mount *mp, struct vnode **vpp)
{
	int error;

	error = mp->mnt_op->vfs_root(mp, LK_SHARED, vpp);
	if (error == 0)
		VOP_UNLOCK(*vpp);
	return (error);
}

int
hf_root_mount(
    struct mount **mpp, struct vnode **vpp, char *msg, size_t msg_bytes)
{
	struct hf_bdev *bd;
	int error;

	if (rootmp == NULL) {
		error = hf_bdev_root(&bd, msg, msg_bytes);
		if (error == 0)
			error =
			    hf_mount(HF_ROOT_TYPE, bd, &rootmp, msg, msg_bytes);
		if (error != 0)
			return (error);
	}
	error = hf_mount_rootdir(rootmp, vpp);
	if (error != 0) {
		if (rootmp->mnt_error[0] != '\0')
			snprintf(msg, msg_bytes, "%s", rootmp->mnt_error);
		else
			snprintf(msg, msg_bytes,
			    HF_ROOT_TYPE ": root directory: cannot be read: %s",
			    hf_errno_name(error));
		(void)hf_root_unmount();
		return (error);
	}
	*mpp = rootmp;
	return (0);
}

int
hf_root_unmount(void)
{
	int error;

	if (rootmp == NULL)
		return (0);
	error = hf_unmount(rootmp);
	if (error == 0)
		rootmp = NULL;
	return (error);
}
