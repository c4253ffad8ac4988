/* SPDX-License-Identifier: BSD-2-Clause */
/* vm.h: one virtual machine from creation to the account of its end. */

/*
 * The order of calls:
 *
 *	vm_create -> vm_load -> (plug devices into the bus) -> vm_start
 *	-> poll vm_end_fd or vm_wait -> vm_stop -> vm_end -> vm_destroy
 *
 * vm_start..vm_destroy are called by one thread, the owner.  vm_irq_raise,
 * vm_doorbell_*, vm_guest_exit and vm_request_stop may be called from any
 * thread while the machine lives.  One process may make any number of
 * machines, at once or one after another: nothing is kept between them.
 *
 * Failures that the user can cure return NULL or -1 after filling struct
 * hf_err (core/err.h); failures that are our own mistakes abort.
 */
#ifndef HF_VM_VM_H
#define HF_VM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "gpa.h"
#include "dev/doorbell.h"
#include "vm/guestmem.h"

#define VM_CPUS_MAX    64
#define VM_MEMORY_MIN  (4ull << 20)
#define VM_MEMORY_MAX  (1ull << 40)
#define VM_CMDLINE_MAX 2048 /* with its NUL (virtio_blk.md section 12) */
#define VM_PAGE_BYTES  4096u

enum vm_hugepages {
	VM_HUGEPAGES_OFF,    /* MADV_NOHUGEPAGE */
	VM_HUGEPAGES_THP,    /* anonymous memory with MADV_HUGEPAGE */
	VM_HUGEPAGES_HUGETLB /* memfd with MFD_HUGETLB, 2 MiB */
};

/*
 * Where exits go.  Called on vCPU threads, several at once; data is read
 * for a write and filled for a read.  bus_pio and bus_mmio fit.
 */
struct vm_io_ops {
	void *arg;
	void (*pio)(void *arg, uint16_t port, bool is_out, unsigned int width,
	    void *data, size_t count);
	void (*mmio)(void *arg, gpa_t addr, bool is_write, unsigned int width,
	    void *data);
};

struct vm_config {
	uint64_t memory_bytes;
	unsigned int ncpus;
	enum vm_hugepages hugepages;
	bool prefault;	/* all guest RAM is there before the start */
	bool lazy_cpus; /* all but the first wait for vm_cpus_start */
	bool ioapic;	/* an IOAPIC, as vm_irq_setup needs it, and the 8259s */
	bool counts;	/* vm_count_* know, from the first instruction on */
	struct vm_io_ops io;
	const char *kvm_path; /* NULL: /dev/kvm */
};

struct vm_image {
	const void *bytes; /* a complete ELF file; need not outlive vm_load */
	size_t len_bytes;
	const char *name; /* for messages */
	/*
	 * A file that nobody writes to and that holds bytes at file_offset, or
	 * NULL: its pages may become guest RAM where they lie, privately.
	 */
	const char *file;
	uint64_t file_offset;
};

/* Why a machine stopped.  vm_end_name gives the name. */
enum vm_end_reason {
	VM_END_NONE,	   /* still running */
	VM_END_GUEST_EXIT, /* vm_guest_exit: .guest_value */
	VM_END_STOPPED,	   /* vm_request_stop */
	VM_END_SHUTDOWN,   /* triple fault */
	VM_END_RESET,	   /* KVM_EXIT_SYSTEM_EVENT */
	VM_END_INTERNAL,   /* KVM_EXIT_INTERNAL_ERROR: .suberror, .data */
	VM_END_FAIL_ENTRY, /* KVM_EXIT_FAIL_ENTRY: .hw_reason */
	VM_END_UNHANDLED,  /* an exit that we know nothing of: .kvm_exit */
	VM_END_RUN_FAILED, /* KVM_RUN failed: .error */
	VM_END_HOST	   /* vm_host_failed: .text */
};

struct vm_segment {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
	uint8_t type, dpl, db, s, l, g, present;
};

/* A vCPU's registers when it stopped. */
struct vm_cpu_state {
	bool valid;   /* false: the vCPU could not be asked */
	bool waiting; /* an AP that never got its startup IPI */
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rflags;
	uint64_t cr0, cr2, cr3, cr4, cr8, efer;
	uint64_t gdt_base, idt_base;
	uint16_t gdt_limit, idt_limit;
	struct vm_segment cs, ds, es, fs, gs, ss, tr;
};

#define VM_END_DATA_MAX 16

struct vm_end {
	enum vm_end_reason reason;
	unsigned int cpu;     /* the vCPU it happened on; 0 if none */
	uint32_t kvm_exit;    /* KVM_EXIT_* of that vCPU; vm_exit_name */
	uint32_t suberror;    /* KVM_INTERNAL_ERROR_* */
	uint32_t guest_value; /* as written to HF_PORT_EXIT */
	uint64_t hw_reason;   /* the processor's own entry failure reason */
	int error;	      /* errno */
	unsigned int ndata;
	uint64_t data[VM_END_DATA_MAX];
	char text[192]; /* one sentence for people */
	unsigned int ncpus;
	struct vm_cpu_state *cpus; /* ncpus of them; owned by the vm */
};

struct vm;
struct kvm_stats;

/* Opens KVM, makes the machine, its memory and its vCPUs.  NULL: *err. */
struct vm *vm_create(const struct vm_config *, struct hf_err *err);

/*
 * Loads the kernel, and module (may be NULL when module_bytes is 0) as PVH
 * module 0, and builds the start info.  cmdline must have room for its NUL in
 * VM_CMDLINE_MAX.  0, or -1: *err.
 */
int vm_load(struct vm *, const struct vm_image *kernel, const void *module,
    size_t module_bytes, const char *cmdline, struct hf_err *err);

/* The machine's RAM, valid until vm_destroy. */
struct guestmem *vm_guestmem(struct vm *);

/* Starts one thread a vCPU.  0, or -1: *err. */
int vm_start(struct vm *, struct hf_err *err);

/*
 * Makes and starts the vCPUs that lazy_cpus left out; on a vCPU thread, or the
 * owner's after vm_start.  Nothing, the second time, or when the machine has
 * ended.  If it cannot be done the machine ends: VM_END_HOST.
 */
void vm_cpus_start(struct vm *);

/* A descriptor that becomes readable when the machine ends. */
int vm_end_fd(const struct vm *);

/* Waits until the machine ends, timeout_ms at the most (-1: for ever). */
enum vm_end_reason vm_wait(struct vm *, int timeout_ms);

/* Asks for the end.  The first reason stays; later ones change nothing. */
void vm_request_stop(struct vm *);
void vm_guest_exit(struct vm *, uint32_t value);

/*
 * Requests the stop if nobody did, waits for every vCPU thread to leave the
 * guest and end.  May be called more than once, or without vm_start.
 */
void vm_stop(struct vm *);

/*
 * Holds every vCPU between two instructions, between vm_start and vm_stop, and
 * tells where they are: reason VM_END_NONE, valid until vm_resume.  One that
 * does not come back within patience_ms, as it waits for the host, is not valid
 * in it.  Devices go on.  vm_stop of a paused machine is fine.
 */
const struct vm_end *vm_pause(struct vm *, int patience_ms);
void vm_resume(struct vm *);

/*
 * How it ended, with every vCPU's registers.  Requires vm_stop.  The result is
 * owned by the vm.  Guest RAM is still there for page-table walks.
 */
const struct vm_end *vm_end(struct vm *);

/* The same without asking the vCPUs: its cpus[] are valid only if vm_end was. */
const struct vm_end *vm_end_summary(struct vm *);

/* vm_stop, then everything goes.  NULL is fine. */
void vm_destroy(struct vm *);

/*
 * Device wiring (struct dev_host_ops; arg is the struct vm).  vm_irq_setup
 * must have succeeded for a pin (0, or -errno) before vm_irq_raise on it, and
 * needs vm_config.ioapic.
 */
int vm_irq_setup(struct vm *, unsigned int irq);
void vm_irq_raise(void *vm, unsigned int irq);
int vm_doorbell_add(void *vm, const struct doorbell *bell);
void vm_doorbell_remove(void *vm, const struct doorbell *bell);
/* Ends the machine: the host refuses what it needs, and no guest is to blame. */
void vm_host_failed(void *vm, const char *why);

/*
 * On a vCPU's thread (dev/counts.h): this vCPU's exits so far; those of all
 * vCPUs that an interrupt of the host forced; the nanoseconds that all their
 * threads waited for a CPU.  Low 32 bits; HF_COUNT_NONE without
 * vm_config.counts and when this kernel does not say.
 */
uint32_t vm_count_exits(void);
uint32_t vm_count_host_irqs(void);
uint32_t vm_count_run_delay_ns(void);

/* The descriptor for kvm_stats_open: the machine's counts. */
int vm_stats_source(const struct vm *);

/*
 * A vCPU's counts, valid until vm_destroy.  NULL where KVM has none, and until
 * the vCPU's thread has opened them.  With vm_config.counts it does so before
 * it enters the guest.  Without, the first question makes it do so soon, at the
 * cost of one exit (others cost nothing); on that thread itself the answer is
 * there at once.  Any thread may ask, from vm_create on.
 */
const struct kvm_stats *vm_cpu_stats(struct vm *, unsigned int cpu);
/* As configured; false from vm_cpu_exists: not yet made (lazy_cpus). */
unsigned int vm_cpu_count(const struct vm *);
bool vm_cpu_exists(struct vm *, unsigned int cpu);

const char *vm_end_name(enum vm_end_reason);
/* "KVM_EXIT_SHUTDOWN"; "unknown" when there is no such exit. */
const char *vm_exit_name(uint32_t kvm_exit);

#endif
