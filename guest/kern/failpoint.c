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
	void (*fn)(void *); /* called instead of failing */
	void *arg;
} points[FAILPOINTS_MAX];
static struct mtx failpoint_mtx = HF_MTX_INITIALIZER("failpoint", HF_LOCK_SPIN);

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
	void (*fn)(void *) = NULL;
	void *arg = NULL;
	int i, hit = 0;

	mtx_lock_spin(&failpoint_mtx);
	i = find(name);
	if (i >= 0 && points[i].skip > 0)
		points[i].skip--;
	else if (i >= 0 && points[i].count != 0) {
		if (points[i].count > 0)
			points[i].count--;
		points[i].fired++;
		fn = points[i].fn;
		arg = points[i].arg;
		hit = fn == NULL;
	}
	mtx_unlock_spin(&failpoint_mtx);
	if (fn != NULL)
		fn(arg);
	return (hit);
}

static void
arm(const char *name, int skip, int count, void (*fn)(void *), void *arg)
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
		points[i].fn = fn;
		points[i].arg = arg;
	}
	mtx_unlock_spin(&failpoint_mtx);
	KASSERT(i >= 0, ("hf_failpoint_arm: more than %d", FAILPOINTS_MAX));
}

void
hf_failpoint_arm(const char *name, int skip, int count)
{
	arm(name, skip, count, NULL, NULL);
}

void
hf_failpoint_call(const char *name, int skip, void (*fn)(void *), void *arg)
{
	arm(name, skip, 1, fn, arg);
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
