/* SPDX-License-Identifier: BSD-2-Clause */
/* new_folder.h: a folder with code that is to run in a guest, to begin with. */
#ifndef HF_CLI_NEW_FOLDER_H
#define HF_CLI_NEW_FOLDER_H

#include <stddef.h>

#include "core/err.h"

/* What the files of a folder are made from (guest/outside); the last is { 0 }. */
struct new_file {
	const char *kind; /* "scenario" ..., or "both" */
	const char *name;
	const char *text;
};
extern const struct new_file new_files[];

/* The word in names and texts of files that stands for the folder's name. */
#define NEW_WORD "template"

/* It is a part of ids and of names in C. */
#define NEW_NAME_MAX 32

/* 0, or -1: *err says what a name is. */
int new_name_check(const char *name, struct hf_err *err);

/*
 * Makes the folder of that name, in the current one, with the files of a kind
 * and those of both.  0, or -1: *err; then nothing is there that was not
 * before.  What is there is never changed: not a folder of that name either.
 */
int new_folder_make(const struct new_file *files, const char *kind,
    const char *name, struct hf_err *err);

#endif
