/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c: arguments in, exit status out. */
int
main(void)
{
	return (5);
}
