/* SPDX-License-Identifier: BSD-2-Clause */
/* checkers.h: everything that is compared and checked around scenarios. */

#ifndef HF_TEST_CHECKERS_H
#define HF_TEST_CHECKERS_H

/* Registers all of it; called once, before the first scenario. */
void hf_checkers_init(void);
/* leaks.c: names the owners of what a scenario left behind. */
void hf_leaks_init(void);

#endif
