package model

import (
	"encoding/binary"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Raw sockets of ICMP and ICMPv6: datagram sockets without ports. What arrives
// there is an ICMP message that has the socket's protocol, local address and
// peer (RAW-ADDRESS), with IPv4 behind its IP header (RAW-HEADER). An echo must
// have been asked for: it repeats what some raw socket has sent (RAW-ECHO).
//
// Not modelled: raw sockets of other protocols; whether IP_HDRINCL is on, so
// what was sent counts with and without a header in front; that a message must
// have been caused by something, other than for echoes.

// maxEchoes bounds how many different echoes are remembered. Beyond them any
// echo may arrive.
const maxEchoes = 4096

// The limits of a raw socket's message: what the guide gives, and what an IP
// packet can hold.
const (
	minRawLimit = 65467
	maxRawLimit = 65535
)

// Sizes of headers, in bytes.
const (
	ip4Header  = 20
	ip6Header  = 40
	icmpHeader = 8
)

// echo is what an echo request and its reply have in common: identifier,
// sequence number and data.
type echo struct{ sum Key }

func (e *echo) encode(b []byte) []byte { return put(append(b, 'R'), e.sum[0], e.sum[1]) }

// raw reports whether the specification follows the socket as a raw one.
func (x *socket) raw() bool {
	return x.typ == wsa.SOCK_RAW && (x.family == wsa.AF_INET && x.proto == wsa.IPPROTO_ICMP || x.family == wsa.AF_INET6 && x.proto == wsa.IPPROTO_ICMPV6)
}

// datagrams reports whether the socket sends and receives datagrams.
func (x *socket) datagrams() bool { return x.typ != wsa.SOCK_STREAM }

// echoed is the part of an ICMP message that an echo repeats; false for a
// message that is too short, and one that is no echo.
func echoed(family int32, message []byte) ([]byte, bool) {
	if len(message) < icmpHeader {
		return nil, false
	}
	request, reply := byte(8), byte(0)
	if family == wsa.AF_INET6 {
		request, reply = 128, 129
	}
	if t := message[0]; t != request && t != reply {
		return nil, false
	}
	return message[4:], true
}

// sentEchoes are the echoes that content sent on the socket may be: a message,
// or one behind an IP header of the program's own.
func (x *socket) sentEchoes(content []byte) [][]byte {
	var out [][]byte
	header := ip4Header
	if x.family == wsa.AF_INET6 {
		header = ip6Header
	}
	for _, skip := range []int{0, header} {
		if e, ok := echoed(x.family, content[min(skip, len(content)):]); ok {
			out = append(out, e)
		}
	}
	return out
}

// sentRaw notes what sending on a raw socket does.
func (w *world) sentRaw(k uint64, now *socket, content []byte, certain tri) {
	w.editSocket(k, bindImplicitly(certain))
	for _, e := range now.sentEchoes(content) {
		sum := digest(e)
		if w.echoes.n < maxEchoes && w.echoes.get(sum[0]) == nil {
			putEntry(&w.key, &w.echoes, sum[0], &echo{sum})
		}
	}
}

// askedFor reports whether an echo repeats what was sent, or what a call that has
// not returned may have sent.
func (w *world) askedFor(e []byte) bool {
	sum := digest(e)
	if got := w.echoes.get(sum[0]); got != nil && got.sum == sum {
		return true
	}
	for _, t := range w.threads.all {
		if !sends(t.pending) {
			continue
		}
		if t.orphan {
			return true // what it sent cannot be told
		}
		h, _ := descriptor(t.pending)
		x := w.socketAt(t.pid, uint64(h))
		if x == nil || !x.raw() {
			continue
		}
		args := sending(t.pending)
		for _, sent := range x.sentEchoes(args.content()) {
			if string(sent) == string(e) {
				return true
			}
		}
	}
	return false
}

// echoesKnown reports whether every echo that may arrive has been sent in the
// trace.
func (w *world) echoesKnown() bool { return w.whole && !w.forged && w.echoes.n < maxEchoes }

// judgeRaw judges what a raw socket received whole.
func (w *world) judgeRaw(a *arrival) rules.ID {
	message := a.data
	from := a.from.Addr().Unmap().WithZone("")
	if a.x.family == wsa.AF_INET {
		h := a.data
		if len(h) < ip4Header+icmpHeader || h[0] != 0x45 || int(binary.BigEndian.Uint16(h[2:])) != len(h) || h[9] != wsa.IPPROTO_ICMP || sum16(0, h[:ip4Header]) != 0xFFFF {
			return rules.RAWHeader
		}
		src, dst := netip.AddrFrom4([4]byte(h[12:16])), netip.AddrFrom4([4]byte(h[16:20]))
		message = h[ip4Header:]
		switch {
		case a.named && src != from:
			return rules.RECVFrom
		case sum16(0, message) != 0xFFFF:
			return rules.RAWChecksum
		case a.x.fixed && a.x.addrKnown && dst != a.x.local.Addr().Unmap(), !w.reaches(a.x.host, dst, a.x.host):
			return rules.RAWAddress
		}
		from = src
	}
	if a.x.status == connected && a.x.peer.IsValid() && from.IsValid() && from != a.x.peer.Addr().Unmap().WithZone("") {
		return rules.RAWAddress
	}
	if e, ok := echoed(a.x.family, message); ok && w.echoesKnown() && !w.askedFor(e) {
		return rules.RAWEcho
	}
	return ""
}

// sum16 is the sum of RFC 1071: all ones over what holds its own checksum.
func sum16(sum uint32, b []byte) uint32 {
	for i, x := range b {
		sum += uint32(x) << (8 * (1 - i&1))
	}
	for sum > 0xFFFF {
		sum = sum>>16 + sum&0xFFFF
	}
	return sum
}

// rawSample is an example of what a raw socket may receive: the reply to an echo
// of eight zeros.
func (v *verdict) rawSample(a recvArgs) wsa.Return {
	message := make([]byte, icmpHeader)
	from := netip.IPv6Loopback()
	if v.s.family == wsa.AF_INET {
		from = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		if v.s.status == connected && v.s.peer.IsValid() {
			from = v.s.peer.Addr()
		}
		to := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		if v.s.fixed && v.s.addrKnown {
			to = v.s.local.Addr()
		}
		h := make([]byte, ip4Header, ip4Header+icmpHeader)
		h[0], h[3], h[8], h[9] = 0x45, ip4Header+icmpHeader, 128, wsa.IPPROTO_ICMP
		copy(h[12:], from.AsSlice())
		copy(h[16:], to.AsSlice())
		binary.BigEndian.PutUint16(h[10:], uint16(^sum16(0, h)))
		binary.BigEndian.PutUint16(message[2:], uint16(^sum16(0, message)))
		message = append(h, message...)
	} else {
		message[0] = 129
	}
	r := wsa.Return{N: int64(len(message)), Data: message}
	if a.extended {
		count := uint32(len(message))
		r.N, r.Count = 0, &count
	}
	if a.addressed && a.from != wsa.NULL {
		x := nameReturn(v.s, netip.AddrPortFrom(from, 0), 0)
		r.Addr, r.Len = x.Addr, x.Len
	}
	return r
}

// rawReceives adds what a receive on a raw socket may give.
func (v *verdict) rawReceives(a recvArgs, ids []rules.ID) {
	ids = append(ids, rules.RAWHeader, rules.RAWAddress, rules.RAWChecksum)
	if v.w.echoesKnown() {
		ids = append(ids, rules.RAWEcho)
	}
	v.succeed(v.wholeEffect(a, false), func(*world) wsa.Return { return v.rawSample(a) }, ids...)
	if v.failed {
		return
	}
	least := int64(icmpHeader)
	if v.s.family == wsa.AF_INET {
		least += ip4Header
	}
	v.out[len(v.out)-1].none = func(w *world) bool {
		sample := make([]byte, icmpHeader-4)
		return a.room < least || w.echoesKnown() && !w.askedFor(sample)
	}
}
