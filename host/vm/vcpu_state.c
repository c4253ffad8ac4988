/* SPDX-License-Identifier: BSD-2-Clause */
/* vcpu_state.c: the registers of a vCPU that rests, read and written. */
#include <sys/ioctl.h>

#include <errno.h>
#include <string.h>

#include "vm/vm_priv.h"

static struct vm_segment
segment_of(const struct kvm_segment *s)
{
	return ((struct vm_segment){ .base = s->base,
	    .limit = s->limit,
	    .selector = s->selector,
	    .type = s->type,
	    .dpl = s->dpl,
	    .db = s->db,
	    .s = s->s,
	    .l = s->l,
	    .g = s->g,
	    .present = s->present });
}

static void
copy_regs(struct vm_cpu_state *out, const struct kvm_regs *r)
{
	out->rax = r->rax;
	out->rbx = r->rbx;
	out->rcx = r->rcx;
	out->rdx = r->rdx;
	out->rsi = r->rsi;
	out->rdi = r->rdi;
	out->rbp = r->rbp;
	out->rsp = r->rsp;
	out->r8 = r->r8;
	out->r9 = r->r9;
	out->r10 = r->r10;
	out->r11 = r->r11;
	out->r12 = r->r12;
	out->r13 = r->r13;
	out->r14 = r->r14;
	out->r15 = r->r15;
	out->rip = r->rip;
	out->rflags = r->rflags;
}

static void
copy_sregs(struct vm_cpu_state *out, const struct kvm_sregs *s)
{
	out->cr0 = s->cr0;
	out->cr2 = s->cr2;
	out->cr3 = s->cr3;
	out->cr4 = s->cr4;
	out->cr8 = s->cr8;
	out->efer = s->efer;
	out->gdt_base = s->gdt.base;
	out->gdt_limit = s->gdt.limit;
	out->idt_base = s->idt.base;
	out->idt_limit = s->idt.limit;
	out->cs = segment_of(&s->cs);
	out->ds = segment_of(&s->ds);
	out->es = segment_of(&s->es);
	out->fs = segment_of(&s->fs);
	out->gs = segment_of(&s->gs);
	out->ss = segment_of(&s->ss);
	out->tr = segment_of(&s->tr);
}

void
vcpu_capture(struct vcpu *cpu, struct vm_cpu_state *out)
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_mp_state mp;

	memset(out, 0, sizeof(*out));
	if (ioctl(cpu->fd, KVM_GET_REGS, &regs) != 0 ||
	    ioctl(cpu->fd, KVM_GET_SREGS, &sregs) != 0)
		return;
	copy_regs(out, &regs);
	copy_sregs(out, &sregs);
	out->waiting = ioctl(cpu->fd, KVM_GET_MP_STATE, &mp) == 0 &&
	    (mp.mp_state == KVM_MP_STATE_UNINITIALIZED ||
		mp.mp_state == KVM_MP_STATE_INIT_RECEIVED);
	out->valid = true;
}

/* What struct vm_segment does not have stays. */
static void
set_segment(struct kvm_segment *s, const struct vm_segment *from)
{
	s->base = from->base;
	s->limit = from->limit;
	s->selector = from->selector;
	s->type = from->type;
	s->dpl = from->dpl;
	s->db = from->db;
	s->s = from->s;
	s->l = from->l;
	s->g = from->g;
	s->present = from->present;
	s->unusable = s->unusable && !from->present;
}

static struct kvm_regs
regs_of(const struct vm_cpu_state *s)
{
	return ((struct kvm_regs){ .rax = s->rax,
	    .rbx = s->rbx,
	    .rcx = s->rcx,
	    .rdx = s->rdx,
	    .rsi = s->rsi,
	    .rdi = s->rdi,
	    .rbp = s->rbp,
	    .rsp = s->rsp,
	    .r8 = s->r8,
	    .r9 = s->r9,
	    .r10 = s->r10,
	    .r11 = s->r11,
	    .r12 = s->r12,
	    .r13 = s->r13,
	    .r14 = s->r14,
	    .r15 = s->r15,
	    .rip = s->rip,
	    .rflags = s->rflags });
}

static void
set_sregs(struct kvm_sregs *s, const struct vm_cpu_state *from)
{
	s->cr0 = from->cr0;
	s->cr2 = from->cr2;
	s->cr3 = from->cr3;
	s->cr4 = from->cr4;
	s->cr8 = from->cr8;
	s->efer = from->efer;
	s->gdt.base = from->gdt_base;
	s->gdt.limit = from->gdt_limit;
	s->idt.base = from->idt_base;
	s->idt.limit = from->idt_limit;
	set_segment(&s->cs, &from->cs);
	set_segment(&s->ds, &from->ds);
	set_segment(&s->es, &from->es);
	set_segment(&s->fs, &from->fs);
	set_segment(&s->gs, &from->gs);
	set_segment(&s->ss, &from->ss);
	set_segment(&s->tr, &from->tr);
}

int
vcpu_set_state(struct vcpu *cpu, const struct vm_cpu_state *state)
{
	struct kvm_regs regs = regs_of(state);
	struct kvm_sregs sregs, before;

	if (ioctl(cpu->fd, KVM_GET_SREGS, &before) != 0)
		return (errno);
	sregs = before;
	set_sregs(&sregs, state);
	/* Only what is asked for: KVM forgets its page tables with it. */
	if (memcmp(&sregs, &before, sizeof(sregs)) != 0 &&
	    ioctl(cpu->fd, KVM_SET_SREGS, &sregs) != 0)
		return (errno);
	return (ioctl(cpu->fd, KVM_SET_REGS, &regs) == 0 ? 0 : errno);
}
