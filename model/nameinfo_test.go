package model

import (
	"testing"

	"wsasim/wsa"
)

// TestNamesOfLoopback: a host knows the name of its loopback addresses; of the
// others of 127.0.0.0/8 it may ask a server, which may fail.
func TestNamesOfLoopback(t *testing.T) {
	for _, test := range []struct {
		addr  string
		fails bool
	}{{"127.0.0.1:80", false}, {"127.0.0.2:80", true}, {"10.0.0.1:80", false}, {"10.0.0.77:80", true}} {
		p := play(t, namesStart().State.DoubtLookups("client", "", wsa.WSANO_RECOVERY))
		if v := p.call(1, wsa.GetNameInfoCall{Sockaddr: sockaddr(test.addr), Node: 1025, Service: wsa.NULL}); v != nil {
			t.Fatal(v)
		}
		if v := p.returned(1, wsa.Return{Err: wsa.WSANO_RECOVERY}); (v == nil) != test.fails {
			t.Errorf("%s: a lookup that fails: %v", test.addr, v)
		}
	}
}
