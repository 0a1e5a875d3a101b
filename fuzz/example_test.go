package fuzz_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"wsasim/fuzz"
	"wsasim/wsa"
)

// A parser of one's own that trusts the length in a structure. A test asks rapid
// for the buffers, as in rapid.Check(t, func(t *rapid.T) { b := buffers.Draw(t, "buffer") }),
// which then looks for the simplest one that fails.
func ExampleMangle() {
	name := func(b []byte) []byte { return b[140:][:binary.LittleEndian.Uint32(b[136:])] }
	fails := func(b []byte) (failed bool) {
		defer func() { failed = recover() != nil }()
		name(b)
		return false
	}
	layout, err := wsa.Struct("SOCKET_PEER_TARGET_NAME", wsa.AMD64)
	if err != nil {
		panic(err)
	}
	valid, buffers := fuzz.Structure(layout, new(fuzz.Pool)), fuzz.Mangle(layout, new(fuzz.Pool))
	for i := range 100 {
		if fails(valid.Example(i)) {
			fmt.Println("it does not read a valid buffer")
		}
	}
	for i := range 100 {
		if b := buffers.Example(i); fails(b) && !wsa.FitsPeerTargetName(b) {
			fmt.Println("it reads behind a buffer that wsa refuses")
			break
		}
	}
	// Output:
	// it reads behind a buffer that wsa refuses
}

// A few calls in a world that the specification watches: once as the simulator
// answers, once with a wrong answer put in, a canary.
func ExampleReplay() {
	host := fuzz.HostSetup{Name: "host", Addrs: []netip.Addr{netip.MustParseAddr("10.0.0.1")}, Threads: []int{1}}
	steps := []fuzz.Step{
		{Call: wsa.WSAStartupCall{Version: 0x0202}},
		{Call: wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM, Protocol: wsa.IPPROTO_TCP}},
		{Call: wsa.ListenCall{S: 4, Backlog: 5}},
	}
	careless := &fuzz.Fault{Name: "listen needs no bind", Ops: []string{"listen"}, From: wsa.WSAEINVAL, To: 0}
	for _, fault := range []*fuzz.Fault{nil, careless} {
		m := fuzz.Replay(fuzz.Setup{Hosts: []fuzz.HostSetup{host}, Fault: fault}, steps)
		if m.Violation == nil {
			fmt.Println("conforms")
		} else {
			fmt.Println("violates", m.Violation.Violated)
		}
		m.Close()
	}
	// Output:
	// conforms
	// violates [LISTEN-UNBOUND]
}
