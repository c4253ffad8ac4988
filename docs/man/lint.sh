#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# lint.sh: the manual pages are good mdoc and can be shown.
#
# usage: lint.sh DIRECTORY
# Exit status: 0 they are, 1 they are not, 77 there is no mandoc here.
set -u
command -v mandoc >/dev/null || { echo "skipped: no mandoc here (package mandoc)"; exit 77; }
bad=0 pages=0
for page in "$1"/*.[1-9]; do
	pages=$((pages + 1))
	# References to FreeBSD's own pages stay; the system is ours.
	if mandoc -Tlint -W style "$page" 2>/dev/null |
	    grep -v -e 'referenced manual not found' -e 'operating system explicitly specified'; then
		bad=1
	fi
	mandoc -Tmarkdown "$page" 2>/dev/null | grep -q '^# SYNOPSIS' || { echo "$page: not shown"; bad=1; }
done
echo "$pages pages"
[ "$pages" -gt 0 ] && [ "$bad" = 0 ]
