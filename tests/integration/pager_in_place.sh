#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# pager_in_place.sh: the scenarios of pager and raw I/O on a disk that is really written.
#
# usage: pager_in_place.sh HOLDFAST DEFAULT_IMAGE
# On a writable copy of the image, all of them by io_uring, and those that write by the other
# engine and from memory: nothing may be skipped, every file of the manifest must be what
# it was, and e2fsck must find nothing afterwards.
set -eu
. "$(dirname "$0")/count.sh"
need_kvm
PATH=$PATH:/usr/sbin:/sbin
command -v e2fsck >/dev/null || { echo "skipped: e2fsck is missing"; exit 77; }

holdfast=$1 image=$2
tmp=$(mktemp -d)
shm=
trap 'rm -rf "$tmp" $shm' EXIT
passed=0 failed=0 skipped=0

all='pager.* dev.physio_file*'
writers='pager.write* pager.reclaim* pager.shrink* pager.io_* pager.sync_race dev.physio_file*'

run() { # ENGINE FILE PATTERNS
	cp "$image" "$2"
	chmod 600 "$2"
	status=0
	# Patterns are the program's to expand.
	set -f
	# shellcheck disable=SC2086 # the patterns are words
	"$holdfast" run --disk "$2" --blk-engine "$1" $3 >"$tmp/out" 2>&1 || status=$?
	set +f
	sed "s/^/$1: /" "$tmp/out"
	if [ $status = 2 ] && grep -q "io_uring refused" "$tmp/out"; then
		skipped=$((skipped + 1))
		return
	fi
	grep -q "^[1-9][0-9]* scenarios: [1-9][0-9]* passed, 0 failed, 0 skipped" "$tmp/out" || {
		echo "FAIL: $1: not all scenarios passed"
		status=1
	}
	# In a run of its own, after all that writes.
	"$holdfast" run --disk "$2" --blk-engine "$1" main.files >"$tmp/out" 2>&1 || {
		cat "$tmp/out"
		echo "FAIL: $1: a file of the manifest has changed"
		status=1
	}
	e2fsck -fn "$2" >"$tmp/fsck" 2>&1 || {
		cat "$tmp/fsck"
		echo "FAIL: $1: e2fsck"
		status=1
	}
	cmp -s "$2" "$image" && {
		echo "FAIL: $1: nothing was written"
		status=1
	}
	if [ $status = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

run sync "$tmp/disk.img" "$writers"
run uring "$tmp/disk.img" "$all"
# A file in memory is read by copying from a mapping.
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	shm=$(mktemp -d /dev/shm/pager.XXXXXX)
	run auto "$shm/disk.img" "$writers"
else
	echo "skipped: no /dev/shm to write to"
	skipped=$((skipped + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && [ $passed != 0 ]
