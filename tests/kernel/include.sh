#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a recipe may include: plain files beside and below it, and nothing else of the machine's.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"

# included CODE FILE TEXT: a recipe that includes FILE ends with CODE and says TEXT.
included()
{
	local code
	printf 'include %s\n' "$2" >"$work/top.lab"
	timeout -s KILL 20 "$tcplab" -f "$work/top.lab" >"$work/out" 2>&1 </dev/null
	code=$?
	if ((code != $1)) || ! grep -qF -- "$3" "$work/out"; then
		printf 'FAILED: include %s: exit code %d\n' "$2" "$code" >&2
		cat "$work/out" >&2
		failures=$((failures + 1))
	fi
}

mkdir "$work/below"
echo 'say "from below"' >"$work/below/part.lab"
echo 'say "beside"' >"$work/part.lab"
printf 'say "fine"\nbind a b c\n' >"$work/bad.lab"
echo 'include self.lab' >"$work/self.lab"
mkfifo "$work/fifo.lab"
ln -s /etc/passwd "$work/link.lab"

included 0 part.lab '-- beside'
included 0 below/part.lab '-- from below'
included 2 bad.lab 'bad.lab:2:'
included 2 self.lab 'does one include itself?'
included 2 fifo.lab 'no plain file'
included 2 link.lab 'cannot be read'
included 2 below 'no plain file'
included 2 '~/part.lab' "'~' is not replaced by your folder"
included 2 /etc/passwd 'only files beside'
included 2 ../etc/passwd "without '..'"
exit $((failures > 0))
