/* SPDX-License-Identifier: BSD-2-Clause */
/* mman.h: constants of the mmap family, with FreeBSD's values. */

#ifndef HF_SYS_MMAN_H
#define HF_SYS_MMAN_H

/* Inheritance, minherit(2); equal to VM_INHERIT_*. */
#define INHERIT_SHARE 0
#define INHERIT_COPY  1
#define INHERIT_NONE  2
#define INHERIT_ZERO  3

/* Protection; equal to VM_PROT_*. */
#define PROT_NONE  0x00
#define PROT_READ  0x01
#define PROT_WRITE 0x02
#define PROT_EXEC  0x04
#define _PROT_ALL  (PROT_READ | PROT_WRITE | PROT_EXEC)

#define _PROT_MAX_SHIFT	       16
#define PROT_MAX(prot)	       ((prot) << _PROT_MAX_SHIFT)
#define PROT_EXTRACT(prot)     ((prot)&_PROT_ALL)
#define PROT_MAX_EXTRACT(prot) (((prot) >> _PROT_MAX_SHIFT) & _PROT_ALL)

/* mmap(2) flags. */
#define MAP_SHARED	    0x0001
#define MAP_PRIVATE	    0x0002
#define MAP_FIXED	    0x0010
#define MAP_STACK	    0x0400
#define MAP_NOSYNC	    0x0800
#define MAP_FILE	    0x0000
#define MAP_ANON	    0x1000
#define MAP_ANONYMOUS	    MAP_ANON
#define MAP_GUARD	    0x00002000
#define MAP_EXCL	    0x00004000
#define MAP_NOCORE	    0x00020000
#define MAP_PREFAULT_READ   0x00040000
#define MAP_32BIT	    0x00080000
#define MAP_ALIGNED(n)	    ((n) << MAP_ALIGNMENT_SHIFT)
#define MAP_ALIGNMENT_SHIFT 24
#define MAP_ALIGNMENT_MASK  MAP_ALIGNED(0xff)
#define MAP_ALIGNED_SUPER   MAP_ALIGNED(1)

/* mlockall(2). */
#define MCL_CURRENT 0x0001
#define MCL_FUTURE  0x0002

/* msync(2). */
#define MS_SYNC	      0x0000
#define MS_ASYNC      0x0001
#define MS_INVALIDATE 0x0002

/* madvise(2). */
#define MADV_NORMAL	0
#define MADV_RANDOM	1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED	3
#define MADV_DONTNEED	4
#define MADV_FREE	5
#define MADV_NOSYNC	6
#define MADV_AUTOSYNC	7
#define MADV_NOCORE	8
#define MADV_CORE	9
#define MADV_PROTECT	10

/* mincore(2) result bits. */
#define MINCORE_INCORE		 0x1
#define MINCORE_REFERENCED	 0x2
#define MINCORE_MODIFIED	 0x4
#define MINCORE_REFERENCED_OTHER 0x8
#define MINCORE_MODIFIED_OTHER	 0x10
#define MINCORE_SUPER		 0x60
#define MINCORE_PSIND(i)	 (((i) << 5) & MINCORE_SUPER)

#endif /* !HF_SYS_MMAN_H */
