#!/usr/bin/env bash
# Shows that the build for libFuzzer works: builds one target and lets libFuzzer
# work on it until it has learnt from the coverage what an input looks like.
#
#   fuzz/libfuzzer/try.sh [TARGET [RUNS]]     FuzzPeerTargetName, 50000
#
# What it needs stands in build.sh.
set -euo pipefail

target=${1:-FuzzPeerTargetName}
runs=${2:-50000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
OUT=$work "$(dirname "$0")/build.sh" "$target"

mkdir "$work/corpus"
for binary in "$work"/fuzz_*; do
	[ -x "$binary" ] && break
done
if ! (cd "$work" && "$binary" -seed=1 -runs="$runs" -print_final_stats=1 corpus) >"$work/log" 2>&1; then
	tail -50 "$work/log" >&2
	echo "try.sh: $target failed under libFuzzer" >&2
	exit 1
fi
executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
learnt=$(sed -n 's/^stat::new_units_added: *//p' "$work/log")
echo "try.sh: $target: libFuzzer executed $executed inputs, $learnt of them reached something new"
if [ "${executed:-0}" -lt "$runs" ] || [ "${learnt:-0}" -lt 5 ]; then
	tail -50 "$work/log" >&2
	echo "try.sh: wanted $runs inputs and at least 5 that reach something new: no coverage comes back" >&2
	exit 1
fi
