/* SPDX-License-Identifier: BSD-2-Clause */
/* mpinfo.c: which CPUs and which IOAPIC there are: ACPI MADT or MP table. */

/*
 * ACPI 6.5, 5.2.5 (RSDP) and 5.2.12 (MADT); MultiProcessor Specification 1.4,
 * chapter 4.  Everything is checked before it is believed: a broken table
 * means a machine of one CPU.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <machine/vmparam.h>
#include "mpinfo.h"

#define LAPIC_PA_DEFAULT  0xfee00000
#define IOAPIC_PA_DEFAULT 0xfec00000
#define BOOT_MAPPED	  (4ull << 30) /* by the boot tables */
#define TABLE_MAX	  0x10000

struct hf_machine hf_machine;

typedef const struct hf_machine_memory memory;

/* Firmware puts its tables at any byte. */
struct mp_floating {
	char signature[4]; /* "_MP_" */
	uint32_t config_pa;
	uint8_t length_16;
	uint8_t revision;
	uint8_t checksum;
	uint8_t features[5];
} __packed;

struct mp_config {
	char signature[4]; /* "PCMP" */
	uint16_t length;
	uint8_t revision;
	uint8_t checksum;
	char names[20];
	uint32_t oem_pa;
	uint16_t oem_length;
	uint16_t entries;
	uint32_t lapic_pa;
	uint32_t extended;
} __packed;
_Static_assert(sizeof(struct mp_config) == 44, "MP configuration header");

struct acpi_header {
	char signature[4];
	uint32_t length;
	char rest[28];
} __packed;

/* NULL when the range is not within the memory. */
static const void *
mem_at(memory *mem, uint64_t pa, uint64_t bytes)
{
	if (pa == 0 || pa > mem->bytes || bytes > mem->bytes - pa)
		return (NULL);
	return (mem->first + pa);
}

static bool
checksum_ok(const void *table, size_t bytes)
{
	const uint8_t *p = table;
	uint8_t sum = 0;

	for (size_t i = 0; i < bytes; i++)
		sum += p[i];
	return (sum == 0);
}

static uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return (v);
}

static uint16_t
get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return (v);
}

static void
add_cpu(struct hf_machine *found, u_int apic_id)
{
	if (found->cpus < MAXCPU)
		found->apic_ids[found->cpus++] = apic_id;
}

static const struct mp_floating *
mp_scan(memory *mem, uint64_t pa, uint64_t bytes)
{
	const uint8_t *p = mem_at(mem, pa, bytes);

	for (uint64_t i = 0; p != NULL && i + 16 <= bytes; i += 16)
		if (get32(p + i) == 0x5f504d5f && checksum_ok(p + i, 16))
			return ((const void *)(p + i));
	return (NULL);
}

/*
 * EBDA, last KiB of base memory, BIOS area (MP specification 4); before them
 * the last KiB of 640, where machines without a BIOS have it, which spares a
 * look into the BIOS data area.
 */
static const struct mp_floating *
mp_find(memory *mem)
{
	const struct mp_floating *mp = mp_scan(mem, 639 * 1024, 1024);
	uint16_t ebda, base_kib;

	if (mp != NULL)
		return (mp);
	ebda = get16(mem->first + 0x40e);
	base_kib = get16(mem->first + 0x413);
	if (ebda >= 0x400 && ebda < 0xa000)
		mp = mp_scan(mem, (uint64_t)ebda << 4, 1024);
	if (mp == NULL && base_kib >= 64 && base_kib <= 640)
		mp = mp_scan(mem, (uint64_t)base_kib * 1024 - 1024, 1024);
	if (mp == NULL)
		mp = mp_scan(mem, 0xf0000, 0x10000);
	return (mp);
}

static bool
mp_parse(struct hf_machine *found, memory *mem, const struct mp_floating *mp)
{
	const struct mp_config *cfg;
	const uint8_t *p, *stop;

	cfg = mem_at(mem, mp->config_pa, sizeof(*cfg));
	if (cfg == NULL || memcmp(cfg->signature, "PCMP", 4) != 0 ||
	    cfg->length < sizeof(*cfg) ||
	    mem_at(mem, mp->config_pa, cfg->length) == NULL ||
	    !checksum_ok(cfg, cfg->length))
		return (false);
	if (cfg->lapic_pa != 0)
		found->lapic_pa = cfg->lapic_pa;
	/* Unless it is listed there is none. */
	found->ioapic_pa = 0;
	p = (const uint8_t *)(cfg + 1);
	stop = (const uint8_t *)cfg + cfg->length;
	/* By length: the count that qboot (QEMU's firmware) writes is 0. */
	while (p + 8 <= stop) {
		switch (*p) {
		case 0: /* processor, 20 bytes; flags bit 0: usable */
			if (p + 20 > stop)
				return (true);
			if ((p[3] & 1) != 0)
				add_cpu(found, p[1]);
			p += 20;
			break;
		case 2: /* IOAPIC; flags bit 0: usable */
			if ((p[3] & 1) != 0)
				found->ioapic_pa = get32(p + 4);
			p += 8;
			break;
		default:
			p += 8;
		}
	}
	return (true);
}

static void
madt_parse(struct hf_machine *found, const uint8_t *madt, uint32_t length)
{
	const uint8_t *p = madt + 44, *stop = madt + length;

	found->lapic_pa = get32(madt + 36);
	while (p + 2 <= stop && p[1] >= 2 && p + p[1] <= stop) {
		if (p[0] == 0 && p[1] >= 8 && (get32(p + 4) & 1) != 0)
			add_cpu(found, p[3]); /* local APIC, enabled */
		else if (p[0] == 9 && p[1] >= 16 && (get32(p + 8) & 1) != 0)
			add_cpu(
			    found, get32(p + 4)); /* local x2APIC, enabled */
		else if (p[0] == 1 && p[1] >= 12)
			found->ioapic_pa = get32(p + 4);
		p += p[1];
	}
}

/* A table of the (X)SDT whose signature, bounds and checksum are right. */
static const uint8_t *
acpi_table(memory *mem, uint64_t pa, const char *signature)
{
	const struct acpi_header *h = mem_at(mem, pa, sizeof(*h));

	if (h == NULL || memcmp(h->signature, signature, 4) != 0 ||
	    h->length < sizeof(*h) || h->length > TABLE_MAX ||
	    mem_at(mem, pa, h->length) == NULL || !checksum_ok(h, h->length))
		return (NULL);
	return ((const uint8_t *)h);
}

static bool
acpi_parse(struct hf_machine *found, memory *mem, uint64_t rsdp_pa)
{
	const uint8_t *rsdp = mem_at(mem, rsdp_pa, 36), *sdt, *madt;
	uint64_t pa = 0;
	size_t step;

	if (rsdp == NULL || memcmp(rsdp, "RSD PTR ", 8) != 0 ||
	    !checksum_ok(rsdp, 20))
		return (false);
	if (rsdp[15] >= 2)
		memcpy(&pa, rsdp + 24, 8);
	sdt = acpi_table(mem, pa, "XSDT");
	step = 8;
	if (sdt == NULL) {
		sdt = acpi_table(mem, get32(rsdp + 16), "RSDT");
		step = 4;
	}
	if (sdt == NULL)
		return (false);
	for (uint32_t at = 36; at + step <= get32(sdt + 4); at += step) {
		pa = 0;
		memcpy(&pa, sdt + at, step);
		madt = acpi_table(mem, pa, "APIC");
		if (madt != NULL && get32(madt + 4) >= 44) {
			madt_parse(found, madt, get32(madt + 4));
			return (true);
		}
	}
	return (false);
}

void
hf_machine_read(struct hf_machine *found, memory *mem, uint64_t rsdp_paddr)
{
	const struct mp_floating *mp;

	found->lapic_pa = LAPIC_PA_DEFAULT;
	found->ioapic_pa = IOAPIC_PA_DEFAULT;
	if (rsdp_paddr != 0 && acpi_parse(found, mem, rsdp_paddr))
		found->source = "MADT";
	else if ((mp = mp_find(mem)) != NULL && mp_parse(found, mem, mp))
		found->source = "MP table";
	if (found->cpus == 0) {
		found->cpus = 1;
		found->source = "none";
	}
}

void
hf_machine_find(uint64_t rsdp_paddr)
{
	hf_machine_read(&hf_machine,
	    &(struct hf_machine_memory){
		.first = (void *)PHYS_TO_DMAP(0), .bytes = BOOT_MAPPED },
	    rsdp_paddr);
}
