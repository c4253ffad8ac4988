#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# small_memory.sh: the main job on files larger than memory, in blocks of each
# size, comes to its end.
# usage: small_memory.sh QEMU_RUN MKIMAGE BUILD
set -eu
run=$1 mkimage=$2 build=$3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

mkdir "$work/tree"
# 9 MiB that no block of repeats; and holes that are larger than memory, too.
awk 'BEGIN { srand(7); for (i = 0; i < 1179648; i++) printf "%07d\n", rand() * 9999999 }' \
    >"$work/tree/file"
truncate -s 10M "$work/tree/holes"
bad=0
for block in 1024 2048 4096; do
	"$mkimage" --block-size "$block" "$work/tree" "$work/image" >/dev/null
	status=0
	"$run" --build "$build" --memory 8M --timeout 200 \
	    --disk "$work/image" main.files >"$work/out" 2>&1 || status=$?
	[ "$status" != 77 ] || { cat "$work/out"; exit 77; }
	if [ "$status" = 0 ] && grep -q '^pass  *main.files' "$work/out"; then
		echo "ok   blocks of $block"
	else
		bad=$((bad + 1))
		echo "FAIL blocks of $block: status $status"
		sed 's/^/     | /' "$work/out"
	fi
done
[ "$bad" = 0 ]
