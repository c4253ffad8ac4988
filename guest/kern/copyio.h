/* SPDX-License-Identifier: BSD-2-Clause */
/* copyio.h: what copies to and from user memory check first. */

#ifndef HF_KERN_COPYIO_H
#define HF_KERN_COPYIO_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/signal.h>
#include <machine/vmparam.h>

/* True when [uaddr, uaddr + len) lies in user space; else says so in td. */
static inline bool
hf_user_range(const volatile void *uaddr, size_t len)
{
	vm_offset_t addr = (vm_offset_t)uaddr;
	struct thread *td;

	if (len <= VM_MAXUSER_ADDRESS && addr <= VM_MAXUSER_ADDRESS - len)
		return (true);
	td = curthread;
	td->td_fault_addr = MAX(addr, VM_MAXUSER_ADDRESS);
	td->td_fault_signo = SIGSEGV;
	td->td_fault_code = SEGV_MAPERR;
	return (false);
}

/*
 * memmove(9) of bytes that belong to a user, between kernel addresses: a held
 * page's, which other threads may store to meanwhile.
 */
void hf_user_bytes_move(void *to, const void *from, size_t len);

#endif
