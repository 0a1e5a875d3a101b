package sim_test

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"wsasim/sim"
	"wsasim/wsa"
)

// A client that tests for a reset the POSIX way never sees one on Windows, and
// so it does not here.
func Example_reset() {
	w := sim.New(sim.Config{Clock: sim.VirtualTime})
	defer w.Close()
	server := w.MustHost("server", "10.0.0.2").NewThread()
	client := w.MustHost("client", "10.0.0.1").NewThread()
	at := wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.2:80"))

	l, _ := server.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
	server.Bind(l, at)
	server.Listen(l, wsa.SOMAXCONN)

	c, _ := client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
	fmt.Println("connect:", client.Connect(c, at))

	s, _ := server.Accept(l, nil, nil)
	server.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_LINGER, []byte{1, 0, 0, 0})
	server.Closesocket(s) // linger 0: the connection is reset

	_, err := client.Recv(c, make([]byte, 100), 0)
	fmt.Println("recv:", err)
	fmt.Println("syscall.ECONNRESET:", errors.Is(err, syscall.ECONNRESET))
	fmt.Println("wsa.WSAECONNRESET:", errors.Is(err, wsa.WSAECONNRESET))
	// Output:
	// connect: <nil>
	// recv: WSAECONNRESET (10054): the peer reset the connection
	// syscall.ECONNRESET: false
	// wsa.WSAECONNRESET: true
}

// Two threads that talk to each other under the virtual clock: an hour of
// waiting takes no time.
func ExampleWorld_Spawn() {
	w := sim.New(sim.Config{Clock: sim.VirtualTime})
	defer w.Close()
	server := w.MustHost("server", "10.0.0.2").NewThread()
	client := w.MustHost("client", "10.0.0.1").NewThread()
	at := wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.2:53"))

	s, _ := server.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP)
	server.Bind(s, at)
	w.Spawn(server, func() {
		buf := make([]byte, 4) // smaller than what comes
		_, err := server.Recv(s, buf, 0)
		fmt.Printf("after %v: %q, %v\n", w.Now(), buf, err)
	})
	w.Spawn(client, func() {
		client.SleepEx(3_600_000, false)
		c, _ := client.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP)
		client.Sendto(c, []byte("too long"), 0, at)
	})
	fmt.Println(w.Run())
	// Output:
	// after 1h0m0s: "too ", WSAEMSGSIZE (10040): a message or structure does not fit its buffer or a limit
	// <nil>
}
