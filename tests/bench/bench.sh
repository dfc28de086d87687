# shellcheck shell=bash
# Sourced by the benches here that are scripts: NAME BUILD [short]. Each measures one round and prints what came of it
# as rows; `run` repeats it and makes a table of them.
set -euo pipefail
export LC_ALL=C

# shellcheck disable=SC2034 # for those who source it
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
build=$(realpath "${1:-$root/build}")
# shellcheck disable=SC2034
tcplab=$build/tcplab bin=$build/tests
if [[ ! -x $bin/meter ]]; then
	echo "there is no $bin/meter: ./tests/bench/run builds it" >&2
	exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# sized FULL SHORT: which of the two this run is for.
if [[ ${2-} == short ]]; then
	sized() { echo "$2"; }
else
	sized() { echo "$1"; }
fi

# row WHAT UNIT OURS AGAINST THEIRS GOAL: one pair. `table` knows the units and the goals.
row()
{
	local IFS=$'\t'
	echo "$*"
}

# measure COMMAND...: ns of time, cpu_ns of processors and KiB at most that it has needed.
measure()
{
	"$bin/meter" "$work/metered" "$@" >"$work/output" </dev/null
	# shellcheck disable=SC2034
	read -r ns cpu_ns kib <"$work/metered"
}
