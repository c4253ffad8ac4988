#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# pvh_note.sh: the guest image has what PVH loaders look for (BT-02).
#
# usage: pvh_note.sh GUEST-ELF
# One Xen note of type 18 with an 8-byte descriptor, alone in a segment
# aligned 4 that lies inside a PT_LOAD; every load address from 1 MiB up; an
# entry inside the first segment.
set -eu
elf=$1
fail() { echo "pvh_note: $*" >&2; exit 1; }
command -v readelf >/dev/null || { echo "pvh_note: skipped: no readelf"; exit 77; }

notes=$(LC_ALL=C readelf -nW "$elf")
[ "$(echo "$notes" | grep -c '^ *Xen ')" = 1 ] || fail "not exactly one Xen note"
[ "$(echo "$notes" | grep -c ' 0x[0-9a-f]\{8\}')" = 1 ] || fail "other notes"
echo "$notes" | grep -Eq '^ *Xen +0x00000008\b.*(0x00000012|PHYS32_ENTRY)' ||
    fail "the Xen note is not of type 18 with 8 bytes"

LC_ALL=C readelf -lW "$elf" | awk '
function hex(s,  i, v, c) {
	v = 0; s = tolower(substr(s, 3))
	for (i = 1; i <= length(s); i++) {
		c = index("0123456789abcdef", substr(s, i, 1)) - 1
		v = v * 16 + c
	}
	return v
}
/^Entry point/ { entry = hex($3) }
$1 == "LOAD" { n++; lo[n] = hex($4); hi[n] = lo[n] + hex($6) }
$1 == "NOTE" { notes++; np = hex($4); ns = hex($5); align = $NF }
END {
	bad = ""
	for (i = 1; i <= n; i++) {
		if (lo[i] < 1048576) bad = "a load address below 1 MiB"
		if (notes == 1 && np >= lo[i] && np + ns <= hi[i]) inside = 1
		if (entry >= lo[i] && entry < hi[i]) found = 1
	}
	if (n == 0) bad = "no PT_LOAD"
	else if (notes != 1) bad = "not exactly one PT_NOTE"
	else if (align != "0x4") bad = "PT_NOTE aligned " align
	else if (ns != 24) bad = "PT_NOTE holds more than the Xen note"
	else if (!inside) bad = "PT_NOTE is in no PT_LOAD"
	else if (!found) bad = "the entry is in no PT_LOAD"
	if (bad != "") { print "pvh_note: " bad; exit 1 }
}'
