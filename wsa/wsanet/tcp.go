package wsanet

import (
	"io"
	"net"
	"syscall"
	"time"

	"wsasim/wsa"
)

// TCPConn is a TCP connection: net.TCPConn over an API. Any number of goroutines
// may use it.
type TCPConn struct{ conn }

// ReadFrom reads from r and sends what it read, until r ends.
func (c *TCPConn) ReadFrom(r io.Reader) (int64, error) {
	n, err := io.Copy(struct{ io.Writer }{c}, r)
	if err != nil && err != io.EOF {
		err = c.opError("readfrom", err)
	}
	return n, err
}

// WriteTo receives until the end of the stream and writes to w.
func (c *TCPConn) WriteTo(w io.Writer) (int64, error) {
	n, err := io.Copy(w, struct{ io.Reader }{c})
	if err != nil && err != io.EOF {
		err = c.opError("writeto", err)
	}
	return n, err
}

// CloseRead ends the receiving direction (shutdown, SD_RECEIVE).
func (c *TCPConn) CloseRead() error { return c.shutdown(wsa.SD_RECEIVE) }

// CloseWrite ends the sending direction (shutdown, SD_SEND): the peer reads
// io.EOF.
func (c *TCPConn) CloseWrite() error { return c.shutdown(wsa.SD_SEND) }

func (c *TCPConn) shutdown(how int32) error {
	err := c.call(func(t *thread) error { return syscallError("shutdown", t.api.Shutdown(c.handle, how)) })
	if err != nil {
		return c.opError("close", err)
	}
	return nil
}

// SetNoDelay sets TCP_NODELAY, which is on from the start.
func (c *TCPConn) SetNoDelay(noDelay bool) error {
	return c.option(wsa.IPPROTO_TCP, wsa.TCP_NODELAY, boolInt(noDelay), c.laddr, c.raddr)
}

// SetLinger sets SO_LINGER: how Close treats data that has not been sent. Below
// 0 it is sent behind the program's back, at 0 it is thrown away and the
// connection reset, above 0 Close waits for it so many seconds.
func (c *TCPConn) SetLinger(sec int) error {
	linger := int32(0) // LINGER: on or off, then the seconds, two bytes each
	if sec >= 0 {
		linger = 1 | int32(uint16(sec))<<16
	}
	err := c.call(func(t *thread) error { return t.setInt(c.handle, wsa.SOL_SOCKET, wsa.SO_LINGER, linger) })
	if err != nil {
		return c.opError("set", err)
	}
	return nil
}

// SetKeepAlive sets SO_KEEPALIVE.
func (c *TCPConn) SetKeepAlive(keepalive bool) error {
	return c.option(wsa.SOL_SOCKET, wsa.SO_KEEPALIVE, boolInt(keepalive), c.laddr, c.raddr)
}

// SetKeepAlivePeriod sets the time before the first probe, TCP_KEEPIDLE.
func (c *TCPConn) SetKeepAlivePeriod(d time.Duration) error {
	if d == 0 {
		d = defaultKeepAlive
	} else if d < 0 {
		return nil
	}
	return c.option(wsa.IPPROTO_TCP, wsa.TCP_KEEPIDLE, seconds(d), c.laddr, c.raddr)
}

// SetKeepAliveConfig sets everything about keep-alive, with the defaults of
// package net for zeros.
func (c *TCPConn) SetKeepAliveConfig(config net.KeepAliveConfig) error {
	err := c.call(func(t *thread) error { return t.keepAlive(c.handle, config) })
	if err != nil {
		return c.opError("set", err)
	}
	return nil
}

// What package net takes for zeros: 15 seconds, and 9 probes.
const (
	defaultKeepAlive      = 15 * time.Second
	defaultKeepAliveCount = 9
)

// keepAlive sets the options of a configuration: 0 is the default, below 0 the
// option stays as it is.
func (t *thread) keepAlive(s wsa.SOCKET, config net.KeepAliveConfig) error {
	if err := t.setInt(s, wsa.SOL_SOCKET, wsa.SO_KEEPALIVE, boolInt(config.Enable)); err != nil {
		return err
	}
	for _, o := range [...]struct {
		name, value int32
	}{
		{wsa.TCP_KEEPIDLE, keepAliveSeconds(config.Idle)},
		{wsa.TCP_KEEPINTVL, keepAliveSeconds(config.Interval)},
		{wsa.TCP_KEEPCNT, keepAliveCount(config.Count)},
	} {
		if o.value < 0 {
			continue
		}
		if err := t.setInt(s, wsa.IPPROTO_TCP, o.name, o.value); err != nil {
			return err
		}
	}
	return nil
}

func keepAliveSeconds(d time.Duration) int32 {
	if d == 0 {
		d = defaultKeepAlive
	}
	if d < 0 {
		return -1
	}
	return seconds(d)
}

func keepAliveCount(n int) int32 {
	if n == 0 {
		return defaultKeepAliveCount
	}
	return int32(max(n, -1))
}

// seconds rounds up.
func seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }

func boolInt(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// tune is what package net does to every new connection: no delay, and
// keep-alive unless it was turned off. Failures are not reported.
func (t *thread) tune(s wsa.SOCKET, idle time.Duration, config net.KeepAliveConfig) {
	_ = t.setInt(s, wsa.IPPROTO_TCP, wsa.TCP_NODELAY, 1)
	if !config.Enable && idle >= 0 {
		config = net.KeepAliveConfig{Enable: true, Idle: idle}
	}
	if config.Enable {
		_ = t.keepAlive(s, config)
	}
}

// TCPListener takes connections: net.TCPListener over an API. Any number of
// goroutines may use it.
type TCPListener struct {
	socket
	keepAlive       time.Duration
	keepAliveConfig net.KeepAliveConfig
	addresses       [2 * addressRoom]byte // where AcceptEx stores them; belongs to the reader
}

// addressRoom is what AcceptEx needs for an address: 16 bytes more than the
// longest (page nf-mswsock-acceptex).
const addressRoom = wsa.SockaddrIn6Size + 16

// Accept waits for a connection, with AcceptEx. Errors are package net's:
// os.ErrDeadlineExceeded, net.ErrClosed, *os.SyscallError "acceptex" and others,
// in a *net.OpError "accept".
func (l *TCPListener) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// AcceptTCP is Accept with the type it gives.
func (l *TCPListener) AcceptTCP() (*TCPConn, error) {
	c, err := l.accept()
	if err != nil {
		return nil, l.opErrorAt("accept", l.laddr, err)
	}
	return c, nil
}

func (l *TCPListener) accept() (*TCPConn, error) {
	t, err := l.begin(&l.rd)
	if err != nil {
		return nil, err
	}
	defer l.end(&l.rd)
	for {
		s, err := newSocket(t.api, l.family, wsa.SOCK_STREAM)
		if err != nil {
			return nil, err
		}
		name, err := l.acceptInto(t, s)
		if err == nil {
			return l.accepted(t, s)
		}
		_ = t.api.Closesocket(s)
		// A connection that was reset before it was taken is not the
		// listener's failure.
		if err != wsa.WSAECONNRESET && err != wsa.ERROR_NETNAME_DELETED {
			return nil, syscallError(name, err)
		}
		if l.rd.deadline.expired.Load() || l.state.Load()&closing != 0 {
			return nil, syscallError(name, err)
		}
	}
}

// acceptInto takes a connection into a socket; name is the call that failed.
func (l *TCPListener) acceptInto(t *thread, s wsa.SOCKET) (name string, err error) {
	t.n = 0
	err = t.api.AcceptEx(l.handle, s, l.addresses[:], 0, addressRoom, addressRoom, &t.n, &t.ov)
	if err == wsa.WSA_IO_PENDING {
		err = l.wait(&l.rd, t)
	}
	if err != nil {
		return "acceptex", err
	}
	return "setsockopt", t.setHandle(s, wsa.SO_UPDATE_ACCEPT_CONTEXT, l.handle)
}

// accepted makes the connection of an accepted socket.
func (l *TCPListener) accepted(t *thread, s wsa.SOCKET) (*TCPConn, error) {
	c := new(TCPConn)
	local, remote := t.api.GetAcceptExSockaddrs(l.addresses[:], 0, addressRoom, addressRoom)
	c.setAddrs(local, remote)
	t.tune(s, l.keepAlive, l.keepAliveConfig)
	if !c.init(l.stack, s, l.family, wsa.SOCK_STREAM, l.net) {
		_ = t.api.Closesocket(s)
		return nil, ErrStackClosed
	}
	return c, nil
}

// Close stops listening; Accept fails with net.ErrClosed.
func (l *TCPListener) Close() error {
	if err := l.close(); err != nil {
		return l.opErrorAt("close", l.laddr, err)
	}
	return nil
}

// Addr is the listener's address.
func (l *TCPListener) Addr() net.Addr { return l.laddr }

// SetDeadline sets when Accept fails; the zero time is never. As with package net
// its error, net.ErrClosed, is bare.
func (l *TCPListener) SetDeadline(t time.Time) error { return l.setDeadlines(t, &l.rd, &l.wr) }

// SyscallConn gives access to the descriptor: see [Control].
func (l *TCPListener) SyscallConn() (syscall.RawConn, error) {
	return &rawListener{rawConn{&l.socket}}, nil
}
