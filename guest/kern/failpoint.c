/* SPDX-License-Identifier: BSD-2-Clause */
/* failpoint.c: named places where a test makes an operation fail. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mutex.h>
#include <kern/failpoint.h>

#define FAILPOINTS_MAX 8
#define NAME_MAX       32

volatile int hf_failpoints_armed;

/* All under failpoint_mtx; a slot is in use while its name is not empty. */
static struct {
	char name[NAME_MAX];
	int skip;
	int count; /* -1: for ever */
	int fired;
} points[FAILPOINTS_MAX];
static struct mtx failpoint_mtx = { .lock_object = { .lo_name = "failpoint",
					.lo_class = HF_LOCK_SPIN,
					.lo_flags = LO_INITED } };

static int
find(const char *name)
{
	for (int i = 0; i < FAILPOINTS_MAX; i++)
		if (strcmp(points[i].name, name) == 0)
			return (i);
	return (-1);
}

int
hf_failpoint_hit(const char *name)
{
	int i, hit = 0;

	mtx_lock_spin(&failpoint_mtx);
	i = find(name);
	if (i >= 0 && points[i].skip > 0)
		points[i].skip--;
	else if (i >= 0 && points[i].count != 0) {
		if (points[i].count > 0)
			points[i].count--;
		points[i].fired++;
		hit = 1;
	}
	mtx_unlock_spin(&failpoint_mtx);
	return (hit);
}

void
hf_failpoint_arm(const char *name, int skip, int count)
{
	int i;

	mtx_lock_spin(&failpoint_mtx);
	if ((i = find(name)) < 0 && (i = find("")) >= 0) {
		strlcpy(points[i].name, name, NAME_MAX);
		hf_failpoints_armed++;
	}
	if (i >= 0) {
		points[i].skip = skip;
		points[i].count = count;
		points[i].fired = 0;
	}
	mtx_unlock_spin(&failpoint_mtx);
	KASSERT(i >= 0, ("hf_failpoint_arm: more than %d", FAILPOINTS_MAX));
}

void
hf_failpoint_disarm_all(void)
{
	mtx_lock_spin(&failpoint_mtx);
	for (int i = 0; i < FAILPOINTS_MAX; i++)
		points[i].name[0] = '\0';
	hf_failpoints_armed = 0;
	mtx_unlock_spin(&failpoint_mtx);
}

int
hf_failpoint_fired(const char *name)
{
	int i, fired;

	mtx_lock_spin(&failpoint_mtx);
	i = find(name);
	fired = i >= 0 ? points[i].fired : 0;
	mtx_unlock_spin(&failpoint_mtx);
	return (fired);
}
