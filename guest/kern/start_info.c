/* SPDX-License-Identifier: BSD-2-Clause */
/* start_info.c: copy and check what the loader left in memory. */

/*
 * At boot this runs on the boot tables, which show the first 4 GiB; the
 * loader's data lies anywhere below that, in RAM that the map calls usable.
 * Nothing is written to memory outside the kernel image before all of it has
 * been copied.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <kern/memmap.h>
#include <kern/start_info.h>
#include <kern/boot.h>
#include <machine/vmparam.h>

#define BOOT_MAPPED (4ull << 30)
#define MEMMAP_MAX  128
#define MODULES_MAX 16
#define LOW_MEMORY  0x100000ull

static struct pvh_memory memmap[MEMMAP_MAX];

/* False when the bytes are not within what the boot tables map. */
static bool
copy_in(void *to, uint64_t pa, uint64_t bytes)
{
	if (pa == 0 || pa > BOOT_MAPPED || bytes > BOOT_MAPPED - pa)
		return (false);
	memcpy(to, (const void *)PHYS_TO_DMAP(pa), bytes);
	return (true);
}

static const char *
copy_cmdline(uint64_t pa, char *cmdline)
{
	const char *from;
	int i;

	if (pa == 0)
		return (NULL);
	if (pa > BOOT_MAPPED - HF_CMDLINE_MAX)
		return ("command line above 4 GiB");
	from = (const char *)PHYS_TO_DMAP(pa);
	for (i = 0; i < HF_CMDLINE_MAX && from[i] != '\0'; i++)
		cmdline[i] = from[i];
	if (i == HF_CMDLINE_MAX) {
		cmdline[0] = '\0';
		return ("command line longer than 2047 bytes");
	}
	return (NULL);
}

/*
 * Takes the modules out of info->avail; the first is the plan.  A module need
 * not be page aligned: its pages go.
 */
static const char *
reserve_modules(const struct pvh_start_info *si, struct hf_boot_info *info)
{
	struct pvh_module m;

	if (si->nr_modules > MODULES_MAX)
		return ("more than 16 modules");
	for (u_int i = 0; i < si->nr_modules; i++) {
		if (!copy_in(&m, si->modlist_paddr + i * sizeof(m), sizeof(m)))
			return ("module list outside the first 4 GiB");
		if (m.len_bytes == 0)
			continue;
		if (!hf_ranges_contain(&info->ram, m.paddr, m.len_bytes))
			return ("a module is not in RAM");
		if (!hf_ranges_remove(&info->avail, trunc_page(m.paddr),
			round_page(m.paddr + m.len_bytes)))
			return ("too many pieces of memory");
		if (i == 0) {
			info->plan_paddr = m.paddr;
			info->plan_bytes = m.len_bytes;
		}
	}
	return (NULL);
}

static const char *
read_memmap(const struct pvh_start_info *si, struct hf_ranges *ram)
{
	if (si->version < 1 || si->memmap_entries == 0)
		return ("the loader gave no memory map");
	if (si->memmap_entries > MEMMAP_MAX)
		return ("more than 128 entries in the memory map");
	if (!copy_in(memmap, si->memmap_paddr,
		si->memmap_entries * sizeof(memmap[0])))
		return ("memory map outside the first 4 GiB");
	if (!hf_memmap_reduce(memmap, si->memmap_entries, ram))
		return ("too many pieces of memory");
	if (ram->count == 0)
		return ("no RAM in the memory map");
	return (NULL);
}

const char *
hf_start_info_read(uint64_t pa, struct hf_boot_info *info)
{
	struct pvh_start_info si;
	const char *why;

	bzero(info, sizeof(*info));
	bzero(&si, sizeof(si));
	/* Version 0 ends before memmap_paddr. */
	if (!copy_in(&si, pa, offsetof(struct pvh_start_info, memmap_paddr)) ||
	    si.magic != PVH_MAGIC)
		return ("no PVH start info");
	if (si.version >= 1 && !copy_in(&si, pa, sizeof(si)))
		return ("no PVH start info");
	if ((why = read_memmap(&si, &info->ram)) != NULL ||
	    (why = copy_cmdline(si.cmdline_paddr, info->cmdline)) != NULL)
		return (why);
	info->rsdp_paddr = si.rsdp_paddr;

	info->avail = info->ram;
	if ((why = reserve_modules(&si, info)) != NULL)
		return (why);
	/*
	 * Page 0, the AP trampoline and the firmware's tables are below 1 MiB:
	 * none of that is handed out.
	 */
	if (!hf_ranges_remove(&info->avail, 0, LOW_MEMORY) ||
	    !hf_ranges_remove(&info->avail,
		(vm_offset_t)hf_text_start - KERNBASE,
		(vm_offset_t)end - KERNBASE))
		return ("too many pieces of memory");
	if (info->avail.count == 0)
		return ("no free RAM");
	return (NULL);
}
