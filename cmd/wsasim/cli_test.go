package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/sim"
	"wsasim/wsa/trace"
)

// wsasim runs the command line.
func wsasim(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Main(args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// write makes a file with the content.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// world is the beginning of the scenarios below: a client, a server, a socket.
const world = `
server = host("server", "10.0.0.2").thread()
client = host("client", "10.0.0.1").thread()
s = client.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
`

// TestRunFailures: what is wrong with a scenario decides the exit code, and
// the message names file, line and what was expected.
func TestRunFailures(t *testing.T) {
	cases := []struct {
		name, script string
		code, line   int
		says         []string
	}{
		{"fine", world, 0, 0, nil},
		{"syntax", "x = = 1\n", exitMalformed, 1, []string{"got '='"}},
		{"NUL", "x = 1\ny = '\x00'\n", exitMalformed, 2, []string{"unexpected NUL byte"}},
		{"byte order mark", "\ufeffx = 1\r\n", 0, 0, nil},
		{"undefined name", "x = SOCK_STERAM\n", exitMalformed, 1, []string{`"SOCK_STERAM"`, "did you mean SOCK_STREAM"}},
		{"unknown call", world + "client.conect(s)\n", exitMalformed, 5, []string{`"conect" is not a method or field of a thread; did you mean connect`}},
		{"unknown parameter", world + "client.connect(s, nmae = NULL)\n", exitMalformed, 5, []string{`"nmae" is not a parameter`, "did you mean name"}},
		{"missing parameter", world + "client.bind(s)\n", exitMalformed, 5, []string{"bind: parameter name", "expected an address"}},
		{"bad address", world + "client.bind(s, 'nowhere')\n", exitMalformed, 5, []string{"expected an address and port such as 10.0.0.1:80", `"nowhere"`}},
		{"unknown field", "SOCKADDR_IN(sin_prot = 1)\n", exitMalformed, 1, []string{"did you mean sin_port"}},
		{"unknown rule", "expect(True, rule = 'PTN-CONNN')\n", exitMalformed, 1, []string{"did you mean PTN-CONN"}},
		{"same address twice", world + "host('other', '10.0.0.1')\n", exitMalformed, 5, []string{`address 10.0.0.1 belongs to host "client" already`}},
		{"world too late", world + "world()\n", exitMalformed, 5, []string{"before the first host"}},
		{"call of the result", world + "fails(WSAEINVAL, client.getsockopt(s, SOL_SOCKET, SO_TYPE))\n", exitMalformed, 5, []string{"write the arguments after it"}},
		{"recursion", "def f(n):\n    return f(n + 1)\nf(0)\n", exitMalformed, 2, []string{"called recursively"}},
		{"load of nothing", "x = 1\nload('other.star', 'x')\n", exitMalformed, 2, []string{"other.star"}},
		{"call fails", world + "client.connect(s, '10.0.0.2:80')\n", exitUnmet, 5, []string{"connect(4, 10.0.0.2:80) on client failed with WSAECONNREFUSED (10061)", "CONN-REFUSED (must)", "doc:"}},
		{"other error", world + "fails(WSAEISCONN, client.recv, s)\n", exitUnmet, 5, []string{"expected recv to fail with WSAEISCONN", "WSAENOTCONN"}},
		{"no error", world + "fails([WSAEISCONN, WSAEINVAL], client.bind, s, '10.0.0.1:80')\n", exitUnmet, 5, []string{"expected bind to fail with WSAEISCONN or WSAEINVAL", "it succeeded"}},
		{"expectation", "def check(x):\n    expect_eq(x, 2, 'the answer')\ncheck(1)\n", exitUnmet, 2, []string{"the answer: got 1, expected 2", "called from", ":3"}},
		{"deadlock", world + "l = server.socket(AF_INET, SOCK_STREAM)\nserver.bind(l, '0.0.0.0:1')\nserver.listen(l)\nserver.accept(l)\n", exitUnmet, 8, []string{"deadlock", "server waits in accept(4) at", "case.star:8"}},
		{"deadlock of a spawned thread", world + "d = client.socket(AF_INET, SOCK_DGRAM)\nclient.bind(d, '0.0.0.0:9')\nspawn(client.process.thread(), lambda t: t.recv(d))\n", exitUnmet, 7, []string{"client#2 waits in recv(8, 4096)"}},
		{"spawned thread fails", world + "spawn(client, lambda t: t.recv(s))\n", exitUnmet, 5, []string{"recv(4, 4096) on client failed with WSAENOTCONN"}},
		{"spawned twice", world + "spawn(client, lambda t: None)\nspawn(client, lambda t: None)\n", exitMalformed, 6, []string{"spawned before"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := write(t, "case.star", c.script)
			code, _, stderr := wsasim(t, "", "run", "--quiet", file)
			if code != c.code {
				t.Errorf("exit code %d, want %d\n%s", code, c.code, stderr)
			}
			if c.line > 0 && !strings.HasPrefix(stderr, file+":"+itoa(c.line)+": ") {
				t.Errorf("the message does not begin with line %d:\n%s", c.line, stderr)
			}
			for _, want := range c.says {
				if !strings.Contains(stderr, want) {
					t.Errorf("the message does not say %q:\n%s", want, stderr)
				}
			}
		})
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// TestEndlessLoop: a script that computes for ever ends with an error.
func TestEndlessLoop(t *testing.T) {
	r := scenario.Run("loop.star", "while True:\n    pass\n", scenario.Options{MaxSteps: 100_000})
	if r.Failure == nil || !r.Failure.Malformed() || !strings.Contains(r.Failure.Error(), "too many steps") {
		t.Errorf("got %v", r.Failure)
	}
}

// TestUsage: what the command line itself refuses, always with exit code 2 and
// the nearest names.
func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"rnu"}, []string{`"rnu" is not a command`, "did you mean run"}},
		{[]string{"run"}, []string{"expected the file of a scenario"}},
		{[]string{"run", "--quite", "x.star"}, []string{`"--quite" is not an option`, "did you mean --quiet"}},
		{[]string{"run", "--trace", "t", "a.star", "b.star"}, []string{"--trace takes one scenario"}},
		{[]string{"run", "nowhere.star"}, []string{"nowhere.star"}},
		{[]string{"run", "--seed", "x", "a.star"}, []string{`wsasim run: --seed: expected a whole number of 0 or more, got "x"` + "\n"}},
		{[]string{"run", "--trace"}, []string{"wsasim run: --trace: expected FILE, got nothing\n"}},
		{[]string{"run", "-z"}, []string{`wsasim run: "-z" is not an option` + "\n"}},
		{[]string{"run", "--quiet=perhaps"}, []string{"--quiet: expected true or false"}},
		{[]string{"run", "--diagram", "x.png", "a.star"}, []string{"wsasim run: --diagram: expected a file that ends in .svg or .mmd"}},
		{[]string{"diagram", "-o", "x.png", "../../testdata/traces/secured-connection.jsonl"}, []string{"wsasim diagram: --output: expected a file that ends in .svg or .mmd"}},
		{[]string{"help", "rnu"}, []string{`"rnu" is not a command`, "did you mean run"}},
		{[]string{"help", "run", "x"}, []string{`"run x" is not a command`}},
		{[]string{"record"}, []string{"wsasim record: expected the file of one scenario"}},
		{[]string{"record", "--patience", "x", "a.star"}, []string{`wsasim record: --patience: expected a duration such as 30s, got "x"` + "\n"}},
		{[]string{"record", "--patience", "-1s", "a.star"}, []string{"--patience: expected more than 0s, got -1s"}},
		{[]string{"record", "--on", "broken:x", "a.star"}, []string{`"x" is not a fault`}},
		{[]string{"diff", "--b", "sim", "--most", "0"}, []string{"--most: expected 1 or more, got 0"}},
		{[]string{"diff", "--b", "sim", "--replay", "x.json", "a.star"}, []string{"expected no scenarios beside it"}},
		{[]string{"diff", "--b", "wine"}, []string{`--b: "wine" is no implementation; expected sim, system, broken: and a fault`}},
		{[]string{"diff", "--b", "broken:a socket may be bound twize"}, []string{"did you mean a socket may be bound twice"}},
		{[]string{"rules", "bind", "listen"}, []string{"expected a function, error or rule"}},
		{[]string{"options", "a", "b"}, []string{"expected a word"}},
		{[]string{"options", "nothing has this"}, []string{"no option, control code or status"}},
		{[]string{"options", "SO_KEEPALVE"}, []string{"did you mean SO_KEEPALIVE"}},
		{[]string{"rules", "SSS-COM"}, []string{"did you mean SSS-CONN"}},
		{[]string{"rules", "conect"}, []string{"did you mean connect"}},
		{[]string{"rules", "--documented", "conect"}, []string{"did you mean connect"}},
		{[]string{"explain"}, []string{"expected one error"}},
		{[]string{"explain", "WSAECONRESET"}, []string{"did you mean WSAECONNRESET"}},
		{[]string{"explain", "connect"}, []string{`"connect" is not an error; see wsasim rules connect`}},
		{[]string{"explain", "SSS-CONN"}, []string{"see wsasim rules SSS-CONN"}},
		{[]string{"explain", "SO_LINGER"}, []string{"see wsasim options SO_LINGER"}},
		{[]string{"explain", "77777"}, []string{"not a Winsock error"}},
		{[]string{"encode"}, []string{"expected a structure", "SOCKADDR_IN"}},
		{[]string{"encode", "SOCKET_PEER_TARGETNAME"}, []string{"did you mean SOCKET_PEER_TARGET_NAME"}},
		{[]string{"encode", "LINGER", "l_onof=1"}, []string{`"l_onof" is not a field of LINGER`, "did you mean l_onoff"}},
		{[]string{"encode", "LINGER", "l_onoff"}, []string{"expected field=value"}},
		{[]string{"encode", "LINGER", "l_onoff=70000"}, []string{"LINGER.l_onoff", "does not fit"}},
		{[]string{"encode", "LINGER", "l_onoff=SO_KEEPALIV"}, []string{"LINGER.l_onoff", "nearest: SO_KEEPALIVE"}},
		{[]string{"encode", "--json", "--raw", "LINGER"}, []string{"--json and --raw exclude each other"}},
		{[]string{"encode", "--target", "amd46", "LINGER"}, []string{`"amd46" is not a target`, "amd64"}},
		{[]string{"decode", "LINGER"}, []string{"expected a structure and its bytes"}},
		{[]string{"decode", "LINGER", "01"}, []string{"LINGER.l_onoff at offset 0", "must have 4 bytes and has 1"}},
		{[]string{"decode", "LINGER", "zz"}, []string{"neither a file nor hexadecimal digits"}},
		{[]string{"check"}, []string{"expected the file of one trace"}},
		{[]string{"check", "nowhere.jsonl"}, []string{"nowhere.jsonl"}},
		{[]string{"explore", "--rule", "PTN-CON"}, []string{"did you mean PTN-CONN"}},
		{[]string{"explore", "x"}, []string{"expected no arguments"}},
		{[]string{"explore", "--max-states", "-1"}, []string{"expected 0 or more, got -1"}},
		{[]string{"graph", "steam"}, []string{"did you mean stream", "startup, create, bind"}},
		{[]string{"graph", "--format", "svg", "stream"}, []string{"expected dot or mermaid"}},
		{[]string{"graph", "-o", "x.svg", "stream"}, []string{"ends in .dot or .mmd"}},
		{[]string{"graph", "--depth", "-1", "stream"}, []string{"expected 0 or more"}},
		{[]string{"graph", "--format", "dot"}, []string{"expected the domain to draw"}},
		{[]string{"graph", "-o", "nowhere/x.dot", "kinds"}, []string{"nowhere/x.dot"}},
		{[]string{"repl", "x"}, []string{"expected no arguments"}},
	} {
		code, _, stderr := wsasim(t, "", c.args...)
		if code != exitMalformed {
			t.Errorf("%v: exit code %d, want %d", c.args, code, exitMalformed)
		}
		for _, want := range c.says {
			if !strings.Contains(stderr, want) {
				t.Errorf("%v does not say %q: %s", c.args, want, stderr)
			}
		}
	}
}

// TestEveryCommandHasExamples: help shows how to use each command.
func TestEveryCommandHasExamples(t *testing.T) {
	root := (&app{}).root()
	for _, c := range root.Commands() {
		if c.Example == "" || c.Long == "" || c.Short == "" {
			t.Errorf("%s lacks help or examples", c.Name())
		}
		for _, name := range regexp.MustCompile(`testdata/[\w/.-]*\w`).FindAllString(c.Example+"\n"+c.Long, -1) {
			if _, err := os.Stat("../../" + name); err != nil {
				t.Errorf("%s names a file that does not exist: %v", c.Name(), err)
			}
		}
	}
	code, stdout, _ := wsasim(t, "", "help", "run")
	if code != 0 || !strings.Contains(stdout, "securing-a-socket.star") {
		t.Errorf("help run: %d\n%s", code, stdout)
	}
	if code, stdout, _ := wsasim(t, "", "help"); code != 0 || !strings.Contains(stdout, "--version") {
		t.Errorf("help: %d\n%s", code, stdout)
	}
	if code, stdout, _ := wsasim(t, "", "--version"); code != 0 || !strings.HasPrefix(stdout, "wsasim ") {
		t.Errorf("--version: %d %q", code, stdout)
	}
}

func TestRunWritesATraceThatCheckReads(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.jsonl")
	if code, _, stderr := wsasim(t, "", "run", "-q", "--trace", file, scenarios+"/echo.star"); code != 0 {
		t.Fatal(stderr)
	}
	code, stdout, stderr := wsasim(t, "", "check", file)
	if code != 0 || !strings.Contains(stdout, "conforms") {
		t.Errorf("check: %d %s%s", code, stdout, stderr)
	}
}

func TestRunJSON(t *testing.T) {
	code, stdout, _ := wsasim(t, "", "run", "--json", "--seed", "9", scenarios+"/bad-network.star", scenarios+"/echo.star")
	var got []summary
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 {
		t.Fatalf("%d %v\n%s", code, err, stdout)
	}
	if len(got) != 2 || !got[0].OK || got[0].Seed != 9 || got[0].Calls == 0 || got[0].Verdict != "conforms" || len(got[0].Rules) == 0 {
		t.Errorf("got %+v", got)
	}
	file := write(t, "case.star", world+"client.recv(s)\n")
	code, stdout, _ = wsasim(t, "", "run", "--json", file)
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitUnmet {
		t.Fatalf("%d %v\n%s", code, err, stdout)
	}
	if f := got[0].Failure; f == nil || f.Line != 5 || f.Kind != "call" || f.File != file {
		t.Errorf("failure %+v", f)
	}
}

func TestRunListsRules(t *testing.T) {
	_, stdout, _ := wsasim(t, "", "run", "-q", "--rules", scenarios+"/sample-character-count.star")
	for _, want := range []string{"rules exercised", "PTN-LEN-CHARS", "PTN-LEN-BYTES"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
}

// TestCheckTraces: each trace whose name begins with bad- breaks the rule in
// its name, and all others conform.
func TestCheckTraces(t *testing.T) {
	files, err := filepath.Glob("../../testdata/traces/*.jsonl")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, file := range files {
		rule, bad := strings.CutPrefix(strings.TrimSuffix(filepath.Base(file), ".jsonl"), "bad-")
		code, stdout, stderr := wsasim(t, "", "check", file)
		if !bad {
			if code != 0 {
				t.Errorf("%s: %d\n%s%s", file, code, stdout, stderr)
			}
			continue
		}
		if code != exitUnmet {
			t.Errorf("%s: exit code %d, want %d", file, code, exitUnmet)
		}
		for _, want := range []string{"violated: " + rule, "allowed:", "shown by these"} {
			if !strings.Contains(stdout, want) {
				t.Errorf("%s: no %q in\n%s", file, want, stdout)
			}
		}
		var got struct {
			Verdict    string
			Violations []struct{ Violated []string }
		}
		_, stdout, _ = wsasim(t, "", "check", "--json", file)
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || got.Verdict != "violates" || got.Violations[0].Violated[0] != rule {
			t.Errorf("%s: %+v, %v", file, got, err)
		}
	}
}

// TestCheckMalformed: a trace that cannot be read is named with line and field.
func TestCheckMalformed(t *testing.T) {
	const first = `{"kind":"world","t":0,"version":1}` + "\n"
	for _, c := range []struct{ name, trace, says string }{
		{"empty", "", ":1: kind: expected"},
		{"no world", `{"kind":"host","t":0,"host":"a"}`, ":1: kind: the first record must be"},
		{"not JSON", first + "hello\n", ":2: expected a JSON object: invalid character"},
		{"half a line", first + `{"kind":"host"`, ":2: expected a JSON object: unexpected EOF"},
		{"an array", first + "[]\n", ":2: expected a JSON object, got an array"},
		{"text for a number", first + `{"kind":"host","t":"now"}`, ":2: t: expected a whole number that fits, got a string"},
		{"no lines", strings.Repeat("\x00", trace.MaxLine+1), ":1: expected a line of no more than 64 MiB"},
		{"unknown kind", first + `{"kind":"nothing","t":0}`, `:2: kind: "nothing"`},
		{"unknown field", first + `{"kind":"host","t":0,"host":"a","color":1}`, "color"},
		{"unknown call", first + `{"kind":"call","t":0,"tid":1,"op":"bnid","args":{}}`, `:2: op: "bnid" is not a call; did you mean bind`},
		{"bad argument", first + `{"kind":"call","t":0,"tid":1,"op":"listen","args":{"s":"four","backlog":1}}`, ":2: args of listen: s: expected a whole number that fits, got a string"},
		{"unknown argument", first + `{"kind":"call","t":0,"tid":1,"op":"listen","args":{"q":1}}`, `:2: args of listen: unknown field "q"`},
		{"return first", first + `{"kind":"return","t":0,"tid":1,"ret":{}}`, ":2: "},
	} {
		file := write(t, "t.jsonl", c.trace)
		code, _, stderr := wsasim(t, "", "check", file)
		if code != exitMalformed || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit code %d, message %q does not say %q", c.name, code, stderr, c.says)
		}
	}
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		filter string
		says   []string
		not    string
	}{
		{"PTN-CONN", []string{"function   WSASetSocketPeerTargetName", "gives      WSAEISCONN", "strength   must", "sources    doc:WSASetSocketPeerTargetName"}, "RULE"},
		{"sss-conn", []string{"SSS-CONN"}, "PTN"},
		{"DTN", []string{"DTN-FAULT", "DTN-STREAM"}, "SSS-"},
		{"wsaconnect", []string{"CONN-REFUSED", "GEN-NOTSOCK"}, "SSS-"},
		{"WSAEISCONN", []string{"SSS-CONN", "PTN-CONN", "CONN-ISCONN"}, "DTN-"},
		{"10056", []string{"PTN-CONN"}, "DTN-"},
		{"SEC-CONFLICT", []string{"scenarios  administrator"}, "RULE"},
		{"SEC", []string{"SCENARIO", "administrator and"}, "SSS-"},
		{"--documented bind", []string{"BIND-INUSE", "WSAEINPROGRESS", "a Winsock 2 process has neither", "10 documented rows: 9 held by rules"}, "listen"},
		{"--documented WSAEMFILE", []string{"WSAAccept", "RES-MFILE"}, "WSAENOBUFS"},
		{"--documented --json bind", []string{`"page": "nf-winsock2-bind"`, `"error": "WSAEINVAL"`, `"reason": `}, "listen"},
	} {
		code, stdout, stderr := wsasim(t, "", append([]string{"rules"}, strings.Fields(c.filter)...)...)
		if code != 0 {
			t.Errorf("rules %s: %d %s", c.filter, code, stderr)
		}
		for _, want := range c.says {
			if !strings.Contains(stdout, want) {
				t.Errorf("rules %s: no %q in\n%s", c.filter, want, stdout)
			}
		}
		if strings.Contains(stdout, c.not) {
			t.Errorf("rules %s lists %s", c.filter, c.not)
		}
	}
	_, stdout, _ := wsasim(t, "", "rules", "--json", "PTN-CONN")
	var list []ruleJSON
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || len(list) != 1 || list[0].Errors[0] != "WSAEISCONN" {
		t.Errorf("%v\n%s", err, stdout)
	}
}

func TestOptionsCommand(t *testing.T) {
	code, stdout, _ := wsasim(t, "", "options", "so_linger")
	if want := "SOL_SOCKET  SO_LINGER  simulated"; code != 0 || !strings.HasPrefix(stdout, want) {
		t.Errorf("options so_linger: %d\n%s", code, stdout)
	}
	code, stdout, _ = wsasim(t, "", "options", "--json", "not simulated")
	var rows []statusRow
	if err := json.Unmarshal([]byte(stdout), &rows); err != nil || code != 0 {
		t.Fatal(code, err)
	}
	for _, r := range rows {
		if r.Status != "not simulated" || r.Reason == "" {
			t.Errorf("%+v", r)
		}
	}
	_, stdout, _ = wsasim(t, "", "options")
	if n, want := strings.Count(stdout, "\n"), len(sim.Options())+len(sim.Ioctls()); n != want {
		t.Errorf("%d rows, want %d", n, want)
	}
}

func TestExplain(t *testing.T) {
	for _, name := range []string{"WSAECONNRESET", "wsaeconnreset", "10054", "0x2746", "ECONNRESET"} {
		code, stdout, stderr := wsasim(t, "", "explain", name)
		if code != 0 {
			t.Errorf("explain %s: %s", name, stderr)
		}
		for _, want := range []string{"WSAECONNRESET (10054)", "0x2746", "QSS-RESET", "syscall.ECONNRESET"} {
			if !strings.Contains(stdout, want) {
				t.Errorf("explain %s: no %q in\n%s", name, want, stdout)
			}
		}
	}
	var got struct {
		Number uint32
		Traps  []string
	}
	for _, name := range []string{"WSAEWOULDBLOCK", "eagain"} {
		_, stdout, _ := wsasim(t, "", "explain", "--json", name)
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || got.Number != 10035 || len(got.Traps) == 0 {
			t.Errorf("%s: %v\n%s", name, err, stdout)
		}
	}
}

// TestCodec: what encode prints, decode takes apart, for each target.
func TestCodec(t *testing.T) {
	code, digits, stderr := wsasim(t, "", "encode", "SOCKET_PEER_TARGET_NAME",
		"SecurityProtocol=SOCKET_SECURITY_PROTOCOL_IPSEC", "PeerAddress=10.0.0.2:443", "PeerTargetName=host/server.example.com")
	if code != 0 {
		t.Fatal(stderr)
	}
	utf16 := "\xff\xfe" + strings.Join(strings.Split(strings.TrimSpace(digits)+"\r\n", ""), "\x00") + "\x00"
	for _, args := range [][]string{{"-"}, {strings.TrimSpace(digits)}, {write(t, "digits", digits)}, {write(t, "utf16", utf16)}} {
		code, stdout, stderr := wsasim(t, digits, append([]string{"decode", "socket_peer_target_name"}, args...)...)
		if code != 0 {
			t.Fatal(stderr)
		}
		for _, want := range []string{"SOCKET_SECURITY_PROTOCOL_IPSEC", "10.0.0.2:443", "host/server.example.com", "140", "46"} {
			if !strings.Contains(stdout, want) {
				t.Errorf("no %q in\n%s", want, stdout)
			}
		}
	}
	_, raw, _ := wsasim(t, "", "encode", "--raw", "--target", "386", "WSAOVERLAPPED", "hEvent=0x10")
	if len(raw) != 20 {
		t.Errorf("a WSAOVERLAPPED of 386 has %d bytes", len(raw))
	}
	code, _, stderr = wsasim(t, "", "decode", "SOCKET_PEER_TARGET_NAME", strings.TrimSpace(digits)[:320])
	if code != exitMalformed || !strings.Contains(stderr, "PeerTargetName at offset 140") {
		t.Errorf("a cut name: %d %q", code, stderr)
	}
	code, stdout, _ := wsasim(t, strings.Repeat("\xee", 1<<20), "decode", "LINGER", "-")
	if code != 0 || len(stdout) > 2000 || !strings.Contains(stdout, "1048572 bytes behind the structure, the first 256: 0xeeee") {
		t.Errorf("a large file: %d %.2000s", code, stdout)
	}
	var got struct{ Fields []fieldJSON }
	_, stdout, _ = wsasim(t, digits, "decode", "--json", "SOCKET_PEER_TARGET_NAME", "-")
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || got.Fields[1].Value != "10.0.0.2:443" || got.Fields[1].Offset != 8 {
		t.Errorf("%v\n%s", err, stdout)
	}
}

func TestExplore(t *testing.T) {
	code, stdout, stderr := wsasim(t, "", "explore")
	if code != 0 || !strings.Contains(stdout, "0 missing; no invariant broken") || !strings.Contains(stdout, "states a second") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	code, stdout, _ = wsasim(t, "", "explore", "--rule", "ptn-conn")
	if code != 0 || !strings.Contains(stdout, "= WSAEISCONN") {
		t.Errorf("%d\n%s", code, stdout)
	}
	code, stdout, _ = wsasim(t, "", "explore", "--rule", "SEC-CONFLICT")
	if code != 0 || !strings.Contains(stdout, "no witness: ") {
		t.Errorf("%d\n%s", code, stdout)
	}
	var got struct{ Rules []witnessJSON }
	_, stdout, _ = wsasim(t, "", "explore", "--json", "--rule", "PTN-CONN")
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || len(got.Rules) != 1 || len(got.Rules[0].Steps) == 0 {
		t.Errorf("%v\n%s", err, stdout)
	}
}

// TestRepl types at a session through a pipe.
func TestRepl(t *testing.T) {
	code, stdout, stderr := wsasim(t, `
s = client.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
s
show(client, s)
def twice(x):
    return 2 * x

twice(21)
help(client.connect)
help("PTN-CONN")
`, "repl")
	if code != 0 {
		t.Errorf("%d %s", code, stderr)
	}
	for _, want := range []string{"= 4\n", "\n4\n", "state       open, blocking, overlapped", "\n42\n", "connect(s, name)", "CONN-REFUSED", "gives      WSAEISCONN"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	code, stdout, stderr = wsasim(t, "for i in range(3):\n    print(40 + i)\n", "repl")
	if code != 0 || stdout != "40\n41\n42\n" {
		t.Errorf("a block that the end of the input ends: %d %s%s", code, stdout, stderr)
	}
	code, stdout, stderr = wsasim(t, "x = 1\n\nx.y\ndef f():\n    return z\n\nprint('\x00')\nf(\n\n", "repl")
	if code != exitUnmet || stdout != "" {
		t.Errorf("%d %s", code, stdout)
	}
	for _, want := range []string{"standard input:3: ", `standard input:5: "z" is not a name`, "standard input:7: unexpected NUL", "standard input:8: the input ends inside this statement"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
	code, stdout, stderr = wsasim(t, "s = server.socket(AF_INET, SOCK_DGRAM, 0)\nserver.bind(s, '0.0.0.0:9')\nserver.recv(s)\nx = (\n)\n1 +\nserver.bnid(s)\n40 + 2\n", "repl")
	if code != exitUnmet || !strings.Contains(stdout, "\n42\n") {
		t.Errorf("a session goes on after errors: %d\n%s", code, stdout)
	}
	for _, want := range []string{"deadlock", "server waits in recv(4, 4096)", "did you mean bind"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
}

// TestCompletion: the shell learns the names of structures, fields, rules,
// errors and calls.
func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"encode", "SOCKET_P"}, "SOCKET_PEER_TARGET_NAME"},
		{[]string{"encode", "LINGER", ""}, "l_onoff="},
		{[]string{"decode", ""}, "SOCKADDR_IN6"},
		{[]string{"rules", "PTN-C"}, "PTN-CONN"},
		{[]string{"rules", "wsac"}, "WSAConnect"},
		{[]string{"explain", "WSAEIS"}, "WSAEISCONN"},
		{[]string{"explore", "--rule", "SSS-O"}, "SSS-ONCE"},
		{[]string{"graph", "netw"}, "network events"},
		{[]string{"graph", "--format", "m"}, "mermaid"},
		{[]string{"graph", "stream", "--format", "m"}, "mermaid"},
		{[]string{"decode", "--target", ""}, "arm64"},
		{[]string{"options", "so_keep"}, "SO_KEEPALIVE"},
		{[]string{"record", "--on", "sy"}, "system"},
		{[]string{"record", ""}, "star"},
		{[]string{"diff", "--b", "broken:a socket may be bound"}, "broken:a socket may be bound twice"},
		{[]string{"diff", "--recorded-on", "w"}, "windows"},
		{[]string{"diff", ""}, "star"},
		{[]string{"help", "rec"}, "record"},
	} {
		_, stdout, _ := wsasim(t, "", append([]string{"__complete"}, c.args...)...)
		if !strings.Contains(stdout, c.want+"\n") {
			t.Errorf("%v: no %q in\n%s", c.args, c.want, stdout)
		}
	}
	if code, stdout, _ := wsasim(t, "", "completion", "bash"); code != 0 || !strings.Contains(stdout, "wsasim") {
		t.Error("no completion script")
	}
}
