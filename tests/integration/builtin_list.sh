#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# builtin_list: the table of scenarios made at build time says what the image says.
# usage: builtin_list.sh HOLDFAST GUEST.elf...
set -eu
holdfast=$1
shift
built_in=$("$holdfast" list --all --json)
for elf in "$@"; do
	read_now=$("$holdfast" list --all --json --kernel "$elf")
	[ "$built_in" = "$read_now" ] || { echo "'holdfast list' differs with --kernel $elf" >&2; exit 1; }
done
[ "$("$holdfast" list | wc -l)" -gt 1 ] || { echo "no scenarios" >&2; exit 1; }
