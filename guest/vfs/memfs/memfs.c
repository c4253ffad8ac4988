/* SPDX-License-Identifier: BSD-2-Clause */
/* memfs.c: a file system in memory. */

/*
 * Locks:  c  constant from creation to unmount
 *         m  mm_mtx
 *         l  vnode lock
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/vnode.h>
#include <kern/kalloc.h>
#include <machine/vmparam.h>
#include <vfs/memfs/memfs.h>
#include <vfs/vfs.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>

/* The directory; files are numbered from here on. */
#define ROOT 2

struct node {
	STAILQ_ENTRY(node) next;    /* (m) */
	uint64_t number;	    /* (c) */
	uint64_t size;		    /* (c) */
	char name[HF_NAME_MAX + 1]; /* (c) */
	char **blocks;		    /* (c) of a page each; contents (l) */
};

struct memfs {
	struct mtx mm_mtx;
	STAILQ_HEAD(, node) nodes; /* (m) by rising number; they stay */
	uint64_t next;		   /* (m) */
};

static struct memfs *
memfs_of(struct mount *mp)
{
	return (mp->mnt_data);
}

static void
node_free(struct node *n)
{
	for (u_long i = 0; i < btoc(n->size); i++)
		hf_kfree(n->blocks[i]);
	hf_kfree(n->blocks);
	hf_kfree(n);
}

static struct node *
node_alloc(const char *name, uint64_t bytes)
{
	struct node *n = hf_kalloc(sizeof(*n), M_WAITOK | M_ZERO);

	strlcpy(n->name, name, sizeof(n->name));
	n->size = bytes;
	n->blocks = hf_kalloc(PAGE_SIZE, M_WAITOK | M_ZERO);
	for (u_long i = 0; i < btoc(bytes); i++)
		n->blocks[i] = hf_kalloc(PAGE_SIZE, M_WAITOK | M_ZERO);
	return (n);
}

/* mm_mtx locked.  NULL: there is none, here and below. */
static struct node *
named_locked(struct memfs *fs, const char *name, size_t len)
{
	struct node *n;

	mtx_assert(&fs->mm_mtx, MA_OWNED);
	STAILQ_FOREACH (n, &fs->nodes, next)
		if (strlen(n->name) == len && memcmp(n->name, name, len) == 0)
			break;
	return (n);
}

static struct node *
named(struct memfs *fs, const char *name, size_t len)
{
	struct node *n;

	mtx_lock(&fs->mm_mtx);
	n = named_locked(fs, name, len);
	mtx_unlock(&fs->mm_mtx);
	return (n);
}

/* What a lookup can find: a component of a path that is not the directory. */
static int
check_name(const char *name)
{
	const size_t len = strlen(name);

	if (len == 0 || len > HF_NAME_MAX)
		return (ENAMETOOLONG);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strchr(name, '/') != NULL)
		return (EINVAL);
	return (0);
}

/* The first whose number is not below. */
static struct node *
numbered_from(struct memfs *fs, uint64_t number)
{
	struct node *n;

	mtx_lock(&fs->mm_mtx);
	STAILQ_FOREACH (n, &fs->nodes, next)
		if (n->number >= number)
			break;
	mtx_unlock(&fs->mm_mtx);
	return (n);
}

int
memfs_create(struct mount *mp, const char *name, uint64_t bytes)
{
	struct memfs *fs = memfs_of(mp);
	int error = check_name(name);
	struct node *n;

	if (error != 0)
		return (error);
	if (bytes > MEMFS_FILE_MAX)
		return (EFBIG);
	n = node_alloc(name, bytes);
	mtx_lock(&fs->mm_mtx);
	if (named_locked(fs, name, strlen(name)) != NULL) {
		mtx_unlock(&fs->mm_mtx);
		node_free(n);
		return (EEXIST);
	}
	n->number = fs->next++;
	STAILQ_INSERT_TAIL(&fs->nodes, n, next);
	mtx_unlock(&fs->mm_mtx);
	return (0);
}

/* The bytes [pos, pos + len) of the file lie in one block. */
static char *
stored(const struct node *n, uint64_t pos)
{
	return (n->blocks[pos / PAGE_SIZE] + (pos & PAGE_MASK));
}

static char *
in_page(vm_page_t m, int pos)
{
	return ((char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) + pos);
}

/* What is valid already may be newer than the store. */
static void
fill(const struct node *n, vm_page_t m)
{
	const uint64_t base = IDX_TO_OFF(m->pindex);
	vm_page_bits_t bits;

	for (int pos = 0; pos < PAGE_SIZE; pos += DEV_BSIZE) {
		bits = vm_page_bits(pos, DEV_BSIZE);
		if ((m->valid & bits) != bits)
			memcpy(in_page(m, pos), stored(n, base + (uint64_t)pos),
			    DEV_BSIZE);
	}
	vm_page_valid(m);
}

static int
memfs_getpages(
    struct vnode *vp, vm_page_t *ma, int count, int *rbehind, int *rahead)
{
	const struct node *n = vp->v_data;

	for (int i = 0; i < count; i++)
		if (ma[i]->pindex >= btoc(n->size))
			return (VM_PAGER_BAD);
	for (int i = 0; i < count; i++)
		if (!vm_page_all_valid(ma[i]))
			fill(n, ma[i]);
	if (rbehind != NULL)
		*rbehind = 0;
	if (rahead != NULL)
		*rahead = 0;
	return (VM_PAGER_OK);
}

/* VOP_WRITE of putpages: the caller has busied the pages. */
static int
write_nocopy(struct vnode *vp, struct uio *uio)
{
	vm_page_t m;
	int len, pos;

	while (uio->uio_resid > 0) {
		pos = (int)(uio->uio_offset & PAGE_MASK);
		len = imin((int)MIN(uio->uio_resid, (ssize_t)PAGE_SIZE),
		    (int)PAGE_SIZE - pos);
		VM_OBJECT_RLOCK(vp->v_object);
		m = vm_page_lookup(vp->v_object, OFF_TO_IDX(uio->uio_offset));
		VM_OBJECT_RUNLOCK(vp->v_object);
		if (m == NULL || !vm_page_busied(m))
			return (EINVAL);
		memcpy(stored(vp->v_data, (uint64_t)uio->uio_offset),
		    in_page(m, pos), (size_t)len);
		vm_page_clear_dirty(m, pos, roundup2(len, DEV_BSIZE));
		uio->uio_offset += len;
		uio->uio_resid -= len;
	}
	return (0);
}

static int
write_page(struct vnode *vp, struct uio *uio)
{
	return (hf_vn_copy_page(vp, uio, PAGE_SIZE));
}

static int
memfs_write(struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred)
{
	return (hf_vn_write(vp, uio, ioflag, cred, write_page, write_nocopy));
}

/* A file is one piece; addresses say no more than that. */
static int
memfs_bmap(struct vnode *vp, daddr_t lbn, struct bufobj **bop, daddr_t *bnp,
    int *runp, int *runb)
{
	const u_long blocks = btoc(((struct node *)vp->v_data)->size);

	if (lbn < 0 || (u_long)lbn >= blocks)
		return (EFBIG);
	if (bop != NULL)
		*bop = &vp->v_bufobj;
	if (bnp != NULL)
		*bnp = lbn * (PAGE_SIZE / DEV_BSIZE);
	if (runp != NULL)
		*runp = (int)(blocks - (u_long)lbn - 1);
	if (runb != NULL)
		*runb = (int)lbn;
	return (0);
}

static int
memfs_getattr(struct vnode *vp, struct vattr *vap, struct ucred *cred)
{
	const struct node *n = vp->v_data;

	vap->va_type = vp->v_type;
	vap->va_mode = n == NULL ? 0755 : 0644;
	vap->va_fileid = vp->v_hash;
	vap->va_size = n == NULL ? 0 : n->size;
	vap->va_bytes = n == NULL ? 0 : ptoa(btoc(n->size));
	vap->va_blocksize = PAGE_SIZE;
	vap->va_nlink = n == NULL ? 2 : 1;
	return (0);
}

static int
memfs_access(
    struct vnode *vp, accmode_t accmode, struct ucred *cred, struct thread *td)
{
	return (0);
}

static int
load(struct vnode *vp, uint64_t number, off_t *sizep)
{
	struct node *n;

	vp->v_bufobj.bo_bsize = DEV_BSIZE;
	if (number == ROOT) {
		vp->v_type = VDIR;
		vp->v_vflag |= VV_ROOT;
		return (0);
	}
	n = numbered_from(memfs_of(vp->v_mount), number);
	KASSERT(n != NULL && n->number == number,
	    ("memfs: there is no file %lu", (u_long)number));
	vp->v_type = VREG;
	vp->v_data = n;
	*sizep = (off_t)n->size;
	return (0);
}

static const struct hf_vnode_kind memfs_kind;

static int
memfs_lookup(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp)
{
	const size_t len = (size_t)cnp->cn_namelen;
	struct node *n;

	if (len <= 2 && memcmp(cnp->cn_nameptr, "..", len) == 0) {
		/* The directory itself, which the caller has locked. */
		vref(dvp);
		(void)VOP_LOCK(dvp, LK_SHARED | LK_CANRECURSE);
		*vpp = dvp;
		return (0);
	}
	n = named(memfs_of(dvp->v_mount), cnp->cn_nameptr, len);
	if (n == NULL)
		return (ENOENT);
	return (
	    hf_vnode_get(dvp->v_mount, n->number, LK_SHARED, &memfs_kind, vpp));
}

/* uio_offset is a number: 0 and 1 are "." and "..", then the files'. */
static int
memfs_readdir(struct vnode *vp, struct uio *uio, struct ucred *cred,
    int *eofflag, int *ncookies, uint64_t **cookies)
{
	const struct node *n = NULL;
	uint64_t number;
	int error = 0;

	if (vp->v_type != VDIR)
		return (ENOTDIR);
	if (uio->uio_offset < 0)
		return (EINVAL);
	number = (uint64_t)uio->uio_offset;
	while (error == 0 && uio->uio_resid >= (ssize_t)sizeof(struct dirent)) {
		if (number < ROOT) {
			error = hf_dirent_emit(
			    uio, ROOT, DT_DIR, "..", (size_t)number + 1);
			number += error == 0 ? 1 : 0;
			continue;
		}
		n = numbered_from(memfs_of(vp->v_mount), number);
		if (n == NULL)
			break;
		error = hf_dirent_emit(
		    uio, n->number, DT_REG, n->name, strlen(n->name));
		number = error == 0 ? n->number + 1 : number;
	}
	uio->uio_offset = (off_t)number;
	if (eofflag != NULL)
		*eofflag = number >= ROOT &&
		    numbered_from(memfs_of(vp->v_mount), number) == NULL;
	return (error);
}

static const struct vop_vector memfs_vnodeops = {
	.vop_getpages = memfs_getpages,
	.vop_putpages = vnode_pager_generic_putpages,
	.vop_bmap = memfs_bmap,
	.vop_getattr = memfs_getattr,
	.vop_access = memfs_access,
	.vop_read = hf_vn_read,
	.vop_write = memfs_write,
	.vop_lookup = memfs_lookup,
	.vop_readdir = memfs_readdir,
};

static const struct hf_vnode_kind memfs_kind = {
	.vk_tag = "memfs",
	.vk_ops = &memfs_vnodeops,
	.vk_load = load,
};

static int
memfs_mount(struct mount *mp, char *msg, size_t msg_bytes)
{
	struct memfs *fs = hf_kalloc(sizeof(*fs), M_WAITOK | M_ZERO);

	mtx_init(&fs->mm_mtx, "memfs", NULL, MTX_DEF);
	STAILQ_INIT(&fs->nodes);
	fs->next = ROOT + 1;
	mp->mnt_data = fs;
	mp->mnt_stat.f_bsize = mp->mnt_stat.f_iosize = PAGE_SIZE;
	return (0);
}

static void
memfs_unmount(struct mount *mp)
{
	struct memfs *fs = memfs_of(mp);
	struct node *n;

	while ((n = STAILQ_FIRST(&fs->nodes)) != NULL) {
		STAILQ_REMOVE_HEAD(&fs->nodes, next);
		node_free(n);
	}
	mtx_destroy(&fs->mm_mtx);
	hf_kfree(fs);
	mp->mnt_data = NULL;
}

static int
memfs_root(struct mount *mp, int flags, struct vnode **vpp)
{
	return (hf_vnode_get(mp, ROOT, flags, &memfs_kind, vpp));
}

const struct vfsops memfs_vfsops = {
	.vfs_mount = memfs_mount,
	.vfs_unmount = memfs_unmount,
	.vfs_root = memfs_root,
};
