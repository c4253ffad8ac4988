/* SPDX-License-Identifier: BSD-2-Clause */
/* copyio.c: copyin(9), fetch(9) and store(9) through the software MMU. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/copyio.h>
#include "mmu.h"

/* A piece of a copy that lies in one page of user memory. */
struct piece {
	char *kaddr;
	size_t len;
};

/*
 * As the CPU moves it: each aligned word in one piece, in no order.  Threads of
 * a process may race for their memory.
 */
static size_t
copy_word(char *to, const char *from, size_t len)
{
	if (((uintptr_t)to | (uintptr_t)from) % 8 == 0 && len >= 8) {
		atomic_store_64((uint64_t *)(uintptr_t)to,
		    atomic_load_64((const uint64_t *)from));
		return (8);
	}
	atomic_store_8(
	    (uint8_t *)(uintptr_t)to, atomic_load_8((const uint8_t *)from));
	return (1);
}

static void
copy_words(char *to, const char *from, size_t len)
{
	size_t n;

	for (; len > 0; to += n, from += n, len -= n)
		n = copy_word(to, from, len);
}

void
hf_user_bytes_move(void *to, const void *from, size_t len)
{
	const uintptr_t ahead = (uintptr_t)to - (uintptr_t)from;

	if (ahead >= len) { /* forwards, nothing is overwritten unread */
		copy_words(to, from, len);
		return;
	}
	while (len-- > 0)
		(void)copy_word((char *)to + len, (const char *)from + len, 1);
}

static void
piece_in(void *byte, void *arg)
{
	struct piece *p = arg;

	copy_words(p->kaddr, byte, p->len);
}

static void
piece_out(void *byte, void *arg)
{
	struct piece *p = arg;

	copy_words(byte, p->kaddr, p->len);
}

static int
user_copy(vm_offset_t uva, char *kaddr, size_t len, vm_prot_t type)
{
	struct piece p;

	if (len == 0)
		return (0);
	if (!hf_user_range((const void *)uva, len))
		return (EFAULT);
	for (; len > 0; len -= p.len, uva += p.len, kaddr += p.len) {
		p.kaddr = kaddr;
		p.len = MIN(len, PAGE_SIZE - (uva & PAGE_MASK));
		if (!hf_model_with_byte(uva, type,
			type == VM_PROT_WRITE ? piece_out : piece_in, &p))
			return (EFAULT);
	}
	return (0);
}

int
copyin(const void *uaddr, void *kaddr, size_t len)
{
	return (user_copy((vm_offset_t)uaddr, kaddr, len, VM_PROT_READ));
}

int
copyout(const void *kaddr, void *uaddr, size_t len)
{
	return (user_copy(
	    (vm_offset_t)uaddr, (char *)(uintptr_t)kaddr, len, VM_PROT_WRITE));
}

int
fubyte(volatile const void *uaddr)
{
	uint8_t byte;

	if (user_copy((vm_offset_t)uaddr, (char *)&byte, 1, VM_PROT_READ) != 0)
		return (-1);
	return (byte);
}

int
subyte(volatile void *uaddr, int byte)
{
	uint8_t b = (uint8_t)byte;

	return (user_copy((vm_offset_t)uaddr, (char *)&b, 1, VM_PROT_WRITE) == 0
		? 0
		: -1);
}

int
fuword64(volatile const void *uaddr, int64_t *val)
{
	return (user_copy((vm_offset_t)uaddr, (char *)val, sizeof(*val),
		    VM_PROT_READ) == 0
		? 0
		: -1);
}

int
suword64(volatile void *uaddr, int64_t val)
{
	return (user_copy((vm_offset_t)uaddr, (char *)&val, sizeof(val),
		    VM_PROT_WRITE) == 0
		? 0
		: -1);
}
