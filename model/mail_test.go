package model

import (
	"net/netip"
	"strconv"
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// judged is the rule that a return breaks: "" for none, and mismatch when its
// kind is wrong.
func judged(t *testing.T, s State, tid int, c wsa.Call, ret wsa.Return) rules.ID {
	t.Helper()
	broken := mismatch
	for _, o := range outcomes(s, tid, c, true, nil) {
		if o.Kind == Blocks {
			continue
		}
		_, why := o.apply(&ret)
		if why == "" {
			return ""
		}
		if why != mismatch {
			broken = why
		}
	}
	return broken
}

// apart is letterDomain's start with a datagram sent to the server.
func apart() State {
	return after(letterDomain().Start, 1, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("abcdef"), To: sockaddr("10.0.0.2:53")})
}

func got(text, from string) wsa.Return {
	n := int64(16)
	r := wsa.Return{N: int64(len(text)), Data: wsa.Bytes(text), Addr: sockaddr(from), Len: &n}
	return r
}

func cutTo(text string) wsa.Return {
	n := int64(16)
	return wsa.Return{Err: wsa.WSAEMSGSIZE, Data: wsa.Bytes(text), Len: &n}
}

// TestDatagramCanaries: each wrong way to receive a datagram is noticed, under
// the rule that it breaks, and the right ones pass.
func TestDatagramCanaries(t *testing.T) {
	from := func(room wsa.Room, flags int32) wsa.Call {
		return wsa.RecvfromCall{S: 4, Buf: room, Flags: flags, From: 16, Fromlen: ptr(int32(16))}
	}
	const client = "10.0.0.1:53"
	connected := after(letterDomain().Start, 3, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:9")})
	connected = after(connected, 1, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("abcdef"), To: sockaddr("10.0.0.2:53")})
	for _, c := range []struct {
		name string
		s    State
		call wsa.Call
		ret  wsa.Return
		rule rules.ID
	}{
		{"whole", apart(), from(9, 0), got("abcdef", client), ""},
		{"whole, in a buffer that it fills", apart(), from(6, 0), got("abcdef", client), ""},
		{"peeked", apart(), from(9, wsa.MSG_PEEK), got("abcdef", client), ""},
		{"without a source", apart(), wsa.RecvCall{S: 4, Buf: 9}, wsa.Return{N: 6, Data: wsa.Bytes("abcdef")}, ""},
		{"cut, and said so", apart(), from(3, 0), cutTo("abc"), ""},
		{"cut, and said so, to nothing", apart(), from(0, 0), cutTo(""), ""},
		{"cut in silence", apart(), from(3, 0), got("abc", client), rules.RECVMsgsize},
		{"cut in silence, without a source", apart(), wsa.RecvCall{S: 4, Buf: 3}, wsa.Return{N: 3, Data: wsa.Bytes("abc")}, rules.RECVMsgsize},
		{"cut below the buffer", apart(), from(9, 0), got("abc", client), rules.RECVMsgsize},
		{"cut although it fits", apart(), from(6, 0), cutTo("abcdef"), rules.RECVMsgsize},
		{"cut, and another beginning", apart(), from(3, 0), cutTo("bcd"), rules.RECVMsgsize},
		{"bytes swapped", apart(), from(9, 0), got("abdcef", client), rules.RECVContent},
		{"the middle lost", apart(), from(9, 0), got("abef", client), rules.RECVContent},
		{"one byte too many", apart(), from(9, 0), got("abcdefg", client), rules.RECVContent},
		{"nothing was sent", letterDomain().Start, from(9, 0), got("abc", client), rules.RECVContent},
		{"empty, and none was sent", apart(), from(9, 0), got("", client), rules.RECVMsgsize},
		{"the port of another", apart(), from(9, 0), got("abcdef", "10.0.0.1:54"), rules.RECVFrom},
		{"the address of another", apart(), from(9, 0), got("abcdef", "10.0.0.4:53"), rules.RECVFrom},
		{"not from the peer", connected, wsa.RecvCall{S: 4, Buf: 9}, wsa.Return{N: 6, Data: wsa.Bytes("abcdef")}, rules.RECVPeer},
		{"to another port", after(letterDomain().Start, 1, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("x"), To: sockaddr("10.0.0.2:54")}), from(9, 0), got("x", client), rules.RECVContent},
		{"to another host", after(letterDomain().Start, 1, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("x"), To: sockaddr("10.0.0.4:53")}), from(9, 0), got("x", client), rules.RECVContent},
		{"somebody forges", apart().Forge(), from(9, 0), got("whatever", client), ""},
	} {
		if got := judged(t, c.s, 3, c.call, c.ret); got != c.rule {
			t.Errorf("%s: %q, expected %q", c.name, got, c.rule)
		}
	}
}

// TestDatagramsFromOutside: where only a part of the world is in the trace,
// what a stranger sends conforms, and what a socket of the trace sends is
// still judged.
func TestDatagramsFromOutside(t *testing.T) {
	s := begin(beginAt(1, 3), 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")})
	s = begin(s, 3, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:53")})
	open := after(s.State, 1, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("abcdef"), To: sockaddr("10.0.0.2:53")})
	call := wsa.RecvfromCall{S: 4, Buf: 3, From: 16, Fromlen: ptr(int32(16))}
	if got := judged(t, open, 3, call, got("xyz", "10.0.0.1:999")); got != "" {
		t.Errorf("a stranger's datagram breaks %s", got)
	}
	if got := judged(t, open, 3, wsa.RecvCall{S: 4, Buf: 3}, wsa.Return{N: 3, Data: wsa.Bytes("abc")}); got != "" {
		t.Errorf("a datagram of somebody breaks %s", got)
	}
	if got := judged(t, open, 3, call, got("abc", "10.0.0.1:53")); got != rules.RECVMsgsize {
		t.Errorf("a socket's datagram that was cut: %q", got)
	}
}

// TestMailIsBounded: beyond what is remembered for a port anything may arrive
// there, the state says so, and other ports are still followed.
func TestMailIsBounded(t *testing.T) {
	s := letterDomain().Start
	n := s.world().edit()
	w := n
	k := sockKey(1, 4)
	n.sentDatagram(k, n.sockets.get(k), &sendArgs{one: wsa.Bytes("first"), to: sockaddr("10.0.0.2:9"), addressed: true})
	for i := range maxRoutes + 10 {
		w.post(k, netip.MustParseAddrPort("10.0.0.2:53"), strconv.AppendInt(nil, int64(i), 10))
	}
	full := State{n}
	if b := n.boxes.get(53); !b.lost || b.routes != maxRoutes {
		t.Fatalf("the box holds %+v", b)
	}
	if len(full.Untracked()) != 1 {
		t.Errorf("untracked: %v", full.Untracked())
	}
	call := wsa.RecvfromCall{S: 4, Buf: 30, From: 16, Fromlen: ptr(int32(16))}
	if broken := judged(t, full, 3, call, got("never sent", "10.0.0.1:53")); broken != "" {
		t.Errorf("on a port that is not followed: %s", broken)
	}
	other := after(full, 3, udp4, wsa.BindCall{S: 8, Name: sockaddr("10.0.0.2:9")})
	call.S = 8
	if broken := judged(t, other, 3, call, got("never sent", "10.0.0.1:53")); broken != rules.RECVContent {
		t.Errorf("on another port: %q", broken)
	}
	if broken := judged(t, other, 3, call, got("first", "10.0.0.1:53")); broken != "" {
		t.Errorf("what was sent there: %q", broken)
	}
}
