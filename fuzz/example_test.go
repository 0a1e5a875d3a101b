package fuzz_test

import (
	"fmt"
	"net/netip"

	"wsasim/fuzz"
	"wsasim/wsa"
)

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
