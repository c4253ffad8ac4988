/* SPDX-License-Identifier: BSD-2-Clause */
/* file.c: the file of a game, and mappings of it or of nothing. */

#include <test/fuzz/file.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <vm/vm_page.h>

static struct hf_script script;
static struct hf_oracle_page *file[HF_FUZZ_FILE];

void
hf_fuzz_file_begin(void)
{
	u_int i;

	hf_script_begin(&script, HF_FUZZ_FILE);
	for (i = 0; i < HF_FUZZ_FILE; i++)
		file[i] = hf_oracle_file_page(
		    (uint64_t)hf_script_byte(i) * 0x0101010101010101ul);
}

void
hf_fuzz_file_end(void)
{
	u_int i;

	for (i = 0; i < HF_FUZZ_FILE; i++)
		hf_oracle_page_release(file[i]);
	vm_object_deallocate(script.object);
	hf_script_end(&script);
}

void
hf_fuzz_map(
    struct hf_fuzz_player *pl, u_int first, u_int n, enum hf_fuzz_memory what)
{
	static const int how[] = { 0, MAP_COPY_ON_WRITE, MAP_INHERIT_SHARE };
	const u_int from = first % HF_FUZZ_FILE;
	vm_object_t object = NULL;
	u_int i;

	if (what != HF_FUZZ_ANON) {
		n = MIN(n, HF_FUZZ_FILE - from);
		object = script.object;
		vm_object_reference(object);
	}
	hf_space_map_at(hf_fuzz_at(first), n, object,
	    what != HF_FUZZ_ANON ? ptoa(from) : 0, VM_PROT_RW, how[what]);
	for (i = 0; i < n; i++) {
		pl->cell[first + i].private = what == HF_FUZZ_PRIVATE;
		pl->cell[first + i].inherit =
		    what == HF_FUZZ_SHARED ? VM_INHERIT_SHARE : VM_INHERIT_COPY;
		hf_oracle_map(&pl->cell[first + i],
		    what != HF_FUZZ_ANON ? file[from + i] : NULL);
	}
}

bool
hf_fuzz_file_has(vm_page_t m)
{
	return (m->object == script.object);
}

bool
hf_fuzz_file_shows(const struct hf_oracle_cell *c)
{
	u_int i;

	for (i = 0; i < HF_FUZZ_FILE; i++)
		if (c->page == file[i])
			return (!c->needs_copy);
	return (false);
}
