/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_checker.c: hands the pmap's invariants to the scenario runner. */

#include <vm/pmap.h>
#include <test/baseline.h>

void
hf_pmap_init_checker(void)
{
	hf_invariant_register("pmap", hf_pmap_check);
}
