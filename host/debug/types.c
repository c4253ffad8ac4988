/* SPDX-License-Identifier: BSD-2-Clause */
/* types.c: structures and enumerations by libdw. */
#include "debug/types.h"

#include <dwarf.h>
#include <stdio.h>
#include <string.h>

#include "debug/symbols_priv.h"

/* A chain of typedefs and qualifiers that is longer is no type of ours. */
#define UNNAMED_MAX 64
#define CHAIN_MAX   16

static bool
is_definition(Dwarf_Die *die, int tag, const char *name)
{
	const char *n = dwarf_diename(die);
	int t = dwarf_tag(die);

	if (n == NULL || strcmp(n, name) != 0 ||
	    dwarf_hasattr(die, DW_AT_declaration))
		return (false);
	return (t == tag ||
	    (tag == DW_TAG_structure_type && t == DW_TAG_union_type));
}

/* At file scope of any unit. */
static bool
search(Dwarf *dwarf, int tag, const char *name, Dwarf_Die *out)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;
	uint8_t kind;

	while (dwarf_get_units(dwarf, cu, &cu, NULL, &kind, &unit, NULL) == 0) {
		if (dwarf_child(&unit, out) != 0)
			continue;
		do {
			if (is_definition(out, tag, name))
				return (true);
		} while (dwarf_siblingof(out, out) == 0);
	}
	return (false);
}

static bool
find_type(struct symbols *s, int tag, const char *name, Dwarf_Die *out)
{
	Dwarf *dwarf = s != NULL ? symbols_dwarf(s) : NULL;
	unsigned int i;
	bool found;

	if (dwarf == NULL)
		return (false);
	for (i = 0; i < s->ntypes; i++) {
		if (s->types[i].tag == tag &&
		    strcmp(s->types[i].name, name) == 0) {
			*out = s->types[i].die;
			return (s->types[i].found);
		}
	}
	found = search(dwarf, tag, name, out);
	if (i < SYMBOLS_TYPES_MAX && strlen(name) < sizeof(s->types[i].name)) {
		snprintf(
		    s->types[i].name, sizeof(s->types[i].name), "%s", name);
		s->types[i].tag = tag;
		s->types[i].found = found;
		s->types[i].die = *out;
		s->ntypes++;
	}
	return (found);
}

/* Of a member or type, without typedefs, qualifiers and array bounds. */
static bool
plain_type(Dwarf_Die *die, Dwarf_Die *out)
{
	Dwarf_Attribute attr;
	int tag;

	if (dwarf_formref_die(
		dwarf_attr_integrate(die, DW_AT_type, &attr), out) == NULL)
		return (false);
	for (int i = 0; i < CHAIN_MAX; i++) {
		tag = dwarf_tag(out);
		if (tag != DW_TAG_typedef && tag != DW_TAG_volatile_type &&
		    tag != DW_TAG_const_type && tag != DW_TAG_array_type)
			return (true);
		if (dwarf_formref_die(
			dwarf_attr_integrate(out, DW_AT_type, &attr), out) ==
		    NULL)
			return (false);
	}
	return (false);
}

static uint64_t
bytes_of(Dwarf_Die *member)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;
	Dwarf_Word bytes;

	if (dwarf_formref_die(dwarf_attr_integrate(member, DW_AT_type, &attr),
		&type) == NULL ||
	    dwarf_aggregate_size(&type, &bytes) != 0)
		return (0);
	return (bytes);
}

static uint64_t
offset_of(Dwarf_Die *member)
{
	Dwarf_Attribute attr;
	Dwarf_Word at;

	/* A union's members have none. */
	if (dwarf_formudata(
		dwarf_attr(member, DW_AT_data_member_location, &attr), &at) !=
	    0)
		return (0);
	return (at);
}

/*
 * The member called name[0..len) in type; offsets add up on the way down.  An
 * image can say that a type is within itself: *unnamed_left more types without
 * a name are entered.
 */
static bool
find_member(Dwarf_Die *type, const char *name, size_t len,
    unsigned int *unnamed_left, uint64_t *offset, Dwarf_Die *out)
{
	Dwarf_Die member, inner;
	const char *n;

	if (dwarf_child(type, &member) != 0)
		return (false);
	do {
		if (dwarf_tag(&member) != DW_TAG_member)
			continue;
		n = dwarf_diename(&member);
		if (n != NULL && strlen(n) == len &&
		    memcmp(n, name, len) == 0) {
			*offset += offset_of(&member);
			*out = member;
			return (true);
		}
		if (n == NULL && *unnamed_left > 0 &&
		    plain_type(&member, &inner)) {
			uint64_t at = *offset + offset_of(&member);

			(*unnamed_left)--;
			if (find_member(
				&inner, name, len, unnamed_left, &at, out)) {
				*offset = at;
				return (true);
			}
		}
	} while (dwarf_siblingof(&member, &member) == 0);
	return (false);
}

static bool
search_member(struct symbols *s, const char *type, const char *path,
    struct type_member *out)
{
	unsigned int unnamed_left = UNNAMED_MAX;
	Dwarf_Die at, member;
	size_t len;

	*out = (struct type_member){ 0 };
	if (!find_type(s, DW_TAG_structure_type, type, &at))
		return (false);
	for (;;) {
		len = strcspn(path, ".");
		if (!find_member(
			&at, path, len, &unnamed_left, &out->offset, &member))
			return (false);
		if (path[len] == '\0')
			break;
		path += len + 1;
		if (!plain_type(&member, &at))
			return (false);
	}
	out->bytes = bytes_of(&member);
	return (out->bytes != 0);
}

bool
types_member(struct symbols *s, const char *type, const char *path,
    struct type_member *out)
{
	unsigned int i;
	bool found;

	*out = (struct type_member){ 0 };
	if (s == NULL)
		return (false);
	for (i = 0; i < s->nmembers; i++) {
		if (strcmp(s->members[i].path, path) != 0 ||
		    strcmp(s->members[i].type, type) != 0)
			continue;
		out->offset = s->members[i].offset;
		out->bytes = s->members[i].bytes;
		return (s->members[i].found);
	}
	found = search_member(s, type, path, out);
	if (i < SYMBOLS_MEMBERS_MAX &&
	    strlen(type) < sizeof(s->members[i].type) &&
	    strlen(path) < sizeof(s->members[i].path)) {
		strcpy(s->members[i].type, type);
		strcpy(s->members[i].path, path);
		s->members[i].found = found;
		s->members[i].offset = out->offset;
		s->members[i].bytes = out->bytes;
		s->nmembers++;
	}
	return (found);
}

uint64_t
types_bytes(struct symbols *s, const char *type)
{
	Dwarf_Die die;
	Dwarf_Word bytes;

	if (!find_type(s, DW_TAG_structure_type, type, &die) ||
	    dwarf_aggregate_size(&die, &bytes) != 0)
		return (0);
	return (bytes);
}

const char *
types_member_at(
    struct symbols *s, const char *type, uint64_t offset, uint64_t *rest)
{
	Dwarf_Die die, member;

	if (!find_type(s, DW_TAG_structure_type, type, &die) ||
	    dwarf_child(&die, &member) != 0)
		return (NULL);
	do {
		if (dwarf_tag(&member) != DW_TAG_member ||
		    offset < offset_of(&member))
			continue;
		*rest = offset - offset_of(&member);
		if (*rest < bytes_of(&member))
			return (dwarf_diename(&member));
	} while (dwarf_siblingof(&member, &member) == 0);
	return (NULL);
}

/* The enumerator with this name, or, without one, with this value. */
static bool
find_enumerator(Dwarf_Die *enumeration, const char *name, uint64_t *value,
    const char **found)
{
	Dwarf_Attribute attr;
	Dwarf_Die die;
	Dwarf_Word v;
	Dwarf_Sword sv;

	if (dwarf_child(enumeration, &die) != 0)
		return (false);
	do {
		const char *n = dwarf_diename(&die);

		if (n == NULL || (name != NULL && strcmp(n, name) != 0))
			continue;
		if (dwarf_formudata(
			dwarf_attr(&die, DW_AT_const_value, &attr), &v) != 0) {
			if (dwarf_formsdata(
				dwarf_attr(&die, DW_AT_const_value, &attr),
				&sv) != 0)
				continue;
			v = (Dwarf_Word)sv;
		}
		if (name == NULL && v != *value)
			continue;
		*value = v;
		*found = n;
		return (true);
	} while (dwarf_siblingof(&die, &die) == 0);
	return (false);
}

static bool
search_constant(Dwarf *dwarf, const char *name, uint64_t *value)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit, die;
	const char *found;
	uint8_t kind;

	while (dwarf_get_units(dwarf, cu, &cu, NULL, &kind, &unit, NULL) == 0) {
		if (dwarf_child(&unit, &die) != 0)
			continue;
		do {
			if (dwarf_tag(&die) == DW_TAG_enumeration_type &&
			    find_enumerator(&die, name, value, &found))
				return (true);
		} while (dwarf_siblingof(&die, &die) == 0);
	}
	return (false);
}

bool
types_constant(struct symbols *s, const char *name, uint64_t *value)
{
	Dwarf *dwarf = s != NULL ? symbols_dwarf(s) : NULL;
	unsigned int i;
	bool found;

	*value = 0;
	if (dwarf == NULL)
		return (false);
	for (i = 0; i < s->nconstants; i++) {
		if (strcmp(s->constants[i].name, name) == 0) {
			*value = s->constants[i].value;
			return (s->constants[i].found);
		}
	}
	found = search_constant(dwarf, name, value);
	if (i < SYMBOLS_TYPES_MAX &&
	    strlen(name) < sizeof(s->constants[i].name)) {
		snprintf(s->constants[i].name, sizeof(s->constants[i].name),
		    "%s", name);
		s->constants[i].found = found;
		s->constants[i].value = *value;
		s->nconstants++;
	}
	return (found);
}

const char *
types_enumerator(struct symbols *s, const char *enumeration, uint64_t value)
{
	Dwarf_Die die;
	const char *found;

	if (!find_type(s, DW_TAG_enumeration_type, enumeration, &die) ||
	    !find_enumerator(&die, NULL, &value, &found))
		return (NULL);
	return (found);
}
