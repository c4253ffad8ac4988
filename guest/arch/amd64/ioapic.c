/* SPDX-License-Identifier: BSD-2-Clause */
/* ioapic.c: device interrupts (82093AA: 24 pins), edge triggered, active high. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/mutex.h>
#include <kern/intr.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include "cpu.h"

#define IOREGSEL	0 /* uint32_t index */
#define IOWIN		4
#define REG_VERSION	1
#define REG_REDIRECTION 0x10 /* two registers a pin */
#define RTE_MASKED	0x10000

static volatile uint32_t *ioapic;
static u_int ioapic_pins;

/* (s) ioapic_mtx to write; the interrupt reads. */
static struct {
	void (*volatile handler)(void *);
	void *arg;
} pins[HF_IOAPIC_PINS];
static struct mtx ioapic_mtx;

static uint32_t
ioapic_read(u_int reg)
{
	ioapic[IOREGSEL] = reg;
	return (ioapic[IOWIN]);
}

static void
ioapic_write(u_int reg, uint32_t v)
{
	ioapic[IOREGSEL] = reg;
	ioapic[IOWIN] = v;
}

/* First use: most runs without a disk never get here. */
static void
ioapic_setup(void)
{
	if (ioapic != NULL || hf_machine.ioapic_pa == 0)
		return;
	mtx_init(&ioapic_mtx, "ioapic", NULL, MTX_SPIN);
	ioapic = pmap_mapdev(hf_machine.ioapic_pa, PAGE_SIZE);
	ioapic_pins = MIN(((ioapic_read(REG_VERSION) >> 16) & 0xff) + 1,
	    (u_int)HF_IOAPIC_PINS);
}

int
hf_intr_register(int pin, void (*handler)(void *), void *arg)
{
	int error = 0;

	ioapic_setup();
	if (pin < 0 || pin >= (int)ioapic_pins)
		return (EINVAL);
	mtx_lock_spin(&ioapic_mtx);
	if (pins[pin].handler != NULL)
		error = EBUSY;
	else {
		pins[pin].arg = arg;
		__atomic_store_n(&pins[pin].handler, handler, __ATOMIC_RELEASE);
		/* Physical destination: the boot CPU. */
		ioapic_write(
		    REG_REDIRECTION + 2 * pin + 1, hf_pcpu[0].pc_apic_id << 24);
		ioapic_write(REG_REDIRECTION + 2 * pin, VEC_PIN0 + pin);
	}
	mtx_unlock_spin(&ioapic_mtx);
	return (error);
}

bool
hf_in_interrupt(void)
{
	return (curthread->td_intr_nesting != 0);
}

void
hf_ioapic_interrupt(u_int pin)
{
	void (*handler)(void *) = pins[pin].handler;

	if (handler != NULL)
		handler(pins[pin].arg);
}
