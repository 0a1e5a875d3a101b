// Package fuzz tries the simulator where nobody thought of looking. It draws
// calls and structures, drives a simulated world with them, and asks the
// specification about every single return. It also breaks an implementation on
// purpose, to show that the asking would notice.
//
// # Use
//
//	go test ./fuzz                  200,000 checked calls, from a fixed seed
//	go test ./fuzz -calls=5000000   more of them
//	go test ./fuzz -rapid.seed=0    from a seed that is new each time
//	make fuzz FUZZTIME=1m           the coverage-guided targets, a minute each
//
// A violation is printed with the specification's words and the shortest
// sequence of calls that still shows it. The trace of that sequence is left in
// a file, whose name is printed, for wsasim check to read.
//
// # Code of your own
//
// What builds or parses these structures is tried with [Structure], which draws
// valid buffers, and [Mangle], which draws what careless and hostile programs make
// of them; package wsa says what a right parser does (see the example of Mangle).
// What makes calls is tried against [Broken], which gives one wrong answer. First
// inputs for Go's own fuzzer come from [wsa.Layout.Encode], by the names of fields.
//
// # Parts
//
//   - [Call], [Structure] and [Mangle] draw calls and structures, valid and
//     not, over a [Pool] of descriptors, addresses and names that mean
//     something. What there is to draw follows from [wsa.Calls] and
//     [wsa.Structs], so that a new call cannot be forgotten: a test fails.
//   - [Machine] drives a [sim.World] and checks each record as it is made, one
//     call after another ([Sequence]) or with several threads that run under the
//     virtual clock ([Parallel]).
//   - [Pings] and [Relations] drive it by actions of one kind: raw sockets, and what
//     is received of what was sent.
//   - [wsa.FromCalls] makes a [wsa.API] of a function from calls to returns. With
//     it, a recorder of package trace writes the trace of any API, and [Broken] gives one a
//     [Fault]: one wrong answer. [Faults] lists the canaries.
//   - [DrawSequence] draws sequences that are safe on a real machine (sockets,
//     readiness, events, overlapped operations, completion ports, names that need
//     no directory), a [Place] carries them out (the simulator, the system's own
//     Winsock, one of the canaries), and a [Differ] compares what came of it, with
//     [KnownDifferences] as the table of what was looked into.
//   - The functions that start with Fuzz in the tests are targets for Go's
//     coverage-guided fuzzing; their first inputs stand in testdata.
//
// # What a run can and cannot show
//
// The simulator and the specification are two programs written from the same
// sources by the same hands. Agreement means that neither slipped where the
// other did not; it does not mean that Windows agrees with either.
//
// # Terms
//
//   - canary: a fault put in on purpose, to see that it is found.
//   - mangled: made from a valid buffer by one change that a careless program
//     might make, such as a length that is one too large.
//   - script: the calls of one thread, drawn before it runs.
package fuzz
