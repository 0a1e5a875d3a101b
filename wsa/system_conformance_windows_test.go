package wsa_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/windows"

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
	s := realSystem{p: p}
	s.silent = s.findSilent()
	wsatest.Run(t, s)
}

// realSystem is the system's own Winsock as something to be tested.
type realSystem struct {
	p      *wsa.SystemProcess
	silent netip.Addr
}

func (s realSystem) Platform() wsatest.Platform {
	f := wsatest.Platform{
		Kind: wsatest.Windows, Target: target(), Admin: s.admin(),
		Loopback4: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Loopback6: s.loopback6(),
		Silent: s.silent,
	}
	if s.p.Wine() != "" {
		f.Kind = wsatest.Wine
	}
	return f
}

// admin reports whether raw sockets can be made. Under Wine that is up to the
// system below.
func (s realSystem) admin() bool {
	if s.p.Wine() == "" {
		return windows.GetCurrentProcessToken().IsElevated()
	}
	can := false
	s.started(func(t *wsa.SystemThread) {
		_, err := t.Socket(wsa.AF_INET, wsa.SOCK_RAW, wsa.IPPROTO_ICMP)
		can = err == nil
	})
	return can
}

// started runs body with a thread on which Winsock is started.
func (s realSystem) started(body func(t *wsa.SystemThread)) {
	t := s.p.NewThread()
	defer t.Close()
	if t.WSAStartup(0x0202, new(wsa.WSADATA)) == nil {
		body(t)
		_ = t.WSACleanup()
	}
}

// loopback6 is ::1 if this computer has it.
func (s realSystem) loopback6() (a netip.Addr) {
	s.started(func(t *wsa.SystemThread) {
		sock, err := t.Socket(wsa.AF_INET6, wsa.SOCK_DGRAM, 0)
		if err == nil && t.Bind(sock, wsa.Sockaddr(netip.AddrPortFrom(netip.IPv6Loopback(), 0))) == nil {
			a = netip.IPv6Loopback()
		}
	})
	return a
}

// findSilent is an address of a network for documentation (RFC 5737), which nobody
// has; none where something on the way answers in everybody's place.
func (s realSystem) findSilent() (a netip.Addr) {
	a = netip.MustParseAddr("198.51.100.1")
	s.started(func(t *wsa.SystemThread) {
		sock, err := t.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
		on := uint32(1)
		if err != nil || t.Ioctlsocket(sock, wsa.FIONBIO, &on) != nil {
			return
		}
		_ = t.Connect(sock, wsa.Sockaddr(netip.AddrPortFrom(a, 5555)))
		write, except := wsa.FDSet{sock}, wsa.FDSet{sock}
		if n, err := t.Select(0, nil, &write, &except, &wsa.Timeval{Sec: 1}); err != nil || n > 0 {
			a = netip.Addr{}
		}
	})
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
	if key == "SK28" && s.admin() {
		return "rights are those of the Unix user, here root, whatever the process asks for", true
	}
	reason, known := wineGaps[key]
	return reason, known
}

// Test gives the body a thread of its own. Winsock is started for each test and
// ended after it, which closes what the test left open.
func (s realSystem) Test(t *testing.T, body func(wsatest.Env)) {
	if reason, hangs := wineHangs[path.Base(t.Name())]; hangs && s.p.Wine() != "" {
		t.Skip("Wine waits for ever: " + reason)
	}
	if reason, unsteady := wineUnsteady[path.Base(t.Name())]; unsteady && s.p.Wine() != "" {
		t.Skip("Wine does one or the other: " + reason)
	}
	e := &realEnv{s: s, main: s.p.NewThread()}
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
	for _, c := range e.children {
		c.end(t)
	}
}

// cleanup ends Winsock from another thread.
func (s realSystem) cleanup() error {
	t := s.p.NewThread()
	defer t.Close()
	return t.WSACleanup()
}

// realEnv is what one test runs in.
type realEnv struct {
	s        realSystem
	main     *wsa.SystemThread
	wg       sync.WaitGroup
	children []*child
}

func (e *realEnv) Main() wsa.API { return e.main }

func (e *realEnv) Go(body func(wsa.API)) {
	t := e.s.p.NewThread()
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

// NewProcess starts this program again, with the rights it has.
func (e *realEnv) NewProcess(admin bool) (wsa.API, bool) {
	if admin && !e.s.admin() {
		return nil, false
	}
	c, err := newChild()
	if err != nil {
		return nil, false
	}
	e.children = append(e.children, c)
	return wsa.FromCalls(c.answer), true
}

// child is another process of this program that makes the calls it is told to.
// Calls go to it and returns come back as lines of JSON.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// childVariable tells this program that it is a child.
const childVariable = "WSA_TEST_CHILD"

// childCall is one line to a child.
type childCall struct {
	Op   string
	Args json.RawMessage
}

func newChild() (*child, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &child{cmd, in, json.NewDecoder(out)}, cmd.Start()
}

// answer has the child make one call.
func (c *child) answer(call wsa.Call) (r wsa.Return) {
	args, err := wsa.MarshalCall(call)
	if err == nil {
		err = json.NewEncoder(c.in).Encode(childCall{call.Op(), args})
	}
	if err == nil {
		err = c.out.Decode(&r)
	}
	if err != nil {
		r.Failure = "the other process: " + err.Error()
	}
	return r
}

func (c *child) end(t *testing.T) {
	_ = c.in.Close()
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("the other process: %v", err)
	}
}

// beChild is the program of a child.
func beChild() error {
	p, err := wsa.System()
	if err != nil {
		return err
	}
	t := p.NewThread()
	for t.WSACleanup() == nil {
		// Package net has started Winsock for itself.
	}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var line childCall
		if err := in.Decode(&line); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		call, err := wsa.UnmarshalCall(line.Op, line.Args)
		if err != nil {
			return err
		}
		if err := out.Encode(wsa.Invoke(t, call)); err != nil {
			return err
		}
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	if err := beChild(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// wineGaps are the parts of facts that Wine 8.0 over Linux is known not to show
// although their marks do not say so, with what it does instead.
var wineGaps = map[string]string{
	"SK5":                                   "judges the protocol before the family: WSAEPROTONOSUPPORT",
	"SK32":                                  "WSAEPROTONOSUPPORT for the families IPX and Bluetooth",
	"SO3":                                   "the second or third send of 4096 bytes gives WSAEWOULDBLOCK: the small receive buffer does block",
	"SO10":                                  noKeepAlive,
	"OL1/TCP_KEEPALIVE":                     noKeepAlive,
	"OL1/TCP_KEEPINTVL":                     noKeepAlive,
	"OL1/TCP_KEEPCNT":                       noKeepAlive,
	"OL2/TCP_KEEPALIVE":                     noKeepAlive,
	"OL2/TCP_KEEPINTVL":                     noKeepAlive,
	"OL2/TCP_KEEPCNT":                       noKeepAlive,
	"OL19/TCP_KEEPALIVE":                    noKeepAlive,
	"OL19/TCP_KEEPINTVL":                    noKeepAlive,
	"OL23/TCP_KEEPCNT":                      noKeepAlive,
	"OL16/SO_BROADCAST":                     emptyOption,
	"OL16/SO_DONTLINGER":                    emptyOption,
	"OL16/SO_OOBINLINE":                     emptyOption,
	"OL16/SO_REUSEADDR":                     emptyOption,
	"OL16/SO_EXCLUSIVEADDRUSE":              emptyOption,
	"SP6":                                   "WSAENOPROTOOPT for IPV6_HDRINCL",
	"RA5/IPv4":                              oneListener,
	"RA5/IPv6":                              oneListener,
	"SO_REUSEADDR steals":                   oneListener,
	"UD5/IPv4":                              "WSAEINVAL, as Linux",
	"UD5/IPv6":                              "WSAEINVAL, as Linux",
	"LI2":                                   "WSAEINVAL: that the socket is not bound is judged first",
	"EW2":                                   partialSend,
	"EW5":                                   partialSend,
	"AC6":                                   notAlertable,
	"PO15":                                  notAlertable,
	"ECL8":                                  endBeforeReset,
	"OVERLAPPED freed early":                "closing the socket gives ERROR_HANDLES_CLOSED",
	"SF1":                                   partialSend,
	"SF2":                                   partialSend,
	"SF3":                                   partialSend,
	"SD7":                                   "WSAENOTCONN after both directions are shut down",
	"GP4":                                   zerosBehind,
	"address length larger than the buffer": zerosBehind,
	"RQ4/answer":                            "gives the address of the interface with the default route",
	"EM1":                                   "waits for data, here until SO_RCVTIMEO ends it",
	"RS2":                                   endBeforeReset,
	"RS3":                                   endBeforeReset,
	"UC1":                                   "WSAEINVAL for a socket that is not bound",
	"receive errors to skip":                "port-unreachable is not told to a datagram socket that is not connected",
}

const (
	noKeepAlive    = "WSAENOPROTOOPT: the TCP_KEEP* options are not known"
	emptyOption    = "setting the option with no bytes succeeds"
	oneListener    = "a second socket on the address binds and cannot listen: WSAEADDRINUSE"
	notAlertable   = "no APC runs while the call waits"
	partialSend    = "a nonblocking send sends a part: as much as fits into the buffers of Linux"
	zerosBehind    = "writes zeros behind the address, as far as the length claims"
	endBeforeReset = "the peer is shut down before it is closed, so that the end of the stream comes before the reset: 0 bytes, no error"
)

// wineHangs are tests that wait for ever under Wine 8.0, although their sockets
// have timeouts.
var wineHangs = map[string]string{
	"AX6": "the AcceptEx goes on when a connection comes for which there is no room",
	"IO9": "a second urgent byte replaces the first, and recv with MSG_OOB does not heed SO_RCVTIMEO",
}

// wineUnsteady are tests that Wine 8.0 passes or not, by the moment at which
// something happens in Linux.
var wineUnsteady = map[string]string{
	"SL24": "a refusal that Linux tells while select looks is in the read set, too",
}
