/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_json.c: a bench report as JSON, there and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/replace.h"
#include "measure/bench.h"
#include "measure/clock.h"

#define FORMAT_VERSION 2
#define FORMAT_OLDEST  1 /* that can be read */

static json_t *
hist_to_json(const struct hf_hist *h)
{
	json_t *buckets = json_array();

	for (unsigned i = 0; i < HF_HIST_BUCKETS; i++)
		if (h->bucket[i] != 0)
			json_array_append_new(buckets,
			    json_pack("[i, i]", (int)i, (int)h->bucket[i]));
	return (json_pack("{s:o, s:o, s:o, s:o, s:o}", "count",
	    json_count(h->count), "sum", json_count(h->sum), "min",
	    json_count(h->count ? h->min : 0), "max", json_count(h->max),
	    "buckets", buckets));
}

static int
hist_from_json(json_t *j, struct hf_hist *h)
{
	json_int_t count, sum, min, max;
	json_t *buckets, *pair;
	size_t i;

	if (json_unpack(j, "{s:I, s:I, s:I, s:I, s:o}", "count", &count, "sum",
		&sum, "min", &min, "max", &max, "buckets", &buckets) != 0 ||
	    count < 0 || !json_is_array(buckets))
		return (-1);
	h->count = 0;
	h->sum = (uint64_t)sum;
	h->min = count ? (uint64_t)min : UINT64_MAX;
	h->max = (uint64_t)max;
	json_array_foreach(buckets, i, pair)
	{
		int index, n;

		if (json_unpack(pair, "[i, i]", &index, &n) != 0 || index < 0 ||
		    index >= (int)HF_HIST_BUCKETS || n < 1 ||
		    h->bucket[index] != 0)
			return (-1);
		h->bucket[index] = (uint32_t)n;
		h->count += (uint64_t)n;
	}
	return (h->count == (uint64_t)count ? 0 : -1);
}

static json_t *
class_to_json(const struct bench_class *c, uint64_t hz)
{
	json_t *layers = json_object(), *rounds = json_array(),
	       *kvm = json_object(), *ns = json_object();
	static const struct {
		const char *name;
		uint32_t per_100k;
	} quantiles[] = { { "median", 50000 }, { "p90", 90000 },
		{ "p99", 99000 }, { "p99_9", 99900 } };

	for (int i = 0; i < HF_LAYERS; i++)
		if (c->layer[i].count != 0)
			json_object_set_new(layers, bench_layer_name(i),
			    hist_to_json(&c->layer[i]));
	for (size_t i = 0; i < c->rounds; i++)
		json_array_append_new(rounds, json_real(c->round[i]));
	for (size_t i = 0; i < c->kvm_stats; i++)
		json_object_set_new(
		    kvm, c->kvm[i].name, json_count(c->kvm[i].delta));
	/* For readers of the file; the histogram is what is read back. */
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		json_object_set_new(ns, quantiles[i].name,
		    json_real(ns_from_tsc_f((double)hf_hist_quantile(&c->total,
						quantiles[i].per_100k) /
			    c->ops,
			hz)));
	return (json_pack("{s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "name", c->name, "requirements",
	    json_words(c->requirements != NULL ? c->requirements : ""),
	    "ops_per_sample", (int)c->ops, "ns_per_op", ns,
	    "round_median_ticks_per_op", rounds, "ticks_per_sample",
	    hist_to_json(&c->total), "apart", hist_to_json(&c->apart),
	    "exits_per_sample", hist_to_json(&c->exits), "layers", layers,
	    "kvm", kvm));
}

struct text_field {
	const char *key;
	size_t offset;
};

#define TEXT(f)                                           \
	{                                                 \
#f, offsetof(struct bench_environment, f) \
	}
static const struct text_field text_fields[] = { TEXT(version),
	TEXT(accelerator), TEXT(cpu), TEXT(host_kernel), TEXT(backing),
	TEXT(disk), TEXT(options), TEXT(build) };
#define TEXT_FIELDS (sizeof(text_fields) / sizeof(text_fields[0]))

static json_t *
environment_to_json(const struct bench_report *r)
{
	const struct bench_environment *e = &r->env;
	json_t *options = json_object();
	json_t *j = json_pack("{s:o, s:f, s:o, s:i, s:o, s:o}", "tsc_hz",
	    json_count(e->tsc_hz), "tsc_error_ppm", e->tsc_error_ppm,
	    "memory_bytes", json_count(e->memory_bytes), "cpus", (int)e->cpus,
	    "seed", json_digits(e->seed), "recorder_ticks",
	    json_count(e->recorder_ticks));

	for (size_t i = 0; i < r->noptions; i++)
		json_put(options, r->options[i].name,
		    json_text(r->options[i].value));
	json_put(j, "every_option", options);
	json_put(j, "command", json_text(r->command));
	json_put(j, "build_id", json_text(r->build_id));
	json_put(j, "guest_sha256", json_text(r->guest_sha256));
	json_object_set_new(j, "tsc_varies", json_boolean(e->tsc_varies));
	for (size_t i = 0; i < TEXT_FIELDS; i++)
		json_object_set_new(j, text_fields[i].key,
		    json_text((const char *)e + text_fields[i].offset));
	return (j);
}

static int
environment_from_json(json_t *j, struct bench_environment *e)
{
	json_int_t hz, memory, recorder;
	int cpus;

	if (json_unpack(j, "{s:I, s:F, s:I, s:i, s:I}", "tsc_hz", &hz,
		"tsc_error_ppm", &e->tsc_error_ppm, "memory_bytes", &memory,
		"cpus", &cpus, "recorder_ticks", &recorder) != 0 ||
	    json_digits_read(json_object_get(j, "seed"), &e->seed) != 0)
		return (-1);
	if (hz <= 0)
		return (-1);
	e->tsc_varies = json_is_true(json_object_get(j, "tsc_varies"));
	e->tsc_hz = (uint64_t)hz;
	e->memory_bytes = (uint64_t)memory;
	e->cpus = (uint32_t)cpus;
	e->recorder_ticks = (uint64_t)recorder;
	for (size_t i = 0; i < TEXT_FIELDS; i++) {
		const char *s =
		    json_string_value(json_object_get(j, text_fields[i].key));

		if (s == NULL)
			return (-1);
		strncpy(
		    (char *)e + text_fields[i].offset, s, BENCH_TEXT_MAX - 1);
	}
	return (0);
}

int
bench_json_write(
    const struct bench_report *r, const char *path, struct hf_err *err)
{
	json_t *classes = json_array(), *root;
	char *text;
	int rc;

	for (const struct bench_class *c = r->first; c != NULL; c = c->next)
		json_array_append_new(classes, class_to_json(c, r->env.tsc_hz));
	root = json_pack("{s:i, s:o, s:o, s:i, s:o}", "holdfast_bench",
	    FORMAT_VERSION, "environment", environment_to_json(r), "stopped",
	    json_text(r->stopped[0] != '\0' ? r->stopped : NULL), "status",
	    (int)r->status, "classes", classes);
	hf_check_memory(root != NULL);
	text = json_document(root, JSON_INDENT(1) | JSON_COMPACT);
	json_decref(root);
	rc = replace_file(path, text, strlen(text), err);
	free(text);
	if (rc != 0)
		err_prefix(err, "--json");
	return (rc);
}

/* It goes to terminals. */
static bool
is_name(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return (false);
	return (true);
}

static int
class_from_json(json_t *j, struct bench_report *r)
{
	const char *name, *key;
	json_t *total, *apart, *exits = NULL, *layers, *rounds, *kvm, *value;
	struct bench_class *c;
	size_t i;
	int ops;

	/* older files have no exits */
	if (json_unpack(j, "{s:s, s:i, s:o, s:o, s:o, s:o, s:o, s?o}", "name",
		&name, "ops_per_sample", &ops, "round_median_ticks_per_op",
		&rounds, "ticks_per_sample", &total, "apart", &apart, "layers",
		&layers, "kvm", &kvm, "exits_per_sample", &exits) != 0 ||
	    ops < 1 || strlen(name) >= BENCH_NAME_MAX || !is_name(name) ||
	    bench_class_find(r, name) != NULL)
		return (-1);
	c = bench_class_get(r, name);
	c->ops = (uint32_t)ops;
	if (hist_from_json(total, &c->total) != 0 ||
	    hist_from_json(apart, &c->apart) != 0 ||
	    (exits != NULL && hist_from_json(exits, &c->exits) != 0))
		return (-1);
	json_array_foreach(rounds, i, value)
	{
		if (!json_is_number(value) || i >= BENCH_ROUNDS_MAX ||
		    json_number_value(value) < 0)
			return (-1);
		c->round[c->rounds++] = json_number_value(value);
	}
	json_object_foreach(layers, key, value)
	{
		enum hf_layer layer = bench_layer_by_name(key);

		if (layer == HF_LAYERS ||
		    hist_from_json(value, &c->layer[layer]) != 0)
			return (-1);
	}
	json_object_foreach(kvm, key, value)
	{
		if (c->kvm_stats == BENCH_KVM_STATS)
			break;
		strncpy(
		    c->kvm[c->kvm_stats].name, key, sizeof(c->kvm[0].name) - 1);
		c->kvm[c->kvm_stats++].delta =
		    (uint64_t)json_integer_value(value);
	}
	return (0);
}

struct bench_report *
bench_json_read(const char *path, struct hf_err *err)
{
	json_error_t why;
	FILE *in = fopen(path, "r");
	json_t *root, *env, *classes, *one;
	struct bench_report *r = NULL;
	const char *stopped;
	int version;
	size_t i;

	if (in == NULL) {
		err_user_errno(err, errno, "cannot read %s", path);
		return (NULL);
	}
	root = json_loadf(in, 0, &why);
	fclose(in);
	if (root == NULL) {
		err_user(err, "%s is no JSON, or damaged: %s (line %d)", path,
		    why.text, why.line);
		return (NULL);
	}
	if (json_unpack(root, "{s:i, s:o, s:o}", "holdfast_bench", &version,
		"environment", &env, "classes", &classes) != 0) {
		err_user(err, "%s is not a file that bench --json wrote", path);
		goto out;
	}
	if (version < FORMAT_OLDEST || version > FORMAT_VERSION) {
		err_user(err, "%s has format %d; this program reads %d to %d",
		    path, version, FORMAT_OLDEST, FORMAT_VERSION);
		goto out;
	}
	r = bench_report_new();
	if (environment_from_json(env, &r->env) != 0)
		goto damaged;
	stopped = json_string_value(json_object_get(root, "stopped"));
	if (stopped != NULL)
		snprintf(r->stopped, sizeof(r->stopped), "%s", stopped);
	if (!json_is_array(classes))
		goto damaged;
	json_array_foreach(classes, i, one)
	{
		if (class_from_json(one, r) != 0)
			goto damaged;
	}
out:
	json_decref(root);
	return (r);
damaged:
	err_user(err, "%s: a value is missing or out of range", path);
	bench_report_free(r);
	r = NULL;
	goto out;
}
