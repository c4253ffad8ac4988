/* SPDX-License-Identifier: BSD-2-Clause */
/* phys.c: physical memory as the rest of the kernel sees it. */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/start_info.h>
#include <kern/boot.h>

vm_paddr_t phys_avail[HF_PHYS_AVAIL_MAX + 2];
vm_paddr_t dump_avail[HF_PHYS_AVAIL_MAX + 2];
long realmem;
vm_paddr_t Maxmem;
char hf_cmdline[HF_CMDLINE_MAX];

static const struct hf_ranges *all_ram;

_Static_assert(HF_PHYS_AVAIL_MAX >= 2 * HF_RANGES_MAX, "pairs of all ranges");

static void
ranges_to_pairs(const struct hf_ranges *rs, vm_paddr_t *pairs)
{
	int n = 0;

	for (int i = 0; i < rs->count; i++) {
		pairs[n++] = rs->r[i].start;
		pairs[n++] = rs->r[i].end;
	}
	pairs[n] = pairs[n + 1] = 0;
}

void
hf_boot_publish(const struct hf_boot_info *info)
{
	const struct hf_ranges *ram = &info->ram;

	all_ram = ram;
	ranges_to_pairs(ram, dump_avail);
	ranges_to_pairs(&info->avail, phys_avail);
	for (int i = 0; i < ram->count; i++)
		realmem += atop(ram->r[i].end - ram->r[i].start);
	Maxmem = atop(ram->r[ram->count - 1].end);
	strlcpy(hf_cmdline, info->cmdline, sizeof(hf_cmdline));
}

bool
hf_phys_is_ram(vm_paddr_t pa, vm_size_t bytes)
{
	return (hf_ranges_touch(all_ram, pa, bytes));
}

vm_paddr_t
hf_boot_alloc_pages(u_long npages)
{
	vm_paddr_t pa;

	for (int i = 0; phys_avail[i + 1] != 0; i += 2) {
		if (phys_avail[i + 1] - phys_avail[i] <= ptoa(npages))
			continue;
		pa = phys_avail[i];
		phys_avail[i] += ptoa(npages);
		return (pa);
	}
	panic("hf_boot_alloc_pages: no %lu pages", npages);
}
