package fuzz_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wsasim/fuzz"
	"wsasim/model/rules"
	"wsasim/wsa"
)

// TestPings drives worlds in which administrators ping.
func TestPings(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := fuzz.Pings(rt, fuzz.DrawSetup(rt))
		m.Close()
		report(rt, t.Name(), m)
	})
}

// rawFaults are wrong answers of receives on raw sockets, and the rules that
// they may break.
var rawFaults = []struct {
	fuzz.Fault
	breaks []rules.ID
}{
	{fuzz.Fault{Name: "the IP header is missing", Ops: []string{"recvfrom"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || len(r.Data) < 28 || r.Data[0] != 0x45 {
			return false
		}
		r.Data, r.N = r.Data[20:], r.N-20
		return true
	}}, []rules.ID{rules.RAWHeader}},
	{fuzz.Fault{Name: "a byte of the data is another", Ops: []string{"recvfrom"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || len(r.Data) < 29 || r.Data[0] != 0x45 {
			return false
		}
		r.Data[len(r.Data)-1] ^= 1
		return true
	}}, []rules.ID{rules.RAWChecksum}},
	{fuzz.Fault{Name: "an echo that nobody sent", Ops: []string{"recvfrom"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || len(r.Data) < 8 || r.Data[0] != 129 {
			return false
		}
		r.Data[4] ^= 0x80
		return true
	}}, []rules.ID{rules.RAWEcho}},
}

// TestRawFaultsAreFound: the specification notices when what a raw socket
// receives is wrong.
func TestRawFaultsAreFound(t *testing.T) {
	for _, f := range rawFaults {
		t.Run(f.Name, func(t *testing.T) {
			for seed := range 300 {
				m := rapid.Custom(func(t *rapid.T) *fuzz.Machine {
					s := fuzz.DrawSetup(t)
					s.Fault = &f.Fault
					return fuzz.Pings(t, s)
				}).Example(seed + 1)
				m.Close()
				if v := m.Violation; v != nil {
					if !slices.ContainsFunc(f.breaks, func(id rules.ID) bool { return slices.Contains(v.Violated, id) }) {
						t.Errorf("found something else: %v", v)
					}
					return
				}
			}
			t.Error("not found")
		})
	}
}
