package wsatest

import (
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"wsasim/wsa"
)

// nobody is a name that never resolves (RFC 6761).
const nobody = "nobody.invalid"

// lookup is GetAddrInfo; a failure must give no result.
func (t thread) lookup(want wsa.Errno, node, service *string, hints *wsa.AddrInfo) (list []wsa.AddrInfo) {
	what := "GetAddrInfo(" + quoted(node) + ", " + quoted(service) + ")"
	t.call(want, what, func() (err error) {
		list, err = t.api.GetAddrInfo(node, service, hints)
		return err
	})
	t.is(want == success || list == nil, "%s fails and gives %v", what, list)
	t.is(want != success || len(list) > 0, "%s succeeds and gives nothing", what)
	return list
}

func quoted(s *string) string {
	if s == nil {
		return "NULL"
	}
	return `"` + *s + `"`
}

// addrOf is the address and port of a result.
func (t thread) addrOf(a wsa.AddrInfo) netip.AddrPort {
	ap, err := wsa.ParseSockaddr(a.Addr)
	if err != nil {
		t.r.fatalf("a result has the address %x: %v", []byte(a.Addr), err)
	}
	if family := wsa.SockaddrFamily(a.Addr); family != a.Family {
		t.r.errorf("a result of family %d has an address of family %d", a.Family, family)
	}
	return ap
}

// same checks that two lookups gave the same.
func (t thread) same(what string, a, b []wsa.AddrInfo) {
	equal := slices.EqualFunc(a, b, func(x, y wsa.AddrInfo) bool {
		return x.Flags == y.Flags && x.Family == y.Family && x.SockType == y.SockType && x.Protocol == y.Protocol &&
			x.CanonName == y.CanonName && string(x.Addr) == string(y.Addr)
	})
	t.is(equal, "%s give %+v and %+v", what, a, b)
}

// hostName is what GetHostName gives.
func (t thread) hostName() string {
	buf := make([]uint16, 256)
	t.call(success, "GetHostName", func() error { return t.api.GetHostName(buf) })
	return wsa.TextOf(buf)
}

func observedGA1(c *context) { c.lookup(wsa.WSAHOST_NOT_FOUND, nil, nil, nil) }

func observedGA2(c *context) {
	for _, service := range []*string{nil, new(""), new("0")} {
		own := c.lookup(success, new(""), service, nil)
		c.reset("GetAddrInfo of the own name")
		c.same(`"" and the name of the computer`, own, c.lookup(success, new(c.hostName()), service, nil))
	}
}

func observedGA3(c *context) {
	zero, empty := c.lookup(success, nil, new("0"), nil), c.lookup(success, nil, new(""), nil)
	c.same("the services 0 and empty", zero, empty)
	for _, a := range empty {
		equal(c.thread, "the port", c.addrOf(a).Port(), 0)
	}
}

func observedGA4(c *context) {
	for _, service := range []*string{nil, new(""), new("0"), new("80")} {
		for _, hints := range []*wsa.AddrInfo{nil, {}} {
			for _, a := range c.lookup(success, new("localhost"), service, hints) {
				at := c.addrOf(a)
				c.is(at.Addr().IsLoopback(), "localhost is %v", at)
				c.is((at.Port() == 80) == (textOf(service) == "80"), "the port of service %s is %d", quoted(service), at.Port())
			}
		}
	}
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func observedGA6(c *context) { c.lookup(wsa.WSAHOST_NOT_FOUND, new(nobody), nil, nil) }

var numericHost = &wsa.AddrInfo{Flags: wsa.AI_NUMERICHOST}

func observedGA7(c *context) {
	list := c.lookup(success, new("192.168.1.253"), nil, nil)
	equal(c.thread, "the family", list[0].Family, wsa.AF_INET)
	equal(c.thread, "the address", c.addrOf(list[0]), netip.MustParseAddrPort("192.168.1.253:0"))
	c.lookup(wsa.WSAHOST_NOT_FOUND, new("192.168.1.253:1024"), nil, numericHost)
}

func observedGA8(c *context) {
	c.need6()
	for _, k := range []struct {
		part, text, want string
		hints            *wsa.AddrInfo
	}{
		{"plain", "2a00:2039:dead:beef:cafe::6666", "2a00:2039:dead:beef:cafe::6666", nil},
		{"brackets", "[beef::cafe]", "beef::cafe", nil},
		{"brackets, AI_NUMERICHOST", "[beef::cafe]", "beef::cafe", &wsa.AddrInfo{Flags: wsa.AI_NUMERICHOST, Family: wsa.AF_INET6}},
		{"a port", "[beef::cafe]:10239", "beef::cafe", nil},
	} {
		c.part(k.part, 0, func() {
			list := c.lookup(success, &k.text, nil, k.hints)
			equal(c.thread, "the address", c.addrOf(list[0]), netip.AddrPortFrom(netip.MustParseAddr(k.want), 0))
		})
	}
}

func observedGA9(c *context) {
	c.need6()
	c.lookup(wsa.WSAHOST_NOT_FOUND, new("[beef::cafe]"), nil, &wsa.AddrInfo{Flags: wsa.AI_NUMERICHOST, Family: wsa.AF_INET})
	c.lookup(wsa.WSAHOST_NOT_FOUND, new("[beef::cafe"), nil, numericHost)
	c.lookup(wsa.WSAHOST_NOT_FOUND, new("beef::cafe]"), nil, numericHost)
}

func observedGA10(c *context) {
	for _, protocol := range []int32{wsa.IPPROTO_TCP, wsa.IPPROTO_UDP, wsa.IPPROTO_IPV6} {
		for _, family := range []int32{wsa.AF_UNSPEC, wsa.AF_INET} {
			c.lookup(wsa.WSAESOCKTNOSUPPORT, new("localhost"), nil, &wsa.AddrInfo{Family: family, SockType: 999, Protocol: protocol})
		}
	}
}

// observedGA12 is about all hints whose type is known, whether or not the
// protocol fits.
func observedGA12(c *context) {
	for _, family := range []int32{wsa.AF_UNSPEC, wsa.AF_INET} {
		for _, typ := range []int32{0, wsa.SOCK_STREAM, wsa.SOCK_DGRAM} {
			for _, protocol := range []int32{0, wsa.IPPROTO_TCP, wsa.IPPROTO_UDP, wsa.IPPROTO_IPV6, 999} {
				if typ == 0 && (protocol == 0 || protocol == 999) {
					continue
				}
				for _, a := range c.lookup(success, new("localhost"), nil, &wsa.AddrInfo{Family: family, SockType: typ, Protocol: protocol}) {
					c.is(a.Family == wsa.AF_INET || a.Family == wsa.AF_INET6 && family == wsa.AF_UNSPEC, "the family is %d for %d", a.Family, family)
					equal(c.thread, "the type", a.SockType, typ)
					equal(c.thread, "the protocol", a.Protocol, protocol)
				}
			}
		}
	}
}

func observedGA14(c *context) {
	hints := wsa.AddrInfo{Flags: wsa.AI_ALL | wsa.AI_DNS_ONLY, SockType: wsa.SOCK_STREAM, Protocol: wsa.IPPROTO_TCP}
	list := c.lookup(success, new(c.dualName()), nil, &hints)
	i := slices.IndexFunc(list, func(a wsa.AddrInfo) bool { return a.Family == wsa.AF_INET })
	if i < 0 {
		c.r.fatalf("no result is of IPv4: %+v", list)
	}
	equal(c.thread, "ai_flags", list[i].Flags, 0)
	equal(c.thread, "ai_canonname", list[i].CanonName, "")
	equal(c.thread, "ai_addrlen", len(list[i].Addr), 16)
	equal(c.thread, "the type", list[i].SockType, wsa.SOCK_STREAM)
}

// dualName is a name that has addresses of both families.
func (c *context) dualName() string {
	if c.p.DualName == "" {
		c.skip("needs a name server that knows a name with addresses of both families")
	}
	return c.p.DualName
}

func observedGA15(c *context) {
	name := c.dualName()
	if c.p.Global6 {
		c.skip("the computer has a global IPv6 address")
	}
	for _, a := range c.lookup(success, &name, nil, nil) {
		equal(c.thread, "the family", a.Family, wsa.AF_INET)
	}
	c.lookup(wsa.WSANO_DATA, &name, nil, &wsa.AddrInfo{Family: wsa.AF_INET6})
}

func observedGA16(c *context) {
	if c.p.UnicodeName == "" {
		c.skip("needs a name server that knows a name which is not ASCII")
	}
	plain := wsa.AddrInfo{Family: wsa.AF_INET}
	c.same("Unicode and Punycode", c.lookup(success, &c.p.UnicodeName, nil, &plain), c.lookup(success, &c.p.PunycodeName, nil, &plain))
	as := wsa.AddrInfo{Family: wsa.AF_INET, Flags: wsa.AI_DISABLE_IDN_ENCODING}
	c.oneOf([]wsa.Errno{wsa.WSAHOST_NOT_FOUND, wsa.WSATRY_AGAIN}, "GetAddrInfo without encoding", func() error {
		_, err := c.api.GetAddrInfo(&c.p.UnicodeName, nil, &as)
		return err
	})
}

func observedGA17(c *context) {
	_ = c.api.GetAddrInfoExOverlappedResult(nil) // sets no last error
	if err := c.api.GetAddrInfoExOverlappedResult(nil); err != wsa.WSAEINVAL {
		c.r.errorf("GetAddrInfoExOverlappedResult(NULL): %v; wanted WSAEINVAL", err)
	}
}

// observedGA20 waits without being alertable: the routine runs on a thread of
// the system's own.
func observedGA20(c *context) {
	var calls atomic.Int32
	var got atomic.Pointer[ended]
	o := &wsa.Overlapped{}
	list := []wsa.AddrInfoEx{{}}
	c.call(wsa.WSA_IO_PENDING, "GetAddrInfoEx", func() error {
		return c.api.GetAddrInfoEx(new(nobody), nil, wsa.NS_DNS, nil, nil, &list, nil, o,
			func(err wsa.Errno, n uint32, at *wsa.Overlapped) {
				got.Store(&ended{err, n, at})
				calls.Add(1)
			}, nil)
	})
	for range 100 {
		if calls.Load() > 0 {
			break
		}
		c.api.SleepEx(100, false)
	}
	end := got.Load()
	if end == nil {
		c.r.fatalf("the routine was not called within 10 s")
	}
	c.is(end.err == wsa.WSAHOST_NOT_FOUND || end.err == wsa.WSANO_DATA, "the routine is told %s", name(end.err))
	equal(c.thread, "the number of bytes", end.n, 0)
	c.is(end.at == o, "the routine is told another WSAOVERLAPPED")
	c.is(list == nil, "the lookup fails and gives %+v", list)
	equal(c.thread, "Internal", wsa.Errno(o.Internal), end.err)
	equal(c.thread, "the number of calls", calls.Load(), 1)
	if err := c.api.GetAddrInfoExOverlappedResult(o); err != end.err {
		c.r.errorf("GetAddrInfoExOverlappedResult: %v; wanted %s", err, name(end.err))
	}
}

// ended is what a routine was told.
type ended struct {
	err wsa.Errno
	n   uint32
	at  *wsa.Overlapped
}

func observedGA21(c *context) {
	var event wsa.HANDLE
	c.call(success, "WSACreateEvent", func() (err error) {
		event, err = c.api.WSACreateEvent()
		return err
	})
	defer func() { _ = c.api.WSACloseEvent(event) }()
	var list []wsa.AddrInfoEx
	o := &wsa.Overlapped{HEvent: event}
	c.call(wsa.WSAHOST_NOT_FOUND, "GetAddrInfoEx(NULL, NULL)", func() error {
		return c.api.GetAddrInfoEx(nil, nil, wsa.NS_DNS, nil, nil, &list, nil, o, nil, nil)
	})
	if which, err := c.api.WSAWaitForMultipleEvents([]wsa.HANDLE{event}, true, 0, false); err != nil || wsa.Errno(which) != wsa.WAIT_TIMEOUT {
		c.r.errorf("the event is set: %d, %v", which, err)
	}
}

func observedNH3(c *context) {
	c.call(success, `gethostbyname("")`, func() error {
		e, err := c.api.Gethostbyname(new(""))
		c.is(err != nil || e != nil && len(e.AddrList) > 0 && e.AddrType == wsa.AF_INET, "gethostbyname gives %+v", e)
		return err
	})
}

func observedNH4(c *context) {
	mine := c.api.InetNtoa(0x0100007F)
	equal(c.thread, "inet_ntoa", mine, "127.0.0.1")
	c.spawn(func(t thread) { equal(t, "inet_ntoa of the other thread", t.api.InetNtoa(0x04030201), "1.2.3.4") })
	c.join()
	equal(c.thread, "what inet_ntoa gave before", mine, "127.0.0.1")
}

func observedNH6(c *context) {
	equal(c.thread, `inet_addr("")`, c.api.InetAddr(new("")), wsa.INADDR_NONE)
	equal(c.thread, `inet_addr(" ")`, c.api.InetAddr(new(" ")), 0)
	equal(c.thread, `inet_addr of two blanks`, c.api.InetAddr(new("  ")), wsa.INADDR_NONE)
}

// observedNH7 has the numbers that inet_addr gives in network order: 1.2.0.3 is
// 0x03000201.
func observedNH7(c *context) {
	for text, want := range map[string]uint32{
		"1.2.3 .4": 0x03000201, "3.4.5.6  7": 0x06050403, " 1.2.3.4": wsa.INADDR_NONE, "1.2.3.010": 0x08030201,
		"0x7f.1": 0x0100007F, "1": 0x01000000, "1.2": 0x02000001, "1.2.3": 0x03000201, "1.2.3.4 x": 0x04030201,
		"1.2.3.4x": wsa.INADDR_NONE, "255.255.255.255": wsa.INADDR_NONE, "1.2.3.256": wsa.INADDR_NONE,
	} {
		equal(c.thread, "inet_addr("+text+")", c.api.InetAddr(&text), want)
	}
}

func observedNH9(c *context) {
	find := func(t thread, name, proto string, port uint16) *wsa.ServEnt {
		var e *wsa.ServEnt
		t.call(success, "getservbyname", func() (err error) {
			e, err = t.api.Getservbyname(&name, &proto)
			return err
		})
		equal(t, "the port of "+name, e.Port, port)
		equal(t, "the name", e.Name, name)
		equal(t, "the protocol", e.Proto, proto)
		return e
	}
	first := find(c.thread, "domain", "udp", 53)
	c.is(find(c.thread, "telnet", "tcp", 23) == first, "the second call gives another structure")
	equal(c.thread, "the structure of the first call", first.Name, "telnet")
	c.spawn(func(t thread) { t.is(find(t, "domain", "udp", 53) != first, "another thread gets the same structure") })
	c.join()
	equal(c.thread, "after the other thread's call it", first.Name, "telnet")
}

func observedNH10(c *context) {
	known := make(map[int16]bool)
	for _, p := range wsa.Protocols() {
		known[p.Proto] = true
		for _, text := range []string{p.Name, p.Aliases[0], strings.ToUpper(p.Name)} {
			c.call(success, "getprotobyname "+text, func() error {
				e, err := c.api.Getprotobyname(&text)
				c.is(err != nil || e != nil && e.Proto == p.Proto, "getprotobyname(%s) gives %+v", text, e)
				return err
			})
		}
	}
	for n := int32(-1); n <= 256; n++ {
		e, err := c.api.Getprotobynumber(n)
		c.is((err == nil) == known[int16(n)], "getprotobynumber(%d) gives %+v, %v", n, e, err)
	}
}

func observedST2(c *context) {
	other := c.process(false)
	other.call(wsa.WSANOTINITIALISED, "gethostbyname before WSAStartup", func() error {
		_, err := other.api.Gethostbyname(new("localhost"))
		return err
	})
}
