/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols.h: from a guest address to functions, files and lines. */
#ifndef HF_DEBUG_SYMBOLS_H
#define HF_DEBUG_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Inlined calls at one address that are told apart. */
#define SYMBOL_FRAMES_MAX 8

struct symbol_frame {
	char function[96]; /* "" when unknown */
	char file[160];	   /* relative to the source tree; "" when unknown */
	unsigned int line; /* 0 when unknown */
	uint64_t offset;   /* from the function's start, if no line is known */
};

struct symbols;

/*
 * The names in an ELF file, which must outlive them.  NULL when it is none; a
 * file without debug information gives names of its symbol table only.  Costs
 * nothing before the first lookup.
 */
struct symbols *symbols_open(const void *elf, size_t elf_bytes);
void symbols_close(struct symbols *s);

/*
 * What is at addr, innermost first: frames[i] was inlined into frames[i + 1].
 * Returns how many, 0 when nothing is known.  s may be NULL.
 */
size_t symbols_lookup(struct symbols *s, uint64_t addr,
    struct symbol_frame frames[SYMBOL_FRAMES_MAX]);

/*
 * A variable's or function's place and size (0: not said); "file.c:name" is the
 * static one of that file.  s may be NULL.
 */
bool symbols_object(
    struct symbols *s, const char *name, uint64_t *addr, uint64_t *bytes);

/*
 * The function that holds addr, by the symbol table.  name may be NULL.  A
 * symbol without a size reaches to the next one, as far as functions go.
 */
bool symbols_function_at(
    struct symbols *s, uint64_t addr, char *name, size_t room, uint64_t *start);

/* The variable that holds addr, and how far into it. */
bool symbols_object_at(struct symbols *s, uint64_t addr, char *name,
    size_t room, uint64_t *offset);

/* What the image has at a virtual address before it runs. */
bool symbols_image_read(
    struct symbols *s, uint64_t addr, void *buf, size_t len_bytes);

#endif
