#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# badinput.sh: what a user can get wrong, each with a clear message and status.
#
# usage: badinput.sh HOLDFAST GUEST_ELF SELFTEST_ELF
# Exit status: 0 all as documented, 1 not so, 77 nothing could be tried.
set -u
holdfast=$1 elf=$2 selftest=$3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
bad=0 done=0 skipped=0
first=$("$holdfast" list --kernel "$elf" | sed -n '1s/ .*//p')

report() {
	name=$1 wrong=$2
	done=$((done + 1))
	if [ -z "$wrong" ]; then
		echo "ok   $name"
		return
	fi
	bad=$((bad + 1))
	echo "FAIL $name: $wrong"
	sed 's/^/     | /' "$work/out" "$work/err"
}

# expect NAME STATUS MESSAGE COMMAND...: the message is on standard error,
# nothing is on standard output.
expect() {
	name=$1 status=$2 message=$3
	shift 3
	timeout 60 "$@" >"$work/out" 2>"$work/err"
	got=$?
	wrong=
	[ "$got" = "$status" ] || wrong="status $got instead of $status"
	grep -qF -- "$message" "$work/err" ||
	    wrong="$wrong; no '$message' on standard error"
	grep -q '^holdfast: ' "$work/err" ||
	    wrong="$wrong; the message does not name the program"
	[ ! -s "$work/out" ] || wrong="$wrong; standard output is not empty"
	report "$name" "$wrong"
}

skip() {
	skipped=$((skipped + 1))
	echo "skip $1: $2"
}

# --- the command line ------------------------------------------------------
expect no_command 2 "no command given" "$holdfast"
expect unknown_command 2 "unknown command 'rum'" "$holdfast" rum
expect suggested_command 2 "(did you mean 'bench'?)" "$holdfast" bnech
expect help_of_nothing 2 "unknown command 'rum'" "$holdfast" help rum
expect suggested_pattern 2 "no scenario matches 'fualt' (did you mean 'fault'?)" \
    "$holdfast" run fualt
expect ambiguous_pattern 2 "is the beginning of" "$holdfast" run fau
for n in 0 -1 none 1x all/ all/0 4294967296; do
	expect "fail_nth_$n" 2 "--fail-nth: '$n'" "$holdfast" run --fail-nth "$n" boot.smoke
done
expect fail_nth_empty 2 "--fail-nth: the value is empty" "$holdfast" run --fail-nth= boot.smoke
expect fail_nth_what 2 "Give a PATTERN" "$holdfast" run --fail-nth all
expect fail_nth_pattern 2 "no scenario matches 'fualt'" "$holdfast" run --fail-nth all fualt
expect fail_nth_release 2 "this guest has no failure points" \
    "$holdfast" run --kernel "${elf%.elf}-release.elf" --fail-nth all boot.smoke
cp "$elf" "$work/disk.img"
expect fail_nth_disk 2 "add --snapshot" \
    "$holdfast" run --disk "$work/disk.img" --fail-nth 1 boot.smoke
expect disk_not_there 2 "'/does/not/exist': No such file or directory" \
    "$holdfast" run --disk /does/not/exist boot.smoke
expect disk_not_there_bench 2 "'/does/not/exist': No such file or directory" \
    "$holdfast" bench --disk /does/not/exist trap_floor
expect faulty_garbage 2 '--faulty: "garbage" is not KIND@N=ACTION' \
    "$holdfast" run --faulty garbage boot.smoke
expect param_malformed 2 "--param: 'effort' is not NAME=VALUE" \
    "$holdfast" run --param effort boot.smoke
expect param_unknown 2 "(did you mean 'effort'?)" \
    "$holdfast" run --param efort=2 boot.smoke
expect param_no_number 2 "the value is not a number" \
    "$holdfast" plan --param effort=lots boot.smoke
expect unknown_option 2 "unknown option '--dsik'" "$holdfast" run --dsik x
expect unknown_top_option 2 "unknown option '--verbose'" "$holdfast" --verbose
expect missing_value 2 "--disk needs a value" "$holdfast" run --disk
expect bad_format 2 "--format: 'xml' is none of pretty, tap, junit, json" \
    "$holdfast" run --format xml
expect bad_timeout 2 "--timeout: 'soon' is not a duration" \
    "$holdfast" run --timeout soon
expect no_scenario 2 "no scenario matches 'no.such'" "$holdfast" run no.such
expect decode_without_plan 2 "--plan is needed" "$holdfast" decode log
expect list_unknown 2 "unknown option '--jsno'" "$holdfast" list --jsno
expect info_unknown 2 "unknown option '-x'" "$holdfast" info -x

# --- memory and CPUs -------------------------------------------------------
expect memory_zero 2 "--memory: 0 is out of range" \
    "$holdfast" run --memory 0 "$first"
expect memory_small 2 "--memory: 1M is out of range" \
    "$holdfast" run --memory 1M "$first"
expect memory_large 2 "--memory: 2T is out of range" \
    "$holdfast" run --memory 2T "$first"
expect memory_huge 2 "--memory: '99999999999999999999G' is not a size" \
    "$holdfast" run --memory 99999999999999999999G "$first"
expect memory_words 2 "--memory: 'lots' is not a size" \
    "$holdfast" run --memory lots "$first"
expect fuzz_no_step 2 "--plan: step 2, 'p0 jump 3': there is no such step" \
    "$holdfast" fuzz --plan 'p0 store 3; p0 jump 3'
expect fuzz_no_page 2 "a page is a number from 0 to 11" "$holdfast" fuzz --plan 'p0 store 12'
expect fuzz_empty 2 "there is no step in it" "$holdfast" fuzz --plan ' ; '
expect fuzz_no_file 2 "No such file or directory" "$holdfast" fuzz --plan @/nonexistent
expect fuzz_two_plans 2 "--plan says what is done" "$holdfast" fuzz --plan 'p0 exit' --seed 1
expect fuzz_plan_threads 2 "--plan: step 1, 'p0 exit': there is no such step" \
    "$holdfast" fuzz --plan 'p0 exit' --threads 2
expect fuzz_plan_thread 2 "--plan: p2 is none of 2 threads" "$holdfast" fuzz --plan 'p2 load 3' --threads 2
expect fuzz_many_steps 2 "are more than fit into a plan" "$holdfast" fuzz --threads 8 --steps 500
expect fuzz_repeats 2 "--repeats is for --threads" "$holdfast" fuzz --repeats 3
expect fuzz_many_threads 2 "--threads: 9 is out of range" "$holdfast" fuzz --threads 9
expect fuzz_no_steps 2 "--steps: 0 is out of range" "$holdfast" fuzz --steps 0
expect fuzz_pattern 2 "fuzz takes no pattern ('wire')" "$holdfast" fuzz wire
expect fuzz_other_guest 2 "has no scenario fuzz.plan" "$holdfast" fuzz --kernel "$selftest"
expect cpus_zero 2 "--cpus: 0 is out of range" "$holdfast" run --cpus 0
expect cpus_many 2 "--cpus: 1000 is out of range" "$holdfast" run --cpus 1000

# --- guest images ----------------------------------------------------------
expect kernel_missing 2 "$work/none" "$holdfast" run --kernel "$work/none"
expect kernel_directory 2 "$work" "$holdfast" run --kernel "$work"
: >"$work/empty"
expect kernel_empty 2 "$work/empty" "$holdfast" run --kernel "$work/empty"
echo "not an ELF file at all, but long enough to look at its beginning" \
    >"$work/text"
expect kernel_text 2 "not an ELF file" "$holdfast" run --kernel "$work/text"
# e_machine is the halfword at 18: 0xb7 is AArch64.
cp "$elf" "$work/arm" && chmod u+w "$work/arm"
printf '\267\0' | dd of="$work/arm" bs=1 seek=18 conv=notrunc 2>/dev/null
expect kernel_other_machine 2 "an ELF file for another machine" \
    "$holdfast" run --kernel "$work/arm"
expect kernel_no_guest 2 "this is not a holdfast guest" \
    "$holdfast" run --kernel "$holdfast"
for n in 20 64 1000 5000; do
	head -c $n "$elf" >"$work/short"
	expect "kernel_first_${n}_bytes" 2 "$work/short" \
	    "$holdfast" run --kernel "$work/short"
done

# --- output ----------------------------------------------------------------
expect output_directory 2 "--output $work" \
    "$holdfast" run --output "$work" "$first"
expect output_nowhere 2 "--output $work/a/b" \
    "$holdfast" run --output "$work/a/b" "$first"

# Standard output is where the message cannot go.
stdout_full() {
	name=$1
	shift
	timeout 60 "$@" >/dev/full 2>"$work/err"
	got=$? wrong=
	: >"$work/out"
	[ "$got" = 5 ] || wrong="status $got instead of 5"
	grep -q "holdfast: cannot write .*No space left" "$work/err" ||
	    wrong="$wrong; no message"
	report "$name" "$wrong"
}
stdout_full help_full "$holdfast" --help
stdout_full list_full "$holdfast" list --kernel "$elf"
stdout_full list_json_full "$holdfast" list --json --kernel "$elf"

# --- bench and compare -----------------------------------------------------
# What cannot be written is refused before measuring.
expect bench_few_samples 2 "--samples: 1 is out of range" \
	"$holdfast" bench --samples 1
expect bench_no_class 2 "no bench matches 'nothing*'" \
	"$holdfast" bench 'nothing*'
expect bench_json_nowhere 2 "--json $work/a/b" \
	"$holdfast" bench --json "$work/a/b"
expect bench_report_directory 2 "--report $work" \
	"$holdfast" bench --report "$work"
expect compare_one 2 "compare takes two files, not 1" "$holdfast" compare x
expect compare_none 2 "cannot read $work/none" \
	"$holdfast" compare "$work/none" "$work/none"
expect compare_text 2 "$work/text is no JSON, or damaged" \
	"$holdfast" compare "$work/text" "$work/text"
bench_json() {
	echo '{"holdfast_bench":1,"environment":{"tsc_hz":1000000000,'
	echo '"tsc_error_ppm":1.0,"memory_bytes":1,"cpus":1,"seed":1,'
	echo '"recorder_ticks":1,"version":"","accelerator":"","cpu":"",'
	echo '"host_kernel":"","backing":"","disk":"","options":"","build":""},'
	echo '"classes":[{"name":"'"$1"'","ops_per_sample":1,'
	echo '"round_median_ticks_per_op":[],"apart":'"$2"','
	echo '"ticks_per_sample":'"$2"',"layers":{},"kvm":{}}]}'
}
empty='{"count":0,"sum":0,"min":0,"max":0,"buckets":[]}'
bench_json one "$empty" >"$work/one.json"
bench_json two "$empty" >"$work/two.json"
bench_json one '{"count":1}' >"$work/broken.json"
expect compare_nothing_common 2 "have no class in common" \
	"$holdfast" compare "$work/one.json" "$work/two.json"
expect compare_broken 2 "broken.json: a value is missing or out of range" \
	"$holdfast" compare "$work/one.json" "$work/broken.json"

# --- decode ----------------------------------------------------------------
"$holdfast" plan --kernel "$elf" "$first" >"$work/plan" 2>/dev/null
expect decode_no_log 2 "$work/none" \
    "$holdfast" decode --kernel "$elf" --plan "$work/plan" "$work/none"
expect decode_bad_plan 2 "$work/text, line 1: the first line of a plan" \
    "$holdfast" decode --kernel "$elf" --plan "$work/text" "$work/plan"

# --- no KVM ----------------------------------------------------------------
cp "$holdfast" "$work/holdfast" && chmod 755 "$work/holdfast"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null &&
    [ -e /dev/kvm ]; then
	as_nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
	# shellcheck disable=SC2086 # words
	if $as_nobody test -w /dev/kvm; then
		skip kvm_permission "everybody may use /dev/kvm here"
	else
		# shellcheck disable=SC2086 # words
		expect kvm_permission 2 "/dev/kvm" \
		    $as_nobody "$work/holdfast" run "$first"
	fi
else
	skip kvm_permission "needs root, setpriv and /dev/kvm"
fi
if [ -e /dev/kvm ] &&
    unshare -rm mount --bind /dev/null /dev/kvm 2>/dev/null; then
	expect kvm_is_no_kvm 2 "/dev/kvm" unshare -rm sh -c \
	    'mount --bind /dev/null /dev/kvm && exec "$0" run "$1"' \
	    "$work/holdfast" "$first"
else
	skip kvm_is_no_kvm "cannot mount over /dev/kvm here"
fi

# --- disks: from here on a guest must be able to start ----------------------
if ! "$holdfast" info >/dev/null 2>&1; then
	skip disks "no guest can run here"
else
	expect disk_missing 2 "$work/none" \
	    "$holdfast" run --disk "$work/none" "$first"
	expect disk_directory 2 "$work" \
	    "$holdfast" run --disk "$work" "$first"
	expect disk_empty 2 "$work/empty" \
	    "$holdfast" run --disk "$work/empty" "$first"
	expect disk_odd_size 2 "$work/text" \
	    "$holdfast" run --disk "$work/text" "$first"
	expect disk_ro_nothing 2 "no file is named before ',ro'" \
	    "$holdfast" run --disk ,ro "$first"
	expect disk_ro_snapshot 2 "choose one" \
	    "$holdfast" run --disk "$work/text,ro" --snapshot "$first"
	expect disk_ro_missing 2 "$work/none" \
	    "$holdfast" run --disk "$work/none,ro" "$first"
	expect disk_device 2 "/dev/null" \
	    "$holdfast" run --disk /dev/null "$first"
	expect memory_of_host 2 "--memory 1 TiB: too large" \
	    "$holdfast" run --memory 1T "$first"
	head -c 65536 /dev/zero >"$work/img"
	expect faulty_nonsense 2 "never@1=fail" \
	    "$holdfast" run --disk "$work/img" --faulty never@1=fail "$first"
	expect faulty_no_disk 2 "no disk has that name" \
	    "$holdfast" run --disk "$work/img" --faulty vtbd8:read@1=fail "$first"
	expect faulty_absent 2 "there is no vtbd1; disks of this machine: 1" \
	    "$holdfast" run --disk "$work/img" --faulty vtbd1:read@1=fail "$first"
	expect faulty_again 2 "vtbd0 has a plan already" \
	    "$holdfast" run --disk "$work/img" --faulty read@1=fail \
	    --faulty vtbd0:read@2=fail "$first"
	expect faulty_second 2 "never@1=fail" \
	    "$holdfast" run --disk "$work/img" --disk "$work/img,ro" \
	    --faulty vtbd1:never@1=fail "$first"
	expect disk_twice 2 "as another disk of this machine" \
	    "$holdfast" run --disk "$work/img" --disk "$work/img" "$first"
	expect disk_second 2 "$work/none" \
	    "$holdfast" run --disk "$work/img" --disk "$work/none" "$first"
	expect disk_ninth 2 "8 disks at the most" \
	    "$holdfast" run --disk a --disk a --disk a --disk a --disk a \
	    --disk a --disk a --disk a --disk a "$first"
	# In use by another guest, which hangs until its time is up.
	timeout 60 "$holdfast" run --kernel "$selftest" --disk "$work/img" \
	    selftest.hang >"$work/first" 2>&1 &
	first_guest=$!
	until grep -q '^disk ' "$work/first"; do
		kill -0 $first_guest 2>/dev/null || break
	done
	expect disk_in_use 2 "$work/img" \
	    "$holdfast" run --disk "$work/img" "$first"
	wait $first_guest
	# The image is emptied and rewritten while its guest runs, and read again
	# for the backtrace: the one that was checked is the one that counts.
	cp "$selftest" "$work/k.elf"
	timeout 60 "$holdfast" run --kernel "$work/k.elf" selftest.panic \
	    >"$work/out" 2>"$work/err" &
	guest=$!
	until grep -q '^guest ' "$work/out"; do
		kill -0 $guest 2>/dev/null || break
	done
	: >"$work/k.elf"
	head -c 1000000 /dev/urandom >>"$work/k.elf"
	wait $guest
	got=$? wrong=
	[ "$got" = 3 ] || wrong="status $got instead of 3"
	grep -q "deaths.c:" "$work/out" || wrong="$wrong; no backtrace"
	report kernel_rewritten_meanwhile "$wrong"
	timeout 60 "$holdfast" run --output /dev/full --format tap "$first" \
	    >"$work/out" 2>"$work/err"
	got=$? wrong=
	[ "$got" = 5 ] || wrong="status $got instead of 5"
	grep -q "holdfast: cannot write the report to /dev/full" \
	    "$work/err" || wrong="$wrong; no message"
	report output_full "$wrong"
	stdout_full run_full "$holdfast" run "$first"
fi

echo "$done cases, $bad not as documented, $skipped skipped"
[ "$bad" = 0 ] && [ "$done" != 0 ]
