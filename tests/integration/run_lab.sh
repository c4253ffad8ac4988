#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run_lab.sh: every scenario on true nested paging, in the NPT lab.
# What became of each is left in the build folder, for tools/conformance.
# usage: run_lab.sh NPT_LAB BUILD
set -eu
. "$(dirname "$0")/count.sh"
lab=$(realpath "$1") build=$(realpath "$2")
cd "$build" # where --out puts it
rm -f verdicts-lab.json
run_and_count "$lab" --build "$build" --out verdicts-lab.json -- ./holdfast run --report json=verdicts-lab.json
