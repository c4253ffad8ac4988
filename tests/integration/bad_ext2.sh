#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# bad_ext2.sh: every broken file system is named, none harms guest or image.
#
# usage: bad_ext2.sh HOLDFAST
set -eu

holdfast=$1
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
[ -r /dev/kvm ] && [ -w /dev/kvm ] || { echo "skipped: no access to /dev/kvm"; exit 77; }
for tool in mke2fs debugfs; do
	command -v $tool >/dev/null || { echo "skipped: $tool is missing"; exit 77; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$here/make_bad_ext2" "$tmp" >"$tmp/list"
[ "$(wc -l <"$tmp/list")" -ge 30 ] || { echo "FAIL: images are missing"; exit 1; }

failed=0 tab=$(printf '\t')
fail() { echo "FAIL: $(basename "$img"): $*"; failed=1; sed 's/^/    /' "$tmp/out"; }
run() { # wanted status
	sum=$(cksum <"$img") status=0
	timeout 60 "$holdfast" run --cpus 1 --disk "$img" main.files >"$tmp/out" 2>&1 || status=$?
	[ $status -eq "$1" ] || fail "status $status instead of $1"
	[ "$sum" = "$(cksum <"$img")" ] || changed
}

changed() { fail "the image was changed"; }
img=$tmp/good.img
cp "$img" "$tmp/good.orig"
(changed() { :; }; run 0)
cmp -s "$img" "$tmp/good.orig" && fail "nothing was written where it may be"
cp "$tmp/good.orig" "$img"
while IFS=$tab read -r wanted img text; do
	run "$wanted"
	grep -qF -- "$text" "$tmp/out" || fail "no message with \"$text\""
	grep -q "^DIED\|^LOST\|panic" "$tmp/out" && fail "the guest died"
done <"$tmp/list"
[ $failed -eq 0 ] && echo "$(wc -l <"$tmp/list") broken images: as expected"
exit $failed
