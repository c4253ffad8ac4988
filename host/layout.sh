#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# layout.sh: linker script that puts what every run uses together.
# usage: layout.sh STARTUP_OBJECTS OUT.ld
set -eu
objs=$1
# Our own library is a thin archive: its members are named by their paths.
objects() {
	sed -n -e "s/^\(libholdfast-host\) \(.*\.o\)\$/\t\t*\1.a:*\2($1 $1.*)/p" \
		-e "s/^\([a-z_]*\) \(.*\.o\)\$/\t\t*\1*.a:\2($1 $1.*)/p" "$objs"
}
cat >"$2" <<EOF
SECTIONS
{
	.text.start : {
		*crt1.o(.text)
		*host_main.c.o(.text .text.*)
$(objects .text)
	}
}
INSERT BEFORE .text;
SECTIONS
{
	.fini : { KEEP(*(SORT_NONE(.fini))) }
}
INSERT AFTER .text.start;
SECTIONS
{
	.rodata.start : {
$(objects .rodata)
		*guest_scenarios*(.rodata .rodata.*)
	}
}
INSERT AFTER .rodata;
EOF
