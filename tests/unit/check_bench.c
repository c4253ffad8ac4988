/* SPDX-License-Identifier: BSD-2-Clause */
/* check_bench.c: bench reports: JSON there and back, table, page, compare. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure/bench.h"
#include "unit.h"

static char dir[] = "/tmp/check_bench.XXXXXX";

static const char *
path_in_dir(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return (path);
}

/* Two classes; rounds at "scale" of a base. */
static struct bench_report *
sample_report(double scale)
{
	struct bench_report *r = bench_report_new();
	struct bench_class *c;

	strcpy(r->env.accelerator, "KVM (kvm_amd, NPT)");
	strcpy(r->env.cpu, "A <CPU> & more");
	r->env.tsc_hz = 2000000000;
	r->env.cpus = 2;
	r->env.memory_bytes = 64 << 20;
	r->env.recorder_ticks = 33;
	c = bench_class_get(r, "anon_write_first_touch");
	for (unsigned i = 0; i < 1000; i++) {
		hf_hist_add(&c->total, (uint64_t)(2000 * scale) + i);
		hf_hist_add(&c->layer[HF_LAYER_TRAP], 500);
		hf_hist_add(
		    &c->layer[HF_LAYER_VM], (uint64_t)(1500 * scale) + i);
	}
	for (unsigned i = 0; i < 10; i++)
		c->round[c->rounds++] = 2500 * scale + i;
	strcpy(c->kvm[0].name, "exits");
	c->kvm[0].delta = 77;
	c->kvm_stats = 1;
	hf_hist_add(&c->exits, 3);
	for (unsigned n = 1; n <= 2; n++) {
		c = bench_class_get(r, n == 1 ? "fault_cpus1" : "fault_cpus2");
		c->ops = 16;
		hf_hist_add(&c->total, 16000 * n);
	}
	return (r);
}

START_TEST(json_reads_back_what_it_wrote)
{
	struct bench_report *r = sample_report(1), *back;
	const struct bench_class *a, *b;
	struct hf_err err = { 0 };

	ck_assert_int_eq(bench_json_write(r, path_in_dir("a.json"), &err), 0);
	back = bench_json_read(path_in_dir("a.json"), &err);
	ck_assert_msg(back != NULL, "%s", err.text);
	ck_assert_uint_eq(back->classes, r->classes);
	ck_assert_str_eq(back->env.cpu, r->env.cpu);
	ck_assert_uint_eq(back->env.tsc_hz, r->env.tsc_hz);
	a = bench_class_find(r, "anon_write_first_touch");
	b = bench_class_find(back, "anon_write_first_touch");
	ck_assert(memcmp(&a->total, &b->total, sizeof(a->total)) == 0);
	ck_assert(memcmp(&a->apart, &b->apart, sizeof(a->apart)) == 0);
	ck_assert(memcmp(a->layer, b->layer, sizeof(a->layer)) == 0);
	ck_assert(memcmp(&a->exits, &b->exits, sizeof(a->exits)) == 0);
	ck_assert_uint_eq(b->rounds, 10);
	ck_assert_double_eq(b->round[9], a->round[9]);
	ck_assert_uint_eq(b->kvm[0].delta, 77);
	bench_report_free(r);
	bench_report_free(back);
}
END_TEST

START_TEST(a_file_that_is_no_report_is_named)
{
	static const char *const bad[] = { "", "[]", "{\"x\":1}",
		"{\"holdfast_bench\":99,\"environment\":{},\"classes\":[]}",
		"{\"holdfast_bench\":1,\"environment\":{},\"classes\":[]}",
		"{\"holdfast_bench\":1,", "\177ELF" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		FILE *f = fopen(path_in_dir("bad.json"), "w");
		struct hf_err err = { 0 };

		fputs(bad[i], f);
		fclose(f);
		ck_assert_ptr_null(
		    bench_json_read(path_in_dir("bad.json"), &err));
		ck_assert_int_eq(err.status, EXITCODE_USAGE);
		ck_assert_ptr_nonnull(strstr(err.text, "bad.json"));
	}
}
END_TEST

START_TEST(compare_counts_the_classes_that_got_worse)
{
	struct bench_report *a = sample_report(1), *b = sample_report(1.1);
	struct stats_options opt = { 0.01, 0.05 };
	FILE *out = fopen(path_in_dir("cmp"), "w+");

	ck_assert_uint_eq(bench_compare_print(a, b, &opt, out), 1);
	ck_assert_uint_eq(bench_compare_print(b, a, &opt, out), 0);
	ck_assert_uint_eq(bench_compare_print(a, a, &opt, out), 0);
	fclose(out);
	bench_report_free(a);
	bench_report_free(b);
}
END_TEST

static char *
slurp(const char *path)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return (text);
}

/* What compare prints about two reports; *worse as it returns. */
static char *
compared(
    const struct bench_report *a, const struct bench_report *b, size_t *worse)
{
	struct stats_options opt = { 0.01, 0.05 };
	FILE *out = fopen(path_in_dir("cmp"), "w");

	*worse = bench_compare_print(a, b, &opt, out);
	fclose(out);
	return (slurp(path_in_dir("cmp")));
}

START_TEST(machines_are_compared_by_time_and_told_apart)
{
	struct bench_report *a = sample_report(1), *b = sample_report(2);
	size_t worse;
	char *text;

	/* twice the ticks at twice the rate */
	b->env.tsc_hz = 2 * a->env.tsc_hz;
	strcpy(b->env.backing, "huge pages thp");
	b->env.memory_bytes *= 2;
	text = compared(a, b, &worse);
	ck_assert_uint_eq(worse, 0);
	ck_assert_ptr_nonnull(strstr(text, "  same\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "note: guest RAM: A \"\", B \"huge pages thp\""));
	ck_assert_ptr_nonnull(strstr(text, "note: MiB of RAM: A 64, B 128"));
	ck_assert_ptr_null(strstr(text, "note: CPU"));
	bench_report_free(b);
	b = bench_report_new();
	bench_class_get(b, "another");
	text = compared(a, b, &worse);
	ck_assert_ptr_nonnull(strstr(text, "\n0 classes compared"));
	ck_assert_ptr_nonnull(strstr(text, "only in B"));
	bench_report_free(a);
	bench_report_free(b);
}
END_TEST

START_TEST(rounds_far_apart_are_never_the_same)
{
	struct bench_report *a = sample_report(1);
	struct bench_class *c = bench_class_get(a, "anon_write_first_touch");
	size_t worse;
	char *text;

	ck_assert(!bench_is_noisy(c));
	/* the middle of the rounds is as quiet as before */
	c->round[9] = 60 * c->round[0];
	ck_assert(bench_is_noisy(c));
	text = compared(a, a, &worse);
	ck_assert_ptr_nonnull(strstr(
	    text, "too noisy to say: rounds span x60.00 in A, x60.00 in B"));
	c->rounds = 4;
	text = compared(a, a, &worse);
	ck_assert_ptr_nonnull(
	    strstr(text, "too noisy to say: rounds A 4, B 4; it takes 5"));
	bench_report_free(a);
}
END_TEST

START_TEST(page_is_self_contained_and_escapes)
{
	struct bench_report *r = sample_report(1);
	struct hf_err err = { 0 };
	char *text;

	ck_assert_int_eq(bench_html_write(r, path_in_dir("a.html"), &err), 0);
	text = slurp(path_in_dir("a.html"));
	ck_assert_ptr_nonnull(strstr(text, "A &lt;CPU&gt; &amp; more"));
	ck_assert_ptr_nonnull(strstr(text, "Where the time goes"));
	ck_assert_ptr_nonnull(strstr(text, "<h2>Scaling</h2>"));
	ck_assert_ptr_nonnull(strstr(text, "polyline"));
	ck_assert_ptr_null(strstr(text, "http"));
	ck_assert_ptr_null(strstr(text, "=nan"));
	ck_assert_ptr_null(strstr(text, ">nan"));
	bench_report_free(r);
}
END_TEST

START_TEST(a_full_disk_is_the_users_error)
{
	struct bench_report *r = sample_report(1);
	struct hf_err err = { 0 };

	ck_assert_int_eq(bench_html_write(r, "/dev/full", &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "/dev/full"));
	ck_assert_int_eq(bench_json_write(r, "/nonexistent/x", &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/x"));
	bench_report_free(r);
}
END_TEST

START_TEST(table_gives_time_per_operation)
{
	struct bench_report *r = sample_report(1);
	FILE *out = fopen(path_in_dir("table"), "w");
	char *text;

	bench_table_print(r, out);
	fclose(out);
	text = slurp(path_in_dir("table"));
	/* 2000 ticks at 2 GHz; 16000 ticks of 16 operations */
	ck_assert_ptr_nonnull(strstr(text, "1.00 us"));
	ck_assert_ptr_nonnull(strstr(text, "500 ns"));
	ck_assert_ptr_nonnull(strstr(text, "trap 20 vm 80"));
	bench_report_free(r);
}
END_TEST

START_TEST(what_is_too_noisy_is_marked)
{
	struct bench_report *r = sample_report(1);
	struct bench_class *c = bench_class_get(r, "anon_write_first_touch");
	FILE *out = fopen(path_in_dir("table"), "w");
	struct hf_err err = { 0 };
	char *text;

	c->round[3] *= 56;
	hf_hist_reset(&bench_class_get(r, "fault_cpus2")->total);
	hf_hist_add(&bench_class_get(r, "fault_cpus2")->apart, 32000);
	bench_table_print(r, out);
	fclose(out);
	text = slurp(path_in_dir("table"));
	ck_assert_ptr_nonnull(strstr(text, " x56 !  trap"));
	ck_assert_ptr_nonnull(
	    strstr(text, "too noisy to say; of those apart: median 1.00 us"));
	ck_assert_int_eq(bench_html_write(r, path_in_dir("a.html"), &err), 0);
	text = slurp(path_in_dir("a.html"));
	ck_assert_ptr_nonnull(strstr(text, "class=bad>&times;56"));
	ck_assert_ptr_nonnull(strstr(text, "class=bad>too noisy to say<td>0"));
	/* no curve through a class without samples */
	ck_assert_ptr_null(strstr(text, "polyline"));
	ck_assert_ptr_null(strstr(text, ">0 ns"));
	bench_report_free(r);
}
END_TEST

START_TEST(a_quantile_beyond_the_samples_is_a_dash)
{
	struct bench_class c = { .ops = 1, .total.count = 99 };

	ck_assert(bench_has_quantile(&c, 90000));
	ck_assert(!bench_has_quantile(&c, 99000));
	c.total.count = 1000;
	ck_assert(bench_has_quantile(&c, 99900));
}
END_TEST

/* A good file with one thing replaced. */
START_TEST(a_damaged_report_is_refused)
{
	static const char *const damage[][2] = {
		{ "\"fault_cpus2\"", "\"fault_cpus1\"" }, /* twice */
		{ "\"ops_per_sample\":16", "\"ops_per_sample\":0" },
		{ "\"tsc_hz\":2000000000", "\"tsc_hz\":0" },
		{ "\"count\":1000,", "\"count\":999," }, /* not the buckets' */
		{ "2500.0", "-1.0" },
		{ "\"classes\":[", "\"classes\":1,\"x\":[" }
	};
	struct bench_report *r = sample_report(1);
	struct hf_err err = { 0 };
	static char good[1 << 20];

	ck_assert_int_eq(bench_json_write(r, path_in_dir("a.json"), &err), 0);
	bench_report_free(r);
	strcpy(good, slurp(path_in_dir("a.json")));
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		char *at = strstr(good, damage[i][0]);
		FILE *f = fopen(path_in_dir("bad.json"), "w");

		ck_assert_msg(at != NULL, "%s", damage[i][0]);
		fprintf(f, "%.*s%s%s", (int)(at - good), good, damage[i][1],
		    at + strlen(damage[i][0]));
		fclose(f);
		err = (struct hf_err){ 0 };
		ck_assert_msg(
		    bench_json_read(path_in_dir("bad.json"), &err) == NULL,
		    "%s", damage[i][1]);
		ck_assert_ptr_nonnull(strstr(err.text, "bad.json"));
	}
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("bench");

	if (mkdtemp(dir) == NULL)
		return (EXIT_FAILURE);
	tcase_add_test(t, json_reads_back_what_it_wrote);
	tcase_add_test(t, a_file_that_is_no_report_is_named);
	tcase_add_test(t, compare_counts_the_classes_that_got_worse);
	tcase_add_test(t, page_is_self_contained_and_escapes);
	tcase_add_test(t, a_full_disk_is_the_users_error);
	tcase_add_test(t, table_gives_time_per_operation);
	tcase_add_test(t, machines_are_compared_by_time_and_told_apart);
	tcase_add_test(t, rounds_far_apart_are_never_the_same);
	tcase_add_test(t, what_is_too_noisy_is_marked);
	tcase_add_test(t, a_quantile_beyond_the_samples_is_a_dash);
	tcase_add_test(t, a_damaged_report_is_refused);
	return (unit_run("bench", t));
}
