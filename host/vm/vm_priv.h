/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_priv.h: the machine as the files of host/vm see it. */

/*
 * Locks, one letter a field:
 *	c  constant after vm_create
 *	s  constant after vm_start
 *	o  the owner thread only (vm.h)
 *	l  vm.lock
 *	a  atomic
 */
#ifndef HF_VM_VM_PRIV_H
#define HF_VM_VM_PRIV_H

#include <linux/kvm.h>
#include <pthread.h>

#include "vm/control.h"
#include "vm/memory.h"
#include "vm/vm.h"

#define VM_IRQS_MAX 24 /* pins of KVM's IOAPIC */

/* How a vCPU's thread enters the guest (vcpu_debug.c). */
enum vcpu_step {
	STEP_NONE, /* it runs */
	STEP_OFF,  /* one instruction, as it rested at a breakpoint */
	STEP_ASKED /* one instruction, for control_step */
};

struct vcpu {
	struct vm *vm;	     /* (c) */
	unsigned int index;  /* (c) its APIC id */
	int fd;		     /* (c) */
	struct kvm_run *run; /* (c) the vCPU's thread; immediate_exit: (a) */
	pthread_t thread;    /* (l) */
	bool running; /* (l) thread may be signalled and must be joined */
	bool resting; /* (l) thread is out of the guest until vm_resume */

	/* vcpu_debug.c; t: the vCPU's own thread only */
	bool stopped;	     /* (l) at a breakpoint, which nobody took yet */
	bool step_asked;     /* (l) control_step waits */
	unsigned int nsteps; /* (l) done for it */
	bool debug_stale;    /* (l) KVM has not got vm.breaks as they are */
	bool at_break;	     /* (t) and no instruction done since; break_rip */
	bool step_by_device; /* (t) a device has done the step's work */
	enum vcpu_step step; /* (t) as KVM has it */
	uint64_t break_rip;  /* (l) */

	/* vcpu_counts.c */
	struct kvm_stats *stats; /* (a) NULL until open */
	bool stats_wanted;	 /* (l) somebody else asked for them */
	bool stats_asked;	 /* (t) stats is what it will stay */
	bool counted;		 /* (a) what follows is set */
	int stats_exits;	 /* index of "exits", -1: none */
	int stats_irqs;		 /* index of "irq_exits", -1: none */
	int schedstat_fd;	 /* -1: none */
};

struct vm {
	int kvm_fd;		 /* (c) */
	int fd;			 /* (c) */
	int end_fd;		 /* (c) eventfd, counts once at the end */
	size_t run_bytes;	 /* (c) size of each vCPU's kvm_run mapping */
	struct memory memory;	 /* (c) */
	bool maps_image;	 /* (c) a kernel may be mapped from its file */
	struct vm_io_ops io;	 /* (c) */
	uint32_t entry;		 /* (o) */
	gpa_t start_info;	 /* (o) */
	bool loaded;		 /* (o) */
	int irq_fd[VM_IRQS_MAX]; /* (s) eventfd of a pin, -1: none */

	pthread_mutex_t lock;
	struct vm_end end; /* (l) until reason is set, then (o) */
	bool stopping;	   /* (a) vCPU threads leave when they see it */
	bool pausing;	   /* (l) they rest */
	pthread_cond_t rested, resumed;
	struct vm_end paused;  /* (o) what vm_pause saw */
	unsigned int nstopped; /* (l) vCPUs with .stopped: all rest */
	uint64_t breaks[CONTROL_BREAKS_MAX];		   /* (l) */
	unsigned int nbreaks;				   /* (l) */
	void (*observer)(void *arg, struct control_event); /* (s) or NULL */
	void *observer_arg;				   /* (s) */

	struct kvm_cpuid2 *cpuid; /* (l) template, until all vCPUs are made */
	unsigned int ncpus;	  /* (c) */
	unsigned int nmade;	  /* (l) the first ones of cpus are made */
	bool started;		  /* (l) a vCPU may have run */
	bool ioapic;		  /* (c) */
	bool counts;		  /* (c) */
	bool prefault;		  /* (c) */
	struct vcpu *cpus;	  /* (c) */
};

/* cpuid.c: what the host supports, for all vCPUs, then for one of them. */
struct kvm_cpuid2 *cpuid_template(
    int kvm_fd, unsigned int ncpus, struct hf_err *err);
void cpuid_add_timing(struct kvm_cpuid2 *, int cpu_fd);
void cpuid_for_cpu(struct kvm_cpuid2 *, unsigned int apic_id);

/* vcpu.c */
int vcpu_create(struct vm *, unsigned int index, struct hf_err *err);
void vcpu_destroy(struct vcpu *);
/* Lets a vCPU made after others have run get interrupts.  0, or -1: *err. */
int vcpu_announce(struct vcpu *, struct hf_err *err);
/* The state of virtio_blk.md section 12 in the boot CPU.  0, or -1: *err. */
int vcpu_set_entry(
    struct vcpu *, uint32_t entry, gpa_t start_info, struct hf_err *err);
/* Lock held.  0, or an errno. */
int vcpu_start(struct vcpu *);
/*
 * Lock held: makes the vCPU leave the guest, now or as soon as it enters, and
 * its thread see all that is wanted of it by then.  Once for each wish.
 */
void vcpu_kick(struct vcpu *);
void vcpu_join(struct vcpu *);
/*
 * pause.c: on the vCPU's thread, without the lock, when it begins and when it was
 * kicked: does what is wanted of it; waits for vm_resume if that is a pause.
 */
void vcpu_attend(struct vcpu *);
/* It rests for good: the thread ends. */
void vcpu_rest_for_good(struct vcpu *);
void vcpu_capture(struct vcpu *, struct vm_cpu_state *out);
/* Its thread rests.  0, or an errno and nothing changed. */
int vcpu_set_state(struct vcpu *, const struct vm_cpu_state *state);
/* pause.c: the moment in so many milliseconds, for lock_wait_until. */
struct timespec pause_patience(int ms);

/* vcpu_debug.c, all on the vCPU's thread.  KVM_EXIT_DEBUG; without the lock. */
void vcpu_debug_exit(struct vcpu *);
/* A device has performed what a step's instruction wanted. */
void vcpu_debug_device(struct vcpu *);
/* Lock held: KVM_RUN was interrupted. */
void vcpu_debug_interrupted(struct vcpu *);
/* control.c: lock held: its index in breaks; nbreaks: there is none. */
unsigned int vm_find_break(const struct vm *, uint64_t address);
/* Lock held, before the guest is entered: as breakpoints and steps want it.  0,
   or an errno. */
int vcpu_debug_apply(struct vcpu *);
/* Without the lock: that errno ends the machine. */
void vcpu_debug_failed(struct vcpu *, int error);

/* vcpu_counts.c: around the life of the vCPU's thread. */
void vcpu_counts_enter(struct vcpu *);
void vcpu_counts_leave(struct vcpu *);
/* On that thread, lock held: opens the statistics if somebody wants them. */
void vcpu_counts_serve(struct vcpu *);
/* The thread has ended. */
void vcpu_counts_close(struct vcpu *);

/* second_stage.c: where KVM can; before the first KVM_RUN.  0, or -1: *err. */
int second_stage_fill(struct vm *, struct hf_err *err);

/* exits.c: one return of KVM_RUN with success. */
void exits_handle(struct vcpu *);

/*
 * vm.c: the machine ends for this reason, unless it already has.  Called
 * without the lock.  end->text may be empty.
 */
void vm_end_claim(struct vm *, const struct vm_end *end);

#endif
