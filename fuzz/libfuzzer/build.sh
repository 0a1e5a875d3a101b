#!/usr/bin/env bash
# Builds the fuzz targets of package fuzz for libFuzzer, the engine of OSS-Fuzz
# and ClusterFuzzLite, by go-118-fuzz-build.
#
#   fuzz/libfuzzer/build.sh [TARGET...]     all of them without names
#
# Each becomes an executable of its name in lower case with underscores; one that
# wants long inputs has NAME.options and NAME_seed_corpus.zip beside it. The
# environment is that of OSS-Fuzz, with defaults for a machine with clang:
#
#   OUT                  where they go; ./libfuzzer-out
#   CXX, CXXFLAGS        clang++, none
#   LIB_FUZZING_ENGINE   -fsanitize=fuzzer
#   SANITIZER            coverage and introspector are refused
#
# It works in a copy of the module, since the tool rewrites sources. It needs go,
# clang with its runtime (Debian: clang, libclang-rt-dev), zip, and the Go module
# proxy.
set -euo pipefail

# The tool has no releases. Its own choice of x/tools does not build with a
# present Go.
tool=github.com/AdamKorcz/go-118-fuzz-build
version=v0.0.0-20250520111509-a70c2aa677fa
tools=golang.org/x/tools@v0.52.0

root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "${OUT:=libfuzzer-out}"
OUT=$(cd "$OUT" && pwd)
: "${CXX:=clang++}" "${CXXFLAGS:=}" "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"

case ${SANITIZER:-} in
coverage | introspector)
	echo "build.sh: SANITIZER=$SANITIZER is not supported, only libFuzzer's executables are" >&2
	exit 2
	;;
esac
missing=
for need in go "$CXX" zip; do
	command -v "$need" >/dev/null || missing="$missing $need"
done
if [ -n "$missing" ]; then
	echo "build.sh: not installed:$missing" >&2
	exit 3
fi

known=$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\)(f \*testing\.F).*/\1/p' "$root/fuzz/targets_test.go")
for target in "$@"; do
	if ! grep -qx "$target" <<<"$known"; then
		echo "build.sh: no target $target in fuzz/targets_test.go; there are" $known >&2
		exit 2
	fi
done
[ $# -gt 0 ] || set -- $known

quietly() { # what a command prints is shown only when it fails
	"$@" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		return 1
	}
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The copy: what the targets import, and they in a package of their own.
mkdir "$work/module"
cp -r "$root/go.mod" "$root/go.sum" "$root/wsa" "$root/model" "$root/sim" "$root/fuzz" "$work/module"
cd "$work/module"
for file in targets report; do
	sed 's/^package fuzz_test$/package libfuzzer/' "fuzz/${file}_test.go" >"fuzz/libfuzzer/$file.go"
done
cp fuzz/libfuzzer/engine.go.txt fuzz/libfuzzer/engine.go
# Files of tests would be built with the package and pull in more.
find . -name '*_test.go' -delete
export GOFLAGS=-mod=mod
quietly go get "$tool@$version" "$tools"
quietly go get -tool "$tool"
quietly go build -o "$work/go-118-fuzz-build" "$tool"

number=0
for target in "$@"; do
	number=$((number + 1))
	name=$(sed 's/\([a-z0-9]\)\([A-Z]\)/\1_\2/g' <<<"$target" | tr '[:upper:]' '[:lower:]')
	echo "build.sh: $target ($number of $#)"
	# Rewritten sources are left behind, so every target begins with fresh ones.
	rm -rf fuzz/target && cp -r fuzz/libfuzzer fuzz/target
	"$work/go-118-fuzz-build" -tags gofuzz -o "$work/$name.a" -func "$target" "$PWD/fuzz/target"
	# shellcheck disable=SC2086 # flags are words
	"$CXX" $CXXFLAGS $LIB_FUZZING_ENGINE "$work/$name.a" -o "$OUT/$name"
	case $target in
	FuzzSequence | FuzzParallel)
		# A run is drawn from the input, and one that is too short draws none.
		printf '[libfuzzer]\nmax_len = 65536\nlen_control = 0\n' >"$OUT/$name.options"
		mkdir -p "$work/seeds"
		for seed in 1 2 3; do
			head -c 65536 /dev/urandom >"$work/seeds/$seed"
		done
		rm -f "$OUT/${name}_seed_corpus.zip"
		zip -qj "$OUT/${name}_seed_corpus.zip" "$work"/seeds/*
		;;
	esac
done
echo "build.sh: $# targets are in $OUT"
