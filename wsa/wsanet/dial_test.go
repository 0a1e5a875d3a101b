package wsanet_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/wsanet"
)

// names is a resolver over a table.
func names(table map[string][]string) wsanet.Resolver {
	return func(_ context.Context, network, host string) (list []netip.Addr, err error) {
		for _, a := range table[host] {
			if ip := netip.MustParseAddr(a); network == "ip" || ip.Is4() == (network == "ip4") {
				list = append(list, ip)
			}
		}
		if list == nil {
			err = errors.New("nobody of that name")
		}
		return list, err
	}
}

// TestDualStack: a name with addresses of both families is dialed at its first
// one, and at the other family's a little later; the first connection counts.
func TestDualStack(t *testing.T) {
	table := map[string][]string{
		"both":  {"fd00::2", "10.0.0.2"},
		"slow6": {"fd00::99", "10.0.0.2"}, // nobody has the IPv6 address
		"slow4": {"10.0.0.99", "fd00::2"},
		"dead4": {"10.0.0.98", "10.0.0.2"},
		"gone":  {"fd00::99", "10.0.0.99"},
	}
	for _, c := range []struct {
		name, network, want string
		took                time.Duration
	}{
		{"both", "tcp", "[fd00::2]:80", 0},
		{"both", "tcp4", "10.0.0.2:80", 0},
		{"both", "tcp6", "[fd00::2]:80", 0},
		{"slow6", "tcp", "10.0.0.2:80", 300 * time.Millisecond},
		{"slow4", "tcp", "[fd00::2]:80", 300 * time.Millisecond},
		{"dead4", "tcp", "10.0.0.2:80", 21 * time.Second},
		{"gone", "tcp", "", 21*time.Second + 300*time.Millisecond},
	} {
		t.Run(c.name+"/"+c.network, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, client, server := hosts(t)
				l := must[net.Listener](t)(server.Listen("tcp", ":80"))
				defer l.Close()
				d := wsanet.Dialer{Stack: client, Resolver: names(table)}
				start := time.Now()
				conn, err := d.Dial(c.network, c.name+":80")
				if took := time.Since(start); took != c.took {
					t.Errorf("it took %v, want %v", took, c.took)
				}
				switch {
				case c.want == "":
					wantErr(t, err, "dial", "connectex", wsa.WSAETIMEDOUT)
				case err != nil:
					t.Error(err)
				case conn.RemoteAddr().String() != c.want:
					t.Errorf("connected to %v, want %s", conn.RemoteAddr(), c.want)
				}
				if err == nil {
					conn.Close()
				}
			})
		})
	}
}

// TestNames: without a resolver of its own a Dialer asks the system, which in a
// world is the world's directory.
func TestNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, client, server := hosts(t)
		w.SetName("www.example.com", netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::2"))
		l := must[net.Listener](t)(server.Listen("tcp", ":80"))
		defer l.Close()
		for network, want := range map[string]string{"tcp4": "10.0.0.2:80", "tcp6": "[fd00::2]:80"} {
			c := must[net.Conn](t)(client.Dial(network, "www.example.com:80"))
			if c.RemoteAddr().String() != want {
				t.Errorf("%s: connected to %v, want %s", network, c.RemoteAddr(), want)
			}
		}
		must[net.Conn](t)(client.Dial("tcp", "www.example.com:80"))
		_, err := client.Dial("tcp", "nobody.example.com:80")
		var dns *net.DNSError
		if !errors.As(err, &dns) || !dns.IsNotFound || err.Error() != "dial tcp: lookup nobody.example.com: no such host" {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := client.LookupNetIP(ctx, "ip", "www.example.com"); !errors.As(err, &dns) || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestAddressErrors: what is wrong with an address is said in package net's
// words, for addresses that package net refuses without asking the system.
func TestAddressErrors(t *testing.T) {
	_, client, _ := hosts(t)
	var lc wsanet.ListenConfig
	lc.Stack = client
	ctx := context.Background()
	for _, a := range []struct{ network, address string }{
		{"tcp", ""}, {"tcp", "10.0.0.1"}, {"tcp", "10.0.0.1:port"}, {"tcp", "10.0.0.1:99999"}, {"tcp", "[fd00::1:80"},
		{"tcp4", "[fd00::1]:80"}, {"tcp6", "10.0.0.1:80"}, {"udp4", "[fd00::1]:80"}, {"tcp5", "10.0.0.1:80"}, {"sctp", "10.0.0.1:80"},
		{"tcp", "fd00::1:80"},
	} {
		_, want := net.Dial(a.network, a.address)
		_, got := client.Dial(a.network, a.address)
		compare(t, "dial", a.network, a.address, got, want)
		if a.address == "" {
			continue
		}
		_, want = net.Listen(a.network, a.address)
		_, got = lc.Listen(ctx, a.network, a.address)
		compare(t, "listen", a.network, a.address, got, want)
		_, want = net.ListenPacket(a.network, a.address)
		_, got = lc.ListenPacket(ctx, a.network, a.address)
		compare(t, "listen packet", a.network, a.address, got, want)
	}
	d := net.Dialer{LocalAddr: &net.UDPAddr{}}
	_, want := d.Dial("tcp", "10.0.0.1:80")
	_, got := (&wsanet.Dialer{Stack: client, LocalAddr: &net.UDPAddr{}}).Dial("tcp", "10.0.0.1:80")
	compare(t, "from", "tcp", "another type", got, want)
}

func compare(t *testing.T, what, network, address string, got, want error) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) || types(got) != types(want) {
		t.Errorf("%s %s %q:\ngot  %v (%s)\nwant %v (%s)", what, network, address, got, types(got), want, types(want))
	}
}

// types are the types of a chain of errors.
func types(err error) string {
	var list []string
	for ; err != nil; err = errors.Unwrap(err) {
		list = append(list, fmt.Sprintf("%T", err))
	}
	return strings.Join(list, " ")
}

// TestControlHooks: Control functions see the socket before anything is done
// with it, and may end the call.
func TestControlHooks(t *testing.T) {
	_, client, server := hosts(t)
	var seen []string
	hook := func(network, address string, c syscall.RawConn) error {
		seen = append(seen, network+" "+address)
		var fd uintptr
		if err := c.Control(func(s uintptr) { fd = s }); err != nil {
			return err
		}
		return wsanet.Control(c, func(api wsa.API, s wsa.SOCKET) error {
			if wsa.SOCKET(fd) != wsa.INVALID_SOCKET {
				t.Errorf("descriptor %d of the simulator was given to code for the system's", fd)
			}
			return api.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_EXCLUSIVEADDRUSE, []byte{1, 0, 0, 0})
		})
	}
	lc := wsanet.ListenConfig{Stack: server, Control: hook}
	l := must[net.Listener](t)(lc.Listen(t.Context(), "tcp", ":80"))
	must[net.PacketConn](t)(lc.ListenPacket(t.Context(), "udp", "10.0.0.2:53"))
	_, err := (&wsanet.ListenConfig{Stack: server, Control: func(_, _ string, c syscall.RawConn) error {
		return wsanet.Control(c, func(api wsa.API, s wsa.SOCKET) error {
			return api.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_REUSEADDR, []byte{1, 0, 0, 0})
		})
	}}).Listen(t.Context(), "tcp", ":80")
	wantErr(t, err, "listen", "bind", wsa.WSAEACCES)
	d := wsanet.Dialer{Stack: client, Control: hook}
	must[net.Conn](t)(d.Dial("tcp", "10.0.0.2:80"))
	d.ControlContext = func(ctx context.Context, network, address string, c syscall.RawConn) error {
		return fmt.Errorf("no %s today", network)
	}
	if _, err := d.Dial("tcp", "10.0.0.2:80"); err == nil || err.Error() != "dial tcp 10.0.0.2:80: no tcp4 today" {
		t.Error(err)
	}
	want := []string{"tcp6 :80", "udp4 10.0.0.2:53", "tcp4 10.0.0.2:80"}
	if !slices.Equal(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
	raw, _ := l.(*wsanet.TCPListener).SyscallConn()
	if err := raw.Read(nil); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("Read of a listener: %v", err)
	}
}

// TestRefusedOnLoopback and elsewhere: the errors of dialing and listening that
// come from the system.
func TestSystemErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := hosts(t)
		l := must[net.Listener](t)(server.Listen("tcp", "10.0.0.2:80"))
		_, err := client.Dial("tcp", "10.0.0.2:81")
		wantErr(t, err, "dial", "connectex", wsa.WSAECONNREFUSED)
		_, err = (&wsanet.Dialer{Stack: client, LocalAddr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 9)}}).Dial("tcp", "10.0.0.2:80")
		wantErr(t, err, "dial", "bind", wsa.WSAEADDRNOTAVAIL)
		_, err = server.Listen("tcp", "10.0.0.2:80")
		wantErr(t, err, "listen", "bind", wsa.WSAEADDRINUSE)
		_, err = server.Listen("tcp", "10.0.0.7:80")
		wantErr(t, err, "listen", "bind", wsa.WSAEADDRNOTAVAIL)
		_, err = server.ListenPacket("udp", "10.0.0.7:80")
		wantErr(t, err, "listen", "bind", wsa.WSAEADDRNOTAVAIL)
		c := must[net.Conn](t)((&wsanet.Dialer{Stack: client, LocalAddr: &net.TCPAddr{Port: 777}}).Dial("tcp", "10.0.0.2:80"))
		if c.LocalAddr().String() != "10.0.0.1:777" {
			t.Errorf("from %v", c.LocalAddr())
		}
		if a := must[net.Conn](t)(l.Accept()); a.RemoteAddr().String() != "10.0.0.1:777" || a.LocalAddr().String() != "10.0.0.2:80" {
			t.Errorf("accepted %v from %v", a.LocalAddr(), a.RemoteAddr())
		}
	})
}

// TestManyConnections opens and closes many connections at once, with all that
// can be closed closed by two.
func TestManyConnections(t *testing.T) {
	w := sim.New(sim.Config{})
	defer w.Close()
	client := wsanet.New(w.MustHost("client", "10.0.0.1").NewProcess(sim.ProcessConfig{}))
	server := wsanet.New(w.MustHost("server", "10.0.0.2").NewProcess(sim.ProcessConfig{}))
	l := must[net.Listener](t)(server.Listen("tcp", ":80"))
	done := make(chan error)
	const dialers, each = 8, 100
	for range dialers {
		go func() {
			for range each {
				c, err := client.Dial("tcp", "10.0.0.2:80")
				if err != nil {
					done <- err
					return
				}
				go c.Close()
				if _, err := c.Write([]byte("x")); err != nil && !errors.Is(err, net.ErrClosed) {
					done <- err
				}
				c.Close()
			}
			done <- nil
		}()
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				done <- err
				return
			}
			go func() {
				go c.Close()
				c.Read(make([]byte, 1))
				c.Close()
			}()
		}
	}()
	for range dialers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	l.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	client.Close()
	server.Close()
}
