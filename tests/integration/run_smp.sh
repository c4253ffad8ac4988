#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run_smp.sh: what CPUs do to each other, with 4 and with 8 of them.
# usage: run_smp.sh kvm HOLDFAST | qemu QEMU_RUN BUILD | lab NPT_LAB BUILD
set -eu
. "$(dirname "$0")/count.sh"
ground=$1 run=$2 build=${3:-}
# Ring 0 is emulated slowly under this /dev/kvm: a part will do there.
set -- 'pmap.tlb_*' 'pmap.quick_*' 'kern.*crossing' kern.locks_interrupted kern.parallel \
    page.free_invalid_owner page.busy_excludes
[ "$ground" = kvm ] || set -- "$@" 'pmap.every_cpu_*' fault.random wire.random wire.threads \
    hold.empty_race hold.truncate_race

# shellcheck disable=SC2317 # run_and_count calls it
with_4_and_8() {
	case $ground in
	kvm)
		"$run" run --cpus 4 "$@" &&
		    "$run" run --cpus 8 "$@"
		;;
	qemu)
		"$run" --build "$build" --smp 4 "$@" &&
		    "$run" --build "$build" --smp 8 "$@"
		;;
	lab) # one start of the lab for both
		"$run" --build "$build" -- busybox sh -ec '
			./holdfast run --cpus 4 "$@"
			./holdfast run --cpus 8 "$@"' sh "$@"
		;;
	esac
}

[ "$ground" != kvm ] || need_kvm
run_and_count with_4_and_8 "$@"
