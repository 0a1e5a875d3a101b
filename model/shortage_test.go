package model

import (
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// allows reports whether the call may fail with the code now.
func allows(s State, c wsa.Call, e wsa.Errno) bool {
	for _, o := range Step(s, 1, c) {
		if _, ok := o.Apply(wsa.Return{Err: e}); o.Kind == Failure && ok {
			return true
		}
	}
	return false
}

// TestShortages: where everything is in the trace, a call may fail for want of
// something only when its process or host lacks it, and only if its page lists
// the code; elsewhere at any time.
func TestShortages(t *testing.T) {
	s := begin(beginAt(1), 1, tcp4).State
	getsockopt := wsa.GetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_TYPE, Optval: 4, Optlen: ptr(int32(4))}
	bind := wsa.BindCall{S: 4, Name: sockaddr("0.0.0.0:80")}
	secure := wsa.WSASetSocketSecurityCall{S: 4}
	for _, x := range []struct {
		host string
		pid  int
		lack rules.ID
		call wsa.Call
		code wsa.Errno
		may  bool
	}{
		{"client", 1, rules.RESNobufs, bind, wsa.WSAENOBUFS, true},
		{"client", 0, rules.RESNobufs, bind, wsa.WSAENOBUFS, true},
		{"client", 3, rules.RESNobufs, bind, wsa.WSAENOBUFS, false},
		{"server", 0, rules.NETDown, bind, wsa.WSAENETDOWN, false},
		{"client", 0, rules.NETDown, bind, wsa.WSAENETDOWN, true},
		{"client", 1, rules.RESNobufs, getsockopt, wsa.WSAENOBUFS, false},
		{"client", 1, rules.NETDown, getsockopt, wsa.WSAENETDOWN, true},
		{"client", 1, rules.NETDown, secure, wsa.WSAENETDOWN, false},
		{"client", 1, rules.RESMfile, tcp4, wsa.WSAEMFILE, true},
		{"client", 1, rules.RESTasks, wsa.WSAStartupCall{Version: 0x202}, wsa.WSAEPROCLIM, true},
		{"client", 1, rules.RESMemory, bind, wsa.WSA_NOT_ENOUGH_MEMORY, false},
	} {
		if !allows(s, x.call, x.code) && x.code != wsa.WSAEPROCLIM {
			t.Errorf("%s %v is not allowed at any time", x.call.Op(), x.code)
		}
		if allows(s.Whole(), x.call, x.code) && x.code != wsa.WSAENOBUFS {
			t.Errorf("%s %v is allowed and nothing is lacking", x.call.Op(), x.code)
		}
		lacking, ok := s.Whole().Lack(x.host, x.pid, []rules.ID{x.lack})
		if !ok {
			t.Fatalf("%s %d is not there", x.host, x.pid)
		}
		if got := allows(lacking, x.call, x.code); got != x.may {
			t.Errorf("%s %d lacks %s: %s %v allowed %v, wanted %v", x.host, x.pid, x.lack, x.call.Op(), x.code, got, x.may)
		}
		if back, _ := lacking.Lack(x.host, x.pid, nil); back.Key() != s.Whole().Key() {
			t.Errorf("%s: having it again is not the state before", x.lack)
		}
	}
	if _, ok := s.Lack("nobody", 0, nil); ok {
		t.Error("a host that is not there lacks something")
	}
}
