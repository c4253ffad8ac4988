/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_cmdline.c: virtio_mmio.device=SIZE@BASE:IRQ[:ID] on the command line. */

#include <sys/param.h>
#include <sys/systm.h>
#include <dev/virtio_mmio.h>

#define KEY	    "virtio_mmio.device="
#define KEY_LEN	    (sizeof(KEY) - 1)
#define IOAPIC_PINS 24

struct cursor {
	const char *at, *end;
};

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (c - 'A' + 10);
	return (99);
}

/* Decimal, 0x hexadecimal or 0 octal; false without a digit or on overflow. */
static bool
number(struct cursor *c, uint64_t *out)
{
	uint64_t v;
	int base, d;
	const char *start;

	base = 10;
	if (c->at < c->end && *c->at == '0') {
		base = 8;
		if (c->end - c->at > 2 &&
		    (c->at[1] == 'x' || c->at[1] == 'X') &&
		    digit_value(c->at[2]) < 16) {
			base = 16;
			c->at += 2;
		}
	}
	v = 0;
	for (start = c->at; c->at < c->end; c->at++) {
		d = digit_value(*c->at);
		if (d >= base)
			break;
		if (v > (UINT64_MAX - (uint64_t)d) / (uint64_t)base)
			return (false);
		v = v * (uint64_t)base + (uint64_t)d;
	}
	*out = v;
	return (c->at > start);
}

static bool
scaled(struct cursor *c, uint64_t *out)
{
	static const char letters[] = "kmgtpe";
	uint64_t v;
	char ch;
	int i;

	if (!number(c, &v))
		return (false);
	if (c->at < c->end) {
		ch = *c->at | 0x20;
		for (i = 0; letters[i] != '\0'; i++) {
			if (ch != letters[i])
				continue;
			c->at++;
			if (v > (UINT64_MAX >> (10 * (i + 1))))
				return (false);
			v <<= 10 * (i + 1);
			break;
		}
	}
	*out = v;
	return (true);
}

static bool
accept(struct cursor *c, char ch)
{
	if (c->at >= c->end || *c->at != ch)
		return (false);
	c->at++;
	return (true);
}

const char *
vtmmio_parse(const char *text, size_t len, struct vtmmio_slot *slot)
{
	struct cursor c = { text, text + len };
	uint64_t base, bytes, id, irq;

	if (!scaled(&c, &bytes))
		return ("no size");
	if (!accept(&c, '@') || !number(&c, &base))
		return ("no @BASE");
	if (!accept(&c, ':') || !number(&c, &irq))
		return ("no :IRQ");
	if (accept(&c, ':') && !number(&c, &id))
		return ("bad :ID");
	if (c.at != c.end)
		return ("trailing characters");
	if (bytes < VIRTIO_MMIO_WINDOW)
		return ("window smaller than 0x200");
	if (base == 0)
		return ("base 0");
	if (base + bytes - 1 < base)
		return ("window wraps");
	if (irq == 0 || irq >= IOAPIC_PINS)
		return ("irq is no IOAPIC pin");
	slot->base = base;
	slot->bytes = bytes;
	slot->irq = (uint32_t)irq;
	return (NULL);
}

static bool
overlaps(const struct vtmmio_slot *a, const struct vtmmio_slot *b)
{
	return (a->base <= b->base + b->bytes - 1 &&
	    b->base <= a->base + a->bytes - 1);
}

static const char *
slot_conflict(const struct vtmmio_slot *slot,
    bool (*is_ram)(vm_paddr_t, vm_size_t), const struct vtmmio_slot *slots,
    int n)
{
	int i;

	if (is_ram(slot->base, slot->bytes))
		return ("window lies in RAM");
	for (i = 0; i < n; i++)
		if (overlaps(slot, &slots[i]))
			return ("window overlaps another");
	return (NULL);
}

int
vtmmio_scan(const char *cmdline, bool (*is_ram)(vm_paddr_t, vm_size_t),
    struct vtmmio_slot *slots, int max)
{
	struct vtmmio_slot slot;
	const char *p, *why, *word;
	int n;

	n = 0;
	for (p = cmdline; p != NULL && *p != '\0';) {
		while (*p == ' ')
			p++;
		for (word = p; *p != '\0' && *p != ' ';)
			p++;
		if ((size_t)(p - word) < KEY_LEN ||
		    memcmp(word, KEY, KEY_LEN) != 0)
			continue;
		why = vtmmio_parse(
		    word + KEY_LEN, (size_t)(p - word) - KEY_LEN, &slot);
		if (why == NULL)
			why = slot_conflict(&slot, is_ram, slots, n);
		if (why == NULL && n == max)
			why = "more devices than supported";
		if (why != NULL) {
			printf(
			    "%.*s: ignored: %s\n", (int)(p - word), word, why);
			continue;
		}
		slots[n++] = slot;
	}
	return (n);
}
