package wsa_test

import (
	"errors"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"wsasim/wsa"
	"wsasim/wsa/wsatest"
)

// patience is how long a test and its threads may take: what waits longer waits
// for ever.
const patience = 20 * time.Second

// TestSystemConformance: the observed facts, on the system's own Winsock.
func TestSystemConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	p, err := wsa.System()
	must(t, err)
	wsatest.Run(t, realSystem{p})
}

// realSystem is the system's own Winsock as something to be tested.
type realSystem struct{ p *wsa.SystemProcess }

func (s realSystem) Platform() wsatest.Platform {
	f := wsatest.Platform{
		Kind: wsatest.Windows, Target: target(), Admin: false,
		Loopback4: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Loopback6: s.loopback6(),
		// A network for documentation (RFC 5737): nobody has its addresses.
		Silent: netip.MustParseAddr("192.0.2.1"),
	}
	if s.p.Wine() != "" {
		f.Kind = wsatest.Wine
	}
	return f
}

// loopback6 is ::1 if this computer has it.
func (s realSystem) loopback6() (a netip.Addr) {
	t := s.p.NewThread()
	defer t.Close()
	if t.WSAStartup(0x0202, new(wsa.WSADATA)) != nil {
		return a
	}
	defer func() { _ = t.WSACleanup() }()
	sock, err := t.Socket(wsa.AF_INET6, wsa.SOCK_DGRAM, 0)
	if err == nil && t.Bind(sock, wsa.Sockaddr(netip.AddrPortFrom(netip.IPv6Loopback(), 0))) == nil {
		a = netip.IPv6Loopback()
	}
	return a
}

// target is what this test is built for.
func target() wsa.Target {
	t, err := wsa.ParseTarget(runtime.GOARCH)
	if err != nil {
		panic(err) // Windows runs on no other
	}
	return t
}

func (s realSystem) Gap(key string) (string, bool) {
	if s.p.Wine() == "" {
		return "", false
	}
	reason, known := wineGaps[key]
	return reason, known
}

// Test gives the body a thread of its own. Winsock is started for each test and
// ended after it, which closes what the test left open.
func (s realSystem) Test(t *testing.T, body func(wsatest.Env)) {
	e := &realEnv{p: s.p, main: s.p.NewThread()}
	must(t, e.main.WSAStartup(0x0202, new(wsa.WSADATA)))
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.main.Do(func() { body(e) })
	}()
	select {
	case <-done:
	case <-time.After(2 * patience):
		// The thread is left to itself, since nothing ends a thread that waits
		// in the system; what it has open is closed under it.
		_ = s.cleanup()
		t.Fatal("waits for ever")
	}
	if err := e.main.WSACleanup(); err != nil {
		t.Error(err)
	}
	e.main.Close()
}

// cleanup ends Winsock from another thread.
func (s realSystem) cleanup() error {
	t := s.p.NewThread()
	defer t.Close()
	return t.WSACleanup()
}

// realEnv is what one test runs in.
type realEnv struct {
	p    *wsa.SystemProcess
	main *wsa.SystemThread
	wg   sync.WaitGroup
}

func (e *realEnv) Main() wsa.API { return e.main }

func (e *realEnv) Go(body func(wsa.API)) {
	t := e.p.NewThread()
	e.wg.Go(func() {
		t.Do(func() { body(t) })
		t.Close()
	})
}

func (e *realEnv) Wait() error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.wg.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-time.After(patience):
		return errors.New("a thread waits for ever")
	}
}

// NewProcess: there is one process here.
func (e *realEnv) NewProcess(bool) (wsa.API, bool) { return nil, false }

// wineGaps are the parts of facts that Wine is known not to show although their
// marks do not say so, with what it does instead. Wine is 8.0, over Linux.
var wineGaps = map[string]string{}
