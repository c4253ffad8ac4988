#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run_kvm.sh: every scenario on this machine's KVM.
# What became of each is left in the build folder, for tools/conformance.
# usage: run_kvm.sh HOLDFAST
set -eu
. "$(dirname "$0")/count.sh"
need_kvm
run_and_count "$1" run --report json="$(dirname "$1")/verdicts-kvm.json"
