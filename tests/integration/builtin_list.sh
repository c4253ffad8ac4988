#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# builtin_list: the table of scenarios made at build time says what the image says.
# usage: builtin_list.sh HOLDFAST GUEST.elf
set -eu
built_in=$("$1" list --json)
read_now=$("$1" list --json --kernel "$2")
[ "$built_in" = "$read_now" ] || { echo "'holdfast list' differs with --kernel $2" >&2; exit 1; }
[ "$("$1" list | wc -l)" -gt 1 ] || { echo "no scenarios" >&2; exit 1; }
