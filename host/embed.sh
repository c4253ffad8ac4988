#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# embed.sh: write an assembler file that holds the guest image.
set -eu
elf=$(realpath "$1")
cat >"$2" <<EOF
	.section .rodata.hf_guest_image, "a", @progbits
	.balign 4096
	.globl hf_guest_image, hf_guest_image_end
hf_guest_image:
	.incbin "$elf"
hf_guest_image_end:
	.byte 0
	.section .note.GNU-stack, "", @progbits
EOF
