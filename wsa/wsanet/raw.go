package wsanet

import (
	"errors"
	"net"
	"syscall"

	"wsasim/wsa"
)

// rawConn is a syscall.RawConn over a socket.
type rawConn struct{ s *socket }

// Control makes calls on a socket: those that package net has no method for. It
// takes what SyscallConn gives, or what a Control function of [Dialer] or
// [ListenConfig] was given, and runs f on a thread with the descriptor, which is
// not closed meanwhile. f must not wait for another call on the connection, and
// must not keep the API. The result is f's, or a *net.OpError "raw-control" when
// the connection is closed. For a RawConn of another package it fails with
// syscall.EINVAL.
func Control(c syscall.RawConn, f func(api wsa.API, s wsa.SOCKET) error) error {
	var s *socket
	switch c := c.(type) {
	case *rawConn:
		s = c.s
	case *rawListener:
		s = c.s
	default:
		return syscall.EINVAL
	}
	if err := s.enter(); err != nil {
		return s.opErrorAt("raw-control", s.laddr, err)
	}
	defer s.leave()
	t, err := s.stack.take()
	if err != nil {
		return s.opErrorAt("raw-control", s.laddr, err)
	}
	defer s.stack.give(t)
	return f(t.api, s.handle)
}

// systemHandle is the descriptor for code that makes calls of the operating
// system on it. One of the simulator would name something else there, so such
// code gets INVALID_SOCKET, with which its calls fail.
func (s *socket) systemHandle(api wsa.API) uintptr {
	if _, ok := api.(*wsa.SystemThread); ok {
		return uintptr(s.handle)
	}
	return uintptr(wsa.INVALID_SOCKET)
}

// Control runs f with the descriptor if it is one of the operating system's, and
// else with INVALID_SOCKET; the function [Control] works with any.
func (c *rawConn) Control(f func(fd uintptr)) error {
	return Control(c, func(api wsa.API, _ wsa.SOCKET) error {
		f(c.s.systemHandle(api))
		return nil
	})
}

// Read runs f until it reports true; in between it waits until there is
// something to read, with a receive of no bytes.
func (c *rawConn) Read(f func(fd uintptr) (done bool)) error {
	if err := c.s.rawRead(f); err != nil {
		return c.s.opError("raw-read", err)
	}
	return nil
}

func (s *socket) rawRead(f func(fd uintptr) bool) error {
	t, err := s.begin(&s.rd)
	if err != nil {
		return err
	}
	defer s.end(&s.rd)
	for !f(s.systemHandle(t.api)) {
		t.bufs[0], t.n, t.flags = nil, 0, 0
		if s.typ == wsa.SOCK_DGRAM {
			t.flags = wsa.MSG_PEEK
		}
		err := t.api.WSARecv(s.handle, t.bufs[:], &t.n, &t.flags, &t.ov, nil)
		if err == wsa.WSA_IO_PENDING {
			err = s.wait(&s.rd, t)
		}
		if err != nil && err != wsa.WSAEMSGSIZE {
			return err
		}
	}
	return nil
}

// Write runs f once. As with package net on Windows it cannot wait: it fails with
// a *net.OpError "raw-write" when f reports false.
func (c *rawConn) Write(f func(fd uintptr) (done bool)) error {
	t, err := c.s.begin(&c.s.wr)
	if err == nil {
		if !f(c.s.systemHandle(t.api)) {
			err = rawWaitError{}
		}
		c.s.end(&c.s.wr)
	}
	if err != nil {
		return c.s.opError("raw-write", err)
	}
	return nil
}

// rawWaitError stands for syscall.EWINDOWS, which is on Windows only: it has its
// text and is errors.ErrUnsupported.
type rawWaitError struct{}

func (rawWaitError) Error() string        { return "not supported by windows" }
func (rawWaitError) Is(target error) bool { return target == errors.ErrUnsupported }

// rawListener is a rawConn that cannot read and write.
type rawListener struct{ rawConn }

// Read fails with syscall.EINVAL.
func (*rawListener) Read(func(uintptr) bool) error { return syscall.EINVAL }

// Write fails with syscall.EINVAL.
func (*rawListener) Write(func(uintptr) bool) error { return syscall.EINVAL }

var (
	_ net.Conn        = (*TCPConn)(nil)
	_ net.Conn        = (*UDPConn)(nil)
	_ net.PacketConn  = (*UDPConn)(nil)
	_ net.Listener    = (*TCPListener)(nil)
	_ syscall.Conn    = (*TCPConn)(nil)
	_ syscall.RawConn = (*rawConn)(nil)
)
