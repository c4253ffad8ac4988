#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# selftest.sh: the explorer finds what was planted, and has it again.
# usage: selftest.sh EXPLORE
set -u
explore=$1
passed=0
failed=0

check() { # NAME CONDITION-STATUS
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "failed: $1"
	fi
}

# ID, a part of what it says, the fewest switches, options...
finds() {
	id=$1 says=$2 least=$3
	shift 3
	out=$("$explore" "$@" "$id")
	check "$id $*: status 1" $(($? != 1))
	echo "$out" | grep -q "$says"
	check "$id $*: says $says" $?
	line=$(echo "$out" | sed -n "s/^replay: tools\/explore --replay '\(.*\)'$/\1/p")
	n=$(echo "$line" | wc -w)
	check "$id $*: cut down to $least switches: $line" $((n != least + 1))
	one=$("$explore" --replay "$line")
	check "$id: replay fails" $(($? != 1))
	two=$("$explore" --replay "$line")
	[ "$one" = "$two" ]
	check "$id: two replays are one run" $?
	echo "$one" | grep -q "$says"
	check "$id: the replay says $says" $?
}

for how in "--seeds 60" "--seeds 0 --sweep 200"; do
	# shellcheck disable=SC2086
	finds planted.deadlock 'waits for the lock "planted".*held by' 1 $how
	# shellcheck disable=SC2086
	finds planted.lost_update 'word == 2' 1 $how
	# shellcheck disable=SC2086
	finds planted.lost_wakeup 'sleeps with "planted"' 1 $how
done
finds planted.seen_between 'seen\[0\]' 2 --seeds 200
"$explore" --seeds 0 --sweep 500 planted.seen_between >/dev/null
check "planted.seen_between: no single switch shows it" $?
"$explore" --seeds 100 --sweep 200 planted.none >/dev/null
check "planted.none: nothing is found where nothing is" $?
"$explore" --seeds 1 'planted.no*such' >/dev/null 2>&1
check "nothing explored is no success" $(($? != 1))
for bad in "--seeds x a" "--replay ''" "--replay no.such" "--replay 'planted.none 1'" "--replay a a" ""; do
	eval "\"\$explore\" $bad" >/dev/null 2>&1
	check "usage: $bad" $(($? != 2))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
