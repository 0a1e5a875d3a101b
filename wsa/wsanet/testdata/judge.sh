#!/bin/sh
# Compares wsanet with Go's package net under Wine, datagram sockets included, and
# writes testdata/chains.golden if asked:
#
#   wsa/wsanet/testdata/judge.sh [-record]
#
# Package net makes no datagram socket where SIO_UDP_NETRESET is unknown, as under
# Wine 8. The program is built with a package net that sends SIO_UDP_CONNRESET a
# second time in its place, which changes nothing else.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
file=$(cd "$top" && go env GOROOT)/src/net/fd_windows.go
sed 's/windows\.SIO_UDP_NETRESET/syscall.SIO_UDP_CONNRESET/' "$file" >"$work/fd_windows.go"
if cmp -s "$file" "$work/fd_windows.go"; then
	echo "judge.sh: $file has no SIO_UDP_NETRESET to replace" >&2
	exit 1
fi
printf '{"Replace": {"%s": "%s"}}\n' "$file" "$work/fd_windows.go" >"$work/overlay.json"
cd "$top"
GOOS=windows GOARCH=amd64 go test -count=1 -overlay "$work/overlay.json" -exec "$top/testdata/wine/run.sh" \
	./wsa/wsanet -run 'TestChainsOverSystem' "$@"
