#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# embed.sh: write an assembler file that holds a guest image.
# usage: embed.sh GUEST.elf OUT.S SYMBOL
set -eu
elf=$(realpath "$1")
symbol=$3
cat >"$2" <<EOF
	.section .rodata.$symbol, "a", @progbits
	.balign 4096
	.globl $symbol, ${symbol}_end
$symbol:
	.incbin "$elf"
${symbol}_end:
	.byte 0
	.section .note.GNU-stack, "", @progbits
EOF
