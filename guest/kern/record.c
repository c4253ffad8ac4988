/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c: lines of the record stream, and the ones of a death. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <kern/clock.h>
#include <kern/console.h>
#include <kern/fail_nth.h>
#include <kern/panic.h>
#include <kern/plan.h>
#include <kern/record.h>
#include "report_abi.h"

/* Records are numbered and written under report_mtx, so in order. */
static struct mtx report_mtx = HF_MTX_INITIALIZER("report", HF_LOCK_SPIN);
static uint64_t seq; /* of the last record written */
static volatile int bust;
static bool told; /* the panic record is written */

struct record {
	char text[HF_RECORD_MAX];
	size_t len;
};
static struct record rec;

static void
rec_char(struct record *r, char c)
{
	/* One byte is kept for the newline. */
	if (r->len < HF_RECORD_MAX - 1)
		r->text[r->len++] = c;
}

static void
rec_text(struct record *r, const char *s)
{
	for (; *s != '\0'; s++)
		rec_char(r, *s);
}

/* Values: printable ASCII without space and '%', else %XX; cut at "max". */
static void
rec_value(struct record *r, const char *s, size_t max)
{
	static const char digits[] = "0123456789ABCDEF";
	uint8_t c;

	for (; *s != '\0' && max > 0; s++, max--) {
		c = (uint8_t)*s;
		if (c > ' ' && c < 0x7f && c != '%') {
			rec_char(r, c);
			continue;
		}
		rec_char(r, '%');
		rec_char(r, digits[c >> 4]);
		rec_char(r, digits[c & 15]);
	}
}

static void
rec_u64(struct record *r, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%lu", v);
	rec_text(r, text);
}

static void
rec_start(struct record *r, const char *kind)
{
	r->len = 0;
	rec_char(r, HF_RECORD_MARK);
	rec_text(r, hf_plan_nonce());
	rec_char(r, ' ');
	rec_u64(r, seq + 1);
	rec_char(r, ' ');
	rec_text(r, kind);
}

struct record *
hf_record_begin(const char *kind)
{
	if (bust == 0) {
		mtx_lock_spin(&report_mtx);
		hf_panic_stop();
	}
	rec_start(&rec, kind);
	return (&rec);
}

static void
rec_key(struct record *r, const char *key)
{
	rec_char(r, ' ');
	rec_text(r, key);
	rec_char(r, '=');
}

void
hf_record_text(struct record *r, const char *key, const char *s)
{
	rec_key(r, key);
	rec_value(r, s, HF_RECORD_TEXT_MAX);
}

void
hf_record_u64(struct record *r, const char *key, uint64_t v)
{
	rec_key(r, key);
	rec_u64(r, v);
}

static void
hex_value(struct record *r, const char *key, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%lx", v);
	rec_key(r, key);
	rec_text(r, text);
}

void
hf_record_end(struct record *r)
{
	r->text[r->len++] = '\n';
	hf_console_record(r->text, r->len);
	/* Not before: the panic that comes in between takes this number. */
	seq++;
	if (bust == 0)
		mtx_unlock_spin(&report_mtx);
}

uint64_t
hf_record_tsc(void)
{
	return (hf_tsc() - hf_boot_tsc());
}

void
hf_record_hex_list(struct record *r, const char *key, const uint64_t *v, int n)
{
	char hex[24];

	rec_key(r, key);
	for (int i = 0; i < n && r->len < HF_RECORD_MAX - 24; i++) {
		snprintf(hex, sizeof(hex), "%s%lx", i == 0 ? "" : ",", v[i]);
		rec_text(r, hex);
	}
}

static void
report_frame(const struct hf_death *d)
{
	struct record *r = hf_record_begin("frame");

	if (d->trap >= 0) {
		hf_record_u64(r, "trap", d->trap);
		hex_value(r, "err", d->err);
	}
	hf_record_hex_list(r, "regs", d->regs, d->nregs);
	hf_record_end(r);
}

void
hf_report_panic(const struct hf_death *d)
{
	struct record *r;

	if (told)
		return;
	hf_panic_await(&report_mtx);
	hf_console_bust_locks();
	bust = 1;
	printf("panic: cpu %d: %s\n", d->cpu, d->text);
	hf_fail_nth_report();
	if (d->nregs != 0)
		report_frame(d);
	r = hf_record_begin("panic");
	hf_record_text(r, "text", d->text);
	hf_record_u64(r, "cpu", d->cpu);
	hex_value(r, "rip", d->rip);
	hex_value(r, "rsp", d->rsp);
	hex_value(r, "rbp", d->rbp);
	hex_value(r, "cr2", d->cr2);
	hf_record_hex_list(r, "bt", d->bt, d->nbt);
	hf_record_end(r);
	told = true;
}
