/* SPDX-License-Identifier: BSD-2-Clause */
/* script_pager.c: a pager that does what a scenario tells it to. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/fail_nth.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

static struct hf_script *script;
static const struct pagerops *before;

/*
 * Until hf_script_release(): asleep without an end, so that whoever looks at
 * the thread finds it so.  Only where a failure may have prevented the release
 * does it look up now and then.
 */
static void
wait_while_held(struct hf_script *s)
{
	mtx_lock(&s->mtx);
	while (s->hold) {
		s->waiting++;
		msleep(s, &s->mtx, 0, "script", HF_FAIL_NTH_IS_ON() ? 1 : 0);
		HF_FAIL_NTH_PATIENCE();
		s->waiting--;
	}
	mtx_unlock(&s->mtx);
}

static int
script_getpages(
    vm_object_t object, vm_page_t *ma, int count, int *rbehind, int *rahead)
{
	struct hf_script *s;
	vm_page_t m;
	int i;

	s = script;
	s->calls++;
	s->last_index = ma[0]->pindex;
	s->behind = rbehind != NULL ? *rbehind : 0;
	s->ahead = rahead != NULL ? *rahead : 0;
	if (rbehind != NULL)
		*rbehind = 0;
	if (rahead != NULL)
		*rahead = 0;
	wait_while_held(s);
	for (i = 0; i < count; i++) {
		m = ma[i];
		if (m->pindex == s->fail_index && s->fail_times != 0) {
			if (s->fail_times > 0)
				s->fail_times--;
			return (s->fail_code);
		}
		memset((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)),
		    hf_script_byte(m->pindex), PAGE_SIZE);
		vm_page_valid(m);
	}
	return (VM_PAGER_OK);
}

static boolean_t
script_haspage(vm_object_t object, vm_pindex_t pindex, int *behind, int *ahead)
{
	if (behind != NULL)
		*behind = 0;
	if (ahead != NULL)
		*ahead = 0;
	return (pindex < object->size);
}

static void
script_putpages(
    vm_object_t object, vm_page_t *ma, int count, int flags, int *rtvals)
{
	int i;

	for (i = 0; i < count; i++) {
		vm_page_undirty(ma[i]);
		rtvals[i] = VM_PAGER_OK;
	}
}

static void
script_set_writeable_dirty(vm_object_t object)
{
	if (script != NULL)
		atomic_add_int(&script->marked, 1);
}

static void
script_dealloc(vm_object_t object)
{
	int i;

	if (script != NULL) {
		script->ended++;
		for (i = 0; i < curthread->td_nheld; i++)
			if (curthread->td_held[i].h_lock->lo_class ==
			    HF_LOCK_SX)
				script->ended_locked++;
	}
	object->type = OBJT_DEAD;
}

static const struct pagerops script_ops = {
	.pgo_dealloc = script_dealloc,
	.pgo_getpages = script_getpages,
	.pgo_putpages = script_putpages,
	.pgo_haspage = script_haspage,
	.pgo_set_writeable_dirty = script_set_writeable_dirty,
};

void
hf_script_begin(struct hf_script *s, vm_pindex_t npages)
{
	KASSERT(script == NULL, ("hf_script_begin: one at a time"));
	bzero(s, sizeof(*s));
	mtx_init(&s->mtx, "script", NULL, MTX_DEF);
	s->fail_code = VM_PAGER_ERROR;
	script = s;
	before = pagertab[OBJT_MGTDEVICE];
	hf_pager_register(OBJT_MGTDEVICE, &script_ops);
	s->object = vm_object_allocate(OBJT_MGTDEVICE, npages);
	/* Ordinary RAM, unlike what this type is for. */
	s->object->flags &= ~OBJ_FICTITIOUS;
}

void
hf_script_map(struct hf_script *s, vm_offset_t va, vm_pindex_t npages)
{
	hf_script_begin(s, npages);
	hf_space_map_at(va, npages, s->object, 0, VM_PROT_RW, 0);
}

void
hf_script_release(struct hf_script *s)
{
	mtx_lock(&s->mtx);
	s->hold = false;
	wakeup(s);
	mtx_unlock(&s->mtx);
}

void
hf_script_end(struct hf_script *s)
{
	script = NULL;
	hf_pager_register(OBJT_MGTDEVICE, before);
}
