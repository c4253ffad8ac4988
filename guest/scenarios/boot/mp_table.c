/* SPDX-License-Identifier: BSD-2-Clause */
/* mp_table.c: MP tables of all sorts, and where a BIOS may put them. */

/* MultiProcessor Specification 1.4, chapter 4. */
#include "mp_memory.h"

#define CONFIG	 0x8000u
#define BASE	 (640 * 1024u) /* what is below the BIOS */
#define HEADER	 44u
#define EBDA_SEG 0x40eu /* of the BIOS data area */
#define BASE_KIB 0x413u

static struct mp_memory mem;

static void
put_floating(uint32_t at, uint32_t config)
{
	memcpy(mem.bytes + at, "_MP_", 4);
	mp_put(&mem, at + 4, config, 4);
	mp_put(&mem, at + 8, 1, 1);
	mp_put(&mem, at + 9, 4, 1);
	mp_seal(&mem, at, 16, at + 10);
}

/* A table without entries; the end of what there is so far. */
static uint32_t
put_config(uint32_t at, uint32_t lapic)
{
	memset(mem.bytes + at, 0, HEADER);
	memcpy(mem.bytes + at, "PCMP", 4);
	mp_put(&mem, at + 6, 4, 1);
	mp_put(&mem, at + 36, lapic, 4);
	return (at + HEADER);
}

static uint32_t
put_cpu(uint32_t at, u_int id, u_int flags)
{
	memset(mem.bytes + at, 0, 20);
	mp_put(&mem, at + 1, id, 1);
	mp_put(&mem, at + 3, flags, 1);
	return (at + 20);
}

static uint32_t
put_other(uint32_t at, u_int type, u_int flags, uint32_t value)
{
	mp_put(&mem, at, type, 1);
	mp_put(&mem, at + 1, 9, 1);
	mp_put(&mem, at + 3, flags, 1);
	mp_put(&mem, at + 4, value, 4);
	return (at + 8);
}

static void
end_config(uint32_t at, uint32_t end)
{
	mp_put(&mem, at + 4, end - at, 2);
	mp_seal(&mem, at, end - at, at + 7);
}

/* Two CPUs, of which the second is "id". */
static void
put_table(uint32_t at, u_int id)
{
	end_config(at, put_cpu(put_cpu(put_config(at, 0), 0, 1), id, 1));
}

static const struct {
	uint16_t ebda_seg, base_kib;
	uint32_t at;
	bool found;
} places[] = {
	{ 0, 0, 639 * 1024, true },
	{ 0, 0, 640 * 1024 - 16, true },
	{ 0, 0, 639 * 1024 - 16, false },
	{ 0, 0, 640 * 1024, false },
	/* The first KiB of the extended BIOS data area, if it can be one. */
	{ 0x400, 0, 0x4000, true },
	{ 0x400, 0, 0x4400 - 16, true },
	{ 0x400, 0, 0x4400, false },
	{ 0x400, 0, 0x4000 - 16, false },
	{ 0x3ff, 0, 0x3ff0, false },
	{ 0x9fff, 0, 0x9fff0, true },
	{ 0xa000, 0, 0xa0000, false },
	/* The last KiB of base memory, if it can be so much. */
	{ 0, 512, 511 * 1024, true },
	{ 0, 512, 512 * 1024 - 16, true },
	{ 0, 512, 512 * 1024, false },
	{ 0, 512, 511 * 1024 - 16, false },
	{ 0, 64, 63 * 1024, true },
	{ 0, 63, 62 * 1024, false },
	{ 0, 641, 640 * 1024, false },
	/* The BIOS. */
	{ 0, 0, 0xf0000, true },
	{ 0, 0, 0xffff0, true },
	{ 0, 0, 0xf0000 - 16, false },
	{ 0, 0, 0xf0008, false },
};

HF_SCENARIO(boot_mp_places, "boot.mp_places", "BT-12",
    "an MP table is found where a BIOS may put it, and nowhere else")
{
	mp_memory_make(&mem, 1 << 20);
	put_table(CONFIG, 7);
	for (u_int i = 0; i < nitems(places); i++) {
		/* The BIOS is long: where it is not the point it is missing. */
		mem.nbytes = places[i].at < 0xe0000 ? 0xb0000 : 1 << 20;
		mp_put(&mem, EBDA_SEG, places[i].ebda_seg, 2);
		mp_put(&mem, BASE_KIB, places[i].base_kib, 2);
		put_floating(places[i].at, CONFIG);
		if (!hf_expect_str(mp_memory_read(&mem, 0),
			places[i].found ? "MP table" : "none"))
			hf_note("place %u", i);
		memset(mem.bytes + places[i].at, 0, 16);
	}
	/* The first of several. */
	mp_put(&mem, EBDA_SEG, 0x2000, 2);
	mp_put(&mem, BASE_KIB, 512, 2);
	put_table(0x1000, 1);
	put_table(0x1100, 2);
	put_table(0x1200, 3);
	put_floating(0xf0000, 0x1000);
	hf_expect_str(mp_memory_read(&mem, 0), "MP table");
	hf_expect_eq(mem.found.apic_ids[1], 1);
	put_floating(511 * 1024, 0x1100);
	(void)mp_memory_read(&mem, 0);
	hf_expect_eq(mem.found.apic_ids[1], 2);
	put_floating(0x20000, 0x1200);
	(void)mp_memory_read(&mem, 0);
	hf_expect_eq(mem.found.apic_ids[1], 3);
	put_floating(639 * 1024, CONFIG);
	(void)mp_memory_read(&mem, 0);
	hf_expect_eq(mem.found.apic_ids[1], 7);
	/* One whose sum is wrong is none. */
	mem.bytes[639 * 1024 + 11]++;
	(void)mp_memory_read(&mem, 0);
	hf_expect_eq(mem.found.apic_ids[1], 3);
	mp_memory_end(&mem);
}

HF_SCENARIO(boot_mp_entries, "boot.mp_entries", "BT-12",
    "the CPUs of an MP table are those that are usable, and no more than "
    "the kernel can have")
{
	uint32_t at;

	mp_memory_make(&mem, BASE);
	put_floating(BASE - 1024, CONFIG);
	at = put_config(CONFIG, 0xfee01000);
	at = put_cpu(at, 4, 3);
	at = put_other(at, 1, 1, 0x11111111); /* a bus */
	at = put_cpu(at, 5, 2);		      /* not usable */
	at = put_other(at, 2, 0, 0x22222222); /* not usable either */
	at = put_other(at, 2, 1, 0xfec10000);
	at = put_cpu(at, 6, 1);
	end_config(CONFIG, at);
	hf_expect_str(mp_memory_read(&mem, 0), "MP table");
	hf_expect_eq(mem.found.cpus, 2);
	hf_expect_eq(mem.found.apic_ids[0], 4);
	hf_expect_eq(mem.found.apic_ids[1], 6);
	hf_expect_eq(mem.found.lapic_pa, 0xfee01000);
	hf_expect_eq(mem.found.ioapic_pa, 0xfec10000);
	/* A CPU that the table's end cuts is none. */
	end_config(CONFIG, at - 1);
	(void)mp_memory_read(&mem, 0);
	hf_expect_eq(mem.found.cpus, 1);
	/* Unless it is listed there is no IOAPIC. */
	end_config(CONFIG, put_cpu(put_config(CONFIG, 0), 4, 1));
	(void)mp_memory_read(&mem, 0);
	hf_expect_eq(mem.found.cpus, 1);
	hf_expect_eq(mem.found.ioapic_pa, 0);
	hf_expect_eq(mem.found.lapic_pa, 0xfee00000);
	end_config(CONFIG, put_config(CONFIG, 0));
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	hf_expect_eq(mem.found.cpus, 1);
	at = put_config(CONFIG, 0);
	for (u_int i = 0; i < MAXCPU + 3; i++)
		at = put_cpu(at, i + 100, 1);
	end_config(CONFIG, at);
	(void)mp_memory_read(&mem, 0);
	hf_expect_eq(mem.found.cpus, MAXCPU);
	hf_expect_eq(mem.found.apic_ids[MAXCPU - 1], MAXCPU + 99);
	hf_expect_eq(mem.found.lapic_pa, 0xfee00000);
	mp_memory_end(&mem);
}

HF_SCENARIO(boot_mp_broken, "boot.mp_broken", "BT-12",
    "a broken MP table means a machine of one CPU")
{
	const uint32_t last = BASE - HEADER - 40;

	mp_memory_make(&mem, BASE);
	put_table(CONFIG, 1);
	put_floating(BASE - 1024, CONFIG);
	hf_expect_str(mp_memory_read(&mem, 0), "MP table");
	mem.bytes[CONFIG + 20] ^= 1;
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	hf_expect_eq(mem.found.cpus, 1);
	put_table(CONFIG, 1);
	memcpy(mem.bytes + CONFIG, "PCMX", 4);
	mp_seal(&mem, CONFIG, HEADER + 40, CONFIG + 7);
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	/* Shorter than its header. */
	(void)put_config(CONFIG, 0);
	put_cpu(CONFIG + HEADER - 20, 1, 1);
	end_config(CONFIG, CONFIG + HEADER - 1);
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	/* At the end of memory, behind it, and nowhere. */
	put_table(last, 9);
	put_floating(BASE - 1024, last);
	hf_expect_str(mp_memory_read(&mem, 0), "MP table");
	hf_expect_eq(mem.found.apic_ids[1], 9);
	mp_put(&mem, last + 4, HEADER + 41, 2);
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	put_floating(BASE - 1024, BASE - HEADER + 1);
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	put_floating(BASE - 1024, 0xfffffff0);
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	put_table(0, 9);
	put_floating(BASE - 1024, 0);
	hf_expect_str(mp_memory_read(&mem, 0), "none");
	mp_memory_end(&mem);
}
