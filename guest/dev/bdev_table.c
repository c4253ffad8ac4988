/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev_table.c: block devices by name: NAME0, NAME1, ... of each driver. */

#include <sys/param.h>
#include <sys/systm.h>
#include <dev/bdev.h>

/* A driver is a row. */
static const struct hf_bdev_driver *const drivers[] = {
	&hf_vtbd_driver,
};

/* Changed by the thread that asks (bdev.h); the debugger of the host reads. */
static struct hf_bdev *table;

struct hf_bdev *
hf_bdev_next(struct hf_bdev *bd)
{
	return (bd == NULL ? table : bd->next);
}

/* The number behind the driver's name; -1: it is none of its devices. */
static int
unit_of(const struct hf_bdev_driver *driver, const char *name)
{
	size_t len = strlen(driver->name);
	const char *digit = name + len;

	if (strncmp(name, driver->name, len) != 0 || *digit < '0' ||
	    *digit >= '0' + HF_BDEV_MAX || digit[1] != '\0')
		return (-1);
	return (*digit - '0');
}
_Static_assert(HF_BDEV_MAX <= 10, "the number of a device is one digit");

static struct hf_bdev *
attached(const char *name)
{
	struct hf_bdev *bd;

	for (bd = table; bd != NULL; bd = bd->next)
		if (strcmp(bd->name, name) == 0)
			break;
	return (bd);
}

static void
append(struct hf_bdev *bd)
{
	struct hf_bdev **at;

	for (at = &table; *at != NULL; at = &(*at)->next)
		continue;
	bd->next = NULL;
	*at = bd;
}

int
hf_bdev_find(
    const char *name, struct hf_bdev **bdp, char *msg, size_t msg_bytes)
{
	int error, unit;

	*bdp = attached(name);
	if (*bdp != NULL)
		return (0);
	for (size_t i = 0; i < nitems(drivers); i++) {
		unit = unit_of(drivers[i], name);
		if (unit < 0)
			continue;
		error = drivers[i]->attach(unit, name, bdp, msg, msg_bytes);
		if (error == 0)
			append(*bdp);
		return (error);
	}
	snprintf(msg, msg_bytes, "no block device is called %s", name);
	return (ENXIO);
}

int
hf_bdev_root(struct hf_bdev **bdp, char *msg, size_t msg_bytes)
{
	return (hf_bdev_find("vtbd0", bdp, msg, msg_bytes));
}
