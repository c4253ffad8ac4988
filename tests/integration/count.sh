# SPDX-License-Identifier: BSD-2-Clause
# count.sh: sourced by tests that run scenarios and are counted one by one.

# Runs the command, shows its output, and ends with the lines that
# tools/check adds up, one for each run in it; exits with the command's status.
run_and_count() {
	out=$(mktemp)
	status=0
	"$@" >"$out" 2>&1 || status=$?
	cat "$out"
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
