/* SPDX-License-Identifier: BSD-2-Clause */
/* explore.h: one schedule of the model's threads, decided from outside. */

/*
 * While a schedule is explored one thread of the model runs at a time.  At each
 * point (kern/explore.h) and whenever it sleeps, yields or ends, the explorer
 * says who goes on.  Left alone it lets the thread run until it sleeps or
 * yields, and then the one that has waited longest: every run is the same.  A
 * choice that differs is a switch: "at the n-th choice slot t runs".  Choices
 * are counted where there is one, from hf_explore_begin_choices() on.
 *
 * Time is a count of points, and jumps to the next timeout when all threads
 * sleep; completions of the model's disk are made by a thread of their own.  So
 * a list of switches is all that it takes to have a run again.  A state in
 * which nobody will ever run is reported with who waits for what, and ends the
 * process.
 *
 * Included by the kernel's sources and by host programs.
 */
#ifndef HF_MODEL_EXPLORE_H
#define HF_MODEL_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

#define HF_EXPLORE_SLOTS    16 /* threads at a time */
#define HF_EXPLORE_SWITCHES 64
#define HF_EXPLORE_RECORDED 32768 /* choices whose alternatives are kept */

/* At this choice the thread of this slot goes on. */
struct hf_switch {
	uint32_t choice;
	uint32_t slot;
};

struct hf_explore {
	/* What to do: the switches given, and so many more by chance. */
	struct hf_switch wanted[HF_EXPLORE_SWITCHES]; /* in order */
	uint32_t nwanted;
	uint32_t preemptions; /* somewhere below span */
	uint32_t span;
	uint64_t seed;

	/* What was done. */
	uint32_t choices;
	uint32_t ndone;
	struct hf_switch done[HF_EXPLORE_SWITCHES];
	uint64_t hash; /* of who ran when */
	bool stuck;    /* nobody could go on: the process ended */
	uint16_t others[HF_EXPLORE_RECORDED]; /* bit: slot that could run */
};

/* Before hf_model_boot(); x stays in use and may be shared with a parent. */
void hf_explore_start(struct hf_explore *x);

/* Lets all threads come to rest; choices are counted and made from here on. */
void hf_explore_begin_choices(void);

#endif
