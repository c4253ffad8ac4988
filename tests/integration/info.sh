#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# info.sh: holdfast info names this machine's KVM, and how it runs ring 0.
# usage: info.sh HOLDFAST
set -u
holdfast=$1 passed=0 failed=0
expect() { # what, grep pattern
	if grep -qE "$2" "$log"; then passed=$((passed + 1)); else
		failed=$((failed + 1))
		echo "not there: $1"
	fi
}
log=$(mktemp)
trap 'rm -f "$log" "$log.run"' EXIT
"$holdfast" info >"$log" 2>&1 || { echo "skipped: no guest can run here"; exit 77; }
# Whatever module it is: kvm_intel, kvm_amd or another one's.
for m in /sys/module/kvm_*; do
	[ -d "$m" ] || continue
	expect "module ${m##*/}" "^vendor module  kvm_"
	break
done
expect "ring 0" '^ring 0         (run by the processor \([0-9.]+ ns an instruction\)|emulated by the host: [0-9]+ ns an instruction)'
# As the kernel has it, which leaves out blanks around it.
name=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1 | sed 's/ *$//')
case $name in
"" | unknown) ;;
*) expect "the processor's name" "^CPU            $(printf %s "$name" | sed 's/[][()*+?.^$|{}\\]/\\&/g')\$" ;;
esac
# A run says the same of ring 0, from what the guest itself has measured.
"$holdfast" run boot.smoke >"$log.run" 2>&1
if grep -q '^ring 0         emulated' "$log"; then want=1; else want=0; fi
if [ "$(grep -c '^ring 0 of the guest: emulated' "$log.run")" = "$want" ]; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
	echo "info and run differ about ring 0"
	cat "$log.run"
fi
[ "$failed" = 0 ] || cat "$log"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
