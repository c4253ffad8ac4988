#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run_qemu.sh: every scenario under QEMU microvm, another VMM and device.
# BT-01: the image is the one that boots in our VMM; BT-13: it ends QEMU itself.
# usage: run_qemu.sh QEMU_RUN BUILD [argument of qemu-run]...
set -eu
. "$(dirname "$0")/count.sh"
run=$1 build=$2
shift 2
run_and_count "$run" --build "$build" "$@"
