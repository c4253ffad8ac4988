#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# main_job.sh: main.files on a copy of the default image, checked from outside.
#
# usage: main_job.sh HOLDFAST DEFAULT_IMAGE
# After the run e2fsck must find nothing and every file must hold
# exactly the bytes it had, but for the stamp in write-me.
set -eu

holdfast=$1 image=$2
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
[ -r /dev/kvm ] && [ -w /dev/kvm ] || { echo "skipped: no access to /dev/kvm"; exit 77; }
for tool in e2fsck debugfs mke2fs; do
	command -v $tool >/dev/null || { echo "skipped: $tool is missing"; exit 77; }
done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export DEBUGFS_PAGER=cat
cp "$image" "$tmp/disk.img"
sum=$(cksum <"$image")

dump() {
	mkdir "$2"
	debugfs -R "rdump / $2" "$1" 2>"$tmp/log" || { cat "$tmp/log"; exit 1; }
}

# Writes the stamp where guest/scenarios/pager/main_files.c does.
stamp() {
	bytes=$(stat -c %s "$1")
	for off in 100 4090 $((bytes - 17)); do
		printf HOLDFAST-WAS-HERE | dd of="$1" bs=1 seek="$off" conv=notrunc status=none
	done
}

check() {
	e2fsck -fn "$tmp/disk.img" >"$tmp/log" 2>&1 || { cat "$tmp/log"; echo "FAIL: e2fsck"; exit 1; }
	rm -rf "$tmp/after"
	dump "$tmp/disk.img" "$tmp/after"
	diff -r "$tmp/want" "$tmp/after" || { echo "FAIL: the files differ from what was expected"; exit 1; }
}

dump "$image" "$tmp/want"
[ -s "$tmp/want/write-me" ] || { echo "FAIL: no write-me in $image"; exit 1; }
# The comparison notices a change: before the run the stamp is missing.
cp "$tmp/want/write-me" "$tmp/before"
stamp "$tmp/want/write-me"
if cmp -s "$tmp/before" "$tmp/want/write-me"; then
	echo "FAIL: the stamp changes nothing"
	exit 1
fi

"$holdfast" run --disk "$tmp/disk.img" main.files
check
[ "$sum" = "$(cksum <"$image")" ] || { echo "FAIL: the default image was changed"; exit 1; }

# Anybody's files, blocks of 1 KiB, twice on the same disk.
mkdir -p "$tmp/tree/sub dir"
cp "$tmp/before" "$tmp/tree/write-me"
head -c 300000 "$image" | tail -c 30000 >"$tmp/tree/sub dir/a file"
: >"$tmp/tree/empty"
ln -s empty "$tmp/tree/link"
"$here/../../tools/mkimage" --block-size 1024 "$tmp/tree" "$tmp/disk.img"
rm -rf "$tmp/want"
dump "$tmp/disk.img" "$tmp/want"
stamp "$tmp/want/write-me"
for _ in 1 2; do
	"$holdfast" run --disk "$tmp/disk.img" main.files
	check
done

# No manifest, no write-me, never written to.
rm "$tmp/tree/write-me"
truncate -s 2M "$tmp/plain.img"
mke2fs -q -F -t ext2 -b 2048 -d "$tmp/tree" "$tmp/plain.img"
cp "$tmp/plain.img" "$tmp/plain.orig"
"$holdfast" run --disk "$tmp/plain.img" main.files | tee "$tmp/log"
grep -q "read, not compared" "$tmp/log" || { echo "FAIL: nothing says that there is no manifest"; exit 1; }
cmp "$tmp/plain.img" "$tmp/plain.orig" || { echo "FAIL: a file was changed"; exit 1; }

# A snapshot keeps the image as it is.
cp "$tmp/before" "$tmp/tree/write-me"
"$here/../../tools/mkimage" "$tmp/tree" "$tmp/disk.img"
cp "$tmp/disk.img" "$tmp/plain.orig"
"$holdfast" run --snapshot --disk "$tmp/disk.img" main.files
cmp "$tmp/disk.img" "$tmp/plain.orig" || { echo "FAIL: --snapshot changed the image"; exit 1; }
# Nor does a read-only disk, which needs no more than the right to read.
chmod 444 "$tmp/disk.img"
"$holdfast" run --disk "$tmp/disk.img,ro" main.files | tee "$tmp/log"
grep -q "nothing was changed: write-me: EROFS" "$tmp/log" || { echo "FAIL: EROFS is not named"; exit 1; }
cmp "$tmp/disk.img" "$tmp/plain.orig" || { echo "FAIL: a read-only disk was changed"; exit 1; }
# --timeout rules a scenario that asks for more time, too.
status=0
"$holdfast" run --timeout 1ms --disk "$tmp/disk.img,ro" main.files >"$tmp/log" || status=$?
grep -q "^TIMEOUT main.files" "$tmp/log" || { cat "$tmp/log"; echo "FAIL: --timeout 1ms: status $status"; exit 1; }
echo "main job: as expected"
