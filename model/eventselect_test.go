package model

import (
	"testing"

	"wsasim/wsa"
)

// TestNetworkEvents tells stories of one connection whose accepted end, socket 8 of
// thread 3, sets event 12. Each ends with a call and what it may or may not give.
func TestNetworkEvents(t *testing.T) {
	const read, write, hangup = wsa.FD_READ, wsa.FD_WRITE, wsa.FD_CLOSE
	wait := wsa.WSAWaitForMultipleEventsCall{Events: []wsa.HANDLE{12}}
	set, unset := wsa.Return{}, wsa.Return{N: int64(wsa.WSA_WAIT_TIMEOUT)}
	enum := func(event wsa.HANDLE) wsa.Call { return wsa.WSAEnumNetworkEventsCall{S: 8, EventObject: event} }
	told := func(bits int32) wsa.Return { return wsa.Return{NetworkEvents: &wsa.NetworkEvents{NetworkEvents: bits}} }
	type step struct {
		tid  int
		call wsa.Call
		ret  wsa.Return
	}
	sends := step{1, wsa.SendCall{S: 4, Buf: wsa.Bytes("abc")}, wsa.Return{N: 3}}
	takes := step{3, wsa.RecvCall{S: 8, Buf: 1}, wsa.Return{N: 1, Data: wsa.Bytes("a")}}
	ends := step{1, wsa.ShutdownCall{S: 4, How: wsa.SD_SEND}, wsa.Return{}}
	for _, story := range []struct {
		name string
		path []step
		last wsa.Call
		good []wsa.Return
		bad  []wsa.Return
	}{
		{"a connection can send", nil, wait, []wsa.Return{set}, []wsa.Return{unset}},
		{"what was enumerated is over, and the event reset", []step{{3, enum(12), told(write)}}, wait, []wsa.Return{unset}, []wsa.Return{set}},
		{"without the event it stays set", []step{{3, enum(0), told(write)}}, wait, []wsa.Return{set}, []wsa.Return{unset}},
		{"FD_WRITE is told once", []step{{3, enum(0), told(write)}}, enum(0), []wsa.Return{told(0)}, []wsa.Return{told(write)}},
		{"data sets the event", []step{{3, enum(12), told(write)}, sends}, wait, []wsa.Return{set}, []wsa.Return{unset}},
		{"data is told", []step{sends}, enum(0), []wsa.Return{told(read | write)}, []wsa.Return{told(write), told(read), told(read | write | hangup)}},
		{"data is told once", []step{sends, {3, enum(12), told(read | write)}}, enum(0), []wsa.Return{told(0)}, []wsa.Return{told(read)}},
		{"a receive that leaves some tells it again", []step{sends, {3, enum(12), told(read | write)}, takes}, enum(0), []wsa.Return{told(read)}, []wsa.Return{told(0)}},
		{"and sets the event again", []step{sends, {3, enum(12), told(read | write)}, takes}, wait, []wsa.Return{set}, []wsa.Return{unset}},
		{"more data may be told again", []step{sends, {3, enum(12), told(read | write)}, sends}, enum(0), []wsa.Return{told(0), told(read)}, []wsa.Return{told(hangup)}},
		{"the end is told", []step{ends}, enum(0), []wsa.Return{told(write | hangup)}, []wsa.Return{told(write), told(write | read | hangup)}},
		{"the end is told once", []step{ends, {3, enum(12), told(write | hangup)}}, enum(0), []wsa.Return{told(0)}, []wsa.Return{told(hangup)}},
		{"a new selection tells nothing again", []step{{3, enum(12), told(write)}, {3, wsa.WSAEventSelectCall{S: 8, EventObject: 12, NetworkEvents: write}, wsa.Return{}}}, wait,
			[]wsa.Return{unset}, []wsa.Return{set}},
	} {
		s := talkStart()
		s = begin(s, 3, wsa.WSACreateEventCall{})
		start := after(s.State.Whole(), 3, wsa.WSAEventSelectCall{S: 8, EventObject: 12, NetworkEvents: wsa.FD_ALL_EVENTS})
		judge := func(ret wsa.Return) *Violation {
			p := play(t, start)
			for _, x := range story.path {
				p.call(x.tid, x.call)
				if v := p.returned(x.tid, x.ret); v != nil {
					t.Fatalf("%s: %v", story.name, v)
				}
			}
			p.call(3, story.last)
			return p.returned(3, ret)
		}
		for _, ret := range story.good {
			if v := judge(ret); v != nil {
				t.Errorf("%s: %v", story.name, v)
			}
		}
		for _, ret := range story.bad {
			if judge(ret) == nil {
				t.Errorf("%s: %+v conforms", story.name, ret)
			}
		}
	}
}
