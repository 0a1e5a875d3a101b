//go:build race

package sim_test

// raceEnabled says that times mean nothing.
const raceEnabled = true
