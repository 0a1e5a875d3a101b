package fuzz_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wsasim/fuzz"
	"wsasim/model"
	"wsasim/model/rules"
	"wsasim/wsa"
)

// TestDiffSame: the simulator does what the simulator does.
func TestDiffSame(t *testing.T) {
	d := fuzz.Differ{A: fuzz.SimPlace(nil), B: fuzz.SimPlace(nil)}
	ops, shapes := make(map[string]bool), make(map[string]bool)
	for seed := 1; d.Calls < 10_000; seed++ {
		steps := fuzz.DrawSequence(seed, 60)
		if diff := d.Try(steps); diff != nil {
			t.Fatal(diff)
		}
		for i, s := range steps {
			ops[s.Call.Op()] = true
			shapeOf(shapes, steps[:i], s.Call, d.Last.Returns[i])
		}
	}
	if d.Lost > 0 || d.Hung > 0 {
		t.Errorf("%d sequences were lost and %d calls hung", d.Lost, d.Hung)
	}
	for _, shape := range []string{"an overlapped WSARecvMsg", "a routine alone", "a send with a routine alone", "a file", "reuse by TransmitFile", "reuse by DisconnectEx",
		"datagrams to a shared port", "a connection to a shared port"} {
		if !shapes[shape] {
			t.Errorf("nothing was drawn with %s", shape)
		}
	}
	for _, op := range []string{"socket", "bind", "listen", "accept", "connect", "send", "recv", "sendto", "recvfrom", "WSASend", "WSARecv", "WSASendTo", "WSARecvFrom",
		"getsockopt", "setsockopt", "ioctlsocket", "WSAIoctl", "getsockname", "getpeername", "shutdown", "closesocket", "select", "WSAGetLastError",
		"WSAPoll", "WSACreateEvent", "WSASetEvent", "WSAResetEvent", "WSACloseEvent", "WSAWaitForMultipleEvents", "WSAEventSelect", "WSAEnumNetworkEvents",
		"CreateIoCompletionPort", "GetQueuedCompletionStatus", "GetQueuedCompletionStatusEx", "PostQueuedCompletionStatus", "WSAGetOverlappedResult",
		"GetOverlappedResult", "CancelIo", "CancelIoEx", "AcceptEx", "ConnectEx", "WSAAccept", "WSASendDisconnect", "WSARecvDisconnect",
		"GetAddrInfo", "GetNameInfo", "inet_addr", "inet_ntoa", "getprotobyname", "getprotobynumber"} {
		if !ops[op] {
			t.Errorf("no call of %s was drawn", op)
		}
	}
}

// shapeOf notes what a step shows that succeeded or was started, after others.
func shapeOf(shapes map[string]bool, before []fuzz.DiffStep, c wsa.Call, r wsa.Return) {
	if r.Err != 0 && r.Err != wsa.WSA_IO_PENDING {
		return
	}
	shared := func(x wsa.SOCKET) bool {
		return slices.ContainsFunc(before, func(s fuzz.DiffStep) bool {
			b, ok := s.Call.(wsa.BindCall)
			return ok && b.S == x && b.Name[2]|b.Name[3] != 0 && slices.ContainsFunc(before, func(s fuzz.DiffStep) bool {
				o, ok := s.Call.(wsa.SetsockoptCall)
				return ok && o.S == x && o.Level == wsa.SOL_SOCKET && o.Optname == wsa.SO_REUSEADDR
			})
		})
	}
	switch c := c.(type) {
	case wsa.WSARecvMsgCall:
		shapes["an overlapped WSARecvMsg"] = shapes["an overlapped WSARecvMsg"] || c.Overlapped != 0
		shapes["a routine alone"] = shapes["a routine alone"] || c.Routine && c.Overlapped == 0
	case wsa.TransmitFileCall:
		shapes["a file"] = shapes["a file"] || c.File != 0
		shapes["reuse by TransmitFile"] = shapes["reuse by TransmitFile"] || c.Flags&wsa.TF_REUSE_SOCKET != 0
	case wsa.DisconnectExCall:
		shapes["reuse by DisconnectEx"] = shapes["reuse by DisconnectEx"] || c.Flags&wsa.TF_REUSE_SOCKET != 0
	case wsa.WSASendCall:
		shapes["a send with a routine alone"] = shapes["a send with a routine alone"] || c.Routine && c.Overlapped == 0
	case wsa.RecvfromCall:
		shapes["datagrams to a shared port"] = shapes["datagrams to a shared port"] || shared(c.S)
	case wsa.AcceptCall:
		shapes["a connection to a shared port"] = shapes["a connection to a shared port"] || shared(c.S)
	}
}

// TestDiffEntriesOfPoll: entries of a WSAPoll that differ are explained one by one,
// each by a row; one at least by a row for what the whole is, and none not at all.
func TestDiffEntriesOfPoll(t *testing.T) {
	only := func(flag int16, allowed bool) func(*fuzz.Difference, wsa.Return, wsa.Return) bool {
		return func(d *fuzz.Difference, ours, theirs wsa.Return) bool {
			return len(ours.Revents) == 1 && ours.Revents[0]^theirs.Revents[0] == flag && (!allowed || d.Class == fuzz.BothAllowed)
		}
	}
	known := []fuzz.Known{
		{ID: "no end", On: "wine", Ops: []string{"WSAPoll"}, When: only(wsa.POLLHUP, false), Goes: true},
		{ID: "nothing to read", On: "wine", Ops: []string{"WSAPoll"}, When: only(wsa.POLLRDNORM, true), Goes: true},
	}
	steps := []fuzz.DiffStep{{Call: wsa.WSAPollCall{FDArray: []wsa.PollFD{{FD: 1}, {FD: 2}, {FD: 3}}}}}
	run := func(v *model.Violation, revents ...int16) *fuzz.DiffRun {
		return &fuzz.DiffRun{Returns: []wsa.Return{{N: 1, Revents: revents}}, Violations: []*model.Violation{v}, Hung: -1}
	}
	ours := run(nil, wsa.POLLHUP, wsa.POLLRDNORM, wsa.POLLWRNORM)
	outside := &model.Violation{Text: "not allowed"}
	for _, test := range []struct {
		name      string
		theirs    *fuzz.DiffRun
		explained bool
	}{
		{"each by its row", run(outside, 0, 0, wsa.POLLWRNORM), true},
		{"both allowed", run(nil, 0, 0, wsa.POLLWRNORM), true},
		{"one by no row", run(nil, 0, 0, 0), false},
		{"what is not allowed by a row for what is", run(outside, wsa.POLLHUP, 0, wsa.POLLWRNORM), false},
	} {
		d := fuzz.Differ{A: fuzz.SimPlace(nil), B: fuzz.TracePlace("trace", "wine"), Known: known}
		if diff := d.Compare(steps, ours, test.theirs); (diff == nil) != test.explained {
			t.Errorf("%s: %v", test.name, diff)
		}
	}
}

// baseFaults are bugs in base functions that a differential run must find.
var baseFaults = []string{
	"a socket may be bound twice", "an unbound socket may listen", "a connected socket may connect", "one byte too many is sent",
	"the local port is off by one", "an unconnected stream may be shut down", "a datagram that was cut is whole",
	"a closed descriptor is an invalid argument", "the type of a socket is another", "a protocol of another type is taken",
	"what waits is not seen by WSAPoll", "FD_CLOSE is lost", "any handle may be selected", "a packet is lost",
	"what still runs has succeeded", "nothing was cancelled with success", "AcceptEx needs no listener",
}

// TestDiffFindsFaults: each of the bugs is found soon, and what shows it is
// short, keeps in a file, and shows it again.
func TestDiffFindsFaults(t *testing.T) {
	for _, name := range baseFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken, err := fuzz.PlaceByName("broken:" + name)
			if err != nil {
				t.Fatal(err)
			}
			d := fuzz.Differ{A: fuzz.SimPlace(nil), B: broken, Known: fuzz.KnownDifferences()}
			for seed := 1; d.Calls < 5000; seed++ {
				steps := fuzz.DrawSequence(seed, 60)
				diff := d.Try(steps)
				if diff == nil {
					continue
				}
				if f := faultNamed(t, name); !f.Later && !slices.Contains(f.Ops, diff.Step.Call.Op()) {
					t.Fatalf("found something else: %v", diff)
				}
				short, again := d.Shrink(steps, diff)
				if again == nil || again.Sort() != diff.Sort() || len(short) > len(steps) || len(short) > 20 {
					t.Errorf("%d steps come to %d: %v", len(steps), len(short), again)
				}
				var b bytes.Buffer
				if err := fuzz.WriteDiffCase(&b, &fuzz.DiffCase{A: "sim", B: broken.Name(), Seed: 1, Steps: short}); err != nil {
					t.Fatal(err)
				}
				c, err := fuzz.ReadDiffCase(&b)
				if err != nil {
					t.Fatal(err)
				}
				if replayed := d.Try(c.Steps); replayed == nil || replayed.Sort() != diff.Sort() {
					t.Errorf("replayed it is %v", replayed)
				}
				t.Logf("found after %d calls, shown by %d", d.Calls, len(short))
				return
			}
			t.Errorf("not found in %d calls", d.Calls)
		})
	}
}

func faultNamed(t *testing.T, name string) fuzz.Fault {
	list := fuzz.Faults()
	i := slices.IndexFunc(list, func(f fuzz.Fault) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no fault %q", name)
	}
	return list[i]
}

// TestDiffClasses: whose fault a difference is, is told by the specification.
func TestDiffClasses(t *testing.T) {
	steps := []fuzz.DiffStep{{Makes: 1, Call: wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM}}, {Call: wsa.ListenCall{S: fuzz.SocketOf(1), Backlog: 1}}}
	broken, err := fuzz.PlaceByName("broken:an unbound socket may listen")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a, b fuzz.Place
		want fuzz.DiffClass
	}{
		{fuzz.SimPlace(nil), broken, fuzz.BOutside}, {broken, fuzz.SimPlace(nil), fuzz.AOutside}, {broken, broken, fuzz.BothOutside},
	} {
		d := fuzz.Differ{A: c.a, B: c.b}
		if diff := d.Try(steps); diff == nil || diff.Class != c.want || diff.Index != 1 {
			t.Errorf("%s against %s: %v; wanted %v", c.a.Name(), c.b.Name(), diff, c.want)
		}
	}
	for _, c := range fuzz.DiffClasses() {
		if s := c.String(); s == "" || strings.Contains(s, "unknown") {
			t.Errorf("class %d is %q", c, s)
		}
	}
}

// TestDiffExplained: a row of the table explains what it names, for the
// implementation that it names and no other.
func TestDiffExplained(t *testing.T) {
	steps := []fuzz.DiffStep{{Makes: 1, Call: wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM}}, {Call: wsa.ListenCall{S: fuzz.SocketOf(1), Backlog: 1}}}
	broken, err := fuzz.PlaceByName("broken:an unbound socket may listen")
	if err != nil {
		t.Fatal(err)
	}
	row := fuzz.Known{ID: "r", On: "sim", Ops: []string{"listen"}, Ours: []wsa.Errno{wsa.WSAEINVAL}, Theirs: []wsa.Errno{0}}
	d := fuzz.Differ{A: fuzz.SimPlace(nil), B: broken, Known: []fuzz.Known{row}}
	if diff := d.Try(steps); diff != nil || d.Explained["r"] != 1 {
		t.Errorf("not explained: %v, %v", diff, d.Explained)
	}
	d = fuzz.Differ{A: broken, B: fuzz.SimPlace(nil), Known: []fuzz.Known{{ID: "all", On: "sim"}}}
	if d.A.Run(steps, nil).Violations[1] == nil || d.Try(steps) != nil {
		t.Error("a row for the first of the two does not explain it")
	}
	row.On = "wine"
	d = fuzz.Differ{A: fuzz.SimPlace(nil), B: broken, Known: []fuzz.Known{row}}
	if d.Try(steps) == nil {
		t.Error("what Wine does explains the simulator")
	}
}

// TestKnownDifferences: each row has a reason and says who is right by which
// source.
func TestKnownDifferences(t *testing.T) {
	ids := make(map[string]bool)
	rule, fact := regexp.MustCompile(`\b[A-Z]+(-[A-Z0-9]+)+\b`), regexp.MustCompile(`observed [A-Z][A-Z0-9]*[0-9]`)
	for _, k := range fuzz.KnownDifferences() {
		if k.ID == "" || ids[k.ID] || k.Reason == "" || k.On == "" {
			t.Errorf("row %q is double or incomplete", k.ID)
		}
		ids[k.ID] = true
		known := fact.MatchString(k.Right) || strings.Contains(k.Right, "no source")
		for _, id := range rule.FindAllString(k.Right, -1) {
			if _, ok := rules.Lookup(rules.ID(id)); !ok {
				t.Errorf("row %q: %s is no rule", k.ID, id)
			}
			known = true
		}
		if !known {
			t.Errorf("row %q does not say who is right by which source: %q", k.ID, k.Right)
		}
		for _, op := range k.Ops {
			if !slices.Contains(wsa.Ops(), op) {
				t.Errorf("row %q: %s is no function", k.ID, op)
			}
		}
	}
}

// TestDrawnSequencesStay: nothing that is drawn leaves the machine, and none of
// it waits.
func TestDrawnSequencesStay(t *testing.T) {
	for seed := 1; seed < 60; seed++ {
		steps := fuzz.DrawSequence(seed, 60)
		if !fuzz.SafeSequence(steps) {
			t.Fatalf("seed %d: a sequence is not safe when it is looked at again", seed)
		}
		for _, s := range steps {
			var name wsa.Bytes
			switch c := s.Call.(type) {
			case wsa.BindCall:
				name = c.Name
			case wsa.ConnectCall:
				name = c.Name
			case wsa.WSAConnectCall:
				name = c.Name
			case wsa.SendtoCall:
				name = c.To
			case wsa.WSASendToCall:
				name = c.To
			}
			if ap, err := wsa.ParseSockaddr(name); err == nil && !ap.Addr().Unmap().IsLoopback() && !ap.Addr().Unmap().IsUnspecified() {
				t.Errorf("seed %d: %v", seed, s)
			}
		}
	}
}

// TestRecordedSequence: a run, recorded, read as a sequence and compared with
// another run of the simulator, is the same.
func TestRecordedSequence(t *testing.T) {
	for seed := 1; seed < 30; seed++ {
		steps := fuzz.DrawSequence(seed, 60)
		run := fuzz.SimPlace(nil).Run(steps, nil)
		again, then, err := fuzz.Recorded(run.Records)
		if err != nil {
			t.Fatal(err)
		}
		d := fuzz.Differ{A: fuzz.SimPlace(nil), B: fuzz.TracePlace("trace", "sim")}
		if diff := d.Compare(again, d.A.Run(again, &fuzz.Ahead{Returns: then.Returns}), then); diff != nil {
			t.Fatalf("seed %d: %v", seed, diff)
		}
	}
}
