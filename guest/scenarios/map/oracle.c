/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle.c: the memory of many processes is what a model says it is. */

#include <test/oracle_play.h>
#include <test/scenario.h>

HF_SCENARIO(map_oracle, "map.oracle",
    "CW-01 CW-02 CW-03 CW-05 CW-12 CW-25 FT-80 WI-04 IW-1 IW-4",
    "random forks, inheritance, wirings, rights and stores agree with a model",
    .timeout_ms = 300000)
{
	hf_oracle_play(false);
}

HF_SCENARIO(map_oracle_starved, "map.oracle_starved", "FT-60 CW-01 CW-12 IW-1",
    "the same while single allocations of pages, tables and nodes fail",
    .timeout_ms = 300000)
{
	hf_oracle_play(true);
}
