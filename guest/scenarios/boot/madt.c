/* SPDX-License-Identifier: BSD-2-Clause */
/* madt.c: ACPI's tables of CPUs, whole and broken. */

/* ACPI 6.5, 5.2.5 (RSDP), 5.2.7 (RSDT), 5.2.8 (XSDT), 5.2.12 (MADT). */
#include "mp_memory.h"

#define RSDP   0x1000u
#define RSDT   0x2000u
#define XSDT   0x3000u
#define OTHER  0x4000u
#define MADT   0x5000u
#define HEADER 36u
#define BYTES  0x20000u /* of memory */

static struct mp_memory mem;

static uint32_t
put_header(uint32_t at, const char *signature, uint32_t bytes)
{
	memset(mem.bytes + at, 0, HEADER);
	memcpy(mem.bytes + at, signature, 4);
	mp_put(&mem, at + 4, bytes, 4);
	return (at + HEADER);
}

static void
seal(uint32_t at)
{
	uint32_t bytes;

	memcpy(&bytes, mem.bytes + at + 4, 4);
	mp_seal(&mem, at, bytes, at + 9);
}

static void
put_rsdp(u_int revision, uint32_t rsdt, uint64_t xsdt)
{
	memset(mem.bytes + RSDP, 0, 36);
	memcpy(mem.bytes + RSDP, "RSD PTR ", 8);
	mp_put(&mem, RSDP + 15, revision, 1);
	mp_put(&mem, RSDP + 16, rsdt, 4);
	mp_put(&mem, RSDP + 24, xsdt, 8);
	mp_seal(&mem, RSDP, 20, RSDP + 8);
}

/* A list of two tables, of "step" bytes each. */
static void
put_list(uint32_t at, const char *signature, u_int step)
{
	uint32_t p = put_header(at, signature, HEADER + 2 * step);

	mp_put(&mem, p, OTHER, step);
	mp_put(&mem, p + step, MADT, step);
	seal(at);
}

static uint32_t
put_cpu(uint32_t at, u_int id, uint32_t flags)
{
	mp_put(&mem, at, 0, 1);
	mp_put(&mem, at + 1, 8, 1);
	mp_put(&mem, at + 2, 99, 1);
	mp_put(&mem, at + 3, id, 1);
	mp_put(&mem, at + 4, flags, 4);
	return (at + 8);
}

static uint32_t
put_x2apic(uint32_t at, uint32_t id, uint32_t flags)
{
	memset(mem.bytes + at, 0, 16);
	mp_put(&mem, at, 9, 1);
	mp_put(&mem, at + 1, 16, 1);
	mp_put(&mem, at + 4, id, 4);
	mp_put(&mem, at + 8, flags, 4);
	return (at + 16);
}

/* Any other entry. */
static uint32_t
put_entry(uint32_t at, u_int type, u_int bytes, uint32_t value)
{
	memset(mem.bytes + at, 0, MAX(bytes, 8));
	mp_put(&mem, at, type, 1);
	mp_put(&mem, at + 1, bytes, 1);
	mp_put(&mem, at + 4, value, 4);
	return (at + bytes);
}

static uint32_t
begin_madt(void)
{
	uint32_t at = put_header(MADT, "APIC", 0);

	mp_put(&mem, at, 0xfee02000, 4);
	mp_put(&mem, at + 4, 0, 4);
	return (at + 8);
}

static void
end_madt(uint32_t end)
{
	mp_put(&mem, MADT + 4, end - MADT, 4);
	seal(MADT);
}

static void
put_all(void)
{
	put_rsdp(2, RSDT, XSDT);
	put_list(RSDT, "RSDT", 4);
	put_list(XSDT, "XSDT", 8);
	(void)put_header(OTHER, "FACP", HEADER);
	seal(OTHER);
	end_madt(put_cpu(put_cpu(begin_madt(), 3, 1), 5, 1));
}

/* How many CPUs are found; 0: none of them by a MADT. */
static int
cpus(void)
{
	return (strcmp(mp_memory_read(&mem, RSDP), "MADT") == 0 ? mem.found.cpus
								: 0);
}

HF_SCENARIO(boot_madt_entries, "boot.madt_entries", "BT-12",
    "the CPUs of a MADT are those that are enabled, and no more than the "
    "kernel can have")
{
	uint32_t at;

	mp_memory_make(&mem, BYTES);
	put_all();
	hf_expect_eq(cpus(), 2);
	hf_expect_eq(mem.found.apic_ids[0], 3);
	hf_expect_eq(mem.found.apic_ids[1], 5);
	hf_expect_eq(mem.found.lapic_pa, 0xfee02000);
	hf_expect_eq(mem.found.ioapic_pa, 0xfec00000);
	at = put_cpu(begin_madt(), 1, 2); /* could be enabled */
	at = put_x2apic(at, 300, 1);
	at = put_x2apic(at, 301, 0);
	at = put_entry(at, 1, 12, 0xfec20000);
	at = put_entry(at, 4, 6, 0); /* an NMI */
	at = put_cpu(at, 2, 3);
	/* Too short for what they are. */
	at = put_entry(at, 0, 7, 1);
	at = put_entry(at, 1, 11, 0x11111111);
	at = put_entry(at, 9, 15, 302);
	mp_put(&mem, at - 7, 1, 4);
	end_madt(at);
	hf_expect_eq(cpus(), 2);
	hf_expect_eq(mem.found.apic_ids[0], 300);
	hf_expect_eq(mem.found.apic_ids[1], 2);
	hf_expect_eq(mem.found.ioapic_pa, 0xfec20000);
	/* What ends behind the table is not in it; nor what follows no end. */
	at = put_cpu(put_cpu(begin_madt(), 1, 1), 2, 1);
	end_madt(at - 1);
	hf_expect_eq(cpus(), 1);
	at = put_entry(put_cpu(begin_madt(), 1, 1), 4, 1, 0);
	end_madt(put_cpu(put_entry(at, 4, 6, 0), 2, 1));
	hf_expect_eq(cpus(), 1);
	at = put_entry(put_cpu(begin_madt(), 1, 1), 4, 2, 0);
	end_madt(put_cpu(at, 2, 1));
	hf_expect_eq(cpus(), 2);
	at = begin_madt();
	for (u_int i = 0; i < MAXCPU + 2; i++)
		at = put_cpu(at, i + 10, 1);
	end_madt(at);
	hf_expect_eq(cpus(), MAXCPU);
	hf_expect_eq(mem.found.apic_ids[MAXCPU - 1], MAXCPU + 9);
	hf_expect_eq(mem.found.lapic_pa, 0xfee02000);
	mp_memory_end(&mem);
}

HF_SCENARIO(boot_madt_lists, "boot.madt_lists", "BT-12",
    "a MADT is found by the XSDT, by the RSDT where that is not good, and "
    "never in broken tables")
{
	mp_memory_make(&mem, BYTES);
	put_all();
	/* Each list alone. */
	mem.bytes[RSDT]++;
	hf_expect_eq(cpus(), 2);
	put_rsdp(1, RSDT, XSDT); /* that has no XSDT */
	hf_expect_eq(cpus(), 0);
	mem.bytes[RSDT]--;
	hf_expect_eq(cpus(), 2);
	put_rsdp(2, RSDT, XSDT);
	mem.bytes[XSDT + 10]++;
	hf_expect_eq(cpus(), 2);
	mem.bytes[RSDT + 10]++;
	hf_expect_eq(cpus(), 0);
	hf_expect_eq(mem.found.cpus, 1);
	/* A list as long as it says. */
	put_all();
	mp_put(&mem, XSDT + 4, HEADER + 15, 4);
	seal(XSDT);
	hf_expect_eq(cpus(), 0);
	put_rsdp(0, RSDT, 0);
	mp_put(&mem, RSDT + 4, HEADER + 7, 4);
	seal(RSDT);
	hf_expect_eq(cpus(), 0);
	/* The MADT itself: its sum, its name, its length. */
	put_all();
	mem.bytes[MADT + 40]++;
	hf_expect_eq(cpus(), 0);
	mem.bytes[MADT + 40]--;
	hf_expect_eq(cpus(), 2);
	(void)begin_madt();
	end_madt(MADT + 43);
	hf_expect_str(mp_memory_read(&mem, RSDP), "none");
	hf_expect_eq(mem.found.lapic_pa, 0xfee00000);
	end_madt(MADT + 44); /* no entry, but the address counts */
	hf_expect_str(mp_memory_read(&mem, RSDP), "none");
	hf_expect_eq(mem.found.lapic_pa, 0xfee02000);
	/* The root. */
	put_all();
	mem.bytes[RSDP + 9]++;
	hf_expect_eq(cpus(), 0);
	put_rsdp(2, RSDT, XSDT);
	mem.bytes[RSDP]++;
	mp_seal(&mem, RSDP, 20, RSDP + 8);
	hf_expect_eq(cpus(), 0);
	put_rsdp(2, RSDT, XSDT);
	hf_expect_eq(cpus(), 2);
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	hf_expect_str(mp_memory_read(&mem, BYTES - 35), "none");
	mp_memory_end(&mem);
}

/* As long as any may be, at the end of memory. */
HF_SCENARIO(boot_madt_longest, "boot.madt_longest", "BT-12",
    "a table of more than 64 KiB or beyond memory is not believed")
{
	const uint32_t last = BYTES - 0x10000;

	mp_memory_make(&mem, BYTES);
	put_all();
	mp_put(&mem, XSDT + HEADER, last, 8);
	seal(XSDT);
	(void)put_header(last, "APIC", 0x10000);
	(void)put_cpu(last + 44, 8, 1);
	mp_seal(&mem, last, 64, last + 9);
	hf_expect_eq(cpus(), 1);
	hf_expect_eq(mem.found.apic_ids[0], 8);
	/* The one that follows is taken instead. */
	mp_put(&mem, last + 4, 0x10001, 4);
	hf_expect_eq(cpus(), 2);
	(void)put_header(last - 1, "APIC", 0x10001);
	(void)put_cpu(last + 43, 8, 1);
	mp_seal(&mem, last - 1, 64, last + 8);
	mp_put(&mem, XSDT + HEADER, last - 1, 8);
	seal(XSDT);
	hf_expect_eq(cpus(), 2);
	mp_put(&mem, XSDT + HEADER, BYTES - HEADER + 1, 8);
	seal(XSDT);
	hf_expect_eq(cpus(), 2);
	mp_memory_end(&mem);
}
