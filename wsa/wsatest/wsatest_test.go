package wsatest

import (
	"slices"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
)

// TestEveryFactIsAccountedFor: each observed fact is a test or has a reason why
// it is not, and nothing else is.
func TestEveryFactIsAccountedFor(t *testing.T) {
	reasons := make(map[string]string)
	for _, r := range NotShown() {
		if r.Text == "" {
			t.Errorf("%v: no reason", r.IDs)
		}
		for _, id := range r.IDs {
			if reasons[id] != "" {
				t.Errorf("%s has two reasons", id)
			}
			reasons[id] = r.Text
		}
	}
	tests := factTests()
	known := make(map[string]bool)
	for _, o := range Observed() {
		if known[o.ID] {
			t.Errorf("%s stands twice in the list of observed facts", o.ID)
		}
		known[o.ID] = true
		if o.Mark&(OnWindows|WineDiffers) == 0 {
			t.Errorf("%s has no mark", o.ID)
		}
		if (tests[o.ID] != nil) == (reasons[o.ID] != "") {
			t.Errorf("%s: test %v, reason %q; wanted one of the two", o.ID, tests[o.ID] != nil, reasons[o.ID])
		}
	}
	if len(known) != 356 {
		t.Errorf("%d observed facts; wanted 356", len(known))
	}
	for id := range tests {
		if !known[id] {
			t.Errorf("%s has a test and is no observed fact", id)
		}
	}
	for id := range reasons {
		if !known[id] {
			t.Errorf("%s has a reason and is no observed fact", id)
		}
	}
}

// structured are the options whose values are no numbers, or that exist on raw
// sockets, connections or members of groups alone: they have tests of their own.
var structured = []option{
	{wsa.SOL_SOCKET, wsa.SO_LINGER}, {wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOA}, {wsa.SOL_SOCKET, wsa.SO_PROTOCOL_INFOW}, {wsa.SOL_SOCKET, wsa.SO_BSP_STATE},
	{wsa.SOL_SOCKET, wsa.SO_UPDATE_ACCEPT_CONTEXT}, {wsa.SOL_SOCKET, wsa.SO_UPDATE_CONNECT_CONTEXT}, {wsa.SOL_SOCKET, wsa.SO_MAX_MSG_SIZE},
	{wsa.SOL_SOCKET, wsa.SO_MAXDG}, {wsa.SOL_SOCKET, wsa.SO_MAXPATHDG}, {wsa.SOL_SOCKET, wsa.SO_GROUP_ID}, {wsa.SOL_SOCKET, wsa.SO_GROUP_PRIORITY},
	{wsa.IPPROTO_TCP, wsa.TCP_ICMP_ERROR_INFO}, {wsa.IPPROTO_TCP, wsa.TCP_MAXSEG},
	{wsa.IPPROTO_IP, wsa.IP_OPTIONS}, {wsa.IPPROTO_IP, wsa.IP_HDRINCL}, {wsa.IPPROTO_IPV6, wsa.IPV6_HDRINCL}, {wsa.IPPROTO_IP, wsa.IP_RTHDR},
	{wsa.IPPROTO_IP, wsa.IP_MTU}, {wsa.IPPROTO_IPV6, wsa.IPV6_MTU},
	{wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP}, {wsa.IPPROTO_IP, wsa.IP_DROP_MEMBERSHIP}, {wsa.IPPROTO_IP, wsa.IP_ADD_SOURCE_MEMBERSHIP},
	{wsa.IPPROTO_IP, wsa.IP_DROP_SOURCE_MEMBERSHIP}, {wsa.IPPROTO_IP, wsa.IP_BLOCK_SOURCE}, {wsa.IPPROTO_IP, wsa.IP_UNBLOCK_SOURCE},
	{wsa.IPPROTO_IP, wsa.IP_ADD_IFLIST}, {wsa.IPPROTO_IP, wsa.IP_DEL_IFLIST}, {wsa.IPPROTO_IP, wsa.IP_GET_IFLIST},
	{wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP}, {wsa.IPPROTO_IPV6, wsa.IPV6_DROP_MEMBERSHIP},
}

// TestOptionTableIsWhole: every option that the simulator has is a row of the
// table with its default, or one of those with tests of their own.
func TestOptionTableIsWhole(t *testing.T) {
	tabled := make(map[option]bool)
	for _, o := range documentedOptions() {
		tabled[o.option] = true
	}
	for _, o := range sim.Options() {
		if o.Status == "rejected" || o.Status == "not simulated" {
			continue
		}
		key := option{o.Level, o.Name}
		if tabled[key] == slices.Contains(structured, key) {
			t.Errorf("%v: in the table %v; wanted there or among the structured ones", o, tabled[key])
		}
	}
}

func TestTraps(t *testing.T) {
	var names []string
	for _, k := range Traps() {
		if (k.run != nil) == (k.Reason != "") || k.Thread == "" {
			t.Errorf("%s: test %v, reason %q, thread %q", k.Name, k.run != nil, k.Reason, k.Thread)
		}
		if slices.Contains(names, k.Name) {
			t.Errorf("%s stands twice in the list of traps", k.Name)
		}
		names = append(names, k.Name)
	}
	if len(names) != 18 {
		t.Errorf("%d traps; wanted 18", len(names))
	}
}

func TestNetsemFacts(t *testing.T) {
	var names []string
	for _, f := range NetsemFacts() {
		if (f.run != nil) == (f.Reason != "") || f.Where == "" {
			t.Errorf("%s: test %v, reason %q, where %q", f.Name, f.run != nil, f.Reason, f.Where)
		}
		if slices.Contains(names, f.Name) {
			t.Errorf("%s stands twice in the list", f.Name)
		}
		names = append(names, f.Name)
	}
	if len(names) != 49 {
		t.Errorf("%d facts; wanted 49", len(names))
	}
}

func TestMarks(t *testing.T) {
	for m, want := range map[Mark]string{OnWindows: "[W]", WineDiffers | Varies: "[T][V]", Documented: "[documented]", 0: ""} {
		if m.String() != want {
			t.Errorf("mark %d is %q; wanted %q", m, m, want)
		}
	}
	for k := Simulator; k <= Windows; k++ {
		if k.String() == "Kind?" {
			t.Errorf("kind %d has no name", k)
		}
	}
}
