package model

import (
	"slices"
	"testing"

	"wsasim/wsa"
)

// TestDuplicates tells stories of a datagram socket, 4 of process 1 (threads 1 and
// 2), which was duplicated for process 3 (thread 4) and for its own. Each ends with
// a call and what it may or may not give.
func TestDuplicates(t *testing.T) {
	s := wholly(beginAt(1, 4))
	s = begin(s, 1, udp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")})
	there, here := lastOffer(&s, 3), lastOffer(&s, 1)
	take := func(info wsa.Bytes) wsa.Call {
		return wsa.WSASocketCall{ProtocolInfo: info, Flags: wsa.WSA_FLAG_OVERLAPPED}
	}
	type step struct {
		tid  int
		call wsa.Call
		ret  wsa.Return
	}
	ok, none := wsa.Return{}, wsa.Return{Err: wsa.WSAENOTSOCK}
	taken := step{4, take(there), wsa.Return{Socket: 4}}
	doubled := step{1, take(here), wsa.Return{Socket: 8}}
	closed := step{1, wsa.ClosesocketCall{S: 4}, ok}
	name := wsa.GetsocknameCall{S: 4, Name: 16, Namelen: ptr(int32(16))}
	bound := wsa.Return{Addr: sockaddr("10.0.0.1:53"), Len: ptr(int64(16))}
	recv := wsa.RecvCall{S: 4, Buf: 9}
	got := wsa.Return{N: 2, Data: wsa.Bytes("ab")}
	sent := step{1, wsa.SendtoCall{S: 4, Buf: wsa.Bytes("ab"), To: sockaddr("10.0.0.1:53")}, wsa.Return{N: 2}}
	for _, story := range []struct {
		name string
		path []step
		last step
		bad  []wsa.Return
	}{
		{"it is the same socket", []step{taken}, step{4, name, bound}, []wsa.Return{{Addr: sockaddr("10.0.0.1:54"), Len: ptr(int64(16))}, {Err: wsa.WSAEINVAL}}},
		{"it is bound already", []step{taken}, step{4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:54")}, wsa.Return{Err: wsa.WSAEINVAL}}, []wsa.Return{ok}},
		{"a structure is used once", []step{taken}, step{4, take(there), wsa.Return{Err: wsa.WSAEINVAL}}, []wsa.Return{{Socket: 8}}},
		{"by its process", nil, step{1, take(there), wsa.Return{Err: wsa.WSAENOTSOCK}}, []wsa.Return{{Socket: 8}}},
		{"under a descriptor that is free", nil, step{1, take(here), wsa.Return{Socket: 8}}, []wsa.Return{{Socket: 4}}},
		{"what was sent comes to either", []step{taken, sent}, step{4, recv, got}, []wsa.Return{{N: 2, Data: wsa.Bytes("xy")}}},
		{"it is nonblocking for both", []step{taken, {1, wsa.IoctlsocketCall{S: 4, Cmd: wsa.FIONBIO, Argp: ptr(uint32(1))}, ok}}, step{4, recv, wsa.Return{Err: wsa.WSAEWOULDBLOCK}}, nil},
		{"a closed descriptor is none", []step{taken, closed}, step{1, name, none}, []wsa.Return{bound}},
		{"the other one stays", []step{taken, closed}, step{4, name, bound}, []wsa.Return{none}},
		{"in the same process too", []step{doubled, closed}, step{1, wsa.GetsocknameCall{S: 8, Name: 16, Namelen: ptr(int32(16))}, bound}, []wsa.Return{none}},
		{"the descriptor may come again for another socket", []step{taken, closed, {1, udp4, wsa.Return{Socket: 4}}}, step{1, name, wsa.Return{Err: wsa.WSAEINVAL}}, []wsa.Return{bound}},
		{"which is not the one that is shared", []step{taken, closed, {1, udp4, wsa.Return{Socket: 4}}}, step{4, name, bound}, []wsa.Return{{Err: wsa.WSAEINVAL}}},
		{"the last one ends it", []step{taken, closed, {4, wsa.ClosesocketCall{S: 4}, ok}}, step{4, name, none}, []wsa.Return{bound}},
		{"WSACleanup closes those of its process", []step{taken, {1, wsa.WSACleanupCall{}, ok}}, step{4, name, bound}, []wsa.Return{none}},
		{"its address is free after the last", []step{taken, closed, {4, wsa.ClosesocketCall{S: 4}, ok}, {1, udp4, wsa.Return{Socket: 4}}}, step{1, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}, ok},
			[]wsa.Return{{Err: wsa.WSAEADDRINUSE}}},
		{"and not before", []step{taken, closed, {1, udp4, wsa.Return{Socket: 4}}}, step{1, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.1:53")}, wsa.Return{Err: wsa.WSAEADDRINUSE}}, []wsa.Return{ok}},
	} {
		judge := func(ret wsa.Return) *Violation {
			p := play(t, s.State)
			for _, x := range story.path {
				p.call(x.tid, x.call)
				if v := p.returned(x.tid, x.ret); v != nil {
					t.Fatalf("%s: %v", story.name, v)
				}
			}
			p.call(story.last.tid, story.last.call)
			return p.returned(story.last.tid, ret)
		}
		if v := judge(story.last.ret); v != nil {
			t.Errorf("%s: %v", story.name, v)
		}
		for _, ret := range story.bad {
			if judge(ret) == nil {
				t.Errorf("%s: %+v conforms", story.name, ret)
			}
		}
	}
}

// TestGroupsOfSockets: what groups allow and what they do not, as far as sources say,
// in a trace of a whole world and in one that others may be missing from.
func TestGroupsOfSockets(t *testing.T) {
	to, near, away := sockaddr("10.0.0.2:80"), sockaddr("10.0.0.2:81"), sockaddr("10.0.0.4:80")
	get := func(h wsa.SOCKET, name int32) wsa.Call {
		return wsa.GetsockoptCall{S: h, Level: wsa.SOL_SOCKET, Optname: name, Optval: 4, Optlen: ptr(int32(4))}
	}
	number := func(n uint32) wsa.Return {
		size := int64(4)
		return wsa.Return{Data: word(n), Len: &size}
	}
	fails := wsa.Return{Err: wsa.WSAEINVAL}
	// Two members of a constrained group, 4 and 8, of which the first is connected; 12 is
	// in another group, whose number nobody has asked for.
	s := begin(beginAt(1, 3, 4), 1, inGroup(wsa.SOCK_STREAM, wsa.SG_CONSTRAINED_GROUP), groupOf(4), inGroup(wsa.SOCK_STREAM, 3), wsa.ConnectCall{S: 4, Name: to})
	named := begin(s, 1, inGroup(wsa.SOCK_STREAM, wsa.SG_UNCONSTRAINED_GROUP))
	over := begin(s, 1, wsa.ClosesocketCall{S: 4})
	for _, story := range []struct {
		name      string
		state     State
		tid       int
		call      wsa.Call
		good, bad []wsa.Return
	}{
		{"elsewhere", s.State, 1, wsa.ConnectCall{S: 8, Name: away}, []wsa.Return{fails}, []wsa.Return{{}, {Err: wsa.WSAEWOULDBLOCK}, {Err: wsa.WSAECONNREFUSED}}},
		{"another port", s.State, 1, wsa.ConnectCall{S: 8, Name: near}, []wsa.Return{fails, {}, {Err: wsa.WSAECONNREFUSED}}, nil},
		{"the same", s.State, 1, wsa.ConnectCall{S: 8, Name: to}, []wsa.Return{{}}, []wsa.Return{fails}},
		{"where nobody is any more", over.State, 1, wsa.ConnectCall{S: 8, Name: away}, []wsa.Return{fails, {}}, nil},
		{"the number of another", named.State, 1, groupOf(12), []wsa.Return{number(4), number(1)}, []wsa.Return{number(3), number(0), {Err: wsa.WSAENOPROTOOPT}}},
		{"a member's number", s.State, 1, groupOf(8), []wsa.Return{number(3)}, []wsa.Return{number(4), number(0)}},
		{"joins by a number that may be the other's", named.State.Whole(), 1, inGroup(wsa.SOCK_DGRAM, 9), []wsa.Return{{Socket: 40}, fails}, []wsa.Return{{Err: wsa.WSAEACCES}}},
		{"joins what is not there", s.State.Whole(), 1, inGroup(wsa.SOCK_STREAM, 9), []wsa.Return{fails}, []wsa.Return{{Socket: 40}}},
		{"joins what others may have made", s.State, 1, inGroup(wsa.SOCK_STREAM, 9), []wsa.Return{fails, {Socket: 40}}, nil},
		{"a datagram socket joins", s.State, 1, inGroup(wsa.SOCK_DGRAM, 3), []wsa.Return{fails, {Err: wsa.WSAEPROTOTYPE}}, []wsa.Return{{Socket: 40}}},
		{"another process joins", s.State.Whole(), 4, inGroup(wsa.SOCK_STREAM, 3), []wsa.Return{fails, {Socket: 40}}, nil},
		{"another host joins", s.State.Whole(), 3, inGroup(wsa.SOCK_STREAM, 3), []wsa.Return{fails}, []wsa.Return{{Socket: 40}}},
		{"its priority", s.State, 1, get(8, wsa.SO_GROUP_PRIORITY), []wsa.Return{number(0)}, []wsa.Return{number(1), {Err: wsa.WSAENOPROTOOPT}}},
	} {
		for i, ret := range append(story.good, story.bad...) {
			allowed := slices.ContainsFunc(Step(story.state, story.tid, story.call), func(o Outcome) bool {
				_, ok := o.Apply(ret)
				return ok && o.Kind != Blocks
			})
			if allowed != (i < len(story.good)) {
				t.Errorf("%s: %v: allowed is %v", story.name, ret, allowed)
			}
		}
	}
}

// TestGhostsAreForgotten: a group of which it is not known whether it is there is
// remembered, but not without end.
func TestGhostsAreForgotten(t *testing.T) {
	s := beginAt(1).State.Whole()
	for range maxGhosts + 2 {
		s = after(s, 1, inGroup(wsa.SOCK_STREAM, wsa.SG_UNCONSTRAINED_GROUP))
		w := s.world().edit()
		w.haunt(w.socketAt(1, 4).group)
		s = after(State{w}, 1, wsa.ClosesocketCall{S: 4})
	}
	if n := s.world().groups.n; n != maxGhosts || !s.world().groupsLost {
		t.Errorf("%d ghosts; wanted %d, and to know that some are lost", n, maxGhosts)
	}
	if outs := Step(s, 1, inGroup(wsa.SOCK_STREAM, 9)); !slices.ContainsFunc(outs, func(o Outcome) bool { return o.Kind == Success }) {
		t.Errorf("a group that may be there cannot be joined: %v", outs)
	}
}
