package model

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// said is talkStart with bytes sent by the client and some of them read.
func said(text string, read int) State {
	s := after(talkStart().State, 1, wsa.SendCall{S: 4, Buf: wsa.Bytes(text)})
	if read == 0 {
		return s
	}
	return apply(s, 3, wsa.RecvCall{S: 8, Buf: 100}, wsa.Return{N: int64(read), Data: wsa.Bytes(text[:read])})
}

// apply is the state after a return that must conform.
func apply(s State, tid int, c wsa.Call, ret wsa.Return) State {
	for _, o := range outcomes(s, tid, c, true, nil) {
		if o.Kind == Blocks {
			continue
		}
		if next, ok := o.Apply(ret); ok {
			return next
		}
	}
	panic("model: a test's return does not conform")
}

func bytesOf(text string) wsa.Return {
	return wsa.Return{N: int64(len(text)), Data: wsa.Bytes(text)}
}

// TestStreamCanaries: each wrong way to receive from a stream is noticed, and
// the right ones pass.
func TestStreamCanaries(t *testing.T) {
	recv := wsa.RecvCall{S: 8, Buf: 100}
	peek := wsa.RecvCall{S: 8, Buf: 100, Flags: wsa.MSG_PEEK}
	nread := wsa.IoctlsocketCall{S: 8, Cmd: wsa.FIONREAD, Argp: ptr(uint32(0))}
	shut := func(s State) State { return after(s, 1, wsa.ShutdownCall{S: 4, How: wsa.SD_SEND}) }
	count := func(n uint32) wsa.Return { return wsa.Return{Count: &n} }
	waiting := Wait(said("abc", 3), 1, wsa.SendCall{S: 4, Buf: wsa.Bytes("xyz")})[0]
	closing := Wait(said("abc", 3), 1, wsa.ShutdownCall{S: 4, How: wsa.SD_BOTH})[0]
	twice := after(said("abc", 3), 1, wsa.SendCall{S: 4, Buf: wsa.Bytes("def")})
	peeked := apply(said("abcdef", 3), 3, peek, bytesOf("def"))
	died := talkStart().EndThread(1).EndThread(2)
	for _, c := range []struct {
		name string
		s    State
		call wsa.Call
		ret  wsa.Return
		rule rules.ID
	}{
		{"all", said("abcdef", 0), recv, bytesOf("abcdef"), ""},
		{"a part", said("abcdef", 0), recv, bytesOf("ab"), ""},
		{"the rest", said("abcdef", 2), recv, bytesOf("cdef"), ""},
		{"two sends at once", after(said("abc", 0), 1, wsa.SendCall{S: 4, Buf: wsa.Bytes("def")}), recv, bytesOf("abcdef"), ""},
		{"across two sends", after(said("abc", 2), 1, wsa.SendCall{S: 4, Buf: wsa.Bytes("def")}), recv, bytesOf("cde"), ""},
		{"after a peek", peeked, recv, bytesOf("def"), ""},
		{"a peek", said("abcdef", 3), peek, bytesOf("de"), ""},
		{"the end", shut(said("abc", 3)), recv, bytesOf(""), ""},
		{"the end of a process", died, recv, bytesOf(""), ""},
		{"what is being sent", waiting, recv, bytesOf("xyz"), ""},
		{"the end that is being made", closing, recv, bytesOf(""), ""},
		{"how much waits", said("abcdef", 2), nread, count(4), ""},
		{"how much waits, with what is under way", said("abcdef", 2), nread, count(1), ""},
		{"bytes swapped", said("abcdef", 0), recv, bytesOf("abdcef"), rules.RECVContent},
		{"a byte changed", said("abcdef", 0), recv, bytesOf("abXdef"), rules.RECVContent},
		{"the beginning lost", said("abcdef", 0), recv, bytesOf("def"), rules.RECVOrder},
		{"the middle lost", said("abcdef", 0), recv, bytesOf("abef"), rules.RECVOrder},
		{"read twice", said("abcdef", 3), recv, bytesOf("abc"), rules.RECVOrder},
		{"read twice, later", twice, recv, bytesOf("abcdef"), rules.RECVOrder},
		{"repeated at once", said("abc", 0), recv, bytesOf("abcabc"), rules.RECVOrder},
		{"nothing was left", said("abc", 3), recv, bytesOf("c"), rules.RECVOrder},
		{"the other way round", said("abc", 0), recv, bytesOf("cba"), rules.RECVContent},
		{"a peek that skips", said("abcdef", 0), peek, bytesOf("cd"), rules.RECVOrder},
		{"0 without an end", said("abc", 3), recv, bytesOf(""), rules.RECVGraceful},
		{"0 before all was read", shut(said("abc", 2)), recv, bytesOf(""), rules.RECVGraceful},
		{"other than what is being sent", waiting, recv, bytesOf("xyy"), rules.RECVOrder},
		{"more waits than was sent", said("abcdef", 2), nread, count(5), rules.IOCTLNread},
	} {
		if got := judged(t, c.s, 3, c.call, c.ret); got != c.rule {
			t.Errorf("%s: %q, expected %q", c.name, got, c.rule)
		}
	}
	// What the server sent is not what the client sent.
	if got := judged(t, said("abc", 0), 1, wsa.RecvCall{S: 4, Buf: 100}, bytesOf("abc")); got != rules.RECVOrder {
		t.Errorf("an echo that nobody made: %q", got)
	}
}

// TestOneOfSeveralPeers: while several ends may be the other one, any of them
// explains what arrives; the first that alone does is the one from then on.
func TestOneOfSeveralPeers(t *testing.T) {
	s := begin(beginAt(1, 3, 4), 3, tcp4, wsa.BindCall{S: 4, Name: sockaddr("10.0.0.2:80")}, wsa.ListenCall{S: 4}).State.Whole()
	for _, tid := range []int{1, 4} {
		s = after(s, tid, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})
	}
	s = after(s, 3, wsa.AcceptCall{S: 4, Addr: wsa.NULL})
	s = after(s, 1, wsa.SendCall{S: 4, Buf: wsa.Bytes("one and more")})
	s = after(s, 4, wsa.SendCall{S: 4, Buf: wsa.Bytes("two and more")})
	recv := wsa.RecvCall{S: 8, Buf: 100}
	for _, text := range []string{"one", "two"} {
		next := apply(s, 3, recv, bytesOf(text))
		if got := judged(t, next, 3, recv, bytesOf(" and more")); got != "" {
			t.Errorf("after %q: %s", text, got)
		}
	}
	if got := judged(t, s, 3, recv, bytesOf("three")); got != rules.RECVContent {
		t.Errorf("a third: %q", got)
	}
	after1 := apply(s, 3, recv, bytesOf("one"))
	if c := after1.world().conns.get(after1.world().sockets.get(sockKey(2, 8)).conn); c.mate == 0 {
		t.Error("the other end is not known after a receive that only one explains")
	}
}

// TestPairsAreForgotten: what two ends leave behind when both are closed is
// nothing, and what was read is not kept.
func TestPairsAreForgotten(t *testing.T) {
	s := talkStart().State
	big := bytes.Repeat([]byte("0123456789"), 1000)
	for range 20 {
		s = after(s, 1, wsa.SendCall{S: 4, Buf: big})
		s = apply(s, 3, wsa.RecvCall{S: 8, Buf: 10000}, bytesOf(string(big)))
	}
	if n := s.world().unread; n > 2*uint64(len(big)) {
		t.Errorf("%d bytes are kept", n)
	}
	s = after(s, 1, wsa.ClosesocketCall{S: 4})
	s = after(s, 3, wsa.ClosesocketCall{S: 8})
	if w := s.world(); w.conns.n != 0 || w.unread != 0 {
		t.Errorf("%d ends and %d bytes are left", w.conns.n, w.unread)
	}
}

// TestStreamsAgainstAQueue drives a connection by random sends and receives
// and compares with a queue: what a queue gives conforms, anything else does not.
func TestStreamsAgainstAQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, queue := talkStart().State, []byte(nil)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "send") {
				data := rapid.SliceOfN(rapid.ByteRange('a', 'd'), 1, 5).Draw(t, "data")
				s = after(s, 1, wsa.SendCall{S: 4, Buf: data})
				queue = append(queue, data...)
				continue
			}
			data := rapid.SliceOfN(rapid.ByteRange('a', 'd'), 1, 3).Draw(t, "received")
			if rapid.Bool().Draw(t, "right") && len(queue) > 0 {
				data = queue[:1+rapid.IntRange(0, len(queue)-1).Draw(t, "how much")]
			}
			next, found := State{}, false
			for _, o := range outcomes(s, 3, wsa.RecvCall{S: 8, Buf: 1000}, true, nil) {
				if o.Kind == Success {
					if n, ok := o.Apply(bytesOf(string(data))); ok {
						next, found = n, true
					}
				}
			}
			if right := bytes.HasPrefix(queue, data); found != right {
				t.Fatalf("%q of %q: allowed %v", data, queue, found)
			}
			if found {
				s, queue = next, queue[len(data):]
			}
		}
	})
}

// TestEndsAreBounded: with too many ends, those that are not remembered are
// not judged, and those that are go on being.
func TestEndsAreBounded(t *testing.T) {
	s := talkStart().State
	n := s.world().edit()
	k := sockKey(2, 4)
	for range maxConns {
		n.openConn(k, true)
		n.tear(n.numbers)
	}
	full := State{n}
	if len(full.Untracked()) != 1 || n.conns.n != maxConns {
		t.Fatalf("%d ends, untracked: %v", n.conns.n, full.Untracked())
	}
	full = after(full, 1, wsa.SendCall{S: 4, Buf: wsa.Bytes("abc")})
	if got := judged(t, full, 3, wsa.RecvCall{S: 8, Buf: 9}, bytesOf("xyz")); got != "" {
		t.Errorf("an end whose other is not known breaks %s", got)
	}
	known := apply(said("abc", 1), 3, wsa.RecvCall{S: 8, Buf: 9}, bytesOf("b"))
	n = known.world().edit()
	n.setFlag(&n.connsLost)
	if got := judged(t, State{n}, 3, wsa.RecvCall{S: 8, Buf: 9}, bytesOf("x")); got != rules.RECVContent {
		t.Errorf("an end whose other is known: %q", got)
	}
}
