# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# child.sh: sourced by tools that run QEMU: a signal reaches it, nothing is left.
#
# child_init DIR: from now on INT, TERM and HUP are noted; DIR goes at the end,
# however that comes.  child_run COMMAND...: runs it and sets child_status, which
# is 128 + the number of a signal that was noted.  It goes on to the command as
# TERM, which programs heed in the background of a shell, too.  If this shell is
# killed itself, the command gets TERM as well.
# child_end STATUS: exits with it, or by the signal that was noted.

# shellcheck disable=SC2034 # child_status is for who sources this
child_signal='' child_pid='' child_dir=''

child_note() {
	child_signal=${child_signal:-$1}
	[ -z "$child_pid" ] || kill -s TERM "$child_pid" 2>/dev/null || :
}

child_init() {
	child_dir=$1
	trap 'rm -rf "$child_dir"' EXIT
	trap 'child_note INT' INT
	trap 'child_note TERM' TERM
	trap 'child_note HUP' HUP
	child_tied=
	! setpriv --pdeathsig TERM true 2>/dev/null || child_tied='setpriv --pdeathsig TERM'
}

child_was_noted() {
	case $child_signal in
	HUP) child_status=129 ;;
	INT) child_status=130 ;;
	TERM) child_status=143 ;;
	*) return 1 ;;
	esac
}

child_run() {
	! child_was_noted || return 0
	$child_tied "$@" </dev/null &
	child_pid=$!
	# One may have come before there was anybody to tell.
	[ -z "$child_signal" ] || child_note "$child_signal"
	while :; do
		child_status=0
		wait "$child_pid" || child_status=$?
		# A trap ends the wait, not the child.
		kill -0 "$child_pid" 2>/dev/null || break
	done
	child_pid=
	child_was_noted || :
}

child_end() {
	[ -n "$child_signal" ] || exit "$1"
	rm -rf "$child_dir"
	trap - EXIT "$child_signal"
	kill -s "$child_signal" $$
	exit 1
}
