/* SPDX-License-Identifier: BSD-2-Clause */
/* vsnprintf.c: formatted output into a buffer. */

#include <sys/param.h>
#include <sys/systm.h>

struct out {
	char *buf;
	size_t size;
	size_t len; /* bytes produced, also those that did not fit */
};

struct spec {
	bool left, zero, plus, space, alt;
	int width;
	int precision; /* -1: not given */
	int longs;     /* l: 1, ll: 2; h: -1, hh: -2 */
};

static void
put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void
pad(struct out *o, char c, int count)
{
	while (count-- > 0)
		put(o, c);
}

static void
put_text(struct out *o, const struct spec *sp, const char *s)
{
	int len;

	if (s == NULL)
		s = "(null)";
	for (len = 0; s[len] != '\0'; len++)
		if (sp->precision >= 0 && len == sp->precision)
			break;
	if (!sp->left)
		pad(o, ' ', sp->width - len);
	for (int i = 0; i < len; i++)
		put(o, s[i]);
	if (sp->left)
		pad(o, ' ', sp->width - len);
}

static void
put_number(struct out *o, const struct spec *sp, uint64_t v, u_int base,
    bool upper, const char *prefix)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[24];
	int n = 0, zeros, len;

	while (v != 0) {
		text[n++] = digits[v % base];
		v /= base;
	}
	if (n == 0 && sp->precision != 0)
		text[n++] = '0';
	zeros = sp->precision - n;
	len = (int)strlen(prefix) + n + MAX(zeros, 0);
	if (sp->zero && !sp->left && sp->precision < 0)
		zeros = sp->width - len;
	else if (!sp->left)
		pad(o, ' ', sp->width - len);
	for (; *prefix != '\0'; prefix++)
		put(o, *prefix);
	pad(o, '0', zeros);
	while (n > 0)
		put(o, text[--n]);
	if (sp->left)
		pad(o, ' ', sp->width - len);
}

static const char *
parse_number(const char *f, int *v)
{
	for (*v = 0; *f >= '0' && *f <= '9'; f++)
		*v = *v * 10 + (*f - '0');
	return (f);
}

static const char *
parse_flags(const char *f, struct spec *sp)
{
	for (;; f++) {
		if (*f == '-')
			sp->left = true;
		else if (*f == '0')
			sp->zero = true;
		else if (*f == '+')
			sp->plus = true;
		else if (*f == ' ')
			sp->space = true;
		else if (*f == '#')
			sp->alt = true;
		else
			return (f);
	}
}

static const char *
parse_size(const char *f, struct spec *sp)
{
	for (;; f++) {
		if (*f == 'l')
			sp->longs++;
		else if (*f == 'h')
			sp->longs--;
		else if (*f == 'z' || *f == 'j' || *f == 't')
			sp->longs = 1;
		else
			return (f);
	}
}

static uint64_t
fit_unsigned(uint64_t v, int longs)
{
	if (longs >= 1)
		return (v);
	return (longs == 0    ? (uint32_t)v
		: longs == -1 ? (uint16_t)v
			      : (uint8_t)v);
}

static void
put_signed(struct out *o, const struct spec *sp, int64_t v)
{
	const char *sign = v < 0 ? "-" : sp->plus ? "+" : sp->space ? " " : "";

	put_number(o, sp, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, false, sign);
}

int
vsnprintf(char *buf, size_t size, const char *f, va_list ap)
{
	struct out o = { buf, size, 0 };
	struct spec sp;
	uint64_t v;
	int base;

	for (; *f != '\0'; f++) {
		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		sp = (struct spec){ .precision = -1 };
		f = parse_flags(f + 1, &sp);
		if (*f == '*') {
			sp.width = va_arg(ap, int);
			f++;
		} else
			f = parse_number(f, &sp.width);
		if (*f == '.' && f[1] == '*') {
			sp.precision = va_arg(ap, int);
			f += 2;
		} else if (*f == '.')
			f = parse_number(f + 1, &sp.precision);
		f = parse_size(f, &sp);
		switch (*f) {
		case 'd':
		case 'i':
			put_signed(&o, &sp,
			    sp.longs >= 1 ? va_arg(ap, int64_t)
					  : va_arg(ap, int));
			break;
		case 'u':
		case 'x':
		case 'X':
		case 'o':
			v = sp.longs >= 1 ? va_arg(ap, uint64_t)
					  : va_arg(ap, u_int);
			v = fit_unsigned(v, sp.longs);
			base = *f == 'u' ? 10 : *f == 'o' ? 8 : 16;
			put_number(&o, &sp, v, base, *f == 'X',
			    sp.alt && base == 16 && v != 0 ? "0x" : "");
			break;
		case 'p':
			put_number(&o, &sp, (uint64_t)va_arg(ap, void *), 16,
			    false, "0x");
			break;
		case 'c':
			pad(&o, ' ', sp.left ? 0 : sp.width - 1);
			put(&o, (char)va_arg(ap, int));
			pad(&o, ' ', sp.left ? sp.width - 1 : 0);
			break;
		case 's':
			put_text(&o, &sp, va_arg(ap, const char *));
			break;
		case '\0':
			f--;
			break;
		default:
			put(&o, *f);
		}
	}
	if (size > 0)
		buf[MIN(o.len, size - 1)] = '\0';
	return ((int)o.len);
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return (n);
}
