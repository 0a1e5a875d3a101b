package wsanet

import (
	"encoding/binary"
	"io"
	"math/bits"
	"net"
	"os"
	"syscall"
	"time"

	"wsasim/wsa"
)

// conn is what connections of all kinds have.
type conn struct{ socket }

// maxTransfer is the most bytes of one call, as in package net: lengths are of
// 32 bits.
const maxTransfer = 1 << 30

// Read receives with WSARecv. Errors are package net's: io.EOF at the end of a
// stream, os.ErrDeadlineExceeded, net.ErrClosed, and *os.SyscallError "wsarecv"
// with a wsa.Errno; all but io.EOF in a *net.OpError "read". On a datagram
// socket a datagram that is larger than b fills it, which the count says, and fails
// with WSAEMSGSIZE.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.read(b)
	if err != nil && err != io.EOF {
		err = c.opError("read", syscallError("wsarecv", err))
	}
	return n, err
}

func (s *socket) read(b []byte) (int, error) {
	t, err := s.begin(&s.rd)
	if err != nil {
		return 0, err
	}
	if len(b) > maxTransfer {
		b = b[:maxTransfer]
	}
	t.bufs[0], t.n, t.flags = b, 0, 0
	err = t.api.WSARecv(s.handle, t.bufs[:], &t.n, &t.flags, &t.ov, nil)
	if err == wsa.WSA_IO_PENDING {
		err = s.wait(&s.rd, t)
	}
	n := int(t.n)
	t.bufs[0] = nil
	s.end(&s.rd)
	if n == 0 && err == nil && s.typ == wsa.SOCK_STREAM && len(b) > 0 {
		err = io.EOF
	}
	return n, err
}

// Write sends with WSASend, all of b. Errors are as those of Read, with "write"
// and "wsasend".
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.write(b)
	if err != nil {
		err = c.opError("write", syscallError("wsasend", err))
	}
	return n, err
}

func (s *socket) write(b []byte) (int, error) {
	t, err := s.begin(&s.wr)
	if err != nil {
		return 0, err
	}
	done := 0
	for {
		part := b[done:]
		if len(part) > maxTransfer {
			part = part[:maxTransfer]
		}
		t.bufs[0], t.n = part, 0
		err = t.api.WSASend(s.handle, t.bufs[:], &t.n, 0, &t.ov, nil)
		if err == wsa.WSA_IO_PENDING {
			err = s.wait(&s.wr, t)
		}
		done += int(t.n)
		if done == len(b) || err != nil {
			break
		}
		if t.n == 0 {
			err = io.ErrUnexpectedEOF
			break
		}
		// The deadline may have passed between two calls.
		if s.wr.deadline.expired.Load() {
			err = os.ErrDeadlineExceeded
			break
		}
	}
	t.bufs[0] = nil
	s.end(&s.wr)
	return done, err
}

// Close closes the socket. Calls that wait fail with net.ErrClosed, and so does
// a second Close.
func (c *conn) Close() error {
	if err := c.close(); err != nil {
		return c.opError("close", err)
	}
	return nil
}

// LocalAddr is the local address.
func (c *conn) LocalAddr() net.Addr { return c.laddr }

// RemoteAddr is the peer's address; nil when there is no peer.
func (c *conn) RemoteAddr() net.Addr { return c.raddr }

// SetDeadline sets both deadlines; calls that wait are bound by them at once,
// and the zero time is none.
func (c *conn) SetDeadline(t time.Time) error { return c.set(t, &c.rd, &c.wr) }

// SetReadDeadline is SetDeadline for receiving.
func (c *conn) SetReadDeadline(t time.Time) error { return c.set(t, &c.rd) }

// SetWriteDeadline is SetDeadline for sending.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.set(t, &c.wr) }

func (s *socket) set(t time.Time, sides ...*side) error {
	if err := s.setDeadlines(t, sides...); err != nil {
		return s.opErrorAt("set", s.laddr, err)
	}
	return nil
}

func (s *socket) setDeadlines(t time.Time, sides ...*side) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	for _, d := range sides {
		s.setDeadline(d, t)
	}
	return nil
}

// SetReadBuffer sets SO_RCVBUF, in bytes.
func (c *conn) SetReadBuffer(bytes int) error {
	return c.option(wsa.SOL_SOCKET, wsa.SO_RCVBUF, int32(bytes), nil, c.laddr)
}

// SetWriteBuffer sets SO_SNDBUF, in bytes.
func (c *conn) SetWriteBuffer(bytes int) error {
	return c.option(wsa.SOL_SOCKET, wsa.SO_SNDBUF, int32(bytes), nil, c.laddr)
}

// SyscallConn gives access to the descriptor: see [Control].
func (c *conn) SyscallConn() (syscall.RawConn, error) { return &rawConn{&c.socket}, nil }

// option sets an option of four bytes.
func (s *socket) option(level, name, value int32, source, addr net.Addr) error {
	err := s.call(func(t *thread) error { return t.setInt(s.handle, level, name, value) })
	if err != nil {
		return &net.OpError{Op: "set", Net: s.net, Source: source, Addr: addr, Err: err}
	}
	return nil
}

// setInt sets an option of four bytes; the error is a *os.SyscallError.
func (t *thread) setInt(s wsa.SOCKET, level, name, value int32) error {
	v := t.name[:4]
	binary.LittleEndian.PutUint32(v, uint32(value))
	return syscallError("setsockopt", t.api.Setsockopt(s, level, name, v))
}

// setHandle sets an option whose value is a descriptor: the size of a pointer.
func (t *thread) setHandle(s wsa.SOCKET, name int32, value wsa.SOCKET) error {
	v := t.name[:8]
	binary.LittleEndian.PutUint64(v, uint64(value))
	return syscallError("setsockopt", t.api.Setsockopt(s, wsa.SOL_SOCKET, name, v[:bits.UintSize/8]))
}
