/* SPDX-License-Identifier: BSD-2-Clause */
/* plot.h: the drawings of the HTML report, as inline SVG. */
#ifndef HF_MEASURE_PLOT_H
#define HF_MEASURE_PLOT_H

#include <stdio.h>

#include "measure/bench.h"

const char *plot_colour(int series);
#define PLOT_NOISY "#b3261e" /* what is too noisy to say */

/* "840 ns", "1.2 us" as SVG text at a place; anchor: start, middle or end. */
void plot_time(FILE *, double x, double y, const char *anchor, double ns);

/* Mean ticks of a sample over all layers; 0 if none was recorded. */
double plot_layers_mean(const struct bench_class *);

void plot_layer_bars(const struct bench_report *, FILE *);
void plot_distribution(const struct bench_class *, uint64_t tsc_hz, FILE *);

/*
 * A section with a curve for each family of classes named FAMILY_cpusN with
 * two or more N; nothing when there is none.
 */
void plot_scaling(const struct bench_report *, FILE *);

#endif
