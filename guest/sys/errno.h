/* SPDX-License-Identifier: BSD-2-Clause */
/* errno.h: error numbers, with FreeBSD's values. */

#ifndef HF_SYS_ERRNO_H
#define HF_SYS_ERRNO_H

#define EPERM	     1
#define ENOENT	     2
#define EINTR	     4
#define EIO	     5
#define ENXIO	     6
#define E2BIG	     7
#define ENOEXEC	     8
#define EBADF	     9
#define EDEADLK	     11
#define ENOMEM	     12
#define EACCES	     13
#define EFAULT	     14
#define EBUSY	     16
#define EEXIST	     17
#define EXDEV	     18
#define ENODEV	     19
#define ENOTDIR	     20
#define EISDIR	     21
#define EINVAL	     22
#define EFBIG	     27
#define ENOSPC	     28
#define ESPIPE	     29
#define EROFS	     30
#define EPIPE	     32
#define EDOM	     33
#define ERANGE	     34
#define EAGAIN	     35
#define EWOULDBLOCK  EAGAIN
#define EINPROGRESS  36
#define EALREADY     37
#define EOPNOTSUPP   45
#define ENOTSUP	     EOPNOTSUPP
#define ETIMEDOUT    60
#define ELOOP	     62
#define ENAMETOOLONG 63
#define ENOTEMPTY    66
#define ESTALE	     70
#define ENOSYS	     78
#define EFTYPE	     79
#define EOVERFLOW    84
#define EILSEQ	     86
#define EINTEGRITY   97

/* Inside the kernel only. */
#define ERESTART    (-1)
#define EJUSTRETURN (-2)

/* "EIO"; for messages. */
const char *hf_errno_name(int error);

#endif
