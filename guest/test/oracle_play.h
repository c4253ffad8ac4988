/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle_play.h: random games of the VM against the oracle. */
#ifndef HF_TEST_ORACLE_PLAY_H
#define HF_TEST_ORACLE_PLAY_H

#include <sys/types.h>

/*
 * Several processes with the same range of memory, anonymous, private of a
 * file and shared with a file: forks, ends, inheritance, rights, wirings by user
 * and system, mappings, advice, holds, a debugger and stores at random, all
 * by one thread.  Each load must give what the oracle allows; the maps'
 * invariants and the wirings of every page are looked at in between.
 *
 * effort=N plays N games; trace=1 prints every move.  With starved,
 * allocations of pages and tables fail now and then.
 */
void hf_oracle_play(bool starved);

#endif
