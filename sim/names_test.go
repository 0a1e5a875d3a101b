package sim_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"wsasim/sim"
	"wsasim/sim/attack"
	"wsasim/wsa"
)

const website = "www.contoso.com"

// addrs are the addresses that a lookup of a name by the client finds.
func (e *env) addrs(name string) []string {
	e.Helper()
	return addrsOf(must[[]wsa.AddrInfo](e)(e.a.GetAddrInfo(&name, nil, &wsa.AddrInfo{SockType: wsa.SOCK_STREAM})))
}

func addrsOf(list []wsa.AddrInfo) []string {
	var texts []string
	for _, a := range list {
		ap, err := wsa.ParseSockaddr(a.Addr)
		if err != nil {
			return append(texts, err.Error())
		}
		texts = append(texts, ap.Addr().String())
	}
	return texts
}

func (e *env) found(what string, got []string, want ...string) {
	e.Helper()
	if !slices.Equal(got, want) {
		e.Errorf("%s: found %v, want %v", what, got, want)
	}
}

// begin starts an overlapped lookup of website with an event.
func (e *env) begin(timeout *wsa.Timeval) (list *[]wsa.AddrInfoEx, o *wsa.Overlapped, handle wsa.HANDLE) {
	e.Helper()
	list, o = new([]wsa.AddrInfoEx), &wsa.Overlapped{HEvent: must[wsa.HANDLE](e)(e.a.WSACreateEvent())}
	err := e.a.GetAddrInfoEx(new(website), nil, wsa.NS_ALL, nil, nil, list, timeout, o, nil, &handle)
	e.fails("a lookup that takes time", err, wsa.WSA_IO_PENDING)
	return list, o, handle
}

func (e *env) wait(o *wsa.Overlapped, milliseconds uint32) uint32 {
	e.Helper()
	return must[uint32](e)(e.a.WSAWaitForMultipleEvents([]wsa.HANDLE{o.HEvent}, false, milliseconds, false))
}

func TestDirectory(t *testing.T) {
	showFacts(t, []fact{
		{"names and aliases", func(e *env) {
			e.w.SetName(website, netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.9"))
			e.w.SetAlias("Shop.Contoso.com", website)
			e.found("in capitals, with the root's dot", e.addrs("SHOP.CONTOSO.COM."), "10.0.0.2", "10.0.0.9")
			e.w.SetName(website)
			_, err := e.a.GetAddrInfo(new("shop.contoso.com"), nil, nil)
			e.fails("an alias of nothing", err, wsa.WSAHOST_NOT_FOUND)
		}},
		{"a circle of aliases ends", func(e *env) {
			e.w.SetAlias("one.test", "two.test")
			e.w.SetAlias("two.test", "one.test")
			_, err := e.a.GetAddrInfo(new("one.test"), nil, nil)
			if err == nil {
				e.Error("found something")
			}
		}},
		{"a host's name follows its addresses", func(e *env) {
			ok(e, e.w.MoveAddress(netip.MustParseAddr("10.0.0.2"), e.a.Process().Host()))
			e.found("what is left", e.addrs("server"), "fd00::2")
		}},
		{"a poisoned name misleads whoever resolves it", func(e *env) {
			e.w.SetName(website, netip.MustParseAddr("10.0.0.2"))
			restore := attack.Poison(e.w, website, e.a.Process().Host())
			e.found("poisoned", e.addrs(website), "fd00::1", "10.0.0.1")
			restore()
			e.found("restored", e.addrs(website), "10.0.0.2")
		}},
	})
}

func TestLookupsTakeTimeAndFail(t *testing.T) {
	showFacts(t, []fact{
		{"time", func(e *env) {
			host := e.a.Process().Host()
			ok(e, host.SetLookups(sim.Lookups{Delay: time.Second}))
			before := e.w.Now()
			e.addrs("server")
			wants(e, "a name", e.w.Now()-before, time.Second)
			e.addrs("10.0.0.2")
			wants(e, "an address", e.w.Now()-before, time.Second)
		}},
		{"failures, so many times", func(e *env) {
			host := e.a.Process().Host()
			ok(e, host.SetLookupsOf("server", sim.Lookups{Error: wsa.WSATRY_AGAIN, Times: 2}))
			for range 2 {
				_, err := e.a.GetAddrInfo(new("Server"), nil, nil)
				e.fails("now", err, wsa.WSATRY_AGAIN)
			}
			e.found("afterwards", e.addrs("server"), "fd00::2", "10.0.0.2")
			if err := host.SetLookups(sim.Lookups{Error: wsa.WSAEINVAL}); err == nil {
				e.Error("a lookup cannot fail with WSAEINVAL")
			}
		}},
	})
}

func TestOverlappedLookups(t *testing.T) {
	slow := func(show func(e *env)) func(e *env) {
		return func(e *env) {
			e.w.SetName(website, netip.MustParseAddr("10.0.0.2"))
			ok(e, e.a.Process().Host().SetLookups(sim.Lookups{Delay: time.Second}))
			show(e)
		}
	}
	showFacts(t, []fact{
		{"an event", slow(func(e *env) {
			list, o, _ := e.begin(nil)
			e.fails("before", e.a.GetAddrInfoExOverlappedResult(o), wsa.WSAEINPROGRESS)
			wants(e, "before", e.wait(o, 999), uint32(wsa.WSA_WAIT_TIMEOUT))
			wants(e, "the end", e.wait(o, 1), wsa.WSA_WAIT_EVENT_0)
			ok(e, e.a.GetAddrInfoExOverlappedResult(o))
			wants(e, "results", len(*list), 1)
		})},
		{"cancelled", slow(func(e *env) {
			list, o, handle := e.begin(nil)
			ok(e, e.a.GetAddrInfoExCancel(&handle))
			wants(e, "at once", e.wait(o, 0), wsa.WSA_WAIT_EVENT_0)
			e.fails("the outcome", e.a.GetAddrInfoExOverlappedResult(o), wsa.WSA_E_CANCELLED)
			wants(e, "results", len(*list), 0)
			e.fails("again", e.a.GetAddrInfoExCancel(&handle), wsa.WSA_INVALID_HANDLE)
		})},
		{"a time-out", slow(func(e *env) {
			_, o, _ := e.begin(&wsa.Timeval{Usec: 500_000})
			wants(e, "the end", e.wait(o, 500), wsa.WSA_WAIT_EVENT_0)
			if err := e.a.GetAddrInfoExOverlappedResult(o); err == nil {
				e.Error("found something in half the time")
			}
		})},
		{"a routine runs on a thread of its own", slow(func(e *env) {
			var ended wsa.Errno = wsa.WSA_IO_PENDING
			var list []wsa.AddrInfoEx
			o := new(wsa.Overlapped)
			err := e.a.GetAddrInfoEx(new(website), nil, wsa.NS_ALL, nil, nil, &list, nil, o, func(err wsa.Errno, _ uint32, of *wsa.Overlapped) {
				wants(e, "the structure", of, o)
				ended = err
			}, nil)
			e.fails("begun", err, wsa.WSA_IO_PENDING)
			e.a.SleepEx(1001, false) // not alertable
			wants(e, "told", ended, 0)
			wants(e, "results", len(list), 1)
		})},
	})
}
