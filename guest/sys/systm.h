/* SPDX-License-Identifier: BSD-2-Clause */
/* systm.h: assertions, printing, user memory access, sleeping. */

#ifndef HF_SYS_SYSTM_H
#define HF_SYS_SYSTM_H

#include <sys/param.h>
#include <sys/libkern.h>
#include <machine/cpufunc.h>

struct mtx;
struct lock_object;

#ifdef HF_MODEL
/* The C library has these names too. */
#define printf	  hf_printf
#define snprintf  hf_snprintf
#define vsnprintf hf_vsnprintf
#endif

/*
 * Ends the kernel with the message, or the call of hf_panics() around it.
 * Any context.
 */
void panic(const char *fmt, ...) __dead2 __printflike(1, 2);

#ifdef INVARIANTS
#define KASSERT(exp, msg)                    \
	do {                                 \
		if (__predict_false(!(exp))) \
			panic msg;           \
	} while (0)
#define MPASS(exp) \
	KASSERT(   \
	    (exp), ("assertion failed: %s, %s:%d", #exp, __FILE__, __LINE__))
#else
#define KASSERT(exp, msg)             \
	do {                          \
		(void)sizeof(!(exp)); \
	} while (0)
#define MPASS(exp) KASSERT(exp, )
#endif

/*
 * Whole lines: text is kept until its newline and written by one string
 * output, so lines of several CPUs never mix.  Any context but NMI.
 * Directives: d i u x X o p s c % with - 0 # + width precision hh h l ll z j.
 */
int printf(const char *fmt, ...) __printflike(1, 2);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printflike(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
    __printflike(3, 0);

/*
 * copyin(9), fetch(9), store(9): access to the current process's memory. EFAULT
 * (or -1) when the range is not user memory or a fault cannot be resolved; then
 * td_fault_addr, td_fault_signo and td_fault_code of curthread say why.
 */
int copyin(const void *uaddr, void *kaddr, size_t len);
int copyout(const void *kaddr, void *uaddr, size_t len);
int fubyte(volatile const void *uaddr);
int subyte(volatile void *uaddr, int byte);
int fuword64(volatile const void *uaddr, int64_t *val);
int suword64(volatile void *uaddr, int64_t val);

/*
 * sleep(9).  Sleeps on chan until wakeup(chan), or timo ticks when timo is
 * not 0 (then EWOULDBLOCK).  The lock is dropped while asleep and taken again,
 * unless pri has PDROP.
 */
int _sleep(const void *chan, struct lock_object *lock, int pri,
    const char *wmesg, int timo);
int msleep_spin(const void *chan, struct mtx *m, const char *wmesg, int timo);
void wakeup(const void *chan);
void wakeup_one(const void *chan);
#define tsleep(chan, pri, wmesg, timo) \
	_sleep((chan), NULL, (pri), (wmesg), (timo))
#define msleep(chan, m, pri, wmesg, timo) \
	_sleep((chan), &(m)->lock_object, (pri), (wmesg), (timo))
#define rw_sleep(chan, rw, pri, wmesg, timo) \
	_sleep((chan), &(rw)->lock_object, (pri), (wmesg), (timo))
#define sx_sleep(chan, sx, pri, wmesg, timo) \
	_sleep((chan), &(sx)->lock_object, (pri), (wmesg), (timo))
/* Sleeps for timo ticks at least. */
int hf_pause(const char *wmesg, int timo);

/*
 * Panic when curthread must not wait now: for a mutex or rwlock ("block"), for
 * an event or an sx ("sleep", which THREAD_NO_SLEEPING() prohibits as well).
 */
#ifdef INVARIANTS
void hf_assert_may_block(const char *who);
void hf_assert_may_sleep(const char *who);
#else
#define hf_assert_may_block(who) ((void)0)
#define hf_assert_may_sleep(who) ((void)0)
#endif

#endif
