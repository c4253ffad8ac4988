#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# layout.sh: linker script that puts what every run uses at the front.
# usage: layout.sh STARTUP_OBJECTS OUT.ld
set -eu
objs=$1
objects() {
	sed -n "s/^\([a-z_]*\) \(.*\.o\)\$/\t\t*\1*.a:\2($1 $1.*)/p" "$objs"
}
cat >"$2" <<EOF
SECTIONS
{
	.text.start : {
		*libholdfast-host.a:*(.text .text.*)
$(objects .text)
	}
}
INSERT BEFORE .text;
SECTIONS
{
	.rodata.start : {
		*guest_scenarios*(.rodata .rodata.*)
		*libholdfast-host.a:*(.rodata .rodata.*)
$(objects .rodata)
	}
}
INSERT AFTER .rodata;
EOF
