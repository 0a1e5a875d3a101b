#!/bin/sh
# Makes amd64.txt and 386.txt anew: what a C compiler for Windows makes of the
# structures and constants of package wsa. Needs Go and Debian's
# gcc-mingw-w64-x86-64 and gcc-mingw-w64-i686; runs nothing of Windows.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

one() { # target compiler
	"$2" -std=gnu11 -O0 -Wall -Werror -fno-ident \
		-D_WIN32_WINNT=0x0A00 -DNTDDI_VERSION=0x0A000000 -DUNICODE -c vectors.c -o "$tmp/$1.o"
	{
		echo "# Made by regenerate.sh with $2 $("$2" -dumpfullversion); do not edit."
		go run extract.go "$tmp/$1.o"
	} >"$tmp/$1.txt"
	mv "$tmp/$1.txt" "$1.txt"
}

one amd64 x86_64-w64-mingw32-gcc
one 386 i686-w64-mingw32-gcc
