/* SPDX-License-Identifier: BSD-2-Clause */
/* zone.c: the callbacks of a zone, and what it finds of wrong uses. */
#include <test/scenario.h>
#include <vm/uma_priv.h>

#define BYTES 1000 /* four of them a page */
#define MADE  0x6d616465ul
#define LIVES 0x6c697665ul
#define DEAD  0x64656164ul

static struct {
	int inits, finis, ctors, dtors;
	int refused_init, refused_ctor; /* the n-th from now on */
	void *last_arg;
	int last_flags;
} seen;
static char arg_one, arg_two;

static int
count_init(void *mem, int size, int flags)
{
	if (--seen.refused_init == 0)
		return (ENOMEM);
	hf_expect_eq(size, BYTES);
	seen.inits++;
	*(u_long *)mem = MADE;
	return (0);
}

static void
count_fini(void *mem, int size)
{
	hf_expect_eq(size, BYTES);
	/* Made, and if it ever lived then dead. */
	hf_expect_ne(*(u_long *)mem, LIVES);
	seen.finis++;
}

static int
count_ctor(void *mem, int size, void *arg, int flags)
{
	seen.last_arg = arg;
	seen.last_flags = flags;
	if (--seen.refused_ctor == 0)
		return (ENOMEM);
	hf_expect_eq(size, BYTES);
	hf_expect(*(u_long *)mem == MADE || *(u_long *)mem == DEAD);
	seen.ctors++;
	*(u_long *)mem = LIVES;
	return (0);
}

static void
count_dtor(void *mem, int size, void *arg)
{
	hf_expect_eq(size, BYTES);
	hf_expect_eq(*(u_long *)mem, LIVES);
	seen.last_arg = arg;
	seen.dtors++;
	*(u_long *)mem = DEAD;
}

static uma_zone_t
counting_zone(uint32_t flags)
{
	memset(&seen, 0, sizeof(seen));
	return (uma_zcreate("counting", BYTES, count_ctor, count_dtor,
	    count_init, count_fini, UMA_ALIGN_PTR, flags));
}

HF_SCENARIO(page_zone_order, "page.zone_order", "ZN-1 ZN-2",
    "init, ctor, dtor and fini run in this order, with what is theirs")
{
	uma_zone_t zone = counting_zone(0);
	void *p, *again;

	hf_expect_eq(seen.inits, 0);
	p = uma_zalloc_arg(zone, &arg_one, M_WAITOK);
	hf_require(p != NULL);
	hf_expect_eq(seen.inits, 4);
	hf_expect_eq(seen.ctors, 1);
	hf_expect_eq(seen.last_arg, &arg_one);
	hf_expect_eq(seen.last_flags & (M_WAITOK | M_NOWAIT), M_WAITOK);
	hf_expect_eq(*(u_long *)p, LIVES);
	uma_zfree_arg(zone, p, &arg_two);
	hf_expect_eq(seen.dtors, 1);
	hf_expect_eq(seen.last_arg, &arg_two);
	hf_expect_eq(seen.finis, 0);
	again = uma_zalloc(zone, M_NOWAIT);
	hf_require(again != NULL);
	hf_expect_eq(seen.last_arg, NULL);
	/* The page was made once; each life has a ctor and a dtor. */
	hf_expect_eq(seen.inits, 4);
	hf_expect_eq(seen.ctors, 2);
	uma_zfree(zone, again);
	uma_zfree(zone, NULL);
	hf_expect_eq(seen.dtors, 2);
	uma_zdestroy(zone);
	hf_expect_eq(seen.inits, 4);
	hf_expect_eq(seen.finis, 4);
}

HF_SCENARIO(page_zone_refused, "page.zone_refused", "ZN-3",
    "an item that init or ctor refuses is not to be had, and not lost")
{
	const u_long pages = hf_uma_pages();
	uma_zone_t zone = counting_zone(0);
	void *p;

	seen.refused_init = 3;
	hf_expect_eq(uma_zalloc(zone, M_WAITOK), NULL);
	hf_expect_eq(seen.inits, 2);
	hf_expect_eq(seen.finis, 2);
	hf_expect_eq(seen.ctors, 0);
	hf_expect_eq(uma_zone_get_cur(zone), 0);
	seen.refused_ctor = 1;
	hf_expect_eq(uma_zalloc(zone, M_WAITOK), NULL);
	hf_expect_eq(seen.dtors, 0);
	hf_expect_eq(uma_zone_get_cur(zone), 0);
	p = uma_zalloc(zone, M_WAITOK);
	hf_require(p != NULL);
	uma_zfree(zone, p);
	uma_zdestroy(zone);
	hf_expect_eq(seen.inits, seen.finis);
	uma_reclaim(UMA_RECLAIM_DRAIN);
	hf_expect_le(hf_uma_pages(), pages);
}

HF_SCENARIO(page_zone_zeroed, "page.zone_zeroed", "ZN-4",
    "M_ZERO clears, and ZINIT clears what nobody has had yet")
{
	uma_zone_t zone;
	u_char *p;

	zone = uma_zcreate("zeroed", BYTES, NULL, NULL, NULL, NULL, 0, 0);
	for (int i = 0; i < 2; i++) {
		p = uma_zalloc(zone, M_WAITOK | M_ZERO);
		for (int at = 0; at < BYTES; at++)
			if (!hf_expect_eq(p[at], 0))
				break;
		memset(p, 0x77, BYTES);
		uma_zfree(zone, p);
	}
	uma_zdestroy(zone);
	zone = uma_zcreate(
	    "zinit", BYTES, NULL, NULL, NULL, NULL, 0, UMA_ZONE_ZINIT);
	p = uma_zalloc(zone, M_WAITOK);
	for (int at = 0; at < BYTES; at++)
		if (!hf_expect_eq(p[at], 0))
			break;
	uma_zfree(zone, p);
	uma_zdestroy(zone);
}

/* What somebody does with an item of one zone and another zone. */
struct wrong {
	uma_zone_t zone, other;
	char *item;
};

static void
free_twice(void *arg)
{
	struct wrong *w = arg;

	uma_zfree(w->zone, w->item);
	uma_zfree(w->zone, w->item);
}

static void
free_inside(void *arg)
{
	struct wrong *w = arg;

	uma_zfree(w->zone, w->item + 8);
}

static void
free_elsewhere(void *arg)
{
	struct wrong *w = arg;

	uma_zfree(w->other, w->item);
}

static void
free_foreign(void *arg)
{
	struct wrong *w = arg;
	void *page = hf_uma_page_get(M_WAITOK | M_ZERO);

	w->item = page;
	uma_zfree(w->zone, (char *)page + 256);
}

static void
destroy(void *arg)
{
	uma_zdestroy(arg);
}

HF_SCENARIO(page_zone_wrong_frees, "page.zone_wrong_frees", "ZN-10",
    "a free of what is free, of another zone or no item panics")
{
	struct wrong w;

	w.zone = uma_zcreate("right", BYTES, NULL, NULL, NULL, NULL, 0, 0);
	w.other = uma_zcreate("wrong", BYTES, NULL, NULL, NULL, NULL, 0, 0);
	w.item = uma_zalloc(w.zone, M_WAITOK);
	hf_expect_panic(free_inside, &w, "right");
	hf_expect_panic(free_elsewhere, &w, "wrong");
	hf_expect_eq(uma_zone_get_cur(w.zone), 1);
	hf_expect_panic(free_twice, &w, "right");
	hf_expect_eq(uma_zone_get_cur(w.zone), 0);
	w.item = NULL;
	hf_expect_panic(free_foreign, &w, "");
	if (w.item != NULL)
		hf_uma_page_put(w.item);
	uma_zdestroy(w.zone);
	uma_zdestroy(w.other);
}

static void
alloc_again(void *arg)
{
	struct wrong *w = arg;

	/* As many as fit into the page: one of them is it. */
	for (int i = 0; i < 4; i++)
		(void)uma_zalloc(w->zone, M_WAITOK);
}

HF_SCENARIO(page_zone_use_after_free, "page.zone_use_after_free", "ZN-11",
    "who gets an item that was stored into when it was free is told")
{
	struct wrong w;
	char *volatile stale;

	w.zone = uma_zcreate("stale", BYTES, NULL, NULL, NULL, NULL, 0, 0);
	w.item = uma_zalloc(w.zone, M_WAITOK);
	stale = w.item;
	hf_expect(!hf_uma_is_poisoned(w.item));
	uma_zfree(w.zone, w.item);
#ifdef HF_UMA_ASAN
	/* The store would be found at once. */
	(void)stale;
	(void)alloc_again;
	hf_expect(hf_uma_is_poisoned(w.item));
	hf_expect(hf_uma_is_poisoned(w.item + BYTES - 1));
#else
	stale[BYTES - 16] = 1;
	hf_expect_panic(alloc_again, &w, "stale");
	/* The panic came when it was on its way. */
	hf_uma_slab_free(w.zone, w.item);
#endif
	uma_zdestroy(w.zone);
}

HF_SCENARIO(page_zone_destroy, "page.zone_destroy", "ZN-12",
    "a zone of which items are in use cannot end, nor one that is NOFREE")
{
	uma_zone_t zone;
	void *p;

	zone = uma_zcreate("in use", BYTES, NULL, NULL, NULL, NULL, 0, 0);
	p = uma_zalloc(zone, M_WAITOK);
	hf_expect_panic_always(destroy, zone, "in use");
	/* And nothing has come of it. */
	memset(p, 0x55, BYTES);
	uma_zfree(zone, p);
	uma_zdestroy(zone);
}
