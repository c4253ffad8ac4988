# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# count.sh: sourced by tests that run scenarios and are counted one by one.

# The lab's processor is emulated, and with many CPUs it loses its way once in
# some thousand scenarios, at the end of a VMRUN: KVM is told of a triple fault,
# with the registers of the Linux that KVM itself runs in.  That Linux has its
# IDT where no guest of ours has one.  It says nothing of the guest.
FOREIGN_IDT='idt fffffe0000000000/fff'

# Runs the command, shows its output, and ends with the lines that
# tools/check adds up, one for each run in it; exits with the command's status.
# A run in which the lab lost its way is made once more, and only once.
run_and_count() {
	out=$(mktemp)
	status=0
	"$@" >"$out" 2>&1 || status=$?
	cat "$out"
	if [ "$status" -ne 0 ] && grep -q "$FOREIGN_IDT" "$out"; then
		echo "once more: these were the registers of the lab's own Linux"
		status=0
		"$@" >"$out" 2>&1 || status=$?
		cat "$out"
	fi
	sed -n 's/^[0-9]* scenarios: \([0-9]* passed, [0-9]* failed, [0-9]* skipped\).*/\1/p' \
		"$out"
	rm -f "$out"
	exit "$status"
}

need_kvm() {
	if [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
		echo "skipped: this user cannot open /dev/kvm (see holdfast info)"
		exit 77
	fi
}
