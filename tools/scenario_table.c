/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario_table.c: the scenarios of a guest image as a table in C. */

/*
 * usage: scenario-table GUEST.elf RELEASE.elf TABLE.c
 * The program carries this table beside its built-in image, so that a run
 * reads neither sections nor strings of the image: reading 240 scenarios took
 * 250,000 instructions.  All checks of scenario_list_read are done here: a bad
 * entry fails the build.
 */
#include <stdio.h>
#include <string.h>

#include "core/io.h"
#include "core/sha256.h"
#include "run/scenario_list.h"

/* Octal escapes end after three digits, whatever follows. */
static void
put_string(FILE *f, const char *s)
{
	putc('"', f);
	for (; *s != '\0'; s++) {
		if (*s < ' ' || *s > '~' || *s == '"' || *s == '\\' ||
		    *s == '?')
			fprintf(f, "\\%03o", (unsigned char)*s);
		else
			putc(*s, f);
	}
	fputs("\", ", f);
}

/* As reports name an image: so that no run needs to reckon it. */
static void
put_hash(FILE *f, const char *name, const struct io_file *image)
{
	char sha256[SHA256_TEXT_BYTES];

	sha256_text(image->bytes, image->len_bytes, sha256);
	fprintf(f, "extern const char %s[];\nconst char %s[] = \"%s\";\n", name,
	    name, sha256);
}

static int
put_table(const struct scenario_list *l, const struct io_file *image,
    const struct io_file *release, const char *path)
{
	FILE *f = fopen(path, "w");

	if (f == NULL) {
		perror(path);
		return (1);
	}
	fprintf(f,
	    "/* Made by scenario-table. */\n"
	    "#include \"run/scenario_list.h\"\n\n"
	    "const struct scenario hf_guest_scenarios[] = {\n");
	for (size_t i = 0; i < l->nscenarios; i++) {
		const struct scenario *s = &l->scenarios[i];

		fputs("\t{ ", f);
		put_string(f, s->id);
		put_string(f, s->title);
		put_string(f, s->requirements);
		fprintf(f, "%u, %u },\n", s->flags, s->timeout_ms);
	}
	fprintf(
	    f, "};\nconst size_t hf_guest_nscenarios = %zu;\n", l->nscenarios);
	put_hash(f, "hf_guest_sha256", image);
	put_hash(f, "hf_guest_release_sha256", release);
	fprintf(f, "const char hf_guest_params[] =\n");
	for (size_t i = 0; i < l->params_bytes; i += strlen(l->params + i) + 1)
		fprintf(f, "    \"%s\\0\"\n", l->params + i);
	fprintf(f,
	    "    \"\";\nconst size_t hf_guest_params_bytes = "
	    "sizeof(hf_guest_params);\n");
	if (ferror(f) != 0 || fclose(f) != 0) {
		perror(path);
		return (1);
	}
	return (0);
}

int
main(int argc, char **argv)
{
	struct scenario_list list;
	struct io_file image, release;
	struct hf_err err;
	int status;

	if (argc != 4) {
		fprintf(stderr,
		    "usage: scenario-table GUEST.elf RELEASE.elf TABLE.c\n");
		return (2);
	}
	if (io_file_read("image", argv[1], &image, &err) != 0 ||
	    io_file_read("image", argv[2], &release, &err) != 0 ||
	    scenario_list_read(
		&list, image.bytes, image.len_bytes, argv[1], &err) != 0) {
		fprintf(stderr, "scenario-table: %s\n", err.text);
		return (1);
	}
	status = put_table(&list, &image, &release, argv[3]);
	scenario_list_free(&list);
	io_file_free(&release);
	io_file_free(&image);
	return (status);
}
