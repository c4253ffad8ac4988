/* SPDX-License-Identifier: BSD-2-Clause */
/* gdb_command.c: the packets of gdb's remote serial protocol that we know. */

/*
 * An empty answer says that we do not know a packet; gdb then does without.
 * Threads are vCPUs, counted from 1.
 */
#include "debug/gdb_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/pagetable.h"
#include "debug/pagetable_priv.h"
#include "vm/control.h"

#define STEP_PATIENCE_MS 2000
#define FEATURES                                                 \
	"PacketSize=1000;QStartNoAckMode+;qXfer:features:read+;" \
	"vContSupported+"
#define TARGET                                     \
	"<target version=\"1.0\">"                 \
	"<architecture>i386:x86-64</architecture>" \
	"</target>"

/* As gdb knows amd64 without a description: 8 bytes each, then 4 each. */
#define NWIDE	   17
#define NNARROW	   7
#define REGS_BYTES (NWIDE * 8 + NNARROW * 4)

static bool
starts(const char *text, const char *with)
{
	return (strncmp(text, with, strlen(with)) == 0);
}

static enum gdb_next
answer(struct gdb_packets *p, const char *text)
{
	return (gdb_packet_send(p, text) ? GDB_STAY : GDB_LEAVE);
}

/* For packets whose answer may not be text. */
static enum gdb_next
fail(struct gdb_packets *p)
{
	return (answer(p, "E01"));
}

static enum gdb_next
refuse(struct gdb_packets *p, const char *why)
{
	char text[200];

	snprintf(text, sizeof(text), "E.%.190s", why);
	return (answer(p, text));
}

/* The registers in gdb's order, where they lie in state. */
static void
list_registers(struct vm_cpu_state *s, uint64_t *wide[NWIDE],
    uint16_t *narrow[NNARROW - 1])
{
	uint64_t *const w[NWIDE] = { &s->rax, &s->rbx, &s->rcx, &s->rdx,
		&s->rsi, &s->rdi, &s->rbp, &s->rsp, &s->r8, &s->r9, &s->r10,
		&s->r11, &s->r12, &s->r13, &s->r14, &s->r15, &s->rip };
	uint16_t *const n[NNARROW - 1] = { &s->cs.selector, &s->ss.selector,
		&s->ds.selector, &s->es.selector, &s->fs.selector,
		&s->gs.selector };

	memcpy(wide, w, sizeof(w));
	memcpy(narrow, n, sizeof(n));
}

static enum gdb_next
read_registers(struct gdb_stop *s, struct gdb_packets *p)
{
	struct vm_cpu_state state = s->look->cpus[s->cpu];
	unsigned char bytes[REGS_BYTES] = { 0 };
	char text[2 * REGS_BYTES + 1];
	uint64_t *wide[NWIDE];
	uint16_t *narrow[NNARROW - 1];
	unsigned char *at = bytes + NWIDE * 8;

	if (!state.valid)
		return (fail(p));
	list_registers(&state, wide, narrow);
	for (int i = 0; i < NWIDE; i++)
		memcpy(bytes + i * 8, wide[i], 8);
	memcpy(at, &state.rflags, 4);
	for (int i = 0; i < NNARROW - 1; i++)
		memcpy(at + 4 + i * 4, narrow[i], 2);
	gdb_hex(text, bytes, sizeof(bytes));
	return (answer(p, text));
}

/* Selectors stay as they are: without their descriptors they mean nothing. */
static enum gdb_next
write_registers(struct gdb_stop *s, struct gdb_packets *p, const char *text)
{
	struct vm_cpu_state state = s->look->cpus[s->cpu];
	unsigned char bytes[REGS_BYTES];
	struct hf_err err = { 0 };
	uint64_t *wide[NWIDE];
	uint16_t *narrow[NNARROW - 1];
	uint32_t flags;

	if (gdb_unhex(text, bytes, sizeof(bytes)) < NWIDE * 8 + 4)
		return (fail(p));
	list_registers(&state, wide, narrow);
	for (int i = 0; i < NWIDE; i++)
		memcpy(wide[i], bytes + i * 8, 8);
	memcpy(&flags, bytes + NWIDE * 8, 4);
	state.rflags = flags;
	if (control_set_registers(s->vm, s->cpu, &state, &err) != 0)
		return (fail(p));
	return (answer(p, "OK"));
}

/* "ADDRESS,LENGTH" and what follows; NULL: it is none. */
static const char *
parse_range(const char *text, uint64_t *address, uint64_t *len)
{
	char *end;

	*address = strtoull(text, &end, 16);
	if (*end != ',')
		return (NULL);
	*len = strtoull(end + 1, &end, 16);
	return (end);
}

/* Before there is paging, what the image will have there, for names' sake. */
static bool
read_part(const struct gdb_stop *s, uint64_t address, void *buf, size_t len)
{
	const struct vm_cpu_state *cpu = &s->look->cpus[s->cpu];

	return (pagetable_read(vm_guestmem(s->vm), cpu, address, buf, len) ||
	    ((cpu->cr0 & CR0_PG) == 0 &&
		symbols_image_read(s->symbols, address, buf, len)));
}

static enum gdb_next
read_memory(struct gdb_stop *s, struct gdb_packets *p, const char *text)
{
	unsigned char bytes[GDB_PACKET_MAX / 2];
	char hex[GDB_PACKET_MAX + 1];
	uint64_t address, len, n = 0;

	if (parse_range(text, &address, &len) == NULL)
		return (fail(p));
	if (len > sizeof(bytes))
		len = sizeof(bytes);
	/* As much as is there, page by page. */
	while (n < len) {
		uint64_t part = 4096 - ((address + n) & 4095);

		if (part > len - n)
			part = len - n;
		if (!read_part(s, address + n, bytes + n, part))
			break;
		n += part;
	}
	if (n == 0 && len != 0)
		return (fail(p));
	gdb_hex(hex, bytes, n);
	return (answer(p, hex));
}

static enum gdb_next
write_memory(struct gdb_stop *s, struct gdb_packets *p, const char *text)
{
	unsigned char bytes[GDB_PACKET_MAX / 2];
	const char *data;
	uint64_t address, len;

	data = parse_range(text, &address, &len);
	if (data == NULL || *data != ':' || len > sizeof(bytes) ||
	    gdb_unhex(data + 1, bytes, len) != len)
		return (fail(p));
	if (!pagetable_write(vm_guestmem(s->vm), &s->look->cpus[s->cpu],
		address, bytes, len))
		return (fail(p));
	return (answer(p, "OK"));
}

/* "Z0,ADDRESS,KIND": software and hardware breakpoints are the same here. */
static enum gdb_next
breakpoint(struct gdb_stop *s, struct gdb_packets *p, const char *text)
{
	struct hf_err err = { 0 };
	uint64_t address, kind;

	if ((text[1] != '0' && text[1] != '1') || text[2] != ',')
		return (answer(p, ""));
	if (parse_range(text + 3, &address, &kind) == NULL)
		return (refuse(p, "no address"));
	if (text[0] == 'z')
		control_break_clear(s->vm, address);
	else if (control_break_set(s->vm, address, &err) != 0)
		return (refuse(p, err.text));
	return (answer(p, "OK"));
}

/* "" or 0 and -1: any thread. */
static bool
choose_thread(struct gdb_stop *s, const char *text)
{
	long id = strtol(text, NULL, 16);

	if (id <= 0)
		return (true);
	if ((unsigned long)id > s->look->ncpus)
		return (false);
	s->cpu = (unsigned int)id - 1;
	return (true);
}

static enum gdb_next
list_threads(struct gdb_stop *s, struct gdb_packets *p)
{
	char text[VM_CPUS_MAX * 10 + 2] = "";
	size_t n = 0;

	for (unsigned int i = 0; i < s->look->ncpus; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%c%x",
		    i == 0 ? 'm' : ',', i + 1);
	return (answer(p, text));
}

static enum gdb_next
describe_thread(struct gdb_stop *s, struct gdb_packets *p, const char *id)
{
	const struct vm_cpu_state *cpu;
	char text[64], hex[2 * sizeof(text) + 1];

	if (!choose_thread(s, id))
		return (fail(p));
	cpu = &s->look->cpus[s->cpu];
	snprintf(text, sizeof(text), "CPU %u%s", s->cpu,
	    !cpu->valid	       ? ", waits for the host"
		: cpu->waiting ? ", not started"
			       : "");
	gdb_hex(hex, text, strlen(text));
	return (answer(p, hex));
}

/* "OFFSET,LENGTH" of the target's description. */
static enum gdb_next
describe_target(struct gdb_packets *p, const char *range)
{
	char text[sizeof(TARGET) + 1];
	uint64_t offset, len;

	if (parse_range(range, &offset, &len) == NULL)
		return (fail(p));
	if (offset > sizeof(TARGET) - 1)
		offset = sizeof(TARGET) - 1;
	if (len > sizeof(TARGET) - 1 - offset)
		len = sizeof(TARGET) - 1 - offset;
	snprintf(text, sizeof(text), "%c%.*s",
	    offset + len == sizeof(TARGET) - 1 ? 'l' : 'm', (int)len,
	    &TARGET[offset]);
	return (answer(p, text));
}

static enum gdb_next
query(struct gdb_stop *s, struct gdb_packets *p, const char *text)
{
	static const char target[] = "qXfer:features:read:target.xml:";
	char current[16];

	if (starts(text, "qSupported"))
		return (answer(p, FEATURES));
	if (strcmp(text, "qAttached") == 0)
		return (answer(p, "1"));
	if (strcmp(text, "qfThreadInfo") == 0)
		return (list_threads(s, p));
	if (strcmp(text, "qsThreadInfo") == 0)
		return (answer(p, "l"));
	if (starts(text, "qThreadExtraInfo,"))
		return (
		    describe_thread(s, p, text + strlen("qThreadExtraInfo,")));
	if (starts(text, target))
		return (describe_target(p, text + strlen(target)));
	if (strcmp(text, "qC") != 0)
		return (answer(p, ""));
	snprintf(current, sizeof(current), "QC%x", s->cpu + 1);
	return (answer(p, current));
}

void
gdb_command_tell(const struct gdb_stop *s, struct gdb_packets *p)
{
	char text[32];

	snprintf(text, sizeof(text), "T%02xthread:%x;", s->signal, s->cpu + 1);
	gdb_packet_send(p, text);
}

static enum gdb_next
step(struct gdb_stop *s, struct gdb_packets *p)
{
	struct hf_err err = { 0 };
	char text[512], *hex = text + 1;

	if (control_step(s->vm, s->cpu, STEP_PATIENCE_MS, &err) != 0) {
		/* Where it is has not changed; why is for people to read. */
		err.text[200] = '\0';
		text[0] = 'O';
		gdb_hex(hex, err.text, strlen(err.text));
		strcat(text, "0a");
		gdb_packet_send(p, text);
	}
	s->signal = GDB_SIGTRAP;
	gdb_command_tell(s, p);
	return (GDB_STAY);
}

/* "vCont;ACTION[:THREAD]...": the first says whether it is a step, and whose. */
static enum gdb_next
resume(struct gdb_stop *s, struct gdb_packets *p, const char *actions)
{
	const char *thread = strchr(actions, ':');
	const char *next = strchr(actions, ';');

	if (actions[0] == 'c' || actions[0] == 'C')
		return (GDB_GO_ON);
	if (actions[0] != 's' && actions[0] != 'S')
		return (answer(p, ""));
	if (thread != NULL && (next == NULL || thread < next) &&
	    !choose_thread(s, thread + 1))
		return (fail(p));
	return (step(s, p));
}

static enum gdb_next
set_option(struct gdb_packets *p, const char *text)
{
	enum gdb_next next;

	if (strcmp(text, "QStartNoAckMode") != 0)
		return (answer(p, ""));
	next = answer(p, "OK");
	p->no_acks = true;
	return (next);
}

enum gdb_next
gdb_command(struct gdb_stop *s, struct gdb_packets *p)
{
	const char *text = p->text;

	switch (text[0]) {
	case '?':
		gdb_command_tell(s, p);
		return (GDB_STAY);
	case 'g':
		return (read_registers(s, p));
	case 'G':
		return (write_registers(s, p, text + 1));
	case 'm':
		return (read_memory(s, p, text + 1));
	case 'M':
		return (write_memory(s, p, text + 1));
	case 'Z':
	case 'z':
		return (breakpoint(s, p, text));
	case 'H':
		if (text[1] == 'g' && !choose_thread(s, text + 2))
			return (fail(p));
		return (answer(p, "OK"));
	case 'T':
		return (answer(p,
		    strtoul(text + 1, NULL, 16) <= s->look->ncpus ? "OK"
								  : "E01"));
	case 'q':
		return (query(s, p, text));
	case 'Q':
		return (set_option(p, text));
	case 'c':
	case 's':
		return (resume(s, p, text));
	case 'v':
		if (strcmp(text, "vCont?") == 0)
			return (answer(p, "vCont;c;C;s;S"));
		if (starts(text, "vCont;"))
			return (resume(s, p, text + strlen("vCont;")));
		if (starts(text, "vKill")) {
			answer(p, "OK");
			return (GDB_KILL);
		}
		return (answer(p, ""));
	case 'D':
		answer(p, "OK");
		return (GDB_LEAVE);
	case 'k':
		return (GDB_KILL);
	}
	return (answer(p, ""));
}
