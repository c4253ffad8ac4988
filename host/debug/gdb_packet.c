/* SPDX-License-Identifier: BSD-2-Clause */
/* gdb_packet.c: "$text#checksum", acknowledged by + or - until gdb waives it. */
#include "debug/gdb_packet.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/units.h"

#define BREAK_BYTE 0x03

static void
drop(struct gdb_packets *p, size_t n)
{
	memmove(p->in, p->in + n, p->nin - n);
	p->nin -= n;
}

static bool
send_all(struct gdb_packets *p, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(p->fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (false);
		bytes += n;
		len -= (size_t)n;
	}
	return (true);
}

static unsigned char
sum_of(const void *text, size_t len)
{
	const unsigned char *c = text;
	unsigned char sum = 0;

	while (len-- > 0)
		sum += *c++;
	return (sum);
}

/* The packet that begins the buffer. */
static enum gdb_input
take_packet(struct gdb_packets *p)
{
	const unsigned char *hash = memchr(p->in, '#', p->nin);
	unsigned char sum;
	size_t len;
	bool good;

	if (hash == NULL)
		return (p->nin == sizeof(p->in) ? GDB_CLOSED : GDB_NOTHING);
	len = (size_t)(hash - p->in) - 1;
	if (len + 4 > p->nin)
		return (GDB_NOTHING);
	good = len <= GDB_PACKET_MAX &&
	    gdb_unhex((const char *)hash + 1, &sum, 1) == 1 &&
	    sum == sum_of(p->in + 1, len);
	if (good) {
		memcpy(p->text, p->in + 1, len);
		p->text[len] = '\0';
	}
	drop(p, len + 4);
	if (!p->no_acks && !send_all(p, good ? "+" : "-", 1))
		return (GDB_CLOSED);
	return (good ? GDB_PACKET : GDB_NOTHING);
}

static enum gdb_input
take_buffered(struct gdb_packets *p)
{
	while (p->nin > 0 && p->in[0] != '$') {
		bool is_break = p->in[0] == BREAK_BYTE;

		/* An acknowledgement, or noise. */
		drop(p, 1);
		if (is_break)
			return (GDB_BREAK);
	}
	return (p->nin > 0 ? take_packet(p) : GDB_NOTHING);
}

enum gdb_input
gdb_packet_take(struct gdb_packets *p, bool wait)
{
	enum gdb_input input = take_buffered(p);
	ssize_t n;

	if (input != GDB_NOTHING || !wait)
		return (input);
	n = recv(p->fd, p->in + p->nin, sizeof(p->in) - p->nin, 0);
	if (n < 0 && errno == EINTR)
		return (GDB_NOTHING);
	if (n <= 0)
		return (GDB_CLOSED);
	p->nin += (size_t)n;
	return (take_buffered(p));
}

bool
gdb_packet_send(struct gdb_packets *p, const char *text)
{
	char packet[GDB_PACKET_MAX + 8];
	size_t len = strlen(text);
	int n;

	n = snprintf(packet, sizeof(packet), "$%.*s#%02x", GDB_PACKET_MAX, text,
	    sum_of(text, len < GDB_PACKET_MAX ? len : GDB_PACKET_MAX));
	/* Over a socket nothing is lost: its answer need not be waited for. */
	return (send_all(p, packet, (size_t)n));
}

void
gdb_hex(char *out, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;

	*out = '\0';
	for (; len > 0; len--, out += 2)
		snprintf(out, 3, "%02x", *b++);
}

size_t
gdb_unhex(const char *text, void *bytes, size_t max)
{
	unsigned char *b = bytes;
	size_t n = 0;

	for (; n < max; n++, text += 2) {
		int high = units_hex_digit(text[0]), low;

		if (high < 0 || (low = units_hex_digit(text[1])) < 0)
			break;
		b[n] = (unsigned char)(high << 4 | low);
	}
	return (n);
}
