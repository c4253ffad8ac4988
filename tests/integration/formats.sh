#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# formats.sh: reports of a real run, read by parsers that are not ours.
#
# usage: formats.sh HOLDFAST SELFTEST_ELF
# Exit status: 0 good, 1 bad, 77 no guest can run here or no parser is here.
set -u
holdfast=$1 elf=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0 done=0

"$holdfast" info >/dev/null 2>&1 || {
	echo "skipped: no guest can run here"
	exit 77
}

# A pass, a failure with odd characters, a skip, a death, one after it.
scenarios="selftest.pass selftest.fail selftest.skip selftest.panic
    selftest.then"

check() {
	name=$1
	shift
	done=$((done + 1))
	if "$@" >"$work/parsed" 2>&1; then
		echo "ok   $name"
	else
		bad=$((bad + 1))
		echo "FAIL $name"
		sed 's/^/     | /' "$work/parsed"
	fi
}

for format in tap junit json; do
	# shellcheck disable=SC2086 # words
	timeout 120 "$holdfast" run --kernel "$elf" --format $format \
	    --output "$work/report.$format" $scenarios >"$work/stdout"
	got=$?
	check "status_$format" [ $got = 3 ]
	check "silent_$format" [ ! -s "$work/stdout" ]
done

if perl -MTAP::Parser -e 1 2>/dev/null; then
	# shellcheck disable=SC2016 # perl's variables
	check tap_parser perl -MTAP::Parser -e '
		local $/; open my $f, "<", $ARGV[0] or die;
		my $p = TAP::Parser->new({ tap => <$f> });
		while (my $r = $p->next) { die "unknown: " . $r->as_string if $r->is_unknown }
		die join "\n", $p->parse_errors if $p->parse_errors;
		die "plan " . $p->plan unless $p->plan eq "1..5";
		die "passed " . join ",", $p->passed unless $p->passed == 3;
		die "skipped " . join ",", $p->skipped unless $p->skipped == 1;
	' "$work/report.tap"
fi
if command -v xmllint >/dev/null; then
	check junit_well_formed xmllint --noout "$work/report.junit"
	check junit_counts sh -c '[ "$(xmllint --xpath "concat(
	    count(//testcase), \" \", count(//failure), \" \",
	    count(//error), \" \", count(//skipped), \" \",
	    /testsuites/@tests, \" \", /testsuites/@failures, \" \",
	    /testsuites/@errors, \" \", /testsuites/@skipped)" "$0")" \
	    = "5 1 1 1 5 1 1 1" ]' "$work/report.junit"
	check junit_backtrace sh -c 'xmllint --xpath \
	    "string(//testcase[@name=\"panic\"]/system-err)" "$0" |
	    grep -q "panic_innermost tests/selftest/deaths.c:"' \
	    "$work/report.junit"
fi
if command -v jq >/dev/null; then
	check json_counts sh -c '[ "$(jq -r "[.status, .totals.scenarios,
	    .totals.passed, .totals.failed, .totals.skipped,
	    (.scenarios | length)] | join(\" \")" "$0")" = "3 5 2 2 1 5" ]' \
	    "$work/report.json"
	check json_failure sh -c '[ "$(jq -r ".scenarios[] |
	    select(.id == \"selftest.fail\") | .failures | length" "$0")" \
	    = 2 ]' "$work/report.json"
	check json_list sh -c '"$0" list --json --kernel "$1" |
	    jq -e "map(.id) | index(\"selftest.pass\") != null"' \
	    "$holdfast" "$elf"
elif command -v python3 >/dev/null; then
	check json_well_formed python3 -m json.tool "$work/report.json"
fi

# In a pipe: plain lines, no escape sequences, no carriage returns.
timeout 120 "$holdfast" run --kernel "$elf" selftest.pass selftest.fail |
    cat >"$work/pipe"
check pretty_plain sh -c '! grep -q "[[:cntrl:]]" "$0"' "$work/pipe"
check pretty_lines grep -q "^pass    selftest.pass" "$work/pipe"
# On a terminal: a live line for each scenario.
if command -v script >/dev/null; then
	script -qec "timeout 120 '$holdfast' run --kernel '$elf' selftest.pass" \
	    "$work/tty" >/dev/null </dev/null
	check pretty_live grep -qF '[1/1] selftest.pass' "$work/tty"
fi

echo "$done checks, $bad bad"
[ "$bad" = 0 ] && [ "$done" != 0 ]
