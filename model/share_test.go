package model

import (
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
