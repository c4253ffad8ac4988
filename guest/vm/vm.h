/* SPDX-License-Identifier: BSD-2-Clause */
/* vm.h: the basic types of the virtual memory system. */
#ifndef HF_VM_VM_H
#define HF_VM_VM_H

#include <sys/types.h>

typedef char vm_inherit_t; /* what a child gets: VM_INHERIT_ */
#define VM_INHERIT_SHARE   ((vm_inherit_t)0)
#define VM_INHERIT_COPY	   ((vm_inherit_t)1)
#define VM_INHERIT_NONE	   ((vm_inherit_t)2)
#define VM_INHERIT_ZERO	   ((vm_inherit_t)3)
#define VM_INHERIT_DEFAULT VM_INHERIT_COPY

typedef u_char vm_prot_t; /* VM_PROT_ */
#define VM_PROT_NONE	      ((vm_prot_t)0x00)
#define VM_PROT_READ	      ((vm_prot_t)0x01)
#define VM_PROT_WRITE	      ((vm_prot_t)0x02)
#define VM_PROT_EXECUTE	      ((vm_prot_t)0x04)
#define VM_PROT_COPY	      ((vm_prot_t)0x08)
#define VM_PROT_PRIV_FLAG     ((vm_prot_t)0x10)
#define VM_PROT_FAULT_LOOKUP  VM_PROT_PRIV_FLAG
#define VM_PROT_NO_IMPLY_CAP  ((vm_prot_t)0x20)
#define VM_PROT_QUICK_NOFAULT VM_PROT_PRIV_FLAG
#define VM_PROT_ALL	      (VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE)
#define VM_PROT_RW	      (VM_PROT_READ | VM_PROT_WRITE)
#define VM_PROT_DEFAULT	      VM_PROT_ALL

/* Object types.  E16's OBJT_DEFAULT is spelled OBJT_SWAP today. */
enum obj_type {
	OBJT_RESERVED = 0,
	OBJT_SWAP,
	OBJT_VNODE,
	OBJT_DEVICE,
	OBJT_PHYS,
	OBJT_DEAD,
	OBJT_SG,
	OBJT_MGTDEVICE,
	OBJT_FIRST_DYN
};
typedef u_char objtype_t;
#define OBJT_DEFAULT OBJT_SWAP

/* Memory attributes: the amd64 PAT indices FreeBSD uses. */
typedef char vm_memattr_t;
#ifndef VM_MEMATTR_DEFAULT
#define VM_MEMATTR_UNCACHEABLE	    ((vm_memattr_t)0)
#define VM_MEMATTR_WRITE_COMBINING  ((vm_memattr_t)1)
#define VM_MEMATTR_WRITE_THROUGH    ((vm_memattr_t)4)
#define VM_MEMATTR_WRITE_PROTECTED  ((vm_memattr_t)5)
#define VM_MEMATTR_WRITE_BACK	    ((vm_memattr_t)6)
#define VM_MEMATTR_WEAK_UNCACHEABLE ((vm_memattr_t)7)
#define VM_MEMATTR_DEFAULT	    VM_MEMATTR_WRITE_BACK
#endif

union vm_map_object;
typedef union vm_map_object vm_map_object_t;

struct vm_map_entry;
typedef struct vm_map_entry *vm_map_entry_t;

struct vm_map;
typedef struct vm_map *vm_map_t;

struct vm_object;
typedef struct vm_object *vm_object_t;

struct vm_page;
typedef struct vm_page *vm_page_t;

struct ucred;
struct thread;
struct proc;

#endif
