#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh: runs a test that is built with the thread sanitizer.
# usage: run.sh COMMAND PROGRAM
# COMMAND, or "-" for none, gets PROGRAM as its argument.
#
# Older sanitizers have their tables where a kernel with vm.mmap_rnd_bits above 28 may put
# the program; without randomness it does not, where that may be asked for.
set -eu
command=$1
program=$2
[ "$command" != - ] || command=
set -- "$program"
fixed=
! setarch "$(uname -m)" -R true 2>/dev/null || fixed="setarch $(uname -m) -R"
case $($fixed "$program" no.such.scenario 2>&1 || :) in
*"unexpected memory mapping"*)
	echo "skipped: no thread sanitizer: vm.mmap_rnd_bits is $(cat /proc/sys/vm/mmap_rnd_bits)"
	exit 77
	;;
esac
# shellcheck disable=SC2086 # a command and its arguments, or nothing
exec $fixed $command "$program"
