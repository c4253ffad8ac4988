#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# selftest.sh: scenarios that must fail do, each in its documented way.
#
# usage: selftest.sh HOLDFAST SELFTEST_ELF [NAME]...
# Exit status: 0 all as documented, 1 not so, 77 there is no KVM here.
set -u
holdfast=$1 elf=$2
shift 2
only=" $* "
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0 done=0

if ! "$holdfast" info >"$work/info" 2>&1; then
	echo "skipped: no guest can run here:"
	sed -n 's/^KVM  */  /p' "$work/info"
	exit 77
fi

# expect NAME STATUS "RUN ARGUMENTS" [LINE]...: runs it; each LINE must be in
# the report, a LINE that starts with "!" must not.
expect() {
	name=$1 status=$2 arguments=$3
	shift 3
	[ "$only" = "  " ] || case $only in *" $name "*) ;; *) return ;; esac
	done=$((done + 1))
	# shellcheck disable=SC2086 # the arguments are words
	timeout 120 "$holdfast" run --kernel "$elf" $arguments \
	    >"$work/out" 2>"$work/err"
	got=$?
	wrong=
	[ "$got" = "$status" ] || wrong="status $got instead of $status"
	for line in "$@"; do
		case $line in
		!*) ! grep -qF -- "${line#!}" "$work/out" "$work/err" ||
		    wrong="$wrong; unwanted: ${line#!}" ;;
		*) grep -qF -- "$line" "$work/out" "$work/err" ||
		    wrong="$wrong; missing: $line" ;;
		esac
	done
	if [ -z "$wrong" ]; then
		echo "ok   $name"
	else
		bad=$((bad + 1))
		echo "FAIL $name: $wrong"
		sed 's/^/     | /' "$work/out" "$work/err"
	fi
}

# The control: what passes passes, with nothing added.
expect pass 0 "selftest.pass" "pass    selftest.pass" "answer: 42 things" \
    "1 scenario: 1 passed, 0 failed, 0 skipped"

# Ends in order.
expect fail 1 "selftest.fail" "FAIL    selftest.fail" \
    "tests/selftest/verdicts.c:" "1 + 1 == 3" "got  " "want " \
    "curthread == NULL"
expect require 1 "selftest.require" "FAIL    selftest.require" "!went on"
expect zero 1 "selftest.zero" "FAIL    selftest.zero" "reported no expectation"
expect many 1 "selftest.many" "FAIL    selftest.many" "and 68 more"
expect skip 77 "selftest.skip" "skip    selftest.skip" "because it wants to" \
    "0 passed, 0 failed, 1 skipped"
expect skip_and_pass 0 "selftest.skip selftest.pass" \
    "2 scenarios: 1 passed, 0 failed, 1 skipped"
expect late_skip 3 "selftest.late_skip" "hf_skip: after an expectation"
expect hidden 0 "selftest.hidden" "pass    selftest.hidden"
expect hidden_pattern 2 "selftest.hidde?" "run when named exactly"
expect no_match 2 "selftest.nothing" "no scenario matches 'selftest.nothing'"
expect one_cpu 77 "--cpus 1 selftest.smp" "skip    selftest.smp" \
    "needs two CPUs"

# Deaths: status 3, and enough to find the place.
expect panic 3 "selftest.panic" "DIED    selftest.panic" \
    "guest panic: selftest: on purpose, 2 levels down" \
    "panic_innermost tests/selftest/deaths.c:" \
    "panic_outer tests/selftest/deaths.c:" \
    "selftest_panic tests/selftest/deaths.c:" "registers of CPU" \
    "page tables for rip" "page tables for cr2" "PML4 [511]" \
    "last console lines:" "| selftest: about to panic"
# ... to whom nothing may be sent: they would die of it first.
expect panic_no_idt 3 "--cpus 4 selftest.panic_no_idt" \
    "guest panic: selftest: 3 CPUs have no IDT" "end: guest exit on CPU 0" \
    " selftest_panic_no_idt tests/selftest/deaths.c:" "!triple fault"
# ... and at a few moments of their start (TSC ticks).
for delay in 0 1000000 7000000 50000000; do
	expect "panic_early_$delay" 3 \
	    "--cpus 4 --param delay=$delay selftest.panic_early" \
	    "guest panic: selftest: early, delay $delay" \
	    "selftest_panic_early tests/selftest/deaths.c:" \
	    "end: guest exit on CPU 0" "!triple fault"
done
expect kassert 3 "selftest.kassert" "selftest: assertion 7" \
    "selftest_kassert tests/selftest/deaths.c:"
expect fault 3 "selftest.fault" "DIED    selftest.fault" \
    "selftest_fault tests/selftest/deaths.c:" \
    "page tables for cr2 fffffeee00001230" "not mapped"
expect triple 3 "selftest.triple" "DIED    selftest.triple" \
    "triple fault" "selftest_triple tests/selftest/deaths.c:" \
    "registers of CPU"
# ... by exceptions: the cause by name, the culprit's line and registers.
known="rbx  00000000b1b1b1b1" known8="r8   0000008181818181"
known15="r15  00000000ffff0f0f"
at="registers of CPU 0 at the trap, page fault (14), error"
here="tests/selftest/traps.c:"
expect die_null 3 "selftest.die_null" \
    "guest panic: null pointer: kernel read of address 0x10, rip 0xffffffff8" \
    "$at 0:" "$known" "$known8" "$known15" "cr2  0000000000000010" \
    "> 8b 50 10" "#0  ffffffff8" " selftest_die_null $here"
expect die_unmapped 3 "selftest.die_unmapped" \
    "panic: access to unmapped memory: kernel write of address 0xfffffeee00001000" \
    "$at 0x2:" "rax  fffffeee00001000" "$known15" " selftest_die_unmapped $here" \
    "page tables for cr2 fffffeee00001000"
expect die_readonly 3 "selftest.die_readonly" \
    "guest panic: write to read-only memory: kernel write of address 0xffffffff8" \
    "$at 0x3:" "$known" " selftest_die_readonly $here"
expect die_reserved 3 "selftest.die_reserved" \
    "guest panic: reserved bit set in a page table: kernel read of address" \
    "$at 0x9:" "$known" " selftest_die_reserved $here" " 8008000000"
expect die_jump_0 3 "selftest.die_jump_0" \
    "guest panic: jump to 0: kernel fetch of address 0x0, rip 0x0," \
    "rip  0000000000000000" "$known" "code at rip: ? ?" \
    "#0  0000000000000000 ?" "#1  ffffffff8" " call_at $here" \
    " selftest_die_jump_0 $here"
expect die_jump_unmapped 3 "selftest.die_jump_unmapped" \
    "guest panic: jump to unmapped memory: kernel fetch of address 0xfffffeee00001000" \
    "rip  fffffeee00001000" "$known" " call_at $here" \
    " selftest_die_jump_unmapped $here"
expect die_jump_data 3 "selftest.die_jump_data" \
    "guest panic: jump to non-executable memory: kernel fetch of address" \
    "$at 0x11:" "$known" " <c3> 00" " data ret_in_data+0" " call_at $here" \
    " selftest_die_jump_data $here"
expect die_noncanonical 3 "selftest.die_noncanonical" \
    "guest panic: trap: general protection fault, rip 0xffffffff8" \
    "at the trap, general protection fault (13), error 0:" \
    "rax  8000000000000000" "$known" " selftest_die_noncanonical $here"
expect die_divide 3 "selftest.die_divide" "guest panic: trap: divide error," \
    "at the trap, divide error (0), error 0:" "rcx  0000000000000000" "$known" \
    "<f7> f1" " selftest_die_divide $here"
expect die_undefined 3 "selftest.die_undefined" \
    "guest panic: trap: invalid opcode," "<0f> 0b" "$known15" \
    " selftest_die_undefined $here"
expect die_overflow 3 "selftest.die_overflow" \
    "guest panic: stack overflow: thread main has used its 16384 bytes at" \
    "at the trap, double fault (8), error 0:" "#0  ffffffff8" " deeper $here" \
    " of the same" " selftest_die_overflow $here" "!triple"
expect die_overflow_thread 3 "selftest.die_overflow_thread" \
    "guest panic: stack overflow: thread deep has used its 16384 bytes at" \
    " deeper $here" " deeper_main $here" "hf_thread_start"
expect die_tables 3 "selftest.die_tables" "triple fault" \
    " selftest_die_tables $here" "(of the image)" "PML4 [511] 0000000000000000"
expect die_other_cpu 3 "--cpus 2 selftest.die_other_cpu" \
    "guest panic: selftest: beside a spinner" \
    "registers of CPU 0 at its call of panic:" " selftest_die_other_cpu $here" \
    "registers of CPU 1:" "backtrace of CPU 1:" "spin_for_ever $here" \
    "spinner_main $here"
expect odd_exit 3 "selftest.odd_exit" "DIED    selftest.odd_exit" \
    "exit value 99 means nothing"
expect silent 1 "selftest.silent" "FAIL    selftest.silent" \
    "the guest stopped without an end record"
expect claim 3 "selftest.claim" "DIED    selftest.claim" \
    "selftest: after the claim (after the scenario had ended with pass)"
expect claim_silent 1 "selftest.claim_silent selftest.then" \
    "FAIL    selftest.claim_silent" "pass    selftest.then" \
    "stopped before its run plan was carried out"

# Leaks: what is left behind has an owner, and what is not is not blamed.
expect leak_object 1 "selftest.leak_object" "objects as before" \
    "anonymous, 8 pages, references: 1, resident: 2"
expect leak_page 1 "selftest.leak_page" "free pages as before" \
    "pages from tests/selftest/leaks.c:34: 3"
expect leak_nodes 1 "selftest.leak_nodes" "index nodes as before"
expect leak_memory 1 "selftest.leak_memory" \
    "bytes of kernel memory as before" "!free pages"
expect leak_space 1 "selftest.leak_space" "address spaces as before" \
    "has 1 entries" "map entry 0x10000000-0x10003000"
expect leak_hold 1 "selftest.leak_hold" "wired pages as before" \
    "is wired, 1 times"
expect leak_wiring 1 "selftest.leak_wiring selftest.then" \
    "FAIL    selftest.leak_wiring" "pass    selftest.then" \
    "map entry 0x10000000-0x10002000 is not wired by the system (2 times"
expect leak_none 0 "selftest.leak_none selftest.pass selftest.leak_none" \
    "pass    selftest.leak_none" "!as before"

# The rest goes on in a fresh guest.
expect go_on 3 "selftest.panic selftest.pass selftest.then selftest.triple" \
    "pass    selftest.pass" "DIED    selftest.panic" \
    "DIED    selftest.triple" "pass    selftest.then" \
    "4 scenarios: 2 passed, 2 failed, 0 skipped"

# Hangs: status 4.
expect hang 4 "selftest.hang" "TIMEOUT selftest.hang" "out of time" \
    "spin_for_ever tests/selftest/hangs.c:" "registers of CPU"
expect hang_off 4 "selftest.hang_off" "TIMEOUT selftest.hang_off" \
    "out of time" "spin_for_ever tests/selftest/hangs.c:"
expect chatter 4 "selftest.chatter" "TIMEOUT selftest.chatter" \
    "| selftest: line "
expect halt_off 4 "selftest.halt_off" "TIMEOUT selftest.halt_off" \
    "no progress" "selftest_halt_off tests/selftest/hangs.c:"
expect sleep 4 "selftest.sleep" "TIMEOUT selftest.sleep" "no progress"
expect option_timeout 4 "--timeout 1s selftest.sleep" "out of time"

# ... with the reason, as far as the guest's own structures tell it.
here="tests/selftest/stuck.c:"
expect abba_mtx 4 "selftest.abba_mtx" "DEADLOCK:" \
    "\"ab\" waits for mutex \"selftest b\" at 0xffffffff8" \
    "\"ba\" waits for mutex \"selftest a\" at 0xffffffff8" \
    ", held by thread 104 \"ab\"" ", held by thread 105 \"ba\"" \
    "holds exclusive mutex \"selftest a\" at 0xffffffff8" \
    "taken in mtx_ab $here" "taken in mtx_ba $here" " mtx_ab $here" \
    "thread 104 \"ab\": asleep on \"selftest b\"" \
    "waits for the end of thread 104 \"ab\"" "!another one"
expect abba_sx 4 "selftest.abba_sx" "DEADLOCK:" \
    "\"ab\" waits for sx \"selftest b\"" \
    "with 1 reader(s), held by thread 104 \"ab\"" \
    "holds shared sx \"selftest a\"" " sx_ba $here"
expect crossed_faults 4 "selftest.crossed_faults" "DEADLOCK:" \
    "  thread 104 \"second\" waits for sx \"vnode\" of inode" \
    ", held by thread 105 \"second\"" \
    "  thread 105 \"second\" waits for sx \"vnode\" of inode" \
    ", held by thread 104 \"second\"" "thread 105 \"second\": asleep on \"vnode\"" \
    "holds exclusive sx \"vnode\" of inode" "taken in fault_with_vnode $here" \
    "vm_fault_lock_vnode guest/vm/vm_fault_pager.c:" "--- page fault (14), error 0" \
    "waits for the end of thread 104 \"second\"" "!another one" "!lock order"
expect lost_wakeup 4 "selftest.lost_wakeup" "!DEADLOCK" \
    "thread 104 \"deaf\": asleep on \"bell\", channel 0xffffffff8" \
    "waits for variable doorbell+0" " deaf $here" \
    "thread 0 \"main\": asleep on \"join\"" "thread 100 \"idle\": nothing to do"
expect busy_page 4 "selftest.busy_page" "DEADLOCK:" \
    "waits for page 3 of object 0xfffff8" "(OBJT_SWAP), held by thread 0 \"main\"" \
    "busied exclusively by thread 0 \"main\"" " wait_for_page $here"
expect transition 4 "selftest.transition" \
    "asleep on \"script\"" "asleep on \"vmmaps\"" \
    "waits for the end of a transition in map 0xfffff8" \
    "maps busy or in transition:" \
    "[0x10000000, 0x10003000) in transition by thread 104 \"second\"" \
    "paging in progress 1," "busied exclusively by thread 104 \"second\""
# (nobody waits for the delay)
expect slow_disk 4 "--faulty any@1+=delay:1000s selftest.slow_disk" \
    "waits for request 0x" "(HF_IO_READ of sector 24), in the device" \
    "requests in flight:" "ends in waiter_done guest/dev/bdev.c:" \
    "; awaited by thread 0 \"main\"" " selftest_slow_disk $here"
expect held_disk 4 "selftest.held_disk" \
    "held back by hf_bdev_hold()" "; awaited by thread 104 \"toucher\"" \
    "holds shared sx \"vnode\" of inode" "(OBJT_VNODE, inode " \
    "--- page fault (14), error 0 ---" " hf_fetch8_onfault guest/arch/amd64/"

# One allocation after another fails: two for each piece, its slab and a page.
all="--seed 1 --fail-nth all"
expect failed_well 0 "$all selftest.failed_well" "pass    selftest.failed_well" \
    "fail_bad: 0 runs" "fail_given_up: 0 runs"
expect failed_leak 1 "$all selftest.failed_leak" "FAIL    selftest.failed_leak" \
    " (alloc) in uma_zalloc_arg()" "guest/vm/uma.c:" \
    "got  baseline:0: bytes of kernel memory as before" "fail_bad: 2 runs" \
    "note: point 3, again: holdfast run --seed 1 --memory 64M --cpus 2 --kernel " \
    " --fail-nth 3 selftest.failed_leak" \
    " two_pieces tests/selftest/failures.c:" \
    " selftest_failed_leak tests/selftest/failures.c:"
expect failed_own 0 "$all selftest.failed_own" "fail_own: 2 runs" "fail_bad: 0 runs"
expect failed_leak_left 1 "$all selftest.failed_leak_left" \
    ", the scenario left at tests/selftest/failures.c:" "fail_bad: 2 runs"
expect failed_panic 3 "$all selftest.failed_panic" "DIED    selftest.failed_panic" \
    "got  died: guest panic: selftest: no second piece" "fail_bad: 2 runs" \
    "selftest_failed_panic tests/selftest/failures.c:"
expect failed_hang 4 "$all selftest.failed_hang" "TIMEOUT selftest.failed_hang" \
    "asleep on \"never\"" "fail_bad: 2 runs"
expect failed_stumble 77 "$all selftest.failed_stumble" \
    "it goes on with what the failure has prevented" "fail_stumbled: 4 runs"
expect failed_wait 0 "$all selftest.failed_wait" "fail_given_up: 2 runs" \
    "fail_bad: 0 runs"
expect failed_beyond 77 "--fail-nth 1000 selftest.failed_well" "it passes only "
expect failed_before 1 "$all selftest.fail" "nothing was made to fail yet"
expect failed_ends 77 "$all selftest.claim" "ends the guest"

# ... however broken they are.
expect list_loop 4 "selftest.list_loop" "!sleeper" " sleep_for_ever $here" \
    "the list of threads ends early: a link does not point back at 0xffffffff8" \
    "nothing to do on CPU 1"
expect list_wild 4 "selftest.list_wild" " sleep_for_ever $here" \
    "ends early: an element cannot be read at 0xfffffeee00001238"
expect list_noise 4 "selftest.list_noise" " sleep_for_ever $here" \
    "\"???????????????????\": asleep on \"\"" \
    "waits for lock \"\" at 0x4141414141414141, which cannot be read" \
    "its stack cannot be read" "!holds"

# Forgeries: as text they are text, as records they end the guest.
expect forge_text 1 "selftest.forge_text" "FAIL    selftest.forge_text"
expect forge_nonce 5 "selftest.forge_nonce selftest.then" \
    "DISBELIEVED selftest.forge_nonce" \
    "the nonce is not that of the run plan" "pass    selftest.then"
expect forge_seq 5 "selftest.forge_seq" "a sequence number is missing or repeated"
expect bad_record 5 "selftest.bad_record" "a key that this kind does not have"
expect end_other 5 "selftest.end_other" "end of another scenario"
expect begin_twice 5 "selftest.begin_twice selftest.then" \
    "begin inside a scenario" "pass    selftest.then"

echo "$done cases, $bad not as documented"
[ "$bad" = 0 ] && [ "$done" != 0 ]
