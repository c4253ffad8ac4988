#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run_lab.sh: every scenario on true nested paging, in the NPT lab.
# usage: run_lab.sh NPT_LAB BUILD
set -eu
. "$(dirname "$0")/count.sh"
run_and_count "$1" --build "$2" -- ./holdfast run
