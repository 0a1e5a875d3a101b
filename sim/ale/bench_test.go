package ale

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"wsasim/wsa"
)

// failing is calls that fail, one early and one late in the table for each
// function.
func failing() map[string]func() Decision {
	var n uint32 = 24
	info := make([]byte, 24)
	on, off, idle := secure(datagram(), 0), datagram(), stream()
	conn, overlapped := connected(Association{}), connected(protected)
	overlapped.overlapped = true
	good, bad, ps := target(peerA, spn), target("0.0.0.0:0", spn), settings(3, 0)
	addr, zero := sockaddr(peerB), template("0.0.0.0:0", 0)
	key := ipsec(wsa.SecuritySettingsIPsec{SecurityProtocol: 1, AuthipMMPolicyKey: wsa.GUID{1}, UserName: "user"})
	odd := raw(peerA, []byte("h\x00/"))
	cut := good[:150]
	scoped := sockaddr("[fe80::1%1234567]:80")
	six := secure(with(datagram(), func(s *fakeSocket) { s.family = wsa.AF_INET6 }), 0)
	return map[string]func() Decision{
		"SSS-SIZE":            func() Decision { return SetSecurity(off, ps[:7], nil) },
		"SSS-SIZE/strings":    func() Decision { return SetSecurity(off, key[:90], nil) },
		"SSS-ONCE":            func() Decision { return SetSecurity(on, nil, nil) },
		"SSS-VALUE":           func() Decision { return SetSecurity(off, ps, nil) },
		"SSS-POLICY-KEYS":     func() Decision { return SetSecurity(off, key, nil) },
		"PTN-FAULT":           func() Decision { return SetPeerTargetName(on, nil) },
		"PTN-SIZE":            func() Decision { return SetPeerTargetName(on, cut) },
		"PTN-CONN":            func() Decision { return SetPeerTargetName(conn, good) },
		"PTN-ZEROADDR":        func() Decision { return SetPeerTargetName(on, bad) },
		"PTN-ODD":             func() Decision { return SetPeerTargetName(on, odd) },
		"DTN-SIZE":            func() Decision { return DeletePeerTargetName(on, addr[:3]) },
		"DTN-ABSENT":          func() Decision { return DeletePeerTargetName(on, addr) },
		"DTN-ABSENT/scope":    func() Decision { return DeletePeerTargetName(six, scoped) },
		"QSS-SIZE":            func() Decision { n = 3; return QuerySecurity(conn, nil, info[:3], &n, none) },
		"QSS-NOTCONN":         func() Decision { n = 24; return QuerySecurity(idle, nil, info, &n, none) },
		"QSS-TEMPLATE-NONTCP": func() Decision { n = 24; return QuerySecurity(on, zero, info, &n, none) },
		"ISP-BLOCKING":        func() Decision { _, d := Impersonate(overlapped, nil); return d },
		"ISP-CONNECTED":       func() Decision { _, d := Impersonate(on, addr); return d },
	}
}

func TestFailingAllocatesNothing(t *testing.T) {
	for name, f := range failing() {
		if d := f(); d.Err == 0 {
			t.Errorf("%s succeeds", name)
		}
		if n := testing.AllocsPerRun(100, func() { f() }); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func BenchmarkFailing(b *testing.B) {
	for name, f := range failing() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}

// named is a socket with count names, and a buffer whose peer can be changed.
func named(count int) (s *fakeSocket, buf []byte) {
	s, buf = secure(datagram(), 0), target("10.0.0.0:80", spn)
	for i := range count {
		pick(buf, i)
		if d := SetPeerTargetName(s, buf); d.Err != 0 {
			panic(d.Err)
		}
	}
	return s, buf
}

// pick makes the i-th peer the one of a target name structure.
func pick(buf []byte, i int) { binary.BigEndian.PutUint32(buf[12:], 10<<24|uint32(i)) }

func BenchmarkSetPeerTargetName(b *testing.B) {
	for _, count := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("replace/%d", count), func(b *testing.B) {
			s, buf := named(count)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				pick(buf, i%count)
				i += 7919 // prime: every name in turn, far apart
				SetPeerTargetName(s, buf)
			}
		})
	}
}

// A name costs the same on a socket that has 10,000 as on one that has one,
// within a factor of 2.
func TestManyNamesCost(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	cost := func(count int) time.Duration {
		s, buf := named(count)
		best := time.Hour
		for range 20 { // the best of many, since other programs run too
			start := time.Now()
			for i := range 2000 {
				pick(buf, i*7919%count)
				SetPeerTargetName(s, buf)
			}
			best = min(best, time.Since(start))
		}
		return best
	}
	one, many := cost(1), cost(10_000)
	t.Logf("1 name: %v; 10,000 names: %v (x%.2f)", one/2000, many/2000, float64(many)/float64(one))
	if many > 2*one {
		t.Errorf("setting one of 10,000 names costs %v, of one %v", many/2000, one/2000)
	}
}

func BenchmarkNegotiate(b *testing.B) {
	i, r := party(state(0), spn, client), party(state(0), "", &Credential{Computer: "s$", SPNs: []string{spn}})
	b.ReportAllocs()
	for b.Loop() {
		if o := Negotiate(i, r); !o.Secured {
			b.Fatal(o)
		}
	}
}
