/* SPDX-License-Identifier: BSD-2-Clause */
/* exits.c: what to do when KVM_RUN comes back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vm/vm_priv.h"

#define EXIT_NAME(x) [x] = #x

static const char *const exit_names[] = {
	EXIT_NAME(KVM_EXIT_UNKNOWN),
	EXIT_NAME(KVM_EXIT_EXCEPTION),
	EXIT_NAME(KVM_EXIT_IO),
	EXIT_NAME(KVM_EXIT_HYPERCALL),
	EXIT_NAME(KVM_EXIT_DEBUG),
	EXIT_NAME(KVM_EXIT_HLT),
	EXIT_NAME(KVM_EXIT_MMIO),
	EXIT_NAME(KVM_EXIT_IRQ_WINDOW_OPEN),
	EXIT_NAME(KVM_EXIT_SHUTDOWN),
	EXIT_NAME(KVM_EXIT_FAIL_ENTRY),
	EXIT_NAME(KVM_EXIT_INTR),
	EXIT_NAME(KVM_EXIT_SET_TPR),
	EXIT_NAME(KVM_EXIT_TPR_ACCESS),
	EXIT_NAME(KVM_EXIT_NMI),
	EXIT_NAME(KVM_EXIT_INTERNAL_ERROR),
	EXIT_NAME(KVM_EXIT_WATCHDOG),
	EXIT_NAME(KVM_EXIT_SYSTEM_EVENT),
	EXIT_NAME(KVM_EXIT_IOAPIC_EOI),
	EXIT_NAME(KVM_EXIT_HYPERV),
	EXIT_NAME(KVM_EXIT_X86_RDMSR),
	EXIT_NAME(KVM_EXIT_X86_WRMSR),
	EXIT_NAME(KVM_EXIT_DIRTY_RING_FULL),
	EXIT_NAME(KVM_EXIT_AP_RESET_HOLD),
	EXIT_NAME(KVM_EXIT_X86_BUS_LOCK),
	EXIT_NAME(KVM_EXIT_XEN),
	EXIT_NAME(KVM_EXIT_NOTIFY),
};

const char *
vm_exit_name(uint32_t kvm_exit)
{
	if (kvm_exit < sizeof(exit_names) / sizeof(exit_names[0]) &&
	    exit_names[kvm_exit] != NULL)
		return (exit_names[kvm_exit]);
	return ("unknown");
}

const char *
vm_end_name(enum vm_end_reason reason)
{
	static const char *const names[] = {
		[VM_END_NONE] = "running",
		[VM_END_GUEST_EXIT] = "guest exit",
		[VM_END_STOPPED] = "stopped by the host",
		[VM_END_SHUTDOWN] = "triple fault",
		[VM_END_RESET] = "reset",
		[VM_END_INTERNAL] = "KVM internal error",
		[VM_END_FAIL_ENTRY] = "guest entry failed",
		[VM_END_UNHANDLED] = "unhandled exit",
		[VM_END_RUN_FAILED] = "KVM_RUN failed",
		[VM_END_HOST] = "the host failed",
	};

	hf_check((unsigned int)reason < sizeof(names) / sizeof(names[0]));
	return (names[reason]);
}

static const char *
suberror_name(uint32_t suberror)
{
	switch (suberror) {
	case KVM_INTERNAL_ERROR_EMULATION:
		return ("an instruction that KVM cannot emulate");
	case KVM_INTERNAL_ERROR_SIMUL_EX:
		return ("simultaneous exceptions");
	case KVM_INTERNAL_ERROR_DELIVERY_EV:
		return ("exit while delivering an event");
	case KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON:
		return ("unexpected hardware exit");
	}
	return ("unknown suberror");
}

static void
end_internal(const struct kvm_run *run, struct vm_end *end)
{
	unsigned int i;
	int used;

	end->suberror = run->internal.suberror;
	end->ndata = run->internal.ndata;
	if (end->ndata > VM_END_DATA_MAX)
		end->ndata = VM_END_DATA_MAX;
	memcpy(
	    end->data, run->internal.data, end->ndata * sizeof(end->data[0]));
	used = snprintf(end->text, sizeof(end->text), "suberror %u: %s",
	    end->suberror, suberror_name(end->suberror));
	if (end->suberror != KVM_INTERNAL_ERROR_EMULATION || end->ndata < 2 ||
	    !(run->emulation_failure.flags &
		KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES))
		return;
	used += snprintf(
	    end->text + used, sizeof(end->text) - used, "; its bytes:");
	for (i = 0; i < run->emulation_failure.insn_size &&
	     i < sizeof(run->emulation_failure.insn_bytes);
	     i++)
		used += snprintf(end->text + used, sizeof(end->text) - used,
		    " %02x", run->emulation_failure.insn_bytes[i]);
}

static void
end_system_event(const struct kvm_run *run, struct vm_end *end)
{
	snprintf(end->text, sizeof(end->text), "system event %u (%s)",
	    run->system_event.type,
	    run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN	   ? "shutdown"
		: run->system_event.type == KVM_SYSTEM_EVENT_RESET ? "reset"
		: run->system_event.type == KVM_SYSTEM_EVENT_CRASH ? "crash"
								   : "other");
}

/* Every exit that the machine does not survive. */
static void
end_by_exit(struct vcpu *cpu)
{
	const struct kvm_run *run = cpu->run;
	struct vm_end end = { .cpu = cpu->index, .kvm_exit = run->exit_reason };

	switch (run->exit_reason) {
	case KVM_EXIT_SHUTDOWN:
		end.reason = VM_END_SHUTDOWN;
		snprintf(end.text, sizeof(end.text),
		    "a fault while delivering a double fault");
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		end.reason = VM_END_RESET;
		end_system_event(run, &end);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		end.reason = VM_END_INTERNAL;
		end_internal(run, &end);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		end.reason = VM_END_FAIL_ENTRY;
		end.hw_reason = run->fail_entry.hardware_entry_failure_reason;
		snprintf(end.text, sizeof(end.text),
		    "hardware reason 0x%" PRIx64, end.hw_reason);
		break;
	default:
		end.reason = VM_END_UNHANDLED;
		if (run->exit_reason == KVM_EXIT_UNKNOWN)
			end.hw_reason = run->hw.hardware_exit_reason;
		snprintf(end.text, sizeof(end.text),
		    "%s (%u), hardware reason 0x%" PRIx64,
		    vm_exit_name(run->exit_reason), run->exit_reason,
		    end.hw_reason);
		break;
	}
	vm_end_claim(cpu->vm, &end);
}

void
exits_handle(struct vcpu *cpu)
{
	const struct vm_io_ops *io = &cpu->vm->io;
	struct kvm_run *run = cpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		io->pio(io->arg, run->io.port,
		    run->io.direction == KVM_EXIT_IO_OUT, run->io.size,
		    (char *)run + run->io.data_offset, run->io.count);
		break;
	case KVM_EXIT_MMIO:
		io->mmio(io->arg, gpa_make(run->mmio.phys_addr),
		    run->mmio.is_write != 0, run->mmio.len, run->mmio.data);
		break;
	case KVM_EXIT_INTR:
		return;
	case KVM_EXIT_DEBUG:
		vcpu_debug_exit(cpu);
		return;
	default:
		end_by_exit(cpu);
		return;
	}
	if (cpu->step != STEP_NONE)
		vcpu_debug_device(cpu);
}
