#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# mkimage.sh: images are as large as their tree needs, whatever it is made of.
#
# usage: mkimage.sh MKIMAGE
set -eu

mkimage=$1
PATH=$PATH:/usr/sbin:/sbin
for tool in mke2fs debugfs e2fsck dumpe2fs; do
	command -v $tool >/dev/null || { echo "skipped: $tool is missing"; exit 77; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0 cases=0
fail() { echo "FAIL: $*"; failed=1; }

field() { dumpe2fs -h "$tmp/image" 2>/dev/null | sed -n "s/^$1: *//p"; }

try() { # NAME DIR: made by each block size, clean, and not much too large
	for block in 1024 2048 4096; do
		cases=$((cases + 1))
		"$mkimage" --block-size $block "$2" "$tmp/image" >"$tmp/log" 2>&1 ||
			{ fail "$1, blocks of $block: $(cat "$tmp/log")"; continue; }
		e2fsck -fn "$tmp/image" >"$tmp/log" 2>&1 || fail "$1, blocks of $block: not clean"
		count=$(field 'Block count') free=$(field 'Free blocks')
		[ "$free" -le $((count / 12 + 120)) ] ||
			fail "$1, blocks of $block: $free of $count blocks are free"
	done
}

mkdir "$tmp/empty"
try empty "$tmp/empty"

mkdir "$tmp/small"
i=0
while [ $i -lt 3000 ]; do
	echo $i >"$tmp/small/a-file-with-a-rather-long-name-$i"
	i=$((i + 1))
done
try "many small files" "$tmp/small"

# Names, links, holes: what du counts otherwise than ext2 does.
mkdir -p "$tmp/odd/with space/deep/deeper/deepest"
head -c 700000 /dev/zero | tr '\0' x >"$tmp/odd/file"
for i in 1 2 3 4 5 6 7 8; do ln "$tmp/odd/file" "$tmp/odd/link$i"; done
truncate -s 3G "$tmp/odd/sparse"
printf tail | dd of="$tmp/odd/sparse" bs=1 seek=3000000000 conv=notrunc status=none
for i in 1 2 3 4 5 6 7 8 9; do
	ln -s "$(printf '%0200d' $i)" "$tmp/odd/with space/long$i"
	ln -s short "$tmp/odd/with space/deep/deeper/deepest/short$i"
done
# The manifest reads the file whole: smaller than 3 GiB is enough for that.
truncate -s 300M "$tmp/odd/sparse"
try "links and holes" "$tmp/odd"

mkdir "$tmp/large"
head -c 70000000 /dev/zero | tr '\0' y >"$tmp/large/data"
try "triple indirection" "$tmp/large"

# Sizes.
"$mkimage" --size 9M "$tmp/empty" "$tmp/image"
[ "$(stat -c %s "$tmp/image")" = $((9 << 20)) ] || fail "--size 9M: $(stat -c %s "$tmp/image") bytes"
"$mkimage" --size 3000000 "$tmp/empty" "$tmp/image"
[ "$(stat -c %s "$tmp/image")" = 2998272 ] || fail "--size 3000000: $(stat -c %s "$tmp/image") bytes"
for size in 5X M -1 2M0 1.5M; do
	status=0
	"$mkimage" --size "$size" "$tmp/empty" "$tmp/image" 2>"$tmp/log" || status=$?
	[ $status = 2 ] && grep -q -- "--size $size" "$tmp/log" || fail "--size $size: status $status"
done
cp "$tmp/image" "$tmp/before"
"$mkimage" --size 1M "$tmp/large" "$tmp/image" 2>"$tmp/log" && fail "70 MB fit in 1M"
cmp -s "$tmp/image" "$tmp/before" || fail "an image that could not be made replaced one"

[ ! -d /usr/include/linux ] || try /usr/include/linux /usr/include/linux
[ $failed = 0 ] && echo "mkimage: $cases images as expected"
exit $failed
