/* SPDX-License-Identifier: BSD-2-Clause */
/* types.h: how the guest lays its structures out, by its debug information. */

/*
 * Nothing here reads guest memory, and no offset is written down in the host:
 * what the image does not say is not known.  s may be NULL.
 */
#ifndef HF_DEBUG_TYPES_H
#define HF_DEBUG_TYPES_H

#include "debug/symbols.h"

struct type_member {
	uint64_t offset, bytes;
};

/*
 * A member of a structure or union; path goes down into others ("a.b"), and
 * members of unnamed ones count as their parent's.  False when there is none.
 */
bool types_member(struct symbols *s, const char *type, const char *path,
    struct type_member *out);

/* 0 when there is no such structure. */
uint64_t types_bytes(struct symbols *s, const char *type);

/* The direct member that holds offset, and what is left of it; NULL: none. */
const char *types_member_at(
    struct symbols *s, const char *type, uint64_t offset, uint64_t *rest);

/* An enumerator's value, in any enumeration at file scope. */
bool types_constant(struct symbols *s, const char *name, uint64_t *value);

/* The name of a value of an enumeration, NULL when it has none. */
const char *types_enumerator(
    struct symbols *s, const char *enumeration, uint64_t value);

#endif
