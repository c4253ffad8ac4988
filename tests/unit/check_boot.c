/* SPDX-License-Identifier: BSD-2-Clause */
/* check_boot.c: the structures that the guest finds in its memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "ram.h"
#include "unit.h"
#include "vm/boot.h"
#include "vm/mptable.h"
#include "vm/vm.h"

#define RAM_BYTES  (8u << 20)
#define KERNEL_AT  0x200000u
#define KERNEL_END 0x234567u

static const struct elf_kernel kernel = {
	.entry = KERNEL_AT, .start = { KERNEL_AT }, .end = { KERNEL_END }
};
static struct hf_err err;
static struct guestmem *gm;
static char *ram;

static void
setup(void)
{
	ram = ram_new(RAM_BYTES, &gm);
	memset(&err, 0, sizeof(err));
}

static void
teardown(void)
{
	ram_free(ram, RAM_BYTES, gm);
}

static struct boot_config
config(const char *cmdline)
{
	return ((struct boot_config){ .info = { BOOT_INFO_GPA },
	    .ncpus = 2,
	    .module = "the plan",
	    .module_bytes = 8,
	    .cmdline = cmdline });
}

/* What is at gpa, which must be RAM. */
static void *
at(uint64_t gpa, uint64_t len_bytes)
{
	void *p = guestmem_ptr(gm, gpa_make(gpa), len_bytes);

	ck_assert_ptr_nonnull(p);
	return (p);
}

static struct pvh_start_info *
write_at(uint64_t info, uint64_t module)
{
	struct boot_config cfg = config("hello=1 world");
	struct pvh_start_info *si;

	cfg.info = gpa_make(info);
	cfg.module_at = gpa_make(module);
	ck_assert_int_eq(boot_write(gm, &kernel, &cfg, &err), 0);
	si = at(info, sizeof(*si));
	ck_assert_uint_eq(si->magic, 0x336ec578);
	ck_assert_uint_eq(si->version, 1);
	ck_assert_uint_eq(si->flags, 0);
	ck_assert_uint_eq(si->rsdp_paddr, 0);
	ck_assert_uint_eq(si->nr_modules, 1);
	ck_assert_str_eq(at(si->cmdline_paddr, 14), "hello=1 world");
	return (si);
}

START_TEST(structures_are_where_the_start_info_says)
{
	/* BT-06: the guest must find them wherever they are put. */
	static const uint64_t infos[] = { 0x6000, 0x20000, 0x235000,
		RAM_BYTES - BOOT_INFO_BYTES };
	struct pvh_start_info *si;
	struct pvh_module *mod;
	size_t i;

	for (i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
		memset(ram, 0, RAM_BYTES);
		si = write_at(infos[i], 0x300000);
		mod = at(si->modlist_paddr, sizeof(*mod));
		ck_assert_uint_eq(mod->paddr, 0x300000);
		ck_assert_uint_eq(mod->len_bytes, 8);
		ck_assert_mem_eq(at(mod->paddr, 8), "the plan", 8);
	}
}
END_TEST

START_TEST(module_goes_beside_the_start_info_or_after_the_kernel)
{
	static char text[4096];
	struct pvh_start_info *si = write_at(BOOT_INFO_GPA, 0);
	struct pvh_module *mod = at(si->modlist_paddr, sizeof(*mod));
	struct boot_config cfg = config("");

	/* Small: in the same page, behind everything else. */
	ck_assert_uint_gt(mod->paddr, si->cmdline_paddr + 2047);
	ck_assert_uint_le(mod->paddr + 8, BOOT_INFO_GPA + BOOT_INFO_BYTES);
	ck_assert_mem_eq(at(mod->paddr, 8), "the plan", 8);
	memset(text, 'p', sizeof(text));
	cfg.module = text;
	for (cfg.module_bytes = 1; cfg.module_bytes <= sizeof(text);
	     cfg.module_bytes++) {
		memset(at(BOOT_INFO_GPA, BOOT_INFO_BYTES), 0, BOOT_INFO_BYTES);
		ck_assert_int_eq(boot_write(gm, &kernel, &cfg, &err), 0);
		ck_assert_uint_eq(mod->len_bytes, cfg.module_bytes);
		if (mod->paddr != 0x235000)
			ck_assert_uint_le(mod->paddr + mod->len_bytes,
			    BOOT_INFO_GPA + BOOT_INFO_BYTES);
		ck_assert_mem_eq(
		    at(mod->paddr, mod->len_bytes), text, mod->len_bytes);
	}
	ck_assert_uint_eq(mod->paddr, 0x235000);
}
END_TEST

START_TEST(no_module_is_announced_when_there_is_none)
{
	struct boot_config cfg = config("");
	struct pvh_start_info *si;

	cfg.module_bytes = 0;
	ck_assert_int_eq(boot_write(gm, &kernel, &cfg, &err), 0);
	si = at(BOOT_INFO_GPA, sizeof(*si));
	ck_assert_uint_eq(si->nr_modules, 0);
	ck_assert_uint_eq(si->modlist_paddr, 0);
	/* BT-07: an empty command line is there, and empty. */
	ck_assert_str_eq(at(si->cmdline_paddr, 1), "");
}
END_TEST

START_TEST(module_that_does_not_fit_is_a_user_error)
{
	struct boot_config cfg = config("");
	char *big = calloc(1, RAM_BYTES);

	ck_assert_ptr_nonnull(big);
	cfg.module = big;
	cfg.module_bytes = RAM_BYTES - 0x235000;
	ck_assert_int_eq(boot_write(gm, &kernel, &cfg, &err), 0);
	cfg.module_bytes++;
	ck_assert_int_eq(boot_write(gm, &kernel, &cfg, &err), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "--memory"));
	free(big);
}
END_TEST

START_TEST(command_line_has_2047_characters_at_most)
{
	/* BT-07 */
	char text[2049];
	struct boot_config cfg = config(text);
	struct pvh_start_info *si;

	memset(text, 'x', sizeof(text));
	text[2047] = '\0';
	ck_assert_int_eq(boot_write(gm, &kernel, &cfg, &err), 0);
	si = at(BOOT_INFO_GPA, sizeof(*si));
	ck_assert_str_eq(at(si->cmdline_paddr, 2048), text);
	text[2047] = 'x';
	text[2048] = '\0';
	ck_assert_int_eq(boot_write(gm, &kernel, &cfg, &err), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "2048 bytes"));
}
END_TEST

/* BT-14: all RAM in the map, the hole and the ROM area not in it as RAM. */
START_TEST(memory_map_has_all_ram_but_the_hole)
{
	static const uint64_t sizes[] = { 64ull << 20, 3ull << 30, 6ull << 30 };
	struct boot_config cfg = config("");
	struct guestmem_region regions[2] = { 0 };
	struct pvh_start_info *si;
	struct pvh_memory *map;
	uint64_t low, sum;
	unsigned int j;
	size_t i;

	guestmem_free(gm);
	for (i = 0; i < 3; i++) {
		low = sizes[i] < HF_MMIO_HOLE_START ? sizes[i]
						    : HF_MMIO_HOLE_START;
		/* Only the first 8 MiB are behind it: nothing else is used. */
		memset(ram, 0, RAM_BYTES);
		regions[0].len_bytes = low;
		regions[0].host = ram;
		regions[1].base = gpa_make(HF_MMIO_HOLE_END);
		regions[1].len_bytes = sizes[i] - low;
		regions[1].host = ram;
		gm = guestmem_new(regions, sizes[i] > low ? 2 : 1);
		ck_assert_int_eq(boot_write(gm, &kernel, &cfg, &err), 0);
		si = at(BOOT_INFO_GPA, sizeof(*si));
		ck_assert_uint_eq(si->memmap_entries, sizes[i] > low ? 4 : 3);
		map = at(si->memmap_paddr, 4 * sizeof(*map));
		for (sum = 0, j = 0; j < si->memmap_entries; j++) {
			ck_assert_uint_eq(map[j].reserved, 0);
			if (map[j].type != 1) {
				ck_assert_uint_eq(map[j].type, 2);
				ck_assert_uint_eq(map[j].addr, 0x9f000);
				ck_assert_uint_eq(map[j].len_bytes, 0x61000);
				continue;
			}
			sum += map[j].len_bytes;
			ck_assert(map[j].addr >= HF_MMIO_HOLE_END ||
			    map[j].addr + map[j].len_bytes <=
				HF_MMIO_HOLE_START);
		}
		ck_assert_uint_eq(sum + 0x61000, sizes[i]);
		if (i < 2)
			guestmem_free(gm);
	}
}
END_TEST

static unsigned int
byte_sum(const void *bytes, size_t len_bytes)
{
	const unsigned char *p = bytes;
	unsigned int sum = 0;

	while (len_bytes-- > 0)
		sum += *p++;
	return (sum & 0xff);
}

static void
check_mptable(unsigned int ncpus, bool ioapic)
{
	unsigned int counts[5] = { 0 }, i, type;
	const unsigned char *p;
	struct mp_pointer *mp;
	struct mp_header *table;
	struct mp_ioapic io;

	memset(ram, 0, RAM_BYTES);
	mptable_write(gm, ncpus, ioapic);
	/* In the last KiB of the 640 KiB of base memory, on 16 bytes. */
	mp = at(0x9fc00, sizeof(*mp));
	ck_assert_mem_eq(mp->signature, "_MP_", 4);
	ck_assert_uint_eq(mp->len_16bytes, 1);
	ck_assert_uint_eq(byte_sum(mp, 16), 0);
	ck_assert_uint_eq(mp->features[0], 0);
	table = at(mp->table, sizeof(*table));
	ck_assert_mem_eq(table->signature, "PCMP", 4);
	ck_assert_uint_eq(
	    byte_sum(at(mp->table, table->len_bytes), table->len_bytes), 0);
	ck_assert_uint_le(mp->table + table->len_bytes, 0x9fc00);
	ck_assert_uint_eq(table->lapic, 0xfee00000);
	p = (unsigned char *)(table + 1);
	for (i = 0; i < table->nentries; i++) {
		type = p[0];
		ck_assert_uint_lt(type, 5);
		if (type == MP_CPU) {
			ck_assert_uint_eq(p[1], counts[MP_CPU]);
			ck_assert_uint_eq(p[3], counts[MP_CPU] == 0 ? 3 : 1);
		} else if (type == MP_IOAPIC) {
			memcpy(&io, p, sizeof(io));
			ck_assert_uint_eq(io.addr, 0xfec00000);
			ck_assert_uint_eq(io.flags, 1);
			ck_assert_uint_eq(io.id, ncpus);
		} else if (type == MP_IRQ) {
			/* BT-11: pin n is interrupt n, edge, active high. */
			ck_assert_uint_eq(p[2], 5);
			ck_assert_uint_eq(p[5], counts[MP_IRQ]);
			ck_assert_uint_eq(p[7], counts[MP_IRQ]);
		}
		counts[type]++;
		p += type == MP_CPU ? 20 : 8;
	}
	ck_assert_ptr_eq(p, (unsigned char *)table + table->len_bytes);
	ck_assert_uint_eq(counts[MP_CPU], ncpus);
	ck_assert_uint_eq(counts[MP_BUS], 1);
	ck_assert_uint_eq(counts[MP_IOAPIC], ioapic ? 1 : 0);
	ck_assert_uint_eq(counts[MP_IRQ], ioapic ? 16 : 0);
	ck_assert_uint_eq(counts[MP_LOCAL_IRQ], ioapic ? 2 : 0);
}

START_TEST(mp_table_lists_every_cpu_and_adds_up)
{
	/* BT-12 */
	check_mptable(1, true);
	check_mptable(2, true);
	check_mptable(VM_CPUS_MAX, true);
	check_mptable(2, false);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { structures_are_where_the_start_info_says,
		module_goes_beside_the_start_info_or_after_the_kernel,
		no_module_is_announced_when_there_is_none,
		module_that_does_not_fit_is_a_user_error,
		command_line_has_2047_characters_at_most,
		memory_map_has_all_ram_but_the_hole,
		mp_table_lists_every_cpu_and_adds_up, NULL };

	return (unit_main_fixture("boot", tests, setup, teardown));
}
