# shellcheck shell=bash
# Sourced by lab/run, tests/run and .ci/run: what they need, how it gets here, how it is built.

root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")

# A need: NAME.pc is a pkg-config module, NAME.so a library of the compiler, else a command.
# nc and strace are what recipes let run; without them these leave out what `needs` them. valgrind is for tests/memcheck,
# clang and its run-time library for tests/fuzz and tests/analysis, with clang-tidy and cppcheck, llvm for tests/coverage.
# jq to chromium: what tests hold the lab's output against. They leave out what they have nothing for; CI shall not.
# Who asks		need		Debian, Ubuntu		Fedora
packages='
run			cc		gcc,libc6-dev		gcc
run			cmake		cmake			cmake
run			ninja		ninja-build		ninja-build
run			pkg-config	pkg-config		pkgconf-pkg-config
run			libuv.pc	libuv1-dev		libuv-devel
run			libmnl.pc	libmnl-dev		libmnl-devel
run			jansson.pc	libjansson-dev		jansson-devel
run			readline.pc	libreadline-dev		readline-devel
run			ncursesw.pc	libncurses-dev		ncurses-devel
run			libwebsockets.pc	libwebsockets-dev	libwebsockets-devel
run			libwebsockets-evlib_uv.so	libwebsockets-evlib-uv	libwebsockets-devel
run			libpcap.pc	libpcap-dev		libpcap-devel
run			libmd.pc	libmd-dev		libmd-devel
tests			cmocka.pc	libcmocka-dev		libcmocka-devel
tests			tshark		tshark			wireshark-cli
tests			nc		netcat-openbsd		netcat
tests			strace		strace			strace
tests			tmux		tmux			tmux
tests			ss		iproute2		iproute
tests			unshare		util-linux		util-linux
tests			valgrind	valgrind		valgrind
ci			clang-format	clang-format		clang-tools-extra
ci			clang		clang,libclang-rt-dev	clang,compiler-rt
ci			clang-tidy	clang-tidy		clang-tools-extra
ci			cppcheck	cppcheck		cppcheck
ci			llvm-cov	llvm			llvm
ci			llvm-profdata	llvm			llvm
ci			jq		jq			jq
ci			ss		iproute2		iproute
ci			curl		curl			curl
ci			python3		python3			python3
ci			xmllint		libxml2-utils		libxml2
ci			xxd		xxd			vim-common
ci			groff		groff			groff
ci			pgrep		procps			procps-ng
ci			dpkg-shlibdeps	dpkg-dev		dpkg-dev
ci			chromium	chromium		chromium
ci			libasan.so	gcc			libasan
ci			libubsan.so	gcc			libubsan'

say()
{
	printf 'tcplab: %s\n' "$*" >&2
}

# Exit code 3 is the lab's own for "the environment can't".
give_up()
{
	say "$@"
	exit 3
}

# Show what a command printed only if it fails. It gets no input: that belongs to tcplab.
quietly()
{
	local output
	output=$("$@" 2>&1 </dev/null) || give_up "this failed: $*"$'\n'"$output"
}

have()
{
	case $1 in
	*.pc)	pkg-config --exists "${1%.pc}" ;;
	*.so)	[[ $(cc -print-file-name="$1") == /* ]] ;;
	cmake)	printf 'cmake version 3.25\n%s' "$(cmake --version | head -n 1)" | sort -VC ;;
	*)	command -v "$1" ;;
	esac &>/dev/null
}

# Print the rows of what is not there, for the given askers.
missing()
{
	local who need debian fedora
	while read -r who need debian fedora; do
		[[ " $* " != *" $who "* ]] || have "$need" || echo "$need $debian $fedora"
	done <<<"${packages#?}"
}

# One at a time: two ninjas in one folder spoil each other's log, two apt-gets refuse to work.
# The lock ends with the subshell, so tcplab does not inherit it.
locked()
{
	mkdir -p "$root/.build"
	(
		flock 9
		"$@"
	) 9>"$root/.build/lock"
}

# column N ROWS: that field of every row, on one line.
column()
{
	cut -d' ' -f"$1" <<<"$2" | tr ',' ' ' | xargs
}

install_missing()
{
	local rows names install script
	rows=$(missing "$@")
	[[ $rows ]] || return 0	# somebody else did it while we waited for the lock
	if command -v apt-get >/dev/null; then
		names=$(column 2 "$rows")
		install="apt-get install -y --no-install-recommends $names"
		# The package lists may be absent or stale; only a failed attempt pays for new ones.
		script="export DEBIAN_FRONTEND=noninteractive; $install || { apt-get update && $install; }"
	elif command -v dnf >/dev/null; then
		names=$(column 3 "$rows")
		install="dnf install -y $names"
		script=$install
	else
		give_up "missing, and neither apt-get nor dnf to install it: $(column 1 "$rows")"
	fi
	if ((EUID == 0)); then
		say "installing $names"
		quietly sh -c "$script"
	elif command -v sudo >/dev/null; then
		say "installing with sudo: $names"
		quietly sudo sh -c "$script"
	else
		give_up "some packages are missing, and there is no sudo; as root, type: $install"
	fi
	rows=$(missing "$@")
	[[ -z $rows ]] || give_up "installed, but still missing or too old: $(column 1 "$rows")"
}

# prepare ASKER...: install what they need and is not there.
prepare()
{
	[[ -z $(missing "$@") ]] || locked install_missing "$@"
}

configure_and_build()
{
	local preset=$1 testing=$2 folder=$root/.build/$1
	[[ $preset != release ]] || folder=$root/build
	shift 2
	# A copied tree brings along a build folder that still builds the original.
	if ! grep -qsFx "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
		rm -f "$folder/build.ninja"
	fi
	cd "$root" || exit	# presets are looked for in the working directory
	if [[ ! -e $folder/build.ninja ]]; then
		quietly cmake --fresh --preset "$preset" -DBUILD_TESTING="$testing"
	elif [[ $testing == ON ]]; then
		quietly cmake --preset "$preset"	# may have been configured without tests
	fi
	quietly ninja -C "$folder" "$@"
}

# build PRESET ON|OFF TARGET...: bring the targets up to date, with or without the tests.
build()
{
	locked configure_and_build "$@"
}
