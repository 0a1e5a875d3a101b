#!/bin/sh
# What runs under Wine: the tests of the packages that touch the system's own
# Winsock, a scenario recorded, every scenario that a machine can run on two
# implementations, and a differential run. `make wine-test` calls it. Where Wine
# runs 32-bit programs too and i686-w64-mingw32-gcc is there, the tests run for
# them as well, and a shorter differential run.
#
#   testdata/wine/test.sh
#
# Nothing is installed; setup.sh says what is missing, with exit code 3. CALLS and
# SEED are those of the differential run. WINEPREFIX is a folder of the user's
# cache unless it is set. Wine's server is ended at the end.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
GO=${GO:-go}
CALLS=${CALLS:-20000}
SEED=${SEED:-1}
WINEPREFIX=${WINEPREFIX:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/wsasim/wine-test}
WINEDEBUG=${WINEDEBUG:--all}
export WINEPREFIX WINEDEBUG

"$here/setup.sh"
built=$(mktemp -d)
trap 'rm -rf "$built"; wineserver -k >/dev/null 2>&1 || true' EXIT
cd "$top"

say() { printf '\n== wine: %s\n' "$*"; }

say "the tests of wsa, with the conformance suite on the system's Winsock"
GOOS=windows GOARCH=amd64 "$GO" test -p 1 -timeout 10m -exec "$here/run.sh" ./wsa ./wsa/trace
say "package net, the judge of wsanet"
GOOS=windows GOARCH=amd64 "$GO" test -p 1 -timeout 10m -exec "$here/run.sh" ./wsa/wsanet

narrow=$WINEPREFIX/drive_c/windows/syswow64
if [ -f "$narrow/kernel32.dll" ] && [ -f "$narrow/bcryptprimitives.dll" ]; then
	say "those tests, and some random sequences, as 32-bit programs"
	GOOS=windows GOARCH=386 "$GO" test -p 1 -timeout 10m -exec "$here/run.sh" ./wsa ./wsa/trace ./wsa/wsanet
	GOOS=windows GOARCH=386 "$GO" build -o "$built/wsasim32.exe" ./cmd/wsasim
	"$here/run.sh" "$built/wsasim32.exe" diff --calls "$((CALLS / 4))" --seed "$SEED" --save "$built"
else
	say "32-bit programs: skipped; they want wine32:i386 (dpkg --add-architecture i386) and gcc-mingw-w64-i686, and a new prefix"
fi

say "a scenario, recorded and checked"
GOOS=windows GOARCH=amd64 "$GO" build -o "$built/wsasim.exe" ./cmd/wsasim
"$here/run.sh" "$built/wsasim.exe" record --trace "$built/recorded.jsonl" testdata/scenarios/one-machine.star
"$GO" run ./cmd/wsasim check "$built/recorded.jsonl"

say "every scenario on the simulator and on Wine, or why not"
"$here/run.sh" "$built/wsasim.exe" diff --save "$built" testdata/scenarios/*.star

say "$CALLS calls on the simulator and on Wine"
"$here/run.sh" "$built/wsasim.exe" diff --calls "$CALLS" --seed "$SEED" --save "$built"
