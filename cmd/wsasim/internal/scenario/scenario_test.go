package scenario

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// TestParams: every field of every call is a parameter with a name, and every
// row of the tables about parameters is about one that exists.
func TestParams(t *testing.T) {
	known := make(map[string]bool)
	for _, c := range wsa.Calls() {
		op := c.Op()
		params := Params(op)
		if len(params) != reflect.TypeOf(c).NumField() {
			t.Errorf("%s has %d fields and %d parameters", op, reflect.TypeOf(c).NumField(), len(params))
		}
		for _, p := range params {
			if p.Name == "" || p.Takes == "" || p.Required == (p.Default != "") {
				t.Errorf("%s: parameter %+v", op, p)
			}
			known[p.Name], known[op+"."+p.Name] = true, true
			if p.follow != "" && !hasParam(params, p.follow) {
				t.Errorf("%s: %s follows %s, which is not there", op, p.Name, p.follow)
			}
		}
	}
	for name := range presets {
		if !known[name] {
			t.Errorf("presets: there is no parameter %q", name)
		}
	}
	for name := range kinds {
		if !known[name] {
			t.Errorf("kinds: there is no parameter %q", name)
		}
	}
	for name := range structures {
		if !known[name] {
			t.Errorf("structures: there is no parameter %q", name)
		}
	}
}

// TestEveryCallIsFormatted: even one with nothing in it, which no script makes.
func TestEveryCallIsFormatted(t *testing.T) {
	for _, c := range wsa.Calls() {
		text := FormatCall(c) + " " + FormatReturn(c, &wsa.Return{})
		if !strings.HasPrefix(text, c.Op()+"(") || !strings.Contains(text, ") = ") {
			t.Errorf("%q", text)
		}
		if help := HelpCall(c.Op()); !strings.Contains(help, Signature(c.Op())) {
			t.Errorf("help of %s:\n%s", c.Op(), help)
		}
	}
}

func TestFormatCall(t *testing.T) {
	name := wsa.PeerTargetName{SecurityProtocol: wsa.SOCKET_SECURITY_PROTOCOL_IPSEC, Name: "host/a"}
	raw, err := name.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	length := int32(wsa.SockaddrStorageSize)
	short := int32(15)
	for _, c := range []struct {
		call wsa.Call
		want string
	}{
		{wsa.SocketCall{Family: wsa.AF_INET6, Type: wsa.SOCK_DGRAM, Protocol: wsa.IPPROTO_UDP}, "socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP)"},
		{wsa.AcceptCall{S: 4, Addr: 128, Addrlen: &length}, "accept(4)"},
		{wsa.AcceptCall{S: 4, Addr: 128, Addrlen: &short}, "accept(4, addrlen=15)"},
		{wsa.AcceptCall{S: 4, Addr: wsa.NULL}, "accept(4, addr=NULL)"},
		{wsa.BindCall{S: wsa.INVALID_SOCKET}, "bind(INVALID_SOCKET, NULL)"},
		{wsa.SendCall{S: 4, Buf: []byte("a\nb"), Flags: wsa.MSG_OOB}, `send(4, "a\nb", MSG_OOB)`},
		{wsa.SendCall{S: 4, Buf: []byte{0, 255}}, `send(4, 0x00ff)`},
		{wsa.ShutdownCall{S: 4, How: wsa.SD_BOTH}, "shutdown(4, SD_BOTH)"},
		{wsa.SetsockoptCall{S: 4, Level: wsa.IPPROTO_TCP, Optname: wsa.TCP_NODELAY, Optval: []byte{1, 0, 0, 0}}, "setsockopt(4, IPPROTO_TCP, TCP_NODELAY, 1)"},
		{wsa.WSASetSocketPeerTargetNameCall{S: 4, PeerTargetName: raw}, `WSASetSocketPeerTargetName(4, {IPSEC, "host/a"})`},
		{wsa.WSAIoctlCall{S: 4, Code: wsa.SIO_SET_PEER_TARGET_NAME, In: raw[:10], Out: wsa.NULL}, "WSAIoctl(4, SIO_SET_PEER_TARGET_NAME, {10 bytes: 0x01000000000000000000}, out=NULL)"},
	} {
		if got := FormatCall(c.call); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestBindCall: what a script passes becomes the call, with the defaults.
func TestBindCall(t *testing.T) {
	var calls []wsa.Call
	r := Run("t.star", `
t = host("a", "10.0.0.1").thread()
s = t.socket(af = AF_INET, type = SOCK_STREAM)
attempt(t.recv, s)
attempt(t.recv, s, 10, flags = MSG_PEEK)
attempt(t.recv, s, NULL)
attempt(t.getsockname, s, namelen = 5)
attempt(t.WSASend, s, ["a", b"b"])
attempt(t.WSARecv, s, 7)
attempt(t.closesocket, INVALID_SOCKET)
t.WSASetLastError(WSAEINVAL)
expect_eq(t.WSAGetLastError(), WSAEINVAL)
`, Options{Trace: func(r *trace.Record) {
		if r.Kind == trace.CallMade {
			calls = append(calls, r.Call)
		}
	}})
	if r.Failure != nil {
		t.Fatal(r.Failure)
	}
	five, zero := int32(5), uint32(0)
	want := []wsa.Call{
		wsa.WSAStartupCall{Version: 0x0202},
		wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM},
		wsa.RecvCall{S: 4, Buf: 4096},
		wsa.RecvCall{S: 4, Buf: 10, Flags: wsa.MSG_PEEK},
		wsa.RecvCall{S: 4, Buf: wsa.NULL},
		wsa.GetsocknameCall{S: 4, Name: 128, Namelen: &five},
		wsa.WSASendCall{S: 4, Buffers: []wsa.Bytes{[]byte("a"), []byte("b")}},
		wsa.WSARecvCall{S: 4, Buffers: []wsa.Room{7}, Flags: &zero},
		wsa.ClosesocketCall{S: wsa.INVALID_SOCKET},
		wsa.WSASetLastErrorCall{Error: wsa.WSAEINVAL},
		wsa.WSAGetLastErrorCall{},
	}
	if !reflect.DeepEqual(calls, want) {
		t.Errorf("got  %v\nwant %v", calls, want)
	}
}

// TestSharedState: threads of a script share its variables, one at a time.
func TestSharedState(t *testing.T) {
	r := Run("t.star", `
h = host("a", "10.0.0.1")
log = []
def work(t, name):
    for i in range(3):
        log.append(name + str(i))
        sleep("1ms")
    return name
tasks = [spawn(h.thread(), work, n) for n in "ab".elems()]
run()
expect_eq(log, ["a0", "b0", "a1", "b1", "a2", "b2"])
expect_eq([t.result for t in tasks], ["a", "b"])
expect_eq(now(), 3)
`, Options{})
	if r.Failure != nil {
		t.Error(r.Failure)
	}
}

// TestAdviceAtTheEnd: what closing the world finds is part of the run.
func TestAdviceAtTheEnd(t *testing.T) {
	r := Run("../../../../testdata/scenarios/impersonation.star", nil, Options{})
	if r.Failure != nil {
		t.Fatal(r.Failure)
	}
	if !slices.ContainsFunc(r.Advisories, func(a Advisory) bool { return a.Rule == rules.ISPRevert }) {
		t.Errorf("no %s in %v", rules.ISPRevert, r.Advisories)
	}
}

// TestTranscriptOfWaiting: a call that waits is told when it is made and when
// it ends, if anything happens meanwhile.
func TestTranscriptOfWaiting(t *testing.T) {
	var b bytes.Buffer
	r := Run("t.star", `
t = host("a", "10.0.0.1").thread()
u = t.process.thread()
s = t.socket(AF_INET, SOCK_DGRAM)
t.bind(s, "10.0.0.1:9")
spawn(t, lambda t: t.recv(s))
u.SleepEx(5)
u.sendto(s, "x", to = "10.0.0.1:9")
`, Options{Transcript: &b})
	if r.Failure != nil {
		t.Fatal(r.Failure)
	}
	for _, want := range []string{
		"0.000000  a           recv(4, 4096)", " ...\n",
		"0.005000  a           ... recv(4, 4096)", `= 1 "x" after 5ms`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// TestComplete: names, attributes, and parameters inside brackets.
func TestComplete(t *testing.T) {
	s, err := NewSession(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		line, want string
		typed      int
	}{
		{"WSAEIS", "WSAEISCONN", 6},
		{"client.WSASetSocketP", "WSASetSocketPeerTargetName", 13},
		{"x = client.process.th", "thread", 2},
		{"client.connect(s, na", "name=", 2},
		{"SOCKADDR_IN(sin_p", "sin_port=", 5},
		{"fails(WSAEINVAL, client.bi", "bind", 2},
		{"sle", "sleep", 3},
	} {
		got, typed := s.Complete(c.line)
		if !slices.Contains(got, c.want) || typed != c.typed {
			t.Errorf("Complete(%q) = %q, %d; want %q, %d", c.line, got, typed, c.want, c.typed)
		}
	}
	if got, _ := s.Complete("nobody.x"); got != nil {
		t.Errorf("attributes of nothing: %q", got)
	}
}

// TestHelpKnowsEverything: help has something to say about every name.
func TestHelpKnowsEverything(t *testing.T) {
	for _, name := range helpNames() {
		if text, err := HelpName(name); err != nil || text == "" {
			t.Errorf("help(%q): %v", name, err)
		}
	}
	e := New(Options{})
	for name := range e.globals {
		if _, err := HelpName(name); err != nil && name != "ANY" && name != "NULL" && name != "struct" {
			t.Errorf("the language has %q, and help does not", name)
		}
	}
}

// TestViolationStopsTheRun: the specification judges what the simulator
// reports; here the report is changed on its way.
func TestViolationStopsTheRun(t *testing.T) {
	r := Run("t.star", `
t = host("a", "10.0.0.1").thread()
s = t.socket(AF_INET, SOCK_STREAM)
t.bind(s, "10.0.0.1:80")
t.listen(s)
`, Options{Trace: func(r *trace.Record) {
		if r.Kind == trace.Returned && r.Return.Socket != 0 {
			r.Return = &wsa.Return{Err: wsa.WSAEISCONN}
		}
	}})
	if r.Failure == nil || r.Failure.Kind() != "violation" || r.Failure.Malformed() || r.Failure.Line != 3 {
		t.Fatalf("got %v", r.Failure)
	}
	if text := r.Failure.Error(); !strings.Contains(text, "the specification does not allow this: socket failed with WSAEISCONN") || !strings.Contains(text, "allowed:") {
		t.Error(text)
	}
}
