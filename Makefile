# What there is to do here. `make` alone lists it.

GO ?= go
# How long `make fuzz` works on each target: a time, or a number of runs as in 2000x.
FUZZTIME ?= 10s
# How long `make bench` measures each benchmark.
BENCHTIME ?= 1s
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
# The systems that everything must build for.
TARGETS = windows/amd64 windows/386 windows/arm64 darwin/arm64 linux/386 js/wasm

.DEFAULT_GOAL := help
.PHONY: help test race determinism bench bench-smoke fuzz libfuzzer vectors lint cross cover scenarios explore interop nettest wine-test

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## all tests; needs nothing but Go and make
	$(GO) test ./...
	@command -v wine >/dev/null && echo "The tests under Wine are another target: make wine-test" || \
		echo "The tests under Wine are skipped: there is no wine here; make wine-test says what to install"

wine-test: ## tests, a recording and a differential run under Wine; says what is missing
	GO="$(GO)" testdata/wine/test.sh

race: ## all tests under the race detector; needs a C compiler
	$(GO) test -race ./...

nettest: ## nettest's TestConn on wsa/wsanet, 50 times, under the race detector; needs a C compiler
	$(GO) test -race -run '^TestConn$$' -count 50 ./wsa/wsanet

interop: ## gRPC and QUIC over wsa/wsanet, in a module of their own; needs the Go module proxy
	cd wsa/wsanet/interop && $(GO) vet ./... && $(GO) test ./...

determinism: ## 100 runs of every scenario: the same trace each time
	$(GO) test ./cmd/wsasim -run '^TestScenariosAreDeterministic$$' -runs 100

bench: ## all benchmarks, with allocations
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) -benchmem ./...

bench-smoke: ## every benchmark once, to see that it works
	$(GO) test -run '^$$' -bench . -benchtime 1x ./...

fuzz: ## every fuzz target for FUZZTIME (10s)
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "== $$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package || exit 1; \
		done; \
	done

libfuzzer: ## build one fuzz target for libFuzzer and try it; needs clang, zip
	fuzz/libfuzzer/try.sh

vectors: ## make the golden vectors again; needs mingw-w64's compilers
	testdata/vectors/regenerate.sh

lint: ## gofmt, vet and staticcheck
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not formatted: $$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

cross: ## build and vet for every system it must build for
	@for target in $(TARGETS); do \
		echo "== $$target"; \
		GOOS=$${target%/*} GOARCH=$${target#*/} CGO_ENABLED=0 $(GO) build ./... || exit 1; \
		GOOS=$${target%/*} GOARCH=$${target#*/} CGO_ENABLED=0 $(GO) vet ./... || exit 1; \
	done

cover: ## coverage of the statements, by function
	$(GO) test -coverpkg=./wsa/...,./model/...,./sim/... -coverprofile=coverage.out ./...
	$(GO) tool cover -func=coverage.out | tail -1

scenarios: ## run every scenario, checked against the specification
	$(GO) run ./cmd/wsasim run --quiet testdata/scenarios/*.star

explore: ## explore the specification: a witness for each rule
	$(GO) run ./cmd/wsasim explore
