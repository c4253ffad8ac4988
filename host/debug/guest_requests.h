/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_requests.h: requests that the guest's disk driver has not seen end. */
#ifndef HF_DEBUG_GUEST_REQUESTS_H
#define HF_DEBUG_GUEST_REQUESTS_H

#include <stdio.h>

#include "debug/guest_threads.h"

/* One line a request, with the threads that wait for it. */
void requests_print(
    FILE *f, const struct guest_view *v, const struct guest_threads *t);

/* Whether a thread that sleeps on this address waits for a request; prints it. */
bool requests_print_awaited(
    FILE *f, const struct guest_view *v, uint64_t channel);

#endif
