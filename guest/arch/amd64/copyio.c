/* SPDX-License-Identifier: BSD-2-Clause */
/* copyio.c: copyin(9), fetch(9) and store(9). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/copyio.h>
#include "cpu.h"

static const void **
onfault(void)
{
	return (&curthread->td_pcb->pcb_onfault);
}

void
hf_user_bytes_move(void *to, const void *from, size_t len)
{
	memmove(to, from, len);
}

int
copyin(const void *uaddr, void *kaddr, size_t len)
{
	if (len == 0)
		return (0);
	if (!hf_user_range(uaddr, len) ||
	    hf_copy_onfault(kaddr, uaddr, len, onfault()) != 0)
		return (EFAULT);
	return (0);
}

int
copyout(const void *kaddr, void *uaddr, size_t len)
{
	if (len == 0)
		return (0);
	if (!hf_user_range(uaddr, len) ||
	    hf_copy_onfault(uaddr, kaddr, len, onfault()) != 0)
		return (EFAULT);
	return (0);
}

int
fubyte(volatile const void *uaddr)
{
	uint8_t byte;

	if (!hf_user_range(uaddr, 1) ||
	    hf_fetch8_onfault((const void *)uaddr, &byte, 0, onfault()) != 0)
		return (-1);
	return (byte);
}

int
subyte(volatile void *uaddr, int byte)
{
	uint8_t b = (uint8_t)byte;

	if (!hf_user_range(uaddr, 1) ||
	    hf_fetch8_onfault(&b, (void *)uaddr, 0, onfault()) != 0)
		return (-1);
	return (0);
}

int
fuword64(volatile const void *uaddr, int64_t *val)
{
	if (!hf_user_range(uaddr, sizeof(*val)) ||
	    hf_fetch64_onfault((const void *)uaddr, val, 0, onfault()) != 0)
		return (-1);
	return (0);
}

int
suword64(volatile void *uaddr, int64_t val)
{
	if (!hf_user_range(uaddr, sizeof(val)) ||
	    hf_fetch64_onfault(&val, (void *)uaddr, 0, onfault()) != 0)
		return (-1);
	return (0);
}
