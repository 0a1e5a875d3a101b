package wsatest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"

	"wsasim/wsa"
)

// success is the error code of a call that is expected to succeed.
const success = wsa.Errno(0)

const (
	// poisonError is a thread's last error before each call.
	poisonError = wsa.Errno(0xDEADBEEF)
	// poisonByte fills output buffers before each call, poisonCount counts.
	poisonByte  = 0xA5
	poisonCount = 0xDEADBEEF
)

// pattern is an output buffer of n bytes.
func pattern(n int) []byte { return bytes.Repeat([]byte{poisonByte}, n) }

// untouched reports whether nothing was written to a pattern.
func untouched(b []byte) bool { return bytes.Count(b, []byte{poisonByte}) == len(b) }

// thread makes calls and checks how they end. Each method takes the error that
// is expected first; a call that was to succeed and does not ends the part.
type thread struct {
	api wsa.API
	r   *result
}

// call makes one call with the last error poisoned and checks its error. It
// reports whether the error was the one wanted.
func (t thread) call(want wsa.Errno, what string, do func() error) bool {
	t.api.WSASetLastError(poisonError)
	err := do()
	got := success
	if err != nil && !errors.As(err, &got) {
		t.r.fatalf("%s: %v; wanted %s", what, err, name(want))
	}
	if got != success {
		if last := t.api.WSAGetLastError(); last != got {
			t.r.errorf("%s: the error is %s and the last error %s", what, name(got), name(last))
		}
	}
	switch {
	case got == want:
		return true
	case want == success:
		t.r.fatalf("%s: %s; wanted success", what, name(got))
	case got == success:
		t.r.errorf("%s succeeds; wanted %s", what, name(want))
	default:
		t.r.errorf("%s: %s; wanted %s", what, name(got), name(want))
	}
	return false
}

// name is how an error code stands in a message.
func name(e wsa.Errno) string {
	if e == success {
		return "success"
	}
	if n := e.Name(); n != "" {
		return n
	}
	return e.String()
}

// names is name for several.
func names(list []wsa.Errno) string {
	var s []string
	for _, e := range list {
		s = append(s, name(e))
	}
	return strings.Join(s, ", ")
}

// oneOf is call with several errors that are all right (0 is success); it
// returns the one that came.
func (t thread) oneOf(want []wsa.Errno, what string, do func() error) wsa.Errno {
	t.api.WSASetLastError(poisonError)
	err := do()
	got := success
	if err != nil && !errors.As(err, &got) {
		t.r.fatalf("%s: %v; wanted one of %s", what, err, names(want))
	}
	for _, e := range want {
		if got == e {
			return got
		}
	}
	t.r.errorf("%s: %s; wanted one of %s", what, name(got), names(want))
	return got
}

// reset checks that the call before has reset the last error.
func (t thread) reset(what string) {
	if e := t.api.WSAGetLastError(); e != success {
		t.r.errorf("%s leaves the last error %s; wanted 0", what, name(e))
	}
}

// socket makes a socket.
func (t thread) socket(af, typ, protocol int32) wsa.SOCKET {
	s := wsa.INVALID_SOCKET
	t.call(success, "socket", func() (err error) {
		s, err = t.api.Socket(af, typ, protocol)
		return err
	})
	t.r.opened(s)
	return s
}

func (t thread) tcp() wsa.SOCKET  { return t.socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP) }
func (t thread) tcp6() wsa.SOCKET { return t.socket(wsa.AF_INET6, wsa.SOCK_STREAM, wsa.IPPROTO_TCP) }
func (t thread) udp() wsa.SOCKET  { return t.socket(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP) }
func (t thread) udp6() wsa.SOCKET { return t.socket(wsa.AF_INET6, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP) }

func (t thread) close(s wsa.SOCKET) {
	t.r.forget(s)
	t.call(success, "closesocket", func() error { return t.api.Closesocket(s) })
}

func (t thread) bind(want wsa.Errno, s wsa.SOCKET, name []byte) bool {
	return t.call(want, "bind to "+wsa.FormatSockaddr(name), func() error { return t.api.Bind(s, name) })
}

func (t thread) listen(want wsa.Errno, s wsa.SOCKET, backlog int32) bool {
	return t.call(want, "listen", func() error { return t.api.Listen(s, backlog) })
}

func (t thread) connect(want wsa.Errno, s wsa.SOCKET, name []byte) bool {
	return t.call(want, "connect to "+wsa.FormatSockaddr(name), func() error { return t.api.Connect(s, name) })
}

// accept accepts without asking for the address.
func (t thread) accept(want wsa.Errno, l wsa.SOCKET) wsa.SOCKET {
	return t.acceptFrom(want, l, nil, nil)
}

func (t thread) acceptFrom(want wsa.Errno, l wsa.SOCKET, addr []byte, addrlen *int32) wsa.SOCKET {
	s := wsa.SOCKET(0)
	t.call(want, "accept", func() (err error) {
		s, err = t.api.Accept(l, addr, addrlen)
		if err != nil && s != wsa.INVALID_SOCKET {
			t.r.errorf("accept fails and returns socket %d", s)
		}
		return err
	})
	if s != wsa.INVALID_SOCKET {
		t.r.opened(s)
	}
	return s
}

func (t thread) shutdown(want wsa.Errno, s wsa.SOCKET, how int32) bool {
	return t.call(want, "shutdown", func() error { return t.api.Shutdown(s, how) })
}

// count checks the number that a call gave back.
func (t thread) count(what string, n, want int, err error) {
	if err != nil {
		want = 0
	}
	if n != want {
		t.r.errorf("%s (%v) returns %d; wanted %d", what, err, n, want)
	}
}

// send sends all of data, or fails.
func (t thread) send(want wsa.Errno, s wsa.SOCKET, data string, flags int32) bool {
	return t.call(want, "send", func() error {
		n, err := t.api.Send(s, []byte(data), flags)
		t.count("send", n, len(data), err)
		return err
	})
}

func (t thread) sendto(want wsa.Errno, s wsa.SOCKET, data string, to []byte) bool {
	return t.call(want, "sendto "+wsa.FormatSockaddr(to), func() error {
		n, err := t.api.Sendto(s, []byte(data), 0, to)
		t.count("sendto", n, len(data), err)
		return err
	})
}

// recv receives into a buffer of room bytes and returns what came.
func (t thread) recv(want wsa.Errno, s wsa.SOCKET, room int, flags int32) string {
	buf, n := pattern(room), 0
	t.call(want, "recv", func() (err error) {
		n, err = t.api.Recv(s, buf, flags)
		if err != nil {
			t.count("recv", n, 0, err)
		}
		return err
	})
	if !untouched(buf[n:]) && want != wsa.WSAEMSGSIZE {
		t.r.errorf("recv returns %d and writes behind it: %x", n, buf)
	}
	return string(buf[:n])
}

// gets receives and compares what came.
func (t thread) gets(want string, s wsa.SOCKET) {
	if got := t.recv(success, s, len(want)+10, 0); got != want {
		t.r.errorf("recv gives %q; wanted %q", got, want)
	}
}

// readAll receives until n bytes have come or the connection has ended.
func (t thread) readAll(s wsa.SOCKET, n int) (read int) {
	buf := make([]byte, 1<<20)
	for read < n {
		k := 0
		t.call(success, "recv", func() (err error) {
			k, err = t.api.Recv(s, buf, 0)
			return err
		})
		if k == 0 {
			break
		}
		read += k
	}
	return read
}

func (t thread) set(want wsa.Errno, s wsa.SOCKET, o option, val ...byte) bool {
	return t.call(want, "setsockopt "+o.String(), func() error { return t.api.Setsockopt(s, o.level, o.name, val) })
}

// setInt sets an option to a number of four bytes.
func (t thread) setInt(want wsa.Errno, s wsa.SOCKET, o option, v uint32) bool {
	return t.set(want, s, o, dword(v)...)
}

// get reads an option into a buffer of room bytes; the length passed is length.
// It returns the buffer and the length afterwards.
func (t thread) get(want wsa.Errno, s wsa.SOCKET, o option, room int, length int32) ([]byte, int32) {
	buf := pattern(room)
	t.call(want, "getsockopt "+o.String(), func() error { return t.api.Getsockopt(s, o.level, o.name, buf, &length) })
	return buf, length
}

// getInt reads an option as a number.
func (t thread) getInt(s wsa.SOCKET, o option) uint32 {
	buf, n := t.get(success, s, o, 4, 4)
	if n < 0 || n > 4 {
		t.r.fatalf("getsockopt %v gives length %d", o, n)
	}
	clear(buf[n:])
	return binary.LittleEndian.Uint32(buf)
}

// reads checks an option's value.
func (t thread) reads(s wsa.SOCKET, o option, want uint32) {
	if got := t.getInt(s, o); got != want {
		t.r.errorf("%v reads as %#x; wanted %#x", o, got, want)
	}
}

// nonblocking makes a socket nonblocking.
func (t thread) nonblocking(s wsa.SOCKET) {
	on := uint32(1)
	t.call(success, "ioctlsocket FIONBIO", func() error { return t.api.Ioctlsocket(s, wsa.FIONBIO, &on) })
}

// ask is ioctlsocket for a code that gives a number.
func (t thread) ask(s wsa.SOCKET, code uint32) uint32 {
	v := uint32(poisonCount)
	t.call(success, "ioctlsocket", func() error { return t.api.Ioctlsocket(s, code, &v) })
	return v
}

// ioctl makes an ioctl call without overlapped parameters; returned starts
// poisoned.
func (t thread) ioctl(want wsa.Errno, s wsa.SOCKET, code uint32, in []byte, room int) (out []byte, returned uint32) {
	if room >= 0 {
		out = pattern(room)
	}
	returned = poisonCount
	t.call(want, "WSAIoctl "+wsa.FormatConstant(wsa.KindIoctl, int64(code)), func() error {
		return t.api.WSAIoctl(s, code, in, out, &returned, nil, nil)
	})
	return out, returned
}

// name is the socket's local address.
func (t thread) name(s wsa.SOCKET) netip.AddrPort {
	return t.address("getsockname", func(b []byte, n *int32) error { return t.api.Getsockname(s, b, n) })
}

// peer is the socket's peer.
func (t thread) peer(s wsa.SOCKET) netip.AddrPort {
	return t.address("getpeername", func(b []byte, n *int32) error { return t.api.Getpeername(s, b, n) })
}

func (t thread) address(what string, get func([]byte, *int32) error) netip.AddrPort {
	buf, n := pattern(wsa.SockaddrStorageSize), int32(wsa.SockaddrStorageSize)
	t.call(success, what, func() error { return get(buf, &n) })
	a, err := wsa.ParseSockaddr(buf[:n])
	if err != nil {
		t.r.fatalf("%s: %v", what, err)
	}
	return a
}

// noName checks that the socket has no local name, or no peer.
func (t thread) noName(want wsa.Errno, s wsa.SOCKET) {
	buf, n := pattern(wsa.SockaddrStorageSize), int32(wsa.SockaddrStorageSize)
	t.call(want, "getsockname", func() error { return t.api.Getsockname(s, buf, &n) })
}

func (t thread) noPeer(s wsa.SOCKET) {
	buf, n := pattern(wsa.SockaddrStorageSize), int32(wsa.SockaddrStorageSize)
	t.call(wsa.WSAENOTCONN, "getpeername", func() error { return t.api.Getpeername(s, buf, &n) })
}

// equal checks a value.
func equal[T comparable](t thread, what string, got, want T) {
	if got != want {
		t.r.errorf("%s is %v; wanted %v", what, got, want)
	}
}

// is checks a condition.
func (t thread) is(good bool, format string, args ...any) {
	if !good {
		t.r.errorf(format, args...)
	}
}

func dword(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

// at is the SOCKADDR of an address and port.
func at(a netip.Addr, port uint16) []byte { return wsa.Sockaddr(netip.AddrPortFrom(a, port)) }

var (
	any4 = netip.IPv4Unspecified()
	any6 = netip.IPv6Unspecified()
)

// bound is a new socket of kind make, bound to an address and a free port.
func (c *context) bound(create func() wsa.SOCKET, a netip.Addr) wsa.SOCKET {
	s := create()
	c.bind(success, s, at(a, 0))
	return s
}

// listener is a listening socket on the IPv4 loopback address.
func (c *context) listener() (wsa.SOCKET, []byte) {
	l := c.bound(c.tcp, c.p.Loopback4)
	c.listen(success, l, 5)
	return l, wsa.Sockaddr(c.name(l))
}

// pair is a connection over the IPv4 loopback address. A receive of either end
// times out, so that a missing byte is a failure and not a hang.
func (c *context) pair() (client, server wsa.SOCKET) {
	l, to := c.listener()
	client, server = c.connection(l, to)
	c.close(l)
	return client, server
}

// connection connects a new socket to a listener and accepts the connection.
func (c *context) connection(l wsa.SOCKET, to []byte) (client, server wsa.SOCKET) {
	client = c.tcp()
	c.connect(success, client, to)
	server = c.accept(success, l)
	for _, s := range []wsa.SOCKET{client, server} {
		c.setInt(success, s, soRcvTimeo, 10_000)
	}
	return client, server
}

// datagrams is two datagram sockets bound to the IPv4 loopback address.
func (c *context) datagrams() (a, b wsa.SOCKET) {
	a, b = c.bound(c.udp, c.p.Loopback4), c.bound(c.udp, c.p.Loopback4)
	for _, s := range []wsa.SOCKET{a, b} {
		c.setInt(success, s, soRcvTimeo, 10_000)
	}
	return a, b
}

// resetBy closes s in such a way that its peer is reset.
func (c *context) resetBy(s wsa.SOCKET) {
	c.set(success, s, soLinger, 1, 0, 0, 0)
	c.close(s)
	c.settle()
}

// need6 skips the test on a computer without IPv6.
func (c *context) need6() {
	if !c.p.Loopback6.IsValid() {
		c.skip("there is no IPv6 here")
	}
}
