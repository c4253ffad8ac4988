/* SPDX-License-Identifier: BSD-2-Clause */
/* boot.c: what the guest finds in its memory when it starts. */
#include <inttypes.h>
#include <string.h>

#include "vm/boot.h"
#include "vm/mptable.h"
#include "vm/vm.h"

#define MEMMAP_MAX	 (GUESTMEM_REGIONS_MAX + 2)
#define SMALL_MODULE_MAX 1024

/* The page at boot_config.info. */
struct boot_page {
	struct pvh_start_info info;
	struct pvh_module module;
	struct pvh_memory memmap[MEMMAP_MAX];
	char cmdline[VM_CMDLINE_MAX];
	char small_module[SMALL_MODULE_MAX]; /* one that fits in here */
};

_Static_assert(sizeof(struct boot_page) <= BOOT_INFO_BYTES, "boot page");

static void
memmap_add(struct boot_page *page, uint64_t start, uint64_t end,
    enum pvh_memory_type type)
{
	struct pvh_memory *entry;

	if (start >= end)
		return;
	hf_check(page->info.memmap_entries < MEMMAP_MAX);
	entry = &page->memmap[page->info.memmap_entries++];
	entry->addr = start;
	entry->len_bytes = end - start;
	entry->type = type;
}

/* RAM but for the end of the first MiB, where a PC has its ROMs. */
static void
memmap_fill(struct boot_page *page, const struct guestmem *gm)
{
	struct guestmem_region r;
	uint64_t start, end;
	unsigned int i;

	for (i = 0; i < guestmem_nregions(gm); i++) {
		r = guestmem_region(gm, i);
		start = r.base.v;
		end = start + r.len_bytes;
		if (start < BOOT_RESERVED_START && end > BOOT_RESERVED_START) {
			memmap_add(
			    page, start, BOOT_RESERVED_START, PVH_MEMORY_RAM);
			memmap_add(page, BOOT_RESERVED_START, BOOT_RESERVED_END,
			    PVH_MEMORY_RESERVED);
			start = BOOT_RESERVED_END;
		}
		memmap_add(page, start, end, PVH_MEMORY_RAM);
	}
}

static bool
ranges_meet(gpa_t a, uint64_t a_bytes, gpa_t b, uint64_t b_bytes)
{
	return (a.v < b.v + b_bytes && b.v < a.v + a_bytes);
}

static int
module_place(const struct guestmem *gm, const struct elf_kernel *kernel,
    const struct boot_config *cfg, struct boot_page *page, struct hf_err *err)
{
	gpa_t at = cfg->module_at;

	if (cfg->module_bytes == 0)
		return (0);
	page->info.nr_modules = 1;
	page->info.modlist_paddr =
	    cfg->info.v + offsetof(struct boot_page, module);
	page->module.len_bytes = cfg->module_bytes;
	if (at.v == 0 && cfg->module_bytes <= SMALL_MODULE_MAX) {
		page->module.paddr =
		    cfg->info.v + offsetof(struct boot_page, small_module);
		memcpy(page->small_module, cfg->module, cfg->module_bytes);
		return (0);
	}
	if (at.v == 0)
		at.v = (kernel->end.v + VM_PAGE_BYTES - 1) &
		    ~(uint64_t)(VM_PAGE_BYTES - 1);
	if (!guestmem_write(gm, at, cfg->module, cfg->module_bytes))
		return (err_user(err,
		    "the run plan of %zu bytes does not fit into guest RAM of "
		    "%" PRIu64 " MiB behind the kernel, which ends at "
		    "0x%" PRIx64 " (a larger --memory?)",
		    cfg->module_bytes, guestmem_bytes(gm) >> 20,
		    kernel->end.v));
	hf_check(
	    !ranges_meet(at, cfg->module_bytes, cfg->info, BOOT_INFO_BYTES));
	hf_check(!ranges_meet(at, cfg->module_bytes, kernel->start,
	    kernel->end.v - kernel->start.v));
	page->module.paddr = at.v;
	return (0);
}

int
boot_write(const struct guestmem *gm, const struct elf_kernel *kernel,
    const struct boot_config *cfg, struct hf_err *err)
{
	struct boot_page *page;
	size_t cmdline_bytes = strlen(cfg->cmdline) + 1;

	if (cmdline_bytes > VM_CMDLINE_MAX)
		return (err_user(err,
		    "the guest command line has %zu bytes, at most %d are "
		    "allowed",
		    cmdline_bytes - 1, VM_CMDLINE_MAX - 1));
	hf_check(!ranges_meet(cfg->info, BOOT_INFO_BYTES, kernel->start,
	    kernel->end.v - kernel->start.v));
	hf_check(cfg->info.v % 8 == 0);
	/* Written before any vCPU runs: no copy is needed. */
	page = guestmem_ptr(gm, cfg->info, BOOT_INFO_BYTES);
	hf_check_memory(page != NULL);
	if (module_place(gm, kernel, cfg, page, err) != 0)
		return (-1);
	page->info.magic = PVH_MAGIC;
	page->info.version = PVH_VERSION;
	page->info.cmdline_paddr =
	    cfg->info.v + offsetof(struct boot_page, cmdline);
	page->info.memmap_paddr =
	    cfg->info.v + offsetof(struct boot_page, memmap);
	memmap_fill(page, gm);
	memcpy(page->cmdline, cfg->cmdline, cmdline_bytes);
	mptable_write(gm, cfg->ncpus, cfg->ioapic);
	return (0);
}
