package sim_test

import (
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// env is what a fact is shown on: two hosts with a thread each, under the
// virtual clock, all driven by one goroutine.
type env struct {
	*testing.T
	w    *sim.World
	a, b *sim.Thread // client, 10.0.0.1, and server, 10.0.0.2
}

// fact is one observed fact, or several; name begins with their ids.
type fact struct {
	name string
	show func(e *env)
}

func showFacts(t *testing.T, facts []fact) {
	for _, f := range facts {
		t.Run(f.name, func(t *testing.T) {
			w, a, b := pair(t, sim.Config{Clock: sim.VirtualTime})
			f.show(&env{t, w, a, b})
		})
	}
}

func (e *env) tcp(t *sim.Thread) wsa.SOCKET {
	e.Helper()
	return must[wsa.SOCKET](e)(t.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP))
}

func (e *env) udp(t *sim.Thread) wsa.SOCKET {
	e.Helper()
	return must[wsa.SOCKET](e)(t.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP))
}

// bound is a UDP socket of the server at port 53.
func (e *env) bound() wsa.SOCKET {
	s := e.udp(e.b)
	ok(e, e.b.Bind(s, addr("0.0.0.0:53")))
	return s
}

// pair is a connection between client and server.
func (e *env) pair() (c, s wsa.SOCKET) {
	e.Helper()
	return joined(e.T, e.a, e.b)
}

// listener listens on the server's port 80.
func (e *env) listener() wsa.SOCKET { return listening(e.T, e.b, 5) }

// connects makes one more connection of the client to port 80.
func (e *env) connects() wsa.SOCKET {
	e.Helper()
	c := e.tcp(e.a)
	ok(e, e.a.Connect(c, addr("10.0.0.2:80")))
	return c
}

func (e *env) nonblocking(t *sim.Thread, s wsa.SOCKET) {
	e.Helper()
	on := uint32(1)
	ok(e, t.Ioctlsocket(s, wsa.FIONBIO, &on))
}

func (e *env) reset(t *sim.Thread, s wsa.SOCKET) {
	e.Helper()
	ok(e, t.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_LINGER, []byte{1, 0, 0, 0}))
	ok(e, t.Closesocket(s))
}

func (e *env) send(t *sim.Thread, s wsa.SOCKET, text string, flags int32) {
	e.Helper()
	must[int](e)(t.Send(s, []byte(text), flags))
}

// wants compares.
func wants[T comparable](e *env, what string, got, want T) {
	e.Helper()
	if got != want {
		e.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func (e *env) fails(what string, err error, want wsa.Errno) {
	e.Helper()
	if err != want.Err() {
		e.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func (e *env) poll(t *sim.Thread, s wsa.SOCKET) int16 {
	e.Helper()
	fds := []wsa.PollFD{{FD: s, Events: wsa.POLLIN | wsa.POLLOUT}}
	must[int](e)(t.WSAPoll(fds, 0))
	return fds[0].Revents
}

// ready is what a select with the socket in all three sets leaves: r, w, x.
func (e *env) ready(t *sim.Thread, s wsa.SOCKET) string {
	e.Helper()
	r, w, x := wsa.FDSet{s}, wsa.FDSet{s}, wsa.FDSet{s}
	n := must[int](e)(t.Select(0, &r, &w, &x, &wsa.Timeval{}))
	text := ""
	for _, set := range []struct {
		fds  wsa.FDSet
		name string
	}{{r, "r"}, {w, "w"}, {x, "x"}} {
		if len(set.fds) > 0 {
			text += set.name
		}
	}
	wants(e, "number of ready sockets", n, len(text))
	return text
}

func (e *env) selects(t *sim.Thread, s wsa.SOCKET, mask int32) wsa.HANDLE {
	e.Helper()
	ev := must[wsa.HANDLE](e)(t.WSACreateEvent())
	ok(e, t.WSAEventSelect(s, ev, mask))
	return ev
}

// enum enumerates the network events; the event object must be set exactly when
// there are some.
func (e *env) enum(t *sim.Thread, s wsa.SOCKET, ev wsa.HANDLE) int32 {
	e.Helper()
	n, err := t.WSAWaitForMultipleEvents([]wsa.HANDLE{ev}, false, 0, false)
	ok(e, err)
	var ne wsa.NetworkEvents
	ok(e, t.WSAEnumNetworkEvents(s, ev, &ne))
	wants(e, "the event is set", n == wsa.WSA_WAIT_EVENT_0, ne.NetworkEvents != 0)
	return ne.NetworkEvents
}

// recv starts an overlapped receive.
func (e *env) recv(t *sim.Thread, s wsa.SOCKET, buf []byte, ov *wsa.Overlapped) error {
	flags := uint32(0)
	return t.WSARecv(s, [][]byte{buf}, nil, &flags, ov, nil)
}

// port makes a completion port for a socket.
func (e *env) port(t *sim.Thread, s wsa.SOCKET, key uintptr) wsa.HANDLE {
	e.Helper()
	return must[wsa.HANDLE](e)(t.CreateIoCompletionPort(wsa.HANDLE(s), 0, key, 0))
}

type got struct {
	err error
	n   uint32
	key uintptr
	ov  *wsa.Overlapped
}

// take takes a packet without waiting.
func take(t *sim.Thread, port wsa.HANDLE) (g got) {
	g.err = t.GetQueuedCompletionStatus(port, &g.n, &g.key, &g.ov, 0)
	return g
}

func (e *env) none(t *sim.Thread, port wsa.HANDLE) {
	e.Helper()
	if g := take(t, port); g.err != wsa.Errno(wsa.WAIT_TIMEOUT) || g.ov != nil {
		e.Errorf("there is a packet: %+v", g)
	}
}

func (e *env) result(t *sim.Thread, s wsa.SOCKET, ov *wsa.Overlapped) (uint32, error) {
	n, flags := uint32(0), uint32(0)
	err := t.WSAGetOverlappedResult(s, ov, &n, false, &flags)
	return n, err
}
