/* SPDX-License-Identifier: BSD-2-Clause */
/* uiomove.c: moving bytes between kernel memory and a struct uio. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <kern/copyio.h>

static int
move_piece(void *cp, struct iovec *iov, size_t n, struct uio *uio)
{
	if (uio->uio_segflg == UIO_NOCOPY)
		return (0);
	if (uio->uio_segflg == UIO_USERSPACE)
		return (uio->uio_rw == UIO_READ ? copyout(cp, iov->iov_base, n)
						: copyin(iov->iov_base, cp, n));
	/* A held page of the user may be the file's own page. */
	if (uio->uio_rw == UIO_READ)
		hf_user_bytes_move(iov->iov_base, cp, n);
	else
		hf_user_bytes_move(cp, iov->iov_base, n);
	return (0);
}

int
uiomove(void *cp, int n, struct uio *uio)
{
	struct iovec *iov;
	size_t piece;
	int error;

	while (n > 0 && uio->uio_resid > 0 && uio->uio_iovcnt > 0) {
		iov = uio->uio_iov;
		piece = MIN(iov->iov_len, (size_t)n);
		if (piece == 0) {
			uio->uio_iov++;
			uio->uio_iovcnt--;
			continue;
		}
		error = move_piece(cp, iov, piece, uio);
		if (error != 0)
			return (error);
		if (uio->uio_segflg != UIO_NOCOPY)
			iov->iov_base = (char *)iov->iov_base + piece;
		iov->iov_len -= piece;
		uio->uio_resid -= (ssize_t)piece;
		uio->uio_offset += (off_t)piece;
		cp = (char *)cp + piece;
		n -= (int)piece;
	}
	return (0);
}
