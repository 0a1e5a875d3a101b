package wsanet_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"wsasim/wsa"
)

// netLike is package net, or this package over some Winsock.
type netLike struct {
	dial   func(ctx context.Context, timeout time.Duration, local net.Addr, network, address string) (net.Conn, error)
	listen func(network, address string) (net.Listener, error)
	packet func(network, address string) (net.PacketConn, error)
}

// env is where one situation runs; what it sees is noted, one line each.
type env struct {
	t *testing.T
	netLike
	// soon is the time after which something happens to a call that waits.
	soon  time.Duration
	lines []string
}

// note writes down how a call ended.
func (e *env) note(what string, n int, err error) {
	e.lines = append(e.lines, fmt.Sprintf("%s: %d, %s", what, n, chain(err)))
}

// errs is note for calls without a number.
func (e *env) errs(what string, err error) {
	e.lines = append(e.lines, what+": "+chain(err))
}

// ports are numbers that the system chose.
var ports = regexp.MustCompile(`:[0-9]{4,5}\b`)

// chain is an error with all that it wraps: types, fields, numbers, and what
// they say of time-outs. Texts of error codes are not compared.
func chain(err error) string {
	if err == nil {
		return "nil"
	}
	var b strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		switch x := err.(type) {
		case *net.OpError:
			fmt.Fprintf(&b, "*net.OpError(%s %s %s -> %s)", x.Op, x.Net, address(x.Source), address(x.Addr))
		case *os.SyscallError:
			fmt.Fprintf(&b, "*os.SyscallError(%s)", x.Syscall)
		case wsa.Errno:
			fmt.Fprintf(&b, "errno(%d)", uint32(x))
		case syscall.Errno:
			switch {
			case x == syscall.EINVAL:
				b.WriteString("EINVAL")
			case errors.Is(x, errors.ErrUnsupported):
				b.WriteString("unsupported")
			default:
				fmt.Fprintf(&b, "errno(%d)", uint64(x))
			}
		default:
			if errors.Is(x, errors.ErrUnsupported) {
				b.WriteString("unsupported")
			} else {
				fmt.Fprintf(&b, "%T(%v)", x, x)
			}
		}
		if x, ok := err.(interface{ Timeout() bool }); ok && x.Timeout() {
			b.WriteString(" timeout")
		}
		if x, ok := err.(interface{ Temporary() bool }); ok && x.Temporary() {
			b.WriteString(" temporary")
		}
		if errors.Unwrap(err) != nil {
			b.WriteString(" > ")
		}
	}
	return ports.ReplaceAllString(b.String(), ":port")
}

func address(a net.Addr) string {
	if a == nil {
		return "nil"
	}
	// A type that is not exported is of the same name in both packages.
	name := fmt.Sprintf("%T", a)
	return fmt.Sprintf("%s(%v)", name[strings.LastIndexByte(name, '.')+1:], a)
}

// stream is what net.TCPConn and TCPConn have.
type stream interface {
	net.Conn
	CloseRead() error
	CloseWrite() error
	SetLinger(int) error
	SetNoDelay(bool) error
	SyscallConn() (syscall.RawConn, error)
}

// packetConn is what net.UDPConn and UDPConn have.
type packetConn interface {
	net.Conn
	net.PacketConn
	WriteToUDP([]byte, *net.UDPAddr) (int, error)
	ReadMsgUDP(b, oob []byte) (n, oobn, flags int, addr *net.UDPAddr, err error)
	WriteMsgUDP(b, oob []byte, addr *net.UDPAddr) (n, oobn int, err error)
	WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
}

const here = "127.0.0.1:0"

// listener is a listener on loopback; the test's end closes it.
func (e *env) listener() net.Listener {
	l := must[net.Listener](e.t)(e.listen("tcp", here))
	e.t.Cleanup(func() { l.Close() })
	return l
}

// pair is a connection; the test's end closes it.
func (e *env) pair() (c, s stream) {
	l := e.listener()
	c = must[net.Conn](e.t)(e.dial(context.Background(), 0, nil, "tcp", l.Addr().String())).(stream)
	s = must[net.Conn](e.t)(l.Accept()).(stream)
	e.t.Cleanup(func() {
		c.Close()
		s.Close()
	})
	return c, s
}

// packets is a datagram socket on loopback; the test's end closes it.
func (e *env) packets() packetConn {
	c := must[net.PacketConn](e.t)(e.packet("udp", here)).(packetConn)
	e.t.Cleanup(func() { c.Close() })
	return c
}

// peer is a connected datagram socket; the test's end closes it.
func (e *env) peer(to net.Addr) packetConn {
	c := must[net.Conn](e.t)(e.dial(context.Background(), 0, nil, "udp", to.String())).(packetConn)
	e.t.Cleanup(func() { c.Close() })
	return c
}

// dialed notes how a dial ended.
func (e *env) dialed(what string, c net.Conn, err error) {
	e.errs(what, err)
	if c != nil {
		c.Close()
	}
}

// fill writes until nothing more is taken.
func fill(c net.Conn) error {
	b := make([]byte, 1<<20)
	for {
		if _, err := c.Write(b); err != nil {
			return err
		}
	}
}

// nobody listens at this port of the computer: it was one's that is closed.
func (e *env) nobody() string {
	l := e.listener()
	defer l.Close()
	return l.Addr().String()
}

// foreign is an address that no computer has (RFC 5737).
var foreign = net.IPv4(198, 51, 100, 1)

// situations are what goes wrong, or ends, on connections and datagram sockets;
// what package net makes of them on Windows is what this package must make.
var situations = []struct {
	name string
	run  func(e *env)
}{
	{"tcp/dial refused", func(e *env) {
		c, err := e.dial(context.Background(), 0, nil, "tcp", e.nobody())
		e.dialed("dial", c, err)
	}},
	{"tcp/dial port 0", func(e *env) {
		c, err := e.dial(context.Background(), 0, nil, "tcp", here)
		e.dialed("dial", c, err)
	}},
	{"tcp/dial from a foreign address", func(e *env) {
		c, err := e.dial(context.Background(), 0, &net.TCPAddr{IP: foreign}, "tcp", e.listener().Addr().String())
		e.dialed("dial", c, err)
	}},
	{"tcp/dial with time over", func(e *env) {
		c, err := e.dial(context.Background(), -1, nil, "tcp", e.listener().Addr().String())
		e.dialed("dial", c, err)
	}},
	{"tcp/dial cancelled", func(e *env) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		c, err := e.dial(ctx, 0, nil, "tcp", e.listener().Addr().String())
		e.dialed("dial", c, err)
	}},
	{"tcp/bad addresses", func(e *env) {
		for _, a := range []string{"", "127.0.0.1", "127.0.0.1:99999", "[::1", "::1:80"} {
			c, err := e.dial(context.Background(), 0, nil, "tcp", a)
			e.dialed("dial "+a, c, err)
		}
		c, err := e.dial(context.Background(), 0, nil, "tcp4", "[::1]:80")
		e.dialed("dial tcp4 [::1]:80", c, err)
		c, err = e.dial(context.Background(), 0, nil, "tcp9", here)
		e.dialed("dial tcp9", c, err)
		c, err = e.dial(context.Background(), 0, &net.UDPAddr{}, "tcp", here)
		e.dialed("dial from another type", c, err)
		_, err = e.listen("udp", here)
		e.errs("listen udp", err)
		_, err = e.packet("tcp", here)
		e.errs("packet tcp", err)
	}},
	{"tcp/listen in use", func(e *env) {
		_, err := e.listen("tcp", e.listener().Addr().String())
		e.errs("listen", err)
	}},
	{"tcp/listen at a foreign address", func(e *env) {
		l, err := e.listen("tcp", foreign.String()+":0")
		e.errs("listen", err)
		if l != nil {
			l.Close()
		}
	}},
	{"tcp/listener closed while accepting", func(e *env) {
		l := e.listener()
		time.AfterFunc(e.soon, func() { l.Close() })
		_, err := l.Accept()
		e.errs("accept", err)
		_, err = l.Accept()
		e.errs("accept again", err)
		e.errs("close again", l.Close())
		e.errs("deadline", l.(interface{ SetDeadline(time.Time) error }).SetDeadline(time.Now()))
	}},
	{"tcp/listener's deadline", func(e *env) {
		l := e.listener()
		set := l.(interface{ SetDeadline(time.Time) error }).SetDeadline
		e.errs("set", set(time.Now().Add(e.soon)))
		_, err := l.Accept()
		e.errs("accept", err)
		_, err = l.Accept()
		e.errs("accept again", err)
	}},
	{"tcp/reset while reading", func(e *env) {
		c, s := e.pair()
		time.AfterFunc(e.soon, func() {
			s.SetLinger(0)
			s.Close()
		})
		n, err := c.Read(make([]byte, 10))
		e.note("read", n, err)
		n, err = c.Read(make([]byte, 10))
		e.note("read again", n, err)
		n, err = c.Write([]byte("x"))
		e.note("write", n, err)
		e.errs("close write", c.CloseWrite())
		e.errs("close", c.Close())
	}},
	{"tcp/reset while writing", func(e *env) {
		c, s := e.pair()
		time.AfterFunc(e.soon, func() {
			s.SetLinger(0)
			s.Close()
		})
		e.errs("write", fill(c))
	}},
	{"tcp/read deadline", func(e *env) {
		c, _ := e.pair()
		e.errs("set", c.SetReadDeadline(time.Now().Add(e.soon)))
		n, err := c.Read(make([]byte, 10))
		e.note("read", n, err)
		n, err = c.Read(nil)
		e.note("read nothing", n, err)
		n, err = c.Write([]byte("x"))
		e.note("write", n, err)
	}},
	{"tcp/write deadline", func(e *env) {
		c, _ := e.pair()
		e.errs("set", c.SetWriteDeadline(time.Now().Add(e.soon)))
		e.errs("write", fill(c))
		n, err := c.Write(nil)
		e.note("write nothing", n, err)
	}},
	{"tcp/closed while reading", func(e *env) {
		c, _ := e.pair()
		time.AfterFunc(e.soon, func() { c.Close() })
		n, err := c.Read(make([]byte, 10))
		e.note("read", n, err)
	}},
	{"tcp/closed while writing", func(e *env) {
		c, _ := e.pair()
		time.AfterFunc(e.soon, func() { c.Close() })
		e.errs("write", fill(c))
	}},
	{"tcp/after close", func(e *env) {
		c, _ := e.pair()
		raw, err := c.SyscallConn()
		e.errs("syscall", err)
		e.errs("close", c.Close())
		n, err := c.Read(make([]byte, 10))
		e.note("read", n, err)
		n, err = c.Write([]byte("x"))
		e.note("write", n, err)
		e.errs("close again", c.Close())
		e.errs("close read", c.CloseRead())
		e.errs("close write", c.CloseWrite())
		e.errs("deadline", c.SetDeadline(time.Now()))
		e.errs("no delay", c.SetNoDelay(true))
		e.errs("linger", c.SetLinger(1))
		e.errs("control", raw.Control(func(uintptr) {}))
		e.errs("raw read", raw.Read(func(uintptr) bool { return true }))
		e.errs("raw write", raw.Write(func(uintptr) bool { return true }))
	}},
	{"tcp/half-close", func(e *env) {
		c, s := e.pair()
		e.errs("close write", c.CloseWrite())
		e.errs("close write again", c.CloseWrite())
		n, err := s.Read(make([]byte, 10))
		e.note("peer reads", n, err)
		n, err = s.Read(make([]byte, 10))
		e.note("peer reads again", n, err)
		n, err = s.Read(nil)
		e.note("peer reads nothing", n, err)
		n, err = c.Write([]byte("x"))
		e.note("write", n, err)
		n, err = s.Write([]byte("answer"))
		e.note("peer writes", n, err)
		n, err = c.Read(make([]byte, 10))
		e.note("read", n, err)
	}},
	{"tcp/reading closed", func(e *env) {
		c, _ := e.pair()
		e.errs("close read", c.CloseRead())
		n, err := c.Read(make([]byte, 10))
		e.note("read", n, err)
		n, err = c.Write([]byte("x"))
		e.note("write", n, err)
	}},
	{"tcp/nothing", func(e *env) {
		c, s := e.pair()
		n, err := c.Write(nil)
		e.note("write nothing", n, err)
		s.Write([]byte("something"))
		n, err = c.Read(nil)
		e.note("read nothing", n, err)
		n, err = c.Read(make([]byte, 4))
		e.note("read", n, err)
	}},
	{"tcp/raw", func(e *env) {
		c, _ := e.pair()
		raw, _ := c.SyscallConn()
		e.errs("raw write that waits", raw.Write(func(uintptr) bool { return false }))
		c.SetReadDeadline(time.Now().Add(e.soon))
		e.errs("raw read at the deadline", raw.Read(func(uintptr) bool { return false }))
		raw, _ = e.listener().(interface {
			SyscallConn() (syscall.RawConn, error)
		}).SyscallConn()
		e.errs("raw read of a listener", raw.Read(nil))
	}},
	{"udp/truncated", func(e *env) {
		s := e.packets()
		c := e.peer(s.LocalAddr())
		// Each receive waits, lest it depends on how fast a datagram is.
		time.AfterFunc(e.soon, func() { c.Write([]byte("0123456789")) })
		n, from, err := s.ReadFrom(make([]byte, 4))
		e.note(fmt.Sprintf("read from %v", from), n, err)
		send := func() { s.WriteTo([]byte("0123456789"), c.LocalAddr()) }
		time.AfterFunc(e.soon, send)
		n, err = c.Read(make([]byte, 4))
		e.note("read", n, err)
		time.AfterFunc(e.soon, send)
		n, oobn, flags, _, err := c.ReadMsgUDP(make([]byte, 4), nil)
		e.note("read message", n, err)
		e.lines = append(e.lines, fmt.Sprintf("of the message: %d of control, flags %#x", oobn, flags))
	}},
	{"udp/port unreachable", func(e *env) {
		s := e.packets()
		c := e.peer(s.LocalAddr())
		s.Close()
		n, err := c.Write([]byte("x"))
		e.note("write", n, err)
		c.SetReadDeadline(time.Now().Add(e.soon))
		n, err = c.Read(make([]byte, 10))
		e.note("read", n, err)
		n, err = c.Write([]byte("x"))
		e.note("write again", n, err)
	}},
	{"udp/addresses", func(e *env) {
		s := e.packets()
		c := e.peer(s.LocalAddr())
		to := s.LocalAddr().(*net.UDPAddr)
		n, err := c.WriteTo([]byte("x"), to)
		e.note("connected, with an address", n, err)
		n, err = c.WriteToUDPAddrPort([]byte("x"), to.AddrPort())
		e.note("connected, with an address and port", n, err)
		n, _, err = c.WriteMsgUDP([]byte("x"), nil, to)
		e.note("message, connected, with an address", n, err)
		n, _, err = s.WriteMsgUDP([]byte("x"), nil, nil)
		e.note("message without an address", n, err)
		n, err = s.WriteToUDP([]byte("x"), nil)
		e.note("without an address", n, err)
		n, err = s.Write([]byte("x"))
		e.note("without a peer", n, err)
		n, err = s.WriteTo([]byte("x"), &net.TCPAddr{IP: to.IP, Port: to.Port})
		e.note("another type", n, err)
		n, err = s.WriteTo([]byte("x"), &net.UDPAddr{IP: net.IPv6loopback, Port: 9})
		e.note("another family", n, err)
		n, err = s.WriteToUDPAddrPort([]byte("x"), netip.MustParseAddrPort("[::1]:9"))
		e.note("another family, address and port", n, err)
		n, err = s.WriteTo([]byte("x"), &net.UDPAddr{IP: to.IP})
		e.note("port 0", n, err)
	}},
	{"udp/too large", func(e *env) {
		s := e.packets()
		c := e.peer(s.LocalAddr())
		b := make([]byte, 70_000)
		n, err := c.Write(b)
		e.note("write", n, err)
		n, err = s.WriteTo(b, c.LocalAddr())
		e.note("write to", n, err)
		n, _, err = c.WriteMsgUDP(b, nil, nil)
		e.note("write message", n, err)
	}},
	{"udp/nothing", func(e *env) {
		s := e.packets()
		c := e.peer(s.LocalAddr())
		n, err := c.Write(nil)
		e.note("write nothing", n, err)
		n, _, err = s.ReadFrom(make([]byte, 10))
		e.note("read from", n, err)
		n, from, err := s.ReadFrom(nil)
		e.note(fmt.Sprintf("read nothing from %v", from), n, err)
	}},
	{"udp/deadlines", func(e *env) {
		s := e.packets()
		s.SetDeadline(time.Now().Add(e.soon))
		n, _, err := s.ReadFrom(make([]byte, 10))
		e.note("read from", n, err)
		n, err = s.Read(make([]byte, 10))
		e.note("read", n, err)
		n, _, _, _, err = s.ReadMsgUDP(make([]byte, 10), nil)
		e.note("read message", n, err)
		n, err = s.WriteTo([]byte("x"), s.LocalAddr())
		e.note("write to", n, err)
	}},
	{"udp/closed", func(e *env) {
		s := e.packets()
		time.AfterFunc(e.soon, func() { s.Close() })
		n, _, err := s.ReadFrom(make([]byte, 10))
		e.note("read from", n, err)
		n, _, err = s.ReadFrom(make([]byte, 10))
		e.note("read from again", n, err)
		n, err = s.WriteTo([]byte("x"), s.LocalAddr())
		e.note("write to", n, err)
		e.errs("close again", s.Close())
		e.errs("deadline", s.SetReadDeadline(time.Now()))
	}},
	{"udp/listen", func(e *env) {
		s := e.packets()
		for _, a := range []struct{ name, address string }{{"in use", s.LocalAddr().String()}, {"foreign", foreign.String() + ":0"}} {
			c, err := e.packet("udp", a.address)
			e.errs(a.name, err)
			if c != nil {
				c.Close()
			}
		}
		c, err := e.dial(context.Background(), 0, &net.UDPAddr{IP: foreign}, "udp", s.LocalAddr().String())
		e.dialed("dial from a foreign address", c, err)
	}},
}
