/* SPDX-License-Identifier: BSD-2-Clause */
/* crew_priv.h: a thread of the crew, and what it knows. */
#ifndef HF_TEST_FUZZ_CREW_PRIV_H
#define HF_TEST_FUZZ_CREW_PRIV_H

#include <sys/uio.h>
#include <test/fuzz/crew.h>
#include <test/space.h>

/*
 * A process's pages: private ones of nobody, and of the file; shared ones
 * likewise.
 */
#define HF_CREW_ANON	4
#define HF_CREW_OWN	6
#define HF_CREW_FILE_AT (HF_CREW_OWN + 3)
#define HF_CREW_PAGES	(HF_CREW_FILE_AT + HF_CREW_FILE)
_Static_assert(HF_CREW_PAGES == HF_FUZZ_PAGES, "what a step can name");

/* Bytes of the file when nothing is cut off. */
#define HF_CREW_BYTES ptoa(HF_CREW_FILE)

/* Where in a page the file may end: the first thread's word is before it. */
#define HF_CREW_CUT 16

/* What is known of the file when something is stored to it. */
struct hf_crew_since {
	uint64_t cuts; /* of this place, so far */
	bool inside;   /* of the file as it was */
};

struct hf_crew_cell {
	vm_prot_t prot;
	bool user;	/* wired */
	bool own;	/* no page of the file's (any more) */
	uint64_t value; /* of the first and the last word; or of one's own */
	struct hf_crew_since since;
};

struct hf_crew_thread {
	u_int self; /* its number */
	struct proc *proc;
	struct thread *td;
	const struct hf_fuzz_step *steps; /* of this round, all threads' */
	u_int nsteps;
	uint64_t stamp;
	struct hf_crew_cell cell[HF_CREW_PAGES];
	/* The oldest of others' values that it may still see. */
	uint64_t seen[HF_CREW_PAGES][HF_CREW_MAX];
	/* Where it found something wrong first, and what it was about. */
	const char *bad;
	u_int bad_line, bad_page;
	uint64_t bad_value;
	const struct hf_fuzz_step *bad_step;
};

extern struct hf_crew_thread hf_crew[HF_CREW_MAX];
extern u_int hf_crew_size;

static inline vm_offset_t
hf_crew_at(u_int page)
{
	return (HF_SPACE_BASE + ptoa(page));
}

/*
 * Where in a page a thread's word is; of its pages of nobody that is the first
 * one.
 */
static inline u_int
hf_crew_word(const struct hf_crew_thread *t, u_int page)
{
	return (
	    page < HF_CREW_ANON ? 0 : (t->self + 1) * (u_int)sizeof(uint64_t));
}

/* The page of the file that it shows or was copied from; HF_CREW_FILE: none. */
static inline u_int
hf_crew_file_page(u_int page)
{
	if (page >= HF_CREW_FILE_AT)
		return (page - HF_CREW_FILE_AT);
	if (page >= HF_CREW_ANON && page < HF_CREW_OWN)
		return (page - HF_CREW_ANON);
	return (HF_CREW_FILE);
}

/*
 * What a value looks like in memory: twice, so that one which is being zeroed
 * is no other value.
 */
static inline uint64_t
hf_crew_pack(uint64_t value)
{
	return (value << 32 | value);
}

static inline bool
hf_crew_unpack(uint64_t word, uint64_t *value)
{
	*value = word >> 32;
	return (*value == (uint32_t)word);
}

/* crew_moves.c: what a step has the thread do, in its process. */
void hf_crew_step(struct hf_crew_thread *t, const struct hf_fuzz_step *step);

/*
 * crew_file.c: the shared file.  Its length changes under its vnode's lock;
 * what is asked without it is right if nothing has changed by the second time.
 */
void hf_crew_file_begin(void);
void hf_crew_file_map(void); /* into the current process */
void hf_crew_file_end(void);
/* All have met: its length, and what is behind it. */
void hf_crew_file_check(void);
/* Nobody uses it any more: what is on the disk. */
void hf_crew_file_check_disk(void);
/* All have met, and seen what is there. */
void hf_crew_file_settle(void);

void hf_crew_truncate(uint64_t bytes);
/* The thread's word of a page of the file.  *there: it was in the file. */
int hf_crew_transfer(const struct hf_crew_thread *t, enum uio_rw rw,
    u_int file_page, uint64_t *word, bool *there);

/* Before a store to the thread's word of a page. */
struct hf_crew_since hf_crew_before(const struct hf_crew_thread *t, u_int page);
/* It can not have been cut off since then. */
bool hf_crew_is_sure(const struct hf_crew_thread *t, u_int page);
/* The thread's word, or the page, was perhaps outside since all met. */
bool hf_crew_was_cut(const struct hf_crew_thread *t, u_int file_page);
bool hf_crew_may_fail(const struct hf_crew_thread *t, u_int page);
/* That word of the file was once cut off. */
bool hf_crew_was_ever_cut(const struct hf_crew_thread *t, u_int page);

/*
 * Can the thread's own word be that?  What turns out to be cut off is
 * remembered as zero.
 */
bool hf_crew_is_word(struct hf_crew_thread *t, u_int page, uint64_t word);

/* crew_look.c: all have met, and everything is looked at. */
void hf_crew_look(void);

#endif
