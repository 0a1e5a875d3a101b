#!/bin/sh
# Runs a Windows program under Wine, for go test -exec and by hand:
#
#   GOOS=windows GOARCH=amd64 go test -exec "$PWD/testdata/wine/run.sh" ./wsa/...
#   testdata/wine/run.sh prog.exe ARGS...
#
# The path after -exec must be absolute, since go test runs tests in the folders
# of their packages. The prefix is prepared first if need be; see setup.sh for
# WINEPREFIX and for what must be installed.
set -eu

if [ $# -eq 0 ]; then
	echo "usage: run.sh PROGRAM ARGUMENTS..." >&2
	exit 2
fi
WINEPREFIX=${WINEPREFIX:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/wsasim/wine}
WINEDEBUG=${WINEDEBUG:--all}
WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml=}
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
"$(dirname "$0")/setup.sh"
exec wine "$@"
