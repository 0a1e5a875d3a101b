package wsanet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"wsasim/wsa"
)

// errNoStack is what a Dialer or ListenConfig without Stack fails with.
var errNoStack = errors.New("wsanet: the field Stack is nil")

// Dialer makes connections; its fields mean what those of net.Dialer mean, with
// the same defaults. It may be used by any number of goroutines.
type Dialer struct {
	// Stack is whose Winsock is used.
	Stack *Stack
	// Timeout and Deadline limit the time of a dial; zero is no limit.
	Timeout  time.Duration
	Deadline time.Time
	// LocalAddr is the address to dial from, a *net.TCPAddr or *net.UDPAddr.
	LocalAddr net.Addr
	// FallbackDelay is how long IPv6 has before IPv4 is tried besides, when a
	// name has addresses of both: 0 is 300 ms, below 0 is never.
	FallbackDelay time.Duration
	// KeepAlive is the idle time before the first keep-alive probe: 0 is 15 s,
	// below 0 is no keep-alive. KeepAliveConfig outranks it if it is enabled.
	KeepAlive       time.Duration
	KeepAliveConfig net.KeepAliveConfig
	// Resolver finds the addresses of names; nil is [Stack.LookupNetIP].
	Resolver Resolver
	// Control is called with the new socket before anything is done with it;
	// see [Control] for what the RawConn can do. ControlContext outranks it.
	Control        func(network, address string, c syscall.RawConn) error
	ControlContext func(ctx context.Context, network, address string, c syscall.RawConn) error
	// Security secures the connection; nil does not.
	Security *Security
}

// Dial is DialContext with the background context.
func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialContext connects: networks are "tcp" and "udp", with or without 4 or 6. TCP
// connects with ConnectEx, UDP with connect. Errors are package net's: a
// *net.OpError "dial" with *os.SyscallError "connectex", "bind" and others, with
// what package net gives for a context that was cancelled or timed out, with
// *net.AddrError or *net.DNSError.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := d.limit(ctx)
	defer cancel()
	list, err := d.Stack.resolver(d.Resolver).resolve(ctx, "dial", network, address)
	if err == nil {
		list, err = matching(list, network, d.LocalAddr)
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	primaries, fallbacks := list, []endpoint(nil)
	if network == "tcp" && d.FallbackDelay >= 0 {
		primaries, fallbacks = split(list)
	}
	if len(fallbacks) == 0 {
		return d.dialSerial(ctx, network, primaries)
	}
	return d.dialParallel(ctx, network, primaries, fallbacks)
}

// DialTCP connects by addresses; local may be the zero AddrPort.
func (d *Dialer) DialTCP(ctx context.Context, network string, local, remote netip.AddrPort) (*TCPConn, error) {
	ctx, cancel := d.limit(ctx)
	defer cancel()
	r := endpointFrom(remote)
	var l *endpoint
	var source net.Addr
	if local.IsValid() {
		e := endpointFrom(local)
		l, source = &e, e.addr("tcp")
	}
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return nil, &net.OpError{Op: "dial", Net: network, Source: source, Addr: r.addr("tcp"), Err: net.UnknownNetworkError(network)}
	}
	c, err := d.dialTCP(ctx, network, l, r)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Source: source, Addr: r.addr("tcp"), Err: err}
	}
	return c, nil
}

func endpointFrom(ap netip.AddrPort) endpoint {
	return endpoint{net.IP(ap.Addr().WithZone("").AsSlice()), int(ap.Port()), ap.Addr().Zone()}
}

// limit gives a context that ends with the dialer's own limits too.
func (d *Dialer) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	at := d.Deadline
	if d.Timeout != 0 {
		if t := time.Now().Add(d.Timeout); at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if have, ok := ctx.Deadline(); at.IsZero() || ok && !at.Before(have) {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, at)
}

// split parts the addresses of the first one's family from the others.
func split(list []endpoint) (primaries, fallbacks []endpoint) {
	for _, e := range list {
		if e.family() == list[0].family() {
			primaries = append(primaries, e)
		} else {
			fallbacks = append(fallbacks, e)
		}
	}
	return primaries, fallbacks
}

// dialed is how one of two races ended.
type dialed struct {
	c       net.Conn
	err     error
	primary bool
}

// dialParallel dials the addresses of both families, those of the second a
// little later, and keeps the first connection.
func (d *Dialer) dialParallel(ctx context.Context, network string, primaries, fallbacks []endpoint) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan dialed, 2)
	race := func(list []endpoint, primary bool) {
		c, err := d.dialSerial(ctx, network, list)
		results <- dialed{c, err, primary}
	}
	delay := d.FallbackDelay
	if delay == 0 {
		delay = 300 * time.Millisecond
	}
	go race(primaries, true)
	running, begun := 1, false
	timer := time.NewTimer(delay)
	defer timer.Stop()
	var failure error // the primary's
	for {
		select {
		case <-timer.C:
		case r := <-results:
			running--
			if r.err == nil {
				if running > 0 {
					go drop(results)
				}
				return r.c, nil
			}
			if r.primary {
				failure = r.err
			}
			if begun && running == 0 {
				return nil, failure
			}
		}
		if !begun {
			begun = true
			running++
			go race(fallbacks, false)
		}
	}
}

// drop closes the connection of the race that was lost.
func drop(results <-chan dialed) {
	if r := <-results; r.c != nil {
		_ = r.c.Close()
	}
}

// dialSerial dials one address after the other, each with its part of the time
// that is left; the first address's error counts.
func (d *Dialer) dialSerial(ctx context.Context, network string, list []endpoint) (net.Conn, error) {
	var failure error
	for i, e := range list {
		if ctx.Err() != nil {
			return nil, d.failed(network, e, contextError(ctx))
		}
		part, cancel := portion(ctx, len(list)-i)
		c, err := d.dialOne(part, network, e)
		cancel()
		if err == nil {
			return c, nil
		}
		if failure == nil {
			failure = d.failed(network, e, err)
		}
	}
	return nil, failure
}

func (d *Dialer) failed(network string, e endpoint, err error) error {
	return &net.OpError{Op: "dial", Net: network, Source: d.LocalAddr, Addr: e.addr(network), Err: err}
}

// portion gives one of several addresses its part of the time that is left, but
// not less than 2 seconds.
func portion(ctx context.Context, addresses int) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok || addresses == 1 {
		return ctx, func() {}
	}
	left := time.Until(end)
	return context.WithTimeout(ctx, min(left, max(left/time.Duration(addresses), 2*time.Second)))
}

func (d *Dialer) dialOne(ctx context.Context, network string, to endpoint) (net.Conn, error) {
	var from *endpoint
	if e, ok := endpointOf(d.LocalAddr); ok {
		from = &e
	}
	if network[0] == 'u' {
		c, err := d.dialUDP(ctx, network, from, to)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	c, err := d.dialTCP(ctx, network, from, to)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// dialTCP connects once more, up to twice, when the connection is one with
// itself: the system chose the local port that was to be dialed.
func (d *Dialer) dialTCP(ctx context.Context, network string, from *endpoint, to endpoint) (*TCPConn, error) {
	for again := 0; ; again++ {
		c := new(TCPConn)
		if err := d.connect(ctx, &c.socket, wsa.SOCK_STREAM, network, from, to); err != nil {
			return nil, err
		}
		if again < 2 && (from == nil || from.port == 0) && c.withItself() {
			_ = c.Close()
			continue
		}
		c.wr.t.Load().tune(c.handle, d.KeepAlive, d.KeepAliveConfig)
		return c, nil
	}
}

func (c *TCPConn) withItself() bool {
	l, _ := c.laddr.(*net.TCPAddr)
	r, _ := c.raddr.(*net.TCPAddr)
	return l == nil || r == nil || l.Port == r.Port && l.IP.Equal(r.IP)
}

func (d *Dialer) dialUDP(ctx context.Context, network string, from *endpoint, to endpoint) (*UDPConn, error) {
	c := new(UDPConn)
	if err := d.connect(ctx, &c.socket, wsa.SOCK_DGRAM, network, from, to); err != nil {
		return nil, err
	}
	return c, nil
}

// connect makes a socket and connects it.
func (d *Dialer) connect(ctx context.Context, s *socket, typ int32, network string, from *endpoint, to endpoint) error {
	if to.wildcard() {
		to = to.toLocal(network)
	}
	if err := d.Stack.open(s, typ, network, from, &to); err != nil {
		return err
	}
	err := d.connectOpen(ctx, s, from, to)
	if err != nil {
		_ = s.close()
		return err
	}
	s.connected = true
	s.learnAddrs()
	if s.raddr == nil {
		s.raddr = to.addr(s.net)
	}
	return nil
}

func (d *Dialer) connectOpen(ctx context.Context, s *socket, from *endpoint, to endpoint) error {
	if err := d.control(ctx, s, to); err != nil {
		return err
	}
	if err := d.Security.apply(s, to); err != nil {
		return err
	}
	if from != nil {
		if err := s.bind(*from); err != nil {
			return err
		}
	}
	t := s.wr.t.Load()
	if s.typ == wsa.SOCK_DGRAM {
		if err := s.quiet(); err != nil {
			return err
		}
		name, err := to.appendSockaddr(t.name[:0], s.family)
		if err != nil {
			return err
		}
		return syscallError("connect", t.api.Connect(s.handle, name))
	}
	if from == nil {
		if err := s.bind(endpoint{}); err != nil {
			return err
		}
	}
	name, err := to.appendSockaddr(t.name[:0], s.family)
	if err != nil {
		return err
	}
	return s.connectEx(ctx, name, to.ip.IsLoopback())
}

func (d *Dialer) control(ctx context.Context, s *socket, to endpoint) error {
	switch {
	case d.ControlContext != nil:
		return d.ControlContext(ctx, s.controlNetwork(), to.hostport(), &rawConn{s})
	case d.Control != nil:
		return d.Control(s.controlNetwork(), to.hostport(), &rawConn{s})
	}
	return nil
}

// refuseAtOnce is a TCP_INITIAL_RTO_PARAMETERS (mstcpip.h): the system's own time-out, and
// no second attempt. A port of this computer on which nobody listens then
// refuses at once and not after two seconds.
var refuseAtOnce = [4]byte{0xff, 0xff, 0xfe}

// connectEx connects a bound socket; the context may end it.
func (s *socket) connectEx(ctx context.Context, name []byte, loopback bool) error {
	t := s.wr.t.Load()
	if loopback {
		// Only to be faster, so failure does not matter.
		_ = t.api.WSAIoctl(s.handle, wsa.SIO_TCP_INITIAL_RTO, refuseAtOnce[:], nil, &t.n, nil, nil)
	}
	if ctx.Done() != nil {
		defer s.follow(ctx)()
	}
	_, err := s.begin(&s.wr)
	if err == nil {
		err = t.api.ConnectEx(s.handle, name, nil, nil, &t.ov)
		if err == wsa.WSA_IO_PENDING {
			err = s.wait(&s.wr, t)
		}
		s.end(&s.wr)
	}
	if err != nil {
		if ctx.Err() != nil {
			return contextError(ctx)
		}
		return syscallError("connectex", err)
	}
	return t.setHandle(s.handle, wsa.SO_UPDATE_CONNECT_CONTEXT, s.handle)
}

// follow binds the socket's sending side to a context until the result is
// called. The context's deadline is left to the context, so that a dial which it
// ends is always told the context's reason.
func (s *socket) follow(ctx context.Context) (end func()) {
	past := time.Unix(1, 0)
	if ctx.Err() != nil {
		s.setDeadline(&s.wr, past)
		return func() { s.setDeadline(&s.wr, time.Time{}) }
	}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		s.setDeadline(&s.wr, past)
		close(done)
	})
	return func() {
		if !stop() {
			<-done
		}
		s.setDeadline(&s.wr, time.Time{})
	}
}
