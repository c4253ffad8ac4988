/* SPDX-License-Identifier: BSD-2-Clause */
/* list_requirements.h: holdfast list --requirements. */
#ifndef HF_CLI_LIST_REQUIREMENTS_H
#define HF_CLI_LIST_REQUIREMENTS_H

#include <stdbool.h>

#include "cli/options.h"
#include "run/scenario_list.h"

/*
 * Prints the requirements that the words mean (none: all), and the scenarios of
 * the chosen ones that name each; as text those only where words choose.  The
 * command's status.
 */
int cli_list_requirements(bool json, const struct scenario_list *l,
    const bool *chosen, const struct options_rest *rest);

#endif
