#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# install.sh: an installed program finds its image, and needs the build no more.
#
# usage: install.sh BUILD_DIR
set -eu
build=$1
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
DESTDIR=$dest meson install -C "$build" --no-rebuild --quiet
program=$(find "$dest" -type f -name holdfast -perm -u+x)
[ -n "$program" ] || { echo "no program was installed"; exit 1; }
disk=$("$program" info | sed -n 's/^default disk *//p') || true
case $disk in
"$dest"/*) ;;
*) echo "the installed program's default disk: '$disk'"; exit 1 ;;
esac
cmp "$disk" "$build/default.img"
cmp "$("$program" info | sed -n 's/^second disk *//p')" "$build/second.img"
if [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
	echo "skipped: /dev/kvm cannot be used"
	exit 77
fi
cd /
"$program" run main.files >"$dest/log" 2>&1 || { cat "$dest/log"; exit 1; }
grep -q '1 passed, 0 failed, 0 skipped' "$dest/log" || { cat "$dest/log"; exit 1; }
