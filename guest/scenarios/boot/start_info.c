/* SPDX-License-Identifier: BSD-2-Clause */
/* start_info.c: start information of other loaders, right and wrong. */

/*
 * A page of kernel memory plays the loader's part: everything in it is found by
 * physical address, as at boot.
 */
#include <kern/start_info.h>
#include <kern/kalloc.h>
#include <machine/vmparam.h>
#include <vm/pmap.h>
#include <test/scenario.h>

struct loader_page {
	struct pvh_start_info si;
	struct pvh_memory map[6];
	struct pvh_module modules[2];
	char plan[16];
	char cmdline[HF_CMDLINE_MAX + 1];
};
_Static_assert(sizeof(struct loader_page) <= PAGE_SIZE, "one page");

static struct loader_page *lp;
static uint64_t lp_pa;
static struct hf_boot_info info;

#define PA_OF(member) (lp_pa + offsetof(struct loader_page, member))

static void
loader_fill(void)
{
	bzero(lp, sizeof(*lp));
	lp->si.magic = PVH_MAGIC;
	lp->si.version = 1;
	lp->si.memmap_paddr = PA_OF(map);
	lp->si.memmap_entries = 3;
	lp->si.nr_modules = 1;
	lp->si.modlist_paddr = PA_OF(modules);
	lp->si.cmdline_paddr = PA_OF(cmdline);
	lp->si.rsdp_paddr = 0xe0010;
	lp->map[0] = (struct pvh_memory){ 0x100000, 0x3f00000, 1, 0 };
	lp->map[1] = (struct pvh_memory){ 0, 0x9fc00, 1, 0 };
	lp->map[2] = (struct pvh_memory){ 0x9fc00, 0x60400, 2, 0 };
	lp->modules[0].paddr = PA_OF(plan);
	lp->modules[0].len_bytes = sizeof(lp->plan);
	strlcpy(lp->cmdline, "virtio_mmio.device=4K@0xd0000000:5",
	    sizeof(lp->cmdline));
}

static void
loader_begin(void)
{
	lp = hf_kalloc(PAGE_SIZE, M_WAITOK);
	lp_pa = pmap_kextract((vm_offset_t)lp);
	loader_fill();
}

/* The refusal contains "part" (NULL: there is none). */
static void
expect_read(const char *part)
{
	const char *why = hf_start_info_read(lp_pa, &info);

	if (part == NULL)
		hf_expect_str(why != NULL ? why : "accepted", "accepted");
	else if (why == NULL || strstr(why, part) == NULL)
		hf_expect_str(why != NULL ? why : "accepted", part);
	else
		hf_expect(true);
	loader_fill();
}

HF_SCENARIO(boot_start_info, "boot.start_info", "BT-06",
    "start information is read wherever it lies, and what it names is reserved",
    .flags = HF_NEEDS_MMU)
{
	loader_begin();
	expect_read(NULL);
	hf_expect_eq(info.rsdp_paddr, 0xe0010);
	hf_expect_eq(info.plan_paddr, PA_OF(plan));
	hf_expect_eq(info.plan_bytes, sizeof(lp->plan));
	hf_expect_str(info.cmdline, "virtio_mmio.device=4K@0xd0000000:5");
	hf_expect(hf_ranges_contain(&info.ram, 0x100000, 0x3f00000));
	hf_expect(hf_ranges_contain(&info.ram, 0, 0x9f000));
	hf_expect(!hf_ranges_touch(&info.ram, 0x9f000, 0x61000));
	/* Page 0 and low memory, the image, the plan's page. */
	hf_expect(!hf_ranges_touch(&info.avail, 0, 0x100000));
	hf_expect(!hf_ranges_touch(&info.avail,
	    (vm_offset_t)hf_text_start - KERNBASE, end - hf_text_start));
	hf_expect(!hf_ranges_touch(&info.avail, lp_pa, PAGE_SIZE));
	hf_expect(
	    hf_ranges_touch(&info.avail, lp_pa - PAGE_SIZE, 2 * PAGE_SIZE) ||
	    hf_ranges_touch(&info.avail, lp_pa, 2 * PAGE_SIZE));
	hf_kfree(lp);
}

HF_SCENARIO(boot_start_info_refused, "boot.start_info_refused", "BT-04 BT-15",
    "unusable start information is refused with its reason",
    .flags = HF_NEEDS_MMU)
{
	loader_begin();
	lp->si.magic = 0x1badb002;
	expect_read("no PVH start info");
	lp->si.version = 0;
	expect_read("no memory map");
	lp->si.memmap_entries = 0;
	expect_read("no memory map");
	lp->si.memmap_entries = 100000;
	expect_read("entries in the memory map");
	lp->si.memmap_paddr = 0xfffffff0;
	expect_read("memory map outside");
	lp->si.memmap_paddr = UINT64_MAX - 8;
	expect_read("memory map outside");
	lp->map[0].type = lp->map[1].type = 2;
	expect_read("no RAM");
	lp->si.nr_modules = 1000;
	expect_read("modules");
	lp->modules[0].paddr = 0xd0000000;
	expect_read("not in RAM");
	lp->modules[0].len_bytes = UINT64_MAX;
	expect_read("not in RAM");
	lp->si.modlist_paddr = UINT64_MAX;
	expect_read("module list");
	expect_read(NULL);
	hf_expect(hf_start_info_read(0, &info) != NULL);
	hf_expect(hf_start_info_read(UINT64_MAX, &info) != NULL);
	hf_kfree(lp);
}

HF_SCENARIO(boot_cmdline, "boot.cmdline", "BT-07",
    "a command line may be absent, empty or 2047 bytes, not longer",
    .flags = HF_NEEDS_MMU)
{
	loader_begin();
	lp->si.cmdline_paddr = 0;
	expect_read(NULL);
	hf_expect_str(info.cmdline, "");
	lp->cmdline[0] = '\0';
	expect_read(NULL);
	hf_expect_str(info.cmdline, "");
	memset(lp->cmdline, 'x', HF_CMDLINE_MAX - 1);
	lp->cmdline[HF_CMDLINE_MAX - 1] = '\0';
	expect_read(NULL);
	hf_expect_eq(strlen(info.cmdline), HF_CMDLINE_MAX - 1);
	memset(lp->cmdline, 'x', HF_CMDLINE_MAX);
	expect_read("command line");
	hf_kfree(lp);
}

HF_SCENARIO(boot_no_module, "boot.no_module", "BT-16",
    "a boot without modules, or with an empty one, has no plan",
    .flags = HF_NEEDS_MMU)
{
	loader_begin();
	lp->si.nr_modules = 0;
	lp->si.modlist_paddr = 0;
	expect_read(NULL);
	hf_expect_eq(info.plan_bytes, 0);
	lp->modules[0].len_bytes = 0;
	expect_read(NULL);
	hf_expect_eq(info.plan_bytes, 0);
	/* A second module is reserved too, but is not the plan. */
	lp->si.nr_modules = 2;
	lp->modules[1].paddr = 0x3000000;
	lp->modules[1].len_bytes = 1;
	expect_read(NULL);
	hf_expect_eq(info.plan_paddr, PA_OF(plan));
	hf_expect(!hf_ranges_touch(&info.avail, 0x3000000, PAGE_SIZE));
	hf_expect(hf_ranges_touch(&info.avail, 0x3001000, PAGE_SIZE));
	hf_kfree(lp);
}
