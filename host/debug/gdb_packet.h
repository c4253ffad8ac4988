/* SPDX-License-Identifier: BSD-2-Clause */
/* gdb_packet.h: packets of gdb's remote serial protocol over a descriptor. */
#ifndef HF_DEBUG_GDB_PACKET_H
#define HF_DEBUG_GDB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GDB_PACKET_MAX 4096 /* text of one packet, as we tell gdb */

struct gdb_packets {
	int fd;
	bool no_acks; /* QStartNoAckMode */
	unsigned char in[2 * GDB_PACKET_MAX];
	size_t nin;
	char text[GDB_PACKET_MAX + 1]; /* of the last packet, with a NUL */
};

enum gdb_input {
	GDB_NOTHING, /* no whole packet is there yet */
	GDB_PACKET,  /* in .text */
	GDB_BREAK,   /* the byte that stops a running program */
	GDB_CLOSED   /* the peer is gone, or talks nonsense */
};

/* Takes what lies there; reads (waits for) more only if wait is set. */
enum gdb_input gdb_packet_take(struct gdb_packets *p, bool wait);

/* False: the peer is gone. */
bool gdb_packet_send(struct gdb_packets *p, const char *text);

/* Two digits a byte, and a NUL behind them: out has room for 2 * len + 1. */
void gdb_hex(char *out, const void *bytes, size_t len);
/* How many whole bytes the digits at the start of text give, max at most. */
size_t gdb_unhex(const char *text, void *bytes, size_t max);

#endif
