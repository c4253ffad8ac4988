#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run_qemu.sh: every scenario under QEMU microvm, another VMM and device.
# BT-01: the image is the one that boots in our VMM; BT-13: it ends QEMU itself.
# Without arguments of qemu-run what became of each is left in BUILD, for tools/conformance.
# usage: run_qemu.sh QEMU_RUN BUILD [argument of qemu-run]...
set -eu
. "$(dirname "$0")/count.sh"
run=$1 build=$2
shift 2
[ $# -gt 0 ] || set -- --report json="$build/verdicts-qemu.json"
run_and_count "$run" --build "$build" "$@"
