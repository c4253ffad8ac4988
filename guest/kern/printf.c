/* SPDX-License-Identifier: BSD-2-Clause */
/* printf.c: console text, line by line, and the way out for records. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mutex.h>
#include <kern/console.h>
#include <kern/panic.h>

#define LINE_MAX 512

static struct mtx console_mtx = HF_MTX_INITIALIZER("console", HF_LOCK_SPIN);
static char line[LINE_MAX]; /* text since the last newline, console_mtx */
static size_t line_len;
static volatile int locks_busted;

static void
console_lock(void)
{
	if (locks_busted == 0)
		mtx_lock_spin(&console_mtx);
}

static void
console_unlock(void)
{
	if (locks_busted == 0)
		mtx_unlock_spin(&console_mtx);
}

static void
line_flush(void)
{
	if (line_len > 0)
		hf_console_write(line, line_len);
	line_len = 0;
}

/* Control bytes could forge a record (shared/report_abi.h). */
static void
line_add(char c)
{
	if ((uint8_t)c < 0x20 && c != '\n' && c != '\t')
		c = '?';
	else if (c == 0x7f)
		c = '?';
	line[line_len++] = c;
	if (line_len == LINE_MAX - 1 && c != '\n')
		line[line_len++] = '\n';
	if (line[line_len - 1] == '\n')
		line_flush();
}

static int
print(const char *fmt, va_list ap)
{
	char text[LINE_MAX];
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	console_lock();
	hf_panic_stop();
	for (const char *p = text; *p != '\0'; p++)
		line_add(*p);
	console_unlock();
	return (n);
}

int
printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = print(fmt, ap);
	va_end(ap);
	return (n);
}

void
hf_console_record(const char *bytes, size_t len)
{
	console_lock();
	/* A record starts its line: text without a newline gets one. */
	if (line_len > 0)
		line_add('\n');
	hf_console_write(bytes, len);
	console_unlock();
}

void
hf_console_bust_locks(void)
{
	hf_panic_await(&console_mtx);
	locks_busted = 1;
}
