/* SPDX-License-Identifier: BSD-2-Clause */
/* template.h: a pager whose pages live in a store of the kernel's. */
#pragma once

#include <sys/param.h>
#include <vm/vm.h>

#define STORE_PAGES 8

/* The handle of an object, and what is behind it. */
struct template_store {
	char bytes[STORE_PAGES][PAGE_SIZE];
	volatile u_int reads, writes; /* pages in and out */
};

/* The type of objects for vm_pager_allocate(9); one thread. */
objtype_t template_type(void);
