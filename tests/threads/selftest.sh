#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# selftest.sh: the thread sanitizer sees the races of planted.c, and no others.
# usage: selftest.sh PROGRAM
set -u
export TSAN_OPTIONS=halt_on_error=1:exitcode=66:atexit_sleep_ms=0

right() { # ID STATUS OUTPUT
	case $1 in
	racy.*) [ "$2" -ne 0 ] && echo "$3" | grep -q "ThreadSanitizer: data race" ;;
	*) [ "$2" -eq 0 ] ;;
	esac
}

passed=0
failed=0
for id in racy.plain racy.mixed racy.publish clean.publish clean.volatile; do
	out=$("$1" "$id" 2>&1)
	status=$?
	if right "$id" "$status" "$out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'failed: %s: status %s\n%s\n' "$id" "$status" "$out"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
