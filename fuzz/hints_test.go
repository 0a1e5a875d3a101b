package fuzz_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wsasim/fuzz"
	"wsasim/wsa"
)

// lookupArgs are the arguments of GetAddrInfo.
type lookupArgs struct {
	node, service *string
	hints         wsa.AddrInfo
}

func (a lookupArgs) flag(f int32) bool { return a.hints.Flags&f != 0 }

func (a lookupArgs) String() string {
	text := func(p *string) string {
		if p == nil {
			return "NULL"
		}
		return fmt.Sprintf("%q", *p)
	}
	return fmt.Sprintf("%s, %s, flags %s, family %d, type %d, protocol %d", text(a.node), text(a.service),
		wsa.FormatConstant(wsa.KindAddrInfoFlag, int64(a.hints.Flags)), a.hints.Family, a.hints.SockType, a.hints.Protocol)
}

// What the names and services of the test are.
var (
	hintLiterals = map[string]int32{"10.0.0.2": wsa.AF_INET, "[fd00::2]:99": wsa.AF_INET6}
	hintPorts    = map[string][]string{"http": {"tcp"}, "tftp": {"udp"}, "domain": {"tcp", "udp"}}
	hintTypes    = map[int32]string{wsa.SOCK_STREAM: "tcp", wsa.SOCK_DGRAM: "udp"}
)

// meaningless is a bit of ai_flags that no page names.
const meaningless = 0x40

// hintRows are the error rows of the page nf-ws2tcpip-getaddrinfo: the code, when
// it is due, and whether success is as good, since the page says that a provider
// need not look.
var hintRows = []struct {
	err   wsa.Errno
	loose bool
	due   func(a lookupArgs) bool
}{
	{wsa.WSAHOST_NOT_FOUND, false, func(a lookupArgs) bool { return a.node == nil && a.service == nil }},
	{wsa.WSAHOST_NOT_FOUND, false, func(a lookupArgs) bool { return a.flag(wsa.AI_NUMERICHOST) && a.family() == 0 }},
	{wsa.WSAHOST_NOT_FOUND, true, func(a lookupArgs) bool {
		return a.flag(wsa.AI_NUMERICSERV) && (a.service == nil || strings.Trim(*a.service, "0123456789") != "" || *a.service == "")
	}},
	{wsa.WSAHOST_NOT_FOUND, false, func(a lookupArgs) bool { return a.node != nil && *a.node == "nobody" }},
	{wsa.WSAHOST_NOT_FOUND, false, func(a lookupArgs) bool { return a.otherLiteral() }},
	{wsa.WSANO_DATA, false, func(a lookupArgs) bool { return a.otherLiteral() && !a.flag(wsa.AI_NUMERICHOST) }},
	{wsa.WSAEAFNOSUPPORT, false, func(a lookupArgs) bool {
		return !slices.Contains([]int32{wsa.AF_UNSPEC, wsa.AF_INET, wsa.AF_INET6}, a.hints.Family)
	}},
	{wsa.WSAESOCKTNOSUPPORT, false, func(a lookupArgs) bool { return a.hints.SockType < 0 || a.hints.SockType > wsa.SOCK_SEQPACKET }},
	{wsa.WSAEINVAL, false, func(a lookupArgs) bool { return a.flag(wsa.AI_FQDN) && a.flag(wsa.AI_CANONNAME) }},
	{wsa.WSAEINVAL, true, func(a lookupArgs) bool { return a.flag(meaningless) }},
	{wsa.WSANO_RECOVERY, false, func(a lookupArgs) bool { return a.node == nil && (a.flag(wsa.AI_CANONNAME) || a.flag(wsa.AI_FQDN)) }},
	{wsa.WSANO_RECOVERY, false, func(a lookupArgs) bool { return a.hints.CanonName != "" || a.hints.Addr != nil }},
	{wsa.WSATYPE_NOT_FOUND, false, func(a lookupArgs) bool { return !a.served() }},
}

// family is that of an address as text; 0 when the name is none.
func (a lookupArgs) family() int32 {
	if a.node == nil {
		return 0
	}
	return hintLiterals[*a.node]
}

// otherLiteral is an address as text that is not of the family that is asked for
// and cannot be mapped to it.
func (a lookupArgs) otherLiteral() bool {
	f := a.family()
	mapped := f == wsa.AF_INET && a.hints.Family == wsa.AF_INET6 && a.flag(wsa.AI_V4MAPPED)
	return f != 0 && a.hints.Family != wsa.AF_UNSPEC && a.hints.Family != f && !mapped
}

// served is whether the service is there for the type, or for the protocol when
// the type is left open.
func (a lookupArgs) served() bool {
	if a.service == nil || strings.Trim(*a.service, "0123456789") == "" {
		return true
	}
	protos := hintPorts[*a.service]
	switch {
	case a.hints.SockType != 0:
		return slices.Contains(protos, hintTypes[a.hints.SockType])
	case a.hints.Protocol == wsa.IPPROTO_TCP:
		return slices.Contains(protos, "tcp")
	case a.hints.Protocol == wsa.IPPROTO_UDP:
		return slices.Contains(protos, "udp")
	}
	return len(protos) > 0
}

// allowed are the errors that may come of the arguments, and whether none may.
func (a lookupArgs) allowed() (errs []wsa.Errno, success bool) {
	success = true
	for _, r := range hintRows {
		if r.due(a) {
			errs = append(errs, r.err)
			success = success && r.loose
		}
	}
	return errs, success
}

// lookupCases are all hints with all names and services.
func lookupCases(each func(lookupArgs)) {
	flags := []int32{0, wsa.AI_PASSIVE, wsa.AI_CANONNAME, wsa.AI_NUMERICHOST, wsa.AI_NUMERICSERV, wsa.AI_ALL, wsa.AI_ADDRCONFIG, wsa.AI_V4MAPPED | wsa.AI_ALL,
		wsa.AI_FQDN, wsa.AI_FQDN | wsa.AI_CANONNAME, wsa.AI_NUMERICHOST | wsa.AI_NUMERICSERV, wsa.AI_DISABLE_IDN_ENCODING, meaningless}
	nodes := []*string{nil, value(""), value("server"), value("nobody"), value("10.0.0.2"), value("[fd00::2]:99")}
	services := []*string{nil, value("80"), value("http"), value("tftp"), value("domain"), value("no such service")}
	for _, f := range flags {
		for _, family := range []int32{wsa.AF_UNSPEC, wsa.AF_INET, wsa.AF_INET6, -1} {
			for _, typ := range []int32{0, wsa.SOCK_STREAM, wsa.SOCK_DGRAM, wsa.SOCK_RAW, 999, -1} {
				for _, proto := range []int32{0, wsa.IPPROTO_TCP, wsa.IPPROTO_UDP, 999} {
					for _, node := range nodes {
						for _, service := range services {
							each(lookupArgs{node, service, wsa.AddrInfo{Flags: f, Family: family, SockType: typ, Protocol: proto}})
						}
					}
				}
			}
		}
	}
	each(lookupArgs{value("server"), nil, wsa.AddrInfo{CanonName: "x"}})
	each(lookupArgs{value("server"), nil, wsa.AddrInfo{Addr: at("10.0.0.2:0")}})
}

// TestHintsAgainstDocumentedRows: GetAddrInfo with every combination of hints. An
// error is one whose row is due; without one the call succeeds. GetAddrInfoEx
// gives the same, and the specification allows it.
func TestHintsAgainstDocumentedRows(t *testing.T) {
	m := fuzz.Start(fuzz.StateSetup())
	defer m.Close()
	startedOnly(m)
	calls, given := 0, make(map[wsa.Errno]int)
	lookupCases(func(a lookupArgs) {
		if t.Failed() {
			return
		}
		for i, call := range lookupCalls(a.node, a.service, a.hints) {
			if i == 1 && calls%7 != 0 {
				continue // GetAddrInfoEx shares the checks: a sample is enough
			}
			ret := do(m, gridClient, call)
			errs, success := a.allowed()
			if ret.Err == 0 && !success || ret.Err != 0 && !slices.Contains(errs, ret.Err) || m.Violation != nil {
				t.Errorf("%s(%v): %v; due are %v, success %v; %v", call.Op(), a, ret.Err, errs, success, m.Violation)
			}
			given[ret.Err]++
		}
		calls++
	})
	for _, r := range hintRows {
		// A literal of another family ends in one of its two codes.
		if given[r.err] == 0 && r.err != wsa.WSANO_DATA {
			t.Errorf("%v is never given", r.err)
		}
	}
	t.Logf("%d combinations: %v", calls, given)
}
