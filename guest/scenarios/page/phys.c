/* SPDX-License-Identifier: BSD-2-Clause */
/* phys.c: the buddy allocator. */
#include <kern/boot.h>
#include <kern/plan.h>
#include <vm/vm_phys.h>
#include <test/vm_util.h>

/* Blocks of each order on all lists. */
static void
count_blocks(u_long n[VM_NFREEORDER])
{
	int list, order, pool;
	u_long all, each;

	for (order = 0; order < VM_NFREEORDER; order++) {
		n[order] = 0;
		for (list = 0; list < VM_NFREELIST; list++) {
			all = hf_vm_phys_block_count(list, -1, order);
			each = 0;
			for (pool = 0; pool < VM_NFREEPOOL; pool++)
				each +=
				    hf_vm_phys_block_count(list, pool, order);
			hf_expect_eq(all, each);
			n[order] += all;
		}
	}
}

static vm_page_t
take(int pool, int order)
{
	vm_page_t m;

	vm_domain_free_lock();
	m = vm_phys_alloc_pages(0, pool, order);
	vm_domain_free_unlock();
	return (m);
}

static void
give(vm_page_t m, int order)
{
	vm_domain_free_lock();
	vm_phys_free_pages(m, order);
	vm_domain_free_unlock();
}

HF_SCENARIO(phys_split, "page.phys_split", "PH-1 PH-2",
    "splitting leaves one block of each lower order; buddies merge")
{
	u_long before[VM_NFREEORDER], after[VM_NFREEORDER];
	vm_page_t block, second;
	const int k = 6;
	u_long frames;
	int order;

	block = take(VM_FREEPOOL_DEFAULT, k);
	hf_require(block != NULL);
	count_blocks(before);
	/* Cut down to its first frame, wherever it merged into. */
	vm_domain_free_lock();
	vm_phys_free_pages(block, k);
	hf_expect(vm_phys_unfree_page(block));
	vm_domain_free_unlock();
	count_blocks(after);
	for (order = 0; order < k; order++)
		hf_expect(after[order] == before[order] + 1);
	/* The buddy is allocated, then it is not. */
	second = block + 1;
	vm_domain_free_lock();
	hf_expect(vm_phys_unfree_page(second));
	vm_domain_free_unlock();
	give(block, 0);
	hf_expect_eq(block->order, 0);
	give(second, 0);
	hf_expect_ne(block->order, 0);
	hf_expect_eq(second->order, VM_NFREEORDER);
	hf_expect_eq(hf_vm_phys_check(&frames), NULL);
	hf_expect_eq(frames, vm_free_count());
}

/* The model's memory is less than two such blocks. */
HF_SCENARIO(phys_largest, "page.phys_largest", "PH-3",
    "two blocks of the largest size beside each other stay two",
    .flags = HF_NEEDS_MMU)
{
	const int k = VM_NFREEORDER - 1;
	u_long after[VM_NFREEORDER], before[VM_NFREEORDER];
	vm_page_t block[64];
	u_long frames;
	int n;

	count_blocks(before);
	for (n = 0; n < (int)nitems(block); n++) {
		block[n] = take(VM_FREEPOOL_DEFAULT, k);
		if (block[n] == NULL)
			break;
	}
	hf_expect_le(before[k], n);
	while (n > 0)
		give(block[--n], k);
	count_blocks(after);
	hf_expect_eq(after[k], before[k]);
	hf_expect_eq(hf_vm_phys_check(&frames), NULL);
	hf_expect_eq(frames, vm_free_count());
}

static void
free_twice(void *arg)
{
	vm_domain_free_lock();
	/* Caught before anything changes; the lock is let go by hand. */
	vm_phys_free_pages(arg, 0);
}

HF_SCENARIO(phys_double_free, "page.phys_double_free", "PH-2",
    "a free block cannot be freed again")
{
	vm_page_t m;

	m = take(VM_FREEPOOL_DEFAULT, 0);
	hf_require(m != NULL);
	vm_domain_free_lock();
	m->order = 0; /* as the head of a free block */
	vm_domain_free_unlock();
	hf_expect_panic(free_twice, m, "");
	vm_domain_free_unlock();
	m->order = VM_NFREEORDER;
	give(m, 0);
}

HF_SCENARIO(phys_segments, "page.phys_segments", "PH-6",
    "pages are found by any address in RAM and nowhere else")
{
	struct vm_phys_seg *seg;
	vm_page_t first, last;
	int i;

	for (i = 0; i < vm_phys_nsegs; i++) {
		seg = &vm_phys_segs[i];
		first = PHYS_TO_VM_PAGE(seg->start);
		last = PHYS_TO_VM_PAGE(seg->end - 1);
		hf_require(first != NULL && last != NULL);
		hf_expect_eq(VM_PAGE_TO_PHYS(first), seg->start);
		hf_expect_eq(PHYS_TO_VM_PAGE(seg->start + 123), first);
		hf_expect_eq(vm_phys_paddr_to_vm_page(seg->start + 123), first);
		hf_expect_eq(VM_PAGE_TO_PHYS(last), seg->end - PAGE_SIZE);
		hf_expect_eq(last - first, atop(seg->end - seg->start) - 1);
		if (i + 1 < vm_phys_nsegs && seg[1].start > seg->end)
			hf_expect_eq(PHYS_TO_VM_PAGE(seg->end), NULL);
		hf_expect_lt(last - vm_page_array, vm_page_array_size);
	}
	hf_expect_eq(PHYS_TO_VM_PAGE(0), NULL);
	hf_expect_eq(PHYS_TO_VM_PAGE(ptoa(Maxmem)), NULL);
	hf_expect_eq(PHYS_TO_VM_PAGE(1ul << 51), NULL);
	hf_expect_eq(vm_phys_paddr_to_vm_page(1ul << 51), NULL);
}

HF_SCENARIO(phys_pools, "page.phys_pools", "PH-4",
    "an empty pool takes the largest block of another")
{
	vm_page_t m;
	int pool;

	for (pool = 0; pool < VM_NFREEPOOL; pool++) {
		m = take(pool, 3);
		hf_require(m != NULL);
		hf_expect_eq(m->pool, pool);
		give(m, 3);
	}
}

/*
 * A block of 2^order frames, set up, of which none is free: what is given back
 * of it merges with others of it only, until the last one is.
 */
static vm_page_t
take_frames(int order)
{
	vm_page_t m;
	int i;

	m = take(VM_FREEPOOL_DEFAULT, order);
	hf_require(m != NULL);
	for (i = 1; i < 1 << order; i++) {
		hf_vm_page_setup(m + i);
		m[i].pool = m->pool;
	}
	return (m);
}

HF_SCENARIO(phys_merge_pool, "page.phys_merge_pool", "PH-8",
    "a merged block is of the pool of the frame that was freed last")
{
	vm_page_t last, m;
	int i, pool;

	for (i = 0; i < 4; i++) {
		m = take_frames(1);
		last = m + (i & 1); /* merges upwards, and downwards */
		pool = i / 2 == 0 ? VM_FREEPOOL_DEFAULT : VM_FREEPOOL_DIRECT;
		vm_domain_free_lock();
		m[0].pool = m[1].pool = pool == VM_FREEPOOL_DEFAULT
		    ? VM_FREEPOOL_DIRECT
		    : VM_FREEPOOL_DEFAULT;
		vm_phys_free_pages(m + !(i & 1), 0);
		last->pool = pool;
		vm_phys_free_pages(last, 0);
		/* It says of which pool the block is that it is cut from. */
		hf_expect(vm_phys_unfree_page(last));
		hf_expect_eq(last->pool, pool);
		last->pool = VM_FREEPOOL_DEFAULT;
		vm_phys_free_pages(last, 0);
		vm_domain_free_unlock();
	}
}

HF_SCENARIO(phys_freed_last, "page.phys_freed_last", "PH-9",
    "what is freed last is used last: it waits for its buddy")
{
	vm_page_t m;

	m = take_frames(2);
	vm_domain_free_lock();
	vm_phys_free_pages(m, 0);
	vm_phys_free_pages(m + 2, 0);
	hf_expect_eq(m[0].order, 0);
	hf_expect_eq(m[2].order, 0);
	hf_expect_eq(TAILQ_NEXT(&m[0], plinks.q), m + 2);
	hf_expect_eq(TAILQ_NEXT(&m[2], plinks.q), NULL);
	vm_phys_free_pages(m + 1, 0);
	vm_phys_free_pages(m + 3, 0);
	vm_domain_free_unlock();
}

static bool
has_list(int freelist)
{
	int i;

	for (i = 0; i < vm_phys_nsegs; i++)
		if (vm_phys_segs[i].freelist == freelist)
			return (true);
	return (false);
}

HF_SCENARIO(phys_low_memory_last, "page.phys_low_memory_last", "PH-5",
    "low memory is used only when nothing else is left")
{
	vm_page_t m, low;
	u_int free;

	if (!has_list(VM_FREELIST_DEFAULT))
		hf_skip("all memory is low");
	free = vm_free_count();
	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect(VM_PAGE_TO_PHYS(m) >= VM_LOWMEM_BOUNDARY);
	low = vm_page_alloc_freelist(VM_FREELIST_LOWMEM, VM_ALLOC_NORMAL);
	hf_require(low != NULL);
	hf_expect(VM_PAGE_TO_PHYS(low) < VM_LOWMEM_BOUNDARY);
	vm_page_free(low);
	vm_page_free(m);
	hf_expect_eq(vm_free_count(), free);
	if (has_list(VM_FREELIST_DMA32))
		return;
	hf_expect_eq(
	    vm_page_alloc_freelist(VM_FREELIST_DMA32, VM_ALLOC_NORMAL), NULL);
	hf_expect_eq(vm_free_count(), free);
}

HF_SCENARIO(phys_npages, "page.phys_npages", "PH-10",
    "many frames come in as large blocks as there are")
{
	vm_page_t ma[100];
	int i, n;

	vm_domain_free_lock();
	n = vm_phys_alloc_npages(0, VM_FREEPOOL_DEFAULT, nitems(ma), ma);
	vm_domain_free_unlock();
	hf_expect_eq(n, nitems(ma));
	hf_expect_eq(ma[63], ma[0] + 63);
	for (i = 0; i < n; i++)
		give(ma[i], 0);
}

/* Steps without effort=N; the requirement's million is effort=500. */
#define STEPS	  2000
#define HELD_MAX  64
#define BLOCK_MAX 6

struct held {
	vm_page_t m;
	u_long n;
	int order; /* -1: a contiguous run */
};

/* Bit map of frames below 4 GiB that the scenario holds. */
static uint64_t map[(4ul << 30) / PAGE_SIZE / 64 / 16];

static bool
map_set(vm_page_t m, u_long n, bool set)
{
	u_long frame;
	bool ok;

	ok = true;
	for (frame = atop(VM_PAGE_TO_PHYS(m)); n > 0; n--, frame++) {
		if (frame / 64 >= nitems(map))
			continue;
		ok &= ((map[frame / 64] >> (frame % 64) & 1) != 0) == !set;
		map[frame / 64] ^= 1ul << (frame % 64);
	}
	return (ok);
}

HF_SCENARIO(phys_random, "page.phys_random", "PH-7",
    "random allocation and freeing never overlaps and merges at the end",
    .timeout_ms = 120000)
{
	u_long before[VM_NFREEORDER], after[VM_NFREEORDER], frames, free, steps;
	struct held held[HELD_MAX], *h;
	struct hf_rng *rng;
	bool ok;
	int i, n;

	rng = hf_scenario_rng();
	memset(map, 0, sizeof(map));
	count_blocks(before);
	free = vm_free_count();
	ok = true;
	n = 0;
	for (steps = STEPS * hf_plan_param_u64("effort", 1); steps > 0;
	     steps--) {
		if (n == HELD_MAX || (n > 0 && hf_random(rng) % 2 == 0)) {
			h = &held[hf_random(rng) % n];
			ok &= map_set(h->m, h->n, false);
			free += h->n;
			vm_domain_free_lock();
			if (h->order < 0)
				vm_phys_free_contig(h->m, h->n);
			else
				vm_phys_free_pages(h->m, h->order);
			vm_domain_free_unlock();
			*h = held[--n];
			continue;
		}
		h = &held[n];
		vm_domain_free_lock();
		if (hf_random(rng) % 8 == 0) {
			h->order = -1;
			h->n = hf_random(rng) % 50 + 1;
			h->m = vm_phys_alloc_contig(0, h->n, 0, ~0ul,
			    PAGE_SIZE << hf_random(rng) % 4, 0);
		} else {
			h->order = hf_random(rng) % BLOCK_MAX;
			h->n = 1ul << h->order;
			h->m = vm_phys_alloc_pages(
			    0, hf_random(rng) % 2, h->order);
		}
		vm_domain_free_unlock();
		if (h->m == NULL)
			continue;
		ok &= map_set(h->m, h->n, true);
		free -= h->n;
		n++;
	}
	hf_expect(ok);
	hf_expect_eq(hf_vm_phys_check(&frames), NULL);
	hf_expect_eq(frames, free);
	for (i = 0; i < n; i++) {
		vm_domain_free_lock();
		if (held[i].order < 0)
			vm_phys_free_contig(held[i].m, held[i].n);
		else
			vm_phys_free_pages(held[i].m, held[i].order);
		vm_domain_free_unlock();
	}
	hf_expect_eq(hf_vm_phys_check(&frames), NULL);
	hf_expect_eq(frames, vm_free_count());
	count_blocks(after);
	for (i = 0; i < VM_NFREEORDER; i++)
		hf_expect_eq(after[i], before[i]);
}

HF_SCENARIO(phys_unfree_taken, "page.phys_unfree_taken", "PH-2",
    "a frame that is not free is not taken off the free lists")
{
	vm_page_t m;
	u_long frames;

	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	vm_domain_free_lock();
	hf_expect(!vm_phys_unfree_page(m));
	vm_domain_free_unlock();
	vm_page_free(m);
	hf_expect_eq(hf_vm_phys_check(&frames), NULL);
	hf_expect_eq(frames, vm_free_count());
}
