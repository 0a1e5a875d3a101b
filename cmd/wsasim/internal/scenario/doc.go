// Package scenario runs Starlark scripts against simulated worlds.
//
// A script builds hosts, starts threads on them and calls Winsock under its
// own names:
//
//	client = host("client", "10.0.0.1").thread()
//	server = host("server", "10.0.0.2").thread()
//	s = server.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
//	server.bind(s, "0.0.0.0:80")
//	fails(WSAEINVAL, server.bind, s, "0.0.0.0:80")
//
// Calls, their parameters, constants, structures and errors are derived from
// package wsa, so that whatever is added there is in the language at once.
//
// A script runs under the virtual clock: it takes no time to wait, and the
// same script with the same seed does the same, byte for byte. While it runs,
// the specification (package model) judges every call and return; a call that
// breaks it stops the run.
//
// A call that fails stops the script, unless fails or attempt made it. What
// went wrong is one of a closed set of errors: [UsageError] and the
// interpreter's own for a script that is malformed, [CallError],
// [ExpectError], [DeadlockError] and [ViolationError] for one that is well
// formed and does not hold.
package scenario
