#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `tcplab report`: what it takes, what it writes and where; a page of a journal is the page of its recipe; the script
# a page allows is the one it has. test_report.c looks at pages in a browser.
# shellcheck source=tests/kernel/preamble
. "$(dirname "$(realpath "$0")")/preamble"
source=${TCPLAB_SOURCE:-.}

wrong()
{
	printf 'FAILED: %s\n  %s\n' "$what" "$1" >&2
	sed 's/^/  err| /' "$work/err" >&2
	failures=$((failures + 1))
}

# report CODE ARG...: its output is in $work/out
report()
{
	local wanted=$1 code
	shift
	what="report $*"
	timeout -s KILL 50 "$tcplab" report "$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
	((code == wanted)) || wrong "exit code $code instead of $wanted"
}

says()
{
	grep -qF -- "$1" "$work/err" || wrong "does not say '$1'"
}

# Without times, numbers the kernel draws by lot, where that puts things, and what depends on how long it took.
timeless()
{
	sed -E '/class="(time soft|life wave|legend)"/d; s/<text class="small boxt halo".*<\/text>//
		s/[0-9]+(\.[0-9]+)?/N/g; s/ +/ /g' "$1"
}

three=$source/recipes/open/three-way.lab

# ---- what it writes ----

report 0 "$three" -o "$work/page.html"
[[ -s $work/page.html && ! -s $work/out ]] || wrong "the page is not where it should be"
(($(wc -c <"$work/page.html") < 200000)) || wrong "the page is too big"
report 0 "$three"
head -c 15 "$work/out" | grep -q '<!DOCTYPE html>' || wrong "no page on standard output"
for part in svg diagram; do
	report 0 "--$part" "$three" -o "$work/$part.svg"
	head -c 4 "$work/$part.svg" | grep -q '<svg' || wrong "no picture"
	(($(wc -c <"$work/$part.svg") < 30000)) || wrong "the picture is too big"
	if command -v xmllint >/dev/null; then
		xmllint --noout "$work/$part.svg" || wrong "no XML"
	fi
done
report 0 --md "$three"
grep -qF '#1 SYN seq 0' "$work/out" || wrong "no ladder"
grep -qF '> connect c :8080 &' "$work/out" || wrong "no story"
printf 'socket c\nexpect c LISTEN within 10ms\n' >"$work/fails.lab"
report 1 "$work/fails.lab" -o "$work/fails.html"
grep -q 'not as expected' "$work/fails.html" || wrong "does not tell what failed"

# ---- a journal ----

"$tcplab" --json -f "$three" >"$work/journal"
report 0 "$work/journal" -o "$work/again.html"
report 0 "$three" -o "$work/page.html"
diff <(timeless "$work/page.html") <(timeless "$work/again.html") >"$work/err" ||
	wrong "the page of a journal is not that of its recipe"
what="report - < journal"
"$tcplab" report - --md <"$work/journal" >"$work/out" 2>"$work/err" || wrong "does not take standard input"
what="the same journal twice"
"$tcplab" report "$work/journal" | cmp -s - "$work/again.html" || wrong "gives other bytes"
sed '7s/"type":"[a-z]*"/"type":"call"/' "$work/journal" >"$work/broken"
report 2 "$work/broken" -o "$work/none.html"
says "$work/broken:7:1: "
[[ ! -e $work/none.html ]] || wrong "wrote a page all the same"
printf '{"v":1,"n":1,"t_ns":1,"type":"\033[31m\xff"}' >"$work/broken"
report 2 "$work/broken"
grep -q $'\033' "$work/err" && wrong "escapes reach the terminal"

# ---- what it does not take ----

report 2
says 'report what?'
report 2 "$three" "$three"
report 2 "$source/recipes"
says 'one recipe'
report 2 no/such-recipe
# as a terminal gets it, where a prompt was asked for JSON
printf 'tcplab 0.1.0: a private host\n{"v":1}\n' >"$work/banner"
report 2 "$work/banner"
says 'its first line is not JSON'
says 'tcplab --json -f RECIPE > JOURNAL'
echo 'socket c' >"$work/no-journal"
what='report - (a recipe)'
"$tcplab" report - <"$work/no-journal" >"$work/out" 2>"$work/err"
(($? == 2)) || wrong "exit code is not 2"
says 'its first line is not JSON'
report 2 "$three" -o "$work/no/folder.html"
says 'the report cannot go to'
report 2 --json "$three"
report 2 "$three" --svg --md
says 'one at a time'

# ---- the policy ----

what="the page's policy"
hash=$(sed -n '/^<script>$/,/^<\/script>$/p' "$work/page.html" | sed '1s/^<script>//; $d')
hash=$(printf '\n%s\n' "${hash#$'\n'}" | sha256sum | cut -c1-64 | xxd -r -p 2>/dev/null | base64)
if command -v xxd >/dev/null && ! grep -qF "'sha256-$hash'" "$work/page.html"; then
	wrong "the script's hash is $hash: html_style.c has another"
fi
grep -q "default-src 'none'" "$work/page.html" || wrong "allows more than it needs"
grep -Eq '(src|href)="?(https?:|//)' "$work/page.html" && wrong "leads outside"

((failures == 0)) || exit 1
echo "report: all as it should be"
