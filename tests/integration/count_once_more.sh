#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# count_once_more.sh: what count.sh runs once more, and what it does not.
set -eu
. "$(dirname "$0")/count.sh"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Fails as often as told, with the text, then passes.
run() {
	echo >>"$dir/runs"
	if [ "$(wc -l <"$dir/runs")" -le "$1" ]; then
		echo "  gdt fffffe0000001000/7f $2"
		echo "1 scenarios: 0 passed, 1 failed, 0 skipped"
		return 1
	fi
	echo "1 scenarios: 1 passed, 0 failed, 0 skipped"
}

# FAILURES TEXT STATUS RUNS LAST-LINE
expect() {
	rm -f "$dir/runs"
	status=0
	(run_and_count run "$1" "$2") >"$dir/out" || status=$?
	runs=$(wc -l <"$dir/runs") last=$(tail -n 1 "$dir/out")
	[ "$status/$runs/$last" = "$3/$4/$5" ] || {
		echo "$1 failures, $2: $status/$runs/$last, not $3/$4/$5"
		exit 1
	}
}

red="0 passed, 1 failed, 0 skipped" green="1 passed, 0 failed, 0 skipped"
expect 0 "$FOREIGN_IDT" 0 1 "$green"
expect 1 "$FOREIGN_IDT" 0 2 "$green"
expect 2 "$FOREIGN_IDT" 1 2 "$red"
expect 1 "idt ffffffff80334000/fff" 1 1 "$red"
