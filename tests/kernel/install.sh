#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed works where it lies: the program finds its recipes, the page names every command, bash
# completes; and the same from a .deb, where there are the tools to make one.
set -uo pipefail
tcplab=$(realpath "${TCPLAB:-build/tcplab}")
build=$(dirname "$tcplab")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

wrong()
{
	printf 'FAILED: %s\n' "$1" >&2
	failures=$((failures + 1))
}

if [[ ! -e $build/CMakeCache.txt || ! -e $build/tcplab.1 ]]; then
	echo "skipped: $build is no build folder, or not all is built" >&2
	exit 77
fi

# Look at what is below the folder $1, installed with prefix /usr.
look()
{
	local usr=$1/usr file completed name
	for file in bin/tcplab share/tcplab/recipes/open/self-connect.lab share/man/man1/tcplab.1 \
		share/bash-completion/completions/tcplab share/doc/tcplab/copyright; do
		[[ -s $usr/$file ]] || wrong "no $usr/$file"
	done
	# what solves an exercise stays at home
	[[ -s $usr/share/tcplab/recipes/exercises/closing.lab ]] || wrong 'no exercises'
	[[ -z $(find "$1" -name 'solution*' -o -name 'wrong*') ]] || wrong 'solutions are installed'
	cd / || exit
	"$usr/bin/tcplab" list >"$work/list" || wrong 'list fails'
	grep -q '^open/self-connect ' "$work/list" || wrong 'its recipes are not found'
	"$usr/bin/tcplab" play open/self-connect >"$work/out" 2>"$work/err"
	case $? in
	0) grep -q 'SYN-SENT -> SYN-RECEIVED' "$work/out" || wrong 'there is no story' ;;
	3) echo 'left out: no lab can stand here' >&2 ;;
	*) wrong "play fails: $(<"$work/err")" ;;
	esac

	if command -v groff >/dev/null; then
		LC_ALL=C groff -ww -man -Tascii -P-bcou "$usr/share/man/man1/tcplab.1" >"$work/page" 2>"$work/err"
		[[ ! -s $work/err ]] || wrong "groff: $(<"$work/err")"
		"$tcplab" -c help 2>/dev/null | grep -oE '^[a-z]+ ' | sort -u >"$work/names"
		while read -r name; do
			grep -qE "^ +$name( |\$)" "$work/page" || wrong "the page does not name $name"
		done <"$work/names"
	fi

	# shellcheck disable=SC2016 # expanded there
	completed=$(bash -c '
		. "$1/share/bash-completion/completions/tcplab" || exit
		try()
		{
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
			_tcplab "$1" "${@: -1}" "${@: -2:1}"
			echo "${COMPREPLY[*]}"
		}
		t=$1/bin/tcplab
		try "$t" ch; try "$t" play loss/cr; try "$t" check --rep; try "$t" check --report = j
		try "$t" -c conn; try "$t" list --j; try "$t" show close/four; try "$t" claims --report = m
		try "$t" exercise exercises/clos' bash "$usr")
	[[ $completed == $'check\nloss/crash\n--report\njunit json\nconnect\n\nclose/four-way\nmarkdown\nexercises/close-wait exercises/closing' ]] ||
		wrong "completed is: $completed"
}

DESTDIR=$work/root cmake --install "$build" --prefix /usr >"$work/out" 2>&1 ||
	wrong "cmake --install: $(<"$work/out")"
look "$work/root"

if command -v cpack >/dev/null && command -v dpkg-shlibdeps >/dev/null; then
	cpack --config "$build/CPackConfig.cmake" -B "$work/package" >"$work/out" 2>&1 ||
		wrong "cpack: $(<"$work/out")"
	dpkg-deb -x "$work"/package/tcplab_*.deb "$work/unpacked" || wrong 'no package'
	dpkg-deb -f "$work"/package/tcplab_*.deb Depends | grep -q 'libuv1' || wrong 'it depends on nothing'
	look "$work/unpacked"
else
	echo 'left out: the package; cpack or dpkg-shlibdeps is not here' >&2
fi

((failures == 0))
