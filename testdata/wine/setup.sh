#!/bin/sh
# Prepares Wine to run the Windows programs of this module: makes a prefix and
# puts bcryptprimitives.dll into it, which Go's runtime needs and Wine 8 lacks.
# Running it again does nothing.
#
#   testdata/wine/setup.sh
#
# WINEPREFIX is the prefix; without it, a folder of the user's cache. Nothing is
# installed: when something is missing, the script says what and exits with 3.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
WINEPREFIX=${WINEPREFIX:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/wsasim/wine}
WINEDEBUG=${WINEDEBUG:--all}
# mscoree and mshtml would ask on a screen whether to download Mono and Gecko.
WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml=}
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES

missing=
for tool in wine:wine wineboot:wine x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64; do
	command -v "${tool%%:*}" >/dev/null 2>&1 || missing="$missing ${tool#*:}"
done
if [ -n "$missing" ]; then
	echo "wine tests: missing:$(printf '%s\n' $missing | sort -u | tr '\n' ' ' | sed 's/^/ /; s/ $//')" >&2
	echo "On Debian 12: apt-get update && apt-get install -y --no-install-recommends wine wine64 gcc-mingw-w64-x86-64" >&2
	exit 3
fi

# prepared DLL-FOLDER COMPILER: the DLL is there and no older than its source.
build() {
	dll=$1/bcryptprimitives.dll
	if [ -f "$dll" ] && [ ! "$here/bcryptprimitives.c" -nt "$dll" ]; then
		return
	fi
	# 32-bit names get their plain spelling, under which Go looks for them.
	"$2" -shared -O2 -Wall -Werror -Wl,--kill-at -o "$dll.$$" "$here/bcryptprimitives.c" -ladvapi32
	mv -f "$dll.$$" "$dll" # at once, lest a program starts with half of it
}

mkdir -p "$WINEPREFIX"
(
	# Packages are tested at the same time; the first one sets up.
	flock 9
	if [ ! -f "$WINEPREFIX/system.reg" ]; then
		echo "wine tests: making a Wine prefix in $WINEPREFIX" >&2
		wineboot --init >"$WINEPREFIX/wineboot.log" 2>&1 || {
			cat "$WINEPREFIX/wineboot.log" >&2
			echo "wine tests: wineboot failed" >&2
			exit 1
		}
		wineserver -w # until the new registry is on disk
	fi
	build "$WINEPREFIX/drive_c/windows/system32" x86_64-w64-mingw32-gcc
	# A prefix that runs 32-bit programs too wants the DLL for them as well.
	if [ -d "$WINEPREFIX/drive_c/windows/syswow64" ] && command -v i686-w64-mingw32-gcc >/dev/null 2>&1; then
		build "$WINEPREFIX/drive_c/windows/syswow64" i686-w64-mingw32-gcc
	fi
) 9>"$WINEPREFIX.lock"
