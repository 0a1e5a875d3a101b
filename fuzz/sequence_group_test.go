package fuzz_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wsasim/fuzz"
	"wsasim/model/rules"
	"wsasim/wsa"
)

// TestGroups drives worlds in which sockets form groups.
func TestGroups(t *testing.T) {
	reached := make(map[rules.ID]int)
	rapid.Check(t, func(rt *rapid.T) {
		m := fuzz.Groups(rt, fuzz.DrawSetup(rt))
		m.Close()
		for id, n := range m.Checker().Rules() {
			reached[id] += n
		}
		report(rt, t.Name(), m)
	})
	for _, id := range []rules.ID{
		rules.SOCKGroup, rules.SOCKGroupNew, rules.SOCKGroupJoin, rules.SOCKGroupKind, rules.CONNGroup, rules.WSAACCEPTGroup, rules.OPTGroupNumber, rules.OPTGroupPriority,
	} {
		if reached[id] == 0 {
			t.Errorf("no call has met %s", id)
		}
	}
}

// groupFaults are wrong answers about groups of sockets, and the rules that they break.
var groupFaults = []struct {
	fuzz.Fault
	breaks []rules.ID
}{
	{fuzz.Fault{Name: "a socket may be connected elsewhere than its group", Ops: []string{"WSAConnect"}, From: wsa.WSAEINVAL, To: wsa.WSAECONNREFUSED},
		[]rules.ID{rules.CONNGroup}},
	{fuzz.Fault{Name: "the number of a group is one too high", Ops: []string{"getsockopt"}, Change: groupOption(wsa.SO_GROUP_ID)},
		[]rules.ID{rules.OPTGroupNumber, rules.SOCKGroup, rules.SOCKGroupJoin}},
	{fuzz.Fault{Name: "the priority in a group is one too high", Ops: []string{"getsockopt"}, Change: groupOption(wsa.SO_GROUP_PRIORITY)},
		[]rules.ID{rules.OPTKnown}},
	{fuzz.Fault{Name: "a socket without group has a priority", Ops: []string{"setsockopt"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		if c.(wsa.SetsockoptCall).Optname != wsa.SO_GROUP_PRIORITY || r.Err != wsa.WSAENOPROTOOPT {
			return false
		}
		r.Err = 0
		return true
	}}, []rules.ID{rules.OPTGroupPriority}},
	{fuzz.Fault{Name: "a group that is not there is another error", Ops: []string{"WSASocket"}, Change: func(c wsa.Call, r *wsa.Return) bool {
		if c.(wsa.WSASocketCall).Group <= wsa.SG_CONSTRAINED_GROUP || r.Err != wsa.WSAEINVAL {
			return false
		}
		r.Err = wsa.WSAEACCES
		return true
	}}, []rules.ID{rules.SOCKGroup, rules.SOCKGroupJoin}},
	{fuzz.Fault{Name: "a group that suits is refused", Ops: []string{"WSAAccept"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Group != wsa.SG_UNCONSTRAINED_GROUP || r.Err != 0 {
			return false
		}
		r.Err, r.Socket = wsa.WSAEINVAL, 0
		return true
	}}, []rules.ID{rules.WSAACCEPTGroup}},
}

// groupOption makes the value of an option one too high.
func groupOption(name int32) func(wsa.Call, *wsa.Return) bool {
	return func(c wsa.Call, r *wsa.Return) bool {
		g := c.(wsa.GetsockoptCall)
		if r.Err != 0 || g.Level != wsa.SOL_SOCKET || g.Optname != name || len(r.Data) == 0 {
			return false
		}
		r.Data[0]++
		return true
	}
}

// TestGroupFaultsAreFound: the specification notices when what is said of a group is
// wrong.
func TestGroupFaultsAreFound(t *testing.T) {
	for _, f := range groupFaults {
		t.Run(f.Name, func(t *testing.T) {
			calls := 0
			for seed := 1; calls < withinCalls; seed++ {
				m := rapid.Custom(func(t *rapid.T) *fuzz.Machine {
					s := fuzz.DrawSetup(t)
					s.Fault = &f.Fault
					return fuzz.Groups(t, s)
				}).Example(seed)
				m.Close()
				calls += m.Calls
				if v := m.Violation; v != nil {
					if !slices.ContainsFunc(f.breaks, func(id rules.ID) bool { return slices.Contains(v.Violated, id) }) {
						t.Errorf("found something else: %v", v)
					}
					t.Logf("found after %d calls", calls)
					return
				}
			}
			t.Error("not found")
		})
	}
}
