#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# decode.sh: a captured console log gives the verdicts of the run itself.
#
# usage: decode.sh HOLDFAST SELFTEST_ELF
# Exit status: 0 good, 1 bad, 77 no guest can run here.
set -u
holdfast=$1 elf=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

"$holdfast" info >/dev/null 2>&1 || {
	echo "skipped: no guest can run here"
	exit 77
}

# capture NAME PATTERN...: plan and log of one boot, as another VMM has them.
capture() {
	name=$1
	shift
	"$holdfast" plan --kernel "$elf" --seed 7 "$@" >"$work/$name.plan" &&
	    timeout 60 "$holdfast" boot --kernel "$elf" \
	    --module "$work/$name.plan" >"$work/$name.log" 2>/dev/null
}

# expect NAME STATUS "DECODE ARGUMENTS" LINE...
expect() {
	name=$1 status=$2 arguments=$3
	shift 3
	# shellcheck disable=SC2086 # words
	"$holdfast" decode --kernel "$elf" --plan "$work/$name.plan" \
	    $arguments "$work/$name.log" >"$work/out" 2>&1
	got=$? wrong=
	[ $got = "$status" ] || wrong="status $got instead of $status"
	for line in "$@"; do
		grep -qF -- "$line" "$work/out" || wrong="$wrong; missing: $line"
	done
	if [ -z "$wrong" ]; then
		echo "ok   $name"
	else
		bad=1
		echo "FAIL $name: $wrong"
		sed 's/^/     | /' "$work/out"
	fi
}

capture good selftest.pass selftest.then
expect good 0 "--qemu-status 3 --vmm QEMU" "on QEMU" "pass    selftest.pass" \
    "2 scenarios: 2 passed, 0 failed, 0 skipped"
expect good 0 "" "pass    selftest.pass"
expect good 0 "--format tap" "1..2" "ok 1 - selftest.pass"

capture dead selftest.hidden selftest.panic selftest.then
expect dead 3 "--qemu-status 5" "pass    selftest.hidden" \
    "DIED    selftest.panic" "panic_innermost tests/selftest/deaths.c:" \
    "LOST    selftest.then" "3 scenarios: 1 passed, 2 failed"

# The end of the log is lost: the scenario that ran has not passed.
capture cut selftest.pass
grep -av ' end id=' "$work/cut.log" >"$work/cut.new"
mv "$work/cut.new" "$work/cut.log"
expect cut 5 "" "DISBELIEVED selftest.pass" "sequence number"
sed '/ begin id=/q' "$work/good.log" >"$work/half.log"
cp "$work/good.plan" "$work/half.plan"
expect half 3 "" "DIED    selftest.pass" "the console log ends here"
expect half 4 "--qemu-status 124" "TIMEOUT selftest.pass"

# Another run's log: nothing in it counts.
cp "$work/good.log" "$work/other.log"
"$holdfast" plan --kernel "$elf" selftest.pass >"$work/other.plan"
expect other 5 "" "the nonce is not that of the run plan"

# A log of nothing.
cp "$work/good.plan" "$work/silent.plan"
echo "SeaBIOS was here" >"$work/silent.log"
expect silent 5 "" "no scenario reported anything" "| SeaBIOS was here"

exit $bad
