/* SPDX-License-Identifier: BSD-2-Clause */
/* errno.c: error numbers by name, for messages. */

#include <sys/param.h>
#include <sys/errno.h>
#include <sys/systm.h>

#define NAME(e) [e] = #e

static const char *const names[] = { NAME(EPERM), NAME(ENOENT), NAME(EINTR),
	NAME(EIO), NAME(ENXIO), NAME(E2BIG), NAME(ENOEXEC), NAME(EBADF),
	NAME(EDEADLK), NAME(ENOMEM), NAME(EACCES), NAME(EFAULT), NAME(EBUSY),
	NAME(EEXIST), NAME(EXDEV), NAME(ENODEV), NAME(ENOTDIR), NAME(EISDIR),
	NAME(EINVAL), NAME(EFBIG), NAME(ENOSPC), NAME(ESPIPE), NAME(EROFS),
	NAME(EDOM), NAME(ERANGE), NAME(EAGAIN), NAME(EINPROGRESS),
	NAME(EALREADY), NAME(EOPNOTSUPP), NAME(ETIMEDOUT), NAME(ELOOP),
	NAME(ENAMETOOLONG), NAME(ENOTEMPTY), NAME(ESTALE), NAME(ENOSYS),
	NAME(EFTYPE), NAME(EOVERFLOW), NAME(EILSEQ), NAME(EINTEGRITY) };

const char *
hf_errno_name(int error)
{
	if (error == 0)
		return ("no error");
	if (error > 0 && error < (int)nitems(names) && names[error] != NULL)
		return (names[error]);
	return ("an unknown error");
}
