#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# selftest.sh: the thread sanitizer sees the races of planted.c, and no others.
# usage: selftest.sh PROGRAM
set -u
export TSAN_OPTIONS=halt_on_error=1:exitcode=66:atexit_sleep_ms=0
passed=0
failed=0
for id in racy.plain racy.mixed racy.publish clean.publish clean.volatile; do
	out=$("$1" "$id" 2>&1)
	status=$?
	case $id in
	racy.*)
		echo "$out" | grep -q "ThreadSanitizer: data race"
		[ $? -eq 0 ] && [ "$status" -ne 0 ]
		;;
	*) [ "$status" -eq 0 ] ;;
	esac
	if [ $? -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'failed: %s: status %s\n%s\n' "$id" "$status" "$out"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
