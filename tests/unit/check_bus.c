/* SPDX-License-Identifier: BSD-2-Clause */
/* check_bus.c: dispatch of accesses, the console, the exit port. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "abi.h"
#include "dev/bus.h"
#include "dev/console.h"
#include "dev/debug_exit.h"
#include "unit.h"
#include "vm/guestmem.h"

struct seen {
	unsigned int calls;
	uint64_t where;
	unsigned int width;
	size_t count;
	char bytes[64];
};

static void
seen_in(void *dev, uint16_t port, unsigned int width, void *data, size_t count)
{
	struct seen *s = dev;

	s->calls++;
	s->where = port;
	memset(data, 0x11, width * count);
}

static void
seen_out(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	struct seen *s = dev;

	s->calls++;
	s->where = port;
	s->width = width;
	s->count = count;
	memcpy(s->bytes, data, width * count);
}

static void
seen_read(void *dev, uint64_t off, unsigned int width, void *data)
{
	struct seen *s = dev;

	s->calls++;
	s->where = off;
	s->width = width;
	memset(data, 0x22, width);
}

static void
seen_write(void *dev, uint64_t off, unsigned int width, const void *data)
{
	struct seen *s = dev;

	s->calls++;
	s->where = off;
	s->width = width;
	memcpy(s->bytes, data, width);
}

static const struct bus_pio_ops pio_ops = { .in = seen_in, .out = seen_out };
static const struct bus_mmio_ops mmio_ops = { .read = seen_read,
	.write = seen_write };

START_TEST(window_takes_its_first_and_last_byte_only)
{
	struct bus *bus = bus_new();
	struct seen a = { 0 }, b = { 0 };
	uint32_t v = 0;

	ck_assert_int_eq(
	    bus_add_mmio(bus, "a", gpa_make(0xd0000000), 0x1000, &mmio_ops, &a),
	    0);
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(0xd0001000), 0x1000, &mmio_ops, &b),
	    0);
	bus_mmio(bus, gpa_make(0xd0000000), true, 4, (char[]){ "wxyz" });
	ck_assert_uint_eq(a.calls, 1);
	ck_assert_uint_eq(a.where, 0);
	ck_assert_mem_eq(a.bytes, "wxyz", 4);
	bus_mmio(bus, gpa_make(0xd0000fff), false, 1, &v);
	ck_assert_uint_eq(a.where, 0xfff);
	ck_assert_uint_eq(v, 0x22);
	bus_mmio(bus, gpa_make(0xd0001000), false, 4, &v);
	ck_assert_uint_eq(b.calls, 1);
	ck_assert_uint_eq(b.where, 0);
	ck_assert_uint_eq(bus_unclaimed(bus), 0);
	/* Across the seam it is nobody's. */
	bus_mmio(bus, gpa_make(0xd0000ffe), false, 4, &v);
	ck_assert_uint_eq(v, 0xffffffff);
	bus_mmio(bus, gpa_make(0xcfffffff), false, 1, &v);
	bus_mmio(bus, gpa_make(0xd0002000), true, 4, &v);
	bus_mmio(bus, gpa_make(UINT64_MAX), true, 8, &v);
	ck_assert_uint_eq(bus_unclaimed(bus), 4);
	ck_assert_uint_eq(a.calls, 2);
	ck_assert_uint_eq(b.calls, 1);
	bus_free(bus);
}
END_TEST

START_TEST(odd_widths_read_ones_and_reach_no_device)
{
	struct bus *bus = bus_new();
	struct seen a = { 0 };
	unsigned char v[8] = { 0 };

	bus_add_mmio(bus, "a", gpa_make(0x1000), 0x100, &mmio_ops, &a);
	bus_mmio(bus, gpa_make(0x1000), false, 3, v);
	ck_assert_uint_eq(v[2], 0xff);
	ck_assert_uint_eq(v[3], 0);
	bus_mmio(bus, gpa_make(0x1000), true, 7, v);
	ck_assert_uint_eq(a.calls, 0);
	bus_mmio(bus, gpa_make(0x1000), true, 8, v);
	ck_assert_uint_eq(a.calls, 1);
	bus_free(bus);
}
END_TEST

START_TEST(overlapping_empty_and_wrapping_claims_are_refused)
{
	struct bus *bus = bus_new();
	struct seen a = { 0 };
	unsigned int i;

	ck_assert_int_eq(
	    bus_add_mmio(bus, "a", gpa_make(0x1000), 0x200, &mmio_ops, &a), 0);
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(0x11ff), 1, &mmio_ops, &a),
	    -EEXIST);
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(0xfff), 2, &mmio_ops, &a), -EEXIST);
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(0), 0x10000, &mmio_ops, &a),
	    -EEXIST);
	/* Beside it, on either side. */
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(0xfff), 1, &mmio_ops, &a), 0);
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(0x1200), 1, &mmio_ops, &a), 0);
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(0x2000), 0, &mmio_ops, &a),
	    -EINVAL);
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(-1ull), 2, &mmio_ops, &a), -EINVAL);
	ck_assert_int_eq(
	    bus_add_mmio(bus, "b", gpa_make(-1ull), 1, &mmio_ops, &a), 0);
	ck_assert_int_eq(
	    bus_add_pio(bus, "p", 0xffff, 2, &pio_ops, &a), -EINVAL);
	ck_assert_int_eq(bus_add_pio(bus, "p", 0xffff, 1, &pio_ops, &a), 0);
	for (i = 1; i < BUS_DEVICES_MAX; i++)
		ck_assert_int_eq(bus_add_pio(bus, "p", i, 1, &pio_ops, &a), 0);
	ck_assert_int_eq(
	    bus_add_pio(bus, "p", 0x100, 1, &pio_ops, &a), -ENOSPC);
	bus_free(bus);
}
END_TEST

START_TEST(string_output_arrives_as_one_call)
{
	struct bus *bus = bus_new();
	struct seen a = { 0 };
	uint16_t in[3] = { 0 };

	bus_add_pio(bus, "a", 0x80, 4, &pio_ops, &a);
	bus_pio(bus, 0x82, true, 1, (char[]){ "0123456789" }, 10);
	ck_assert_uint_eq(a.calls, 1);
	ck_assert_uint_eq(a.where, 0x82);
	ck_assert_uint_eq(a.count, 10);
	ck_assert_mem_eq(a.bytes, "0123456789", 10);
	bus_pio(bus, 0x82, false, 2, in, 3);
	ck_assert_uint_eq(in[2], 0x1111);
	bus_pio(bus, 0x84, false, 2, in, 3);
	ck_assert_uint_eq(in[0], 0xffff);
	ck_assert_uint_eq(in[2], 0xffff);
	/* Two bytes at the last port hang over its end. */
	bus_pio(bus, 0x83, true, 2, in, 1);
	ck_assert_uint_eq(a.calls, 2);
	ck_assert_uint_eq(bus_unclaimed(bus), 2);
	bus_free(bus);
}
END_TEST

static void
sink(void *arg, const char *bytes, size_t len_bytes)
{
	strncat(arg, bytes, len_bytes);
}

START_TEST(console_hands_on_bytes_and_answers_that_it_is_there)
{
	struct bus *bus = bus_new();
	char text[64] = "";
	struct console *con = console_new(bus, sink, text);
	uint8_t in = 0;

	ck_assert_ptr_nonnull(con);
	ck_assert_ptr_null(console_new(bus, sink, text));
	bus_pio(bus, HF_PORT_CONSOLE, true, 1, (char[]){ "line\n" }, 5);
	bus_pio(bus, HF_PORT_CONSOLE, true, 1, (char[]){ "x" }, 1);
	/* A wider write is nobody's: the port is one byte. */
	bus_pio(bus, HF_PORT_CONSOLE, true, 4, (char[]){ "long" }, 1);
	ck_assert_str_eq(text, "line\nx");
	bus_pio(bus, HF_PORT_CONSOLE, false, 1, &in, 1);
	ck_assert_uint_eq(in, 0xe9);
	bus_free(bus);
	console_free(con);
}
END_TEST

START_TEST(console_block_is_copied_checked_and_handed_on)
{
	static char
	    ram[2 * (sizeof(struct hf_console_block) + HF_CONSOLE_BLOCK_MAX)];
	struct hf_console_block *block = (void *)ram;
	struct guestmem_region region = {
		.base = { 0x1000 }, .len_bytes = sizeof(ram), .host = ram
	};
	struct guestmem *gm = guestmem_new(&region, 1);
	struct bus *bus = bus_new();
	char text[64] = "";
	struct console *con = console_new(bus, sink, text);
	uint32_t v = 0, addr = 0x1000;

	block->len = 5;
	memcpy(block->text, "block", 5);
	/* Not there before it knows the guest's memory. */
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, false, 4, &v, 1);
	ck_assert_uint_eq(v, UINT32_MAX);
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, true, 4, &addr, 1);
	ck_assert_str_eq(text, "");
	console_set_guestmem(con, gm);
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, false, 4, &v, 1);
	ck_assert_uint_eq(v, HF_CONSOLE_BLOCK_MAGIC);
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, true, 4, &addr, 1);
	ck_assert_str_eq(text, "block");
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, true, 2, &addr, 1);
	block->len = HF_CONSOLE_BLOCK_MAX + 1;
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, true, 4, &addr, 1);
	/* The text would end after the end of RAM; then the length would. */
	addr = 0x1000 + sizeof(ram) - 8;
	v = 5;
	guestmem_write(gm, gpa_make(addr), &v, sizeof(v));
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, true, 4, &addr, 1);
	addr = 0x1000 + sizeof(ram) - 3;
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, true, 4, &addr, 1);
	addr = 0xffffffff;
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, true, 4, &addr, 1);
	ck_assert_str_eq(text, "block");
	/* Exactly at the end of RAM it is good. */
	addr = 0x1000 + sizeof(ram) - 8;
	v = 4;
	guestmem_write(gm, gpa_make(addr), &v, sizeof(v));
	guestmem_write(gm, gpa_make(addr + 4), "last", 4);
	bus_pio(bus, HF_PORT_CONSOLE_BLOCK, true, 4, &addr, 1);
	ck_assert_str_eq(text, "blocklast");
	bus_free(bus);
	console_free(con);
	guestmem_free(gm);
}
END_TEST

static void
take_value(void *arg, uint32_t value)
{
	*(uint32_t *)arg = value;
}

START_TEST(exit_port_takes_values_of_every_width)
{
	struct bus *bus = bus_new();
	uint32_t value = 0, written = 0x12345678;
	struct debug_exit *de = debug_exit_new(bus, take_value, &value);

	bus_pio(bus, HF_PORT_EXIT, true, 4, &written, 1);
	ck_assert_uint_eq(value, 0x12345678);
	bus_pio(bus, HF_PORT_EXIT, true, 2, &written, 1);
	ck_assert_uint_eq(value, 0x5678);
	bus_pio(bus, HF_PORT_EXIT, true, 1, &written, 1);
	ck_assert_uint_eq(value, 0x78);
	bus_pio(bus, HF_PORT_EXIT, false, 4, &written, 1);
	ck_assert_uint_eq(written, 0);
	bus_free(bus);
	debug_exit_free(de);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		window_takes_its_first_and_last_byte_only,
		odd_widths_read_ones_and_reach_no_device,
		overlapping_empty_and_wrapping_claims_are_refused,
		string_output_arrives_as_one_call,
		console_hands_on_bytes_and_answers_that_it_is_there,
		console_block_is_copied_checked_and_handed_on,
		exit_port_takes_values_of_every_width, NULL
	};

	return (unit_main("bus", tests));
}
