#!/bin/sh
# Records under Wine what the tests compare the simulator with where there is no
# Wine: testdata/wine/recorded/*.jsonl, in the normal form of package trace.
#
#   testdata/wine/record.sh
#
# A sequence is drawn from its seed, so that a change of what is drawn gives others;
# the seeds are of sequences that are compared to their end. Wine's server is ended
# at the end.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
GO=${GO:-go}
SEEDS=${SEEDS:-10 36 82 95 117 120 124 128 136}
WINEPREFIX=${WINEPREFIX:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/wsasim/wine-test}
export WINEPREFIX

"$here/setup.sh"
built=$(mktemp -d)
trap 'rm -rf "$built"; wineserver -k >/dev/null 2>&1 || true' EXIT
cd "$top"
GOOS=windows GOARCH=amd64 "$GO" build -o "$built/wsasim.exe" ./cmd/wsasim
mkdir -p testdata/wine/recorded
rm -f testdata/wine/recorded/*.jsonl
for scenario in echo one-machine sharing-a-port; do
	"$here/run.sh" "$built/wsasim.exe" diff --trace "testdata/wine/recorded/$scenario.jsonl" "testdata/scenarios/$scenario.star"
done
for seed in $SEEDS; do
	"$here/run.sh" "$built/wsasim.exe" diff --seed "$seed" --calls 1 --trace "testdata/wine/recorded/sequence-$seed.jsonl"
done
"$GO" test -run '^TestRecordedOnWine$' ./cmd/wsasim
