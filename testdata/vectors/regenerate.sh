#!/bin/sh
# Makes amd64.txt and 386.txt anew: what a C compiler for Windows makes of the
# structures and constants of package wsa. Needs Go and, of Debian,
# gcc-mingw-w64-x86-64 and gcc-mingw-w64-i686, or clang in place of the latter
# (with the headers of mingw-w64-common); runs nothing of Windows.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

one() { # target compiler...
	target=$1
	shift
	"$@" -std=gnu11 -O0 -Wall -Werror -fno-ident \
		-D_WIN32_WINNT=0x0A00 -DNTDDI_VERSION=0x0A000006 -DUNICODE -c vectors.c -o "$tmp/$target.o"
	{
		echo "# Made by regenerate.sh with $1 $("$1" -dumpfullversion 2>/dev/null || "$1" -dumpversion); do not edit."
		go run extract.go "$tmp/$target.o"
	} >"$tmp/$target.txt"
	mv "$tmp/$target.txt" "$target.txt"
}

one amd64 x86_64-w64-mingw32-gcc
if command -v i686-w64-mingw32-gcc >/dev/null; then
	one 386 i686-w64-mingw32-gcc
else
	one 386 clang --target=i686-w64-mingw32 -isystem /usr/share/mingw-w64/include -Wno-pragma-pack
fi
