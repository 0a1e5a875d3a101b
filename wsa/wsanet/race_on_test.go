//go:build race

package wsanet_test

// raceEnabled says that allocations mean nothing.
const raceEnabled = true
