package wsanet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/wsanet"
)

// A connection between two simulated hosts. The reset is the error that it is on
// Windows.
func Example() {
	w := sim.New(sim.Config{})
	defer w.Close()
	server := wsanet.New(w.MustHost("server", "10.0.0.2").NewProcess(sim.ProcessConfig{}))
	defer server.Close()
	client := wsanet.New(w.MustHost("client", "10.0.0.1").NewProcess(sim.ProcessConfig{}))
	defer client.Close()

	l, _ := server.Listen("tcp", "10.0.0.2:80")
	c, _ := client.Dial("tcp", "10.0.0.2:80")
	s, _ := l.Accept()
	s.(*wsanet.TCPConn).SetLinger(0) // close with a reset
	s.Close()

	_, err := c.Read(make([]byte, 100))
	fmt.Println(errors.Is(err, wsa.WSAECONNRESET))
	fmt.Println(errors.Unwrap(err))
	// Output:
	// true
	// wsarecv: WSAECONNRESET (10054): the peer reset the connection
}

// A client and a server of package net/http, unchanged.
func Example_http() {
	w := sim.New(sim.Config{})
	defer w.Close()
	server := wsanet.New(w.MustHost("server", "10.0.0.2").NewProcess(sim.ProcessConfig{}))
	defer server.Close()
	client := wsanet.New(w.MustHost("client", "10.0.0.1").NewProcess(sim.ProcessConfig{}))
	defer client.Close()

	l, _ := server.Listen("tcp", ":80")
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello from a simulated host")
	})}
	defer srv.Close()
	go srv.Serve(l)

	transport := &http.Transport{DialContext: client.DialContext}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get("http://10.0.0.2/")
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	fmt.Print(string(body))
	// Output: hello from a simulated host
}

// A loop that serves datagrams on Linux ends on Windows, at the first one that
// is larger than its buffer.
func ExampleUDPConn_ReadFrom() {
	w := sim.New(sim.Config{})
	defer w.Close()
	stack := wsanet.New(w.MustHost("server", "10.0.0.2").NewProcess(sim.ProcessConfig{}))
	defer stack.Close()
	server, _ := stack.ListenPacket("udp", "10.0.0.2:53")
	client, _ := stack.Dial("udp", "10.0.0.2:53")
	client.Write([]byte("short"))
	client.Write([]byte("longer than eight bytes"))

	for {
		b := make([]byte, 8)
		n, _, err := server.ReadFrom(b)
		if errors.Is(err, wsa.WSAEMSGSIZE) {
			fmt.Printf("cut to %q: %v\n", b, errors.Unwrap(err))
			break // what to write instead: continue
		}
		fmt.Printf("%q\n", b[:n])
	}
	// Output:
	// "short"
	// cut to "longer t": wsarecvfrom: WSAEMSGSIZE (10040): a message or structure does not fit its buffer or a limit
}

// Client and server that trust only each other's names.
func ExampleSecurity() {
	w := sim.New(sim.Config{})
	defer w.Close()
	server := wsanet.New(w.MustHost("server", "10.0.0.2").NewProcess(sim.ProcessConfig{}))
	defer server.Close()
	client := wsanet.New(w.MustHost("client", "10.0.0.1").NewProcess(sim.ProcessConfig{}))
	defer client.Close()

	lc := wsanet.ListenConfig{Stack: server, Security: new(wsanet.Security)}
	_, _ = lc.Listen(context.Background(), "tcp", "10.0.0.2:443")
	d := wsanet.Dialer{Stack: client, Security: &wsanet.Security{PeerTargetName: "host/server"}}
	c, err := d.Dial("tcp", "10.0.0.2:443")
	if err != nil {
		fmt.Println(err)
		return
	}
	info, _ := c.(*wsanet.TCPConn).Security(0)
	defer info.Close()
	fmt.Println(info.Flags&wsa.SOCKET_INFO_CONNECTION_SECURED != 0)
	// Output: true
}

// Control makes a call that there is no method for.
func ExampleControl() {
	w := sim.New(sim.Config{})
	defer w.Close()
	stack := wsanet.New(w.MustHost("host", "10.0.0.1").NewProcess(sim.ProcessConfig{}))
	defer stack.Close()
	var l net.Listener
	l, _ = stack.Listen("tcp", ":80")
	raw, _ := l.(*wsanet.TCPListener).SyscallConn()
	err := wsanet.Control(raw, func(api wsa.API, s wsa.SOCKET) error {
		v, n := make([]byte, 4), int32(4)
		err := api.Getsockopt(s, wsa.SOL_SOCKET, wsa.SO_ACCEPTCONN, v, &n)
		fmt.Println(v[0])
		return err
	})
	fmt.Println(err)
	// Output:
	// 1
	// <nil>
}
