package fuzz_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"wsasim/fuzz"
	"wsasim/model"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// The targets of coverage-guided fuzzing. Each holds for every input; as tests
// they run on the inputs in testdata and on those that they add. This file is
// built for libFuzzer too (see the folder libfuzzer), so of the other tests it
// may use only those in engine_test.go and report_test.go.

func FuzzSockaddrIn(f *testing.F)  { codec[wsa.SockaddrIn](f, "SOCKADDR_IN") }
func FuzzSockaddrIn6(f *testing.F) { codec[wsa.SockaddrIn6](f, "SOCKADDR_IN6") }
func FuzzSockaddrStorage(f *testing.F) {
	codec[wsa.SockaddrStorage](f, "SOCKADDR_STORAGE")
}
func FuzzPeerTargetName(f *testing.F) {
	codec[wsa.PeerTargetName](f, "SOCKET_PEER_TARGET_NAME")
}
func FuzzSecuritySettings(f *testing.F) {
	codec[wsa.SecuritySettings](f, "SOCKET_SECURITY_SETTINGS")
}
func FuzzSecuritySettingsIPsec(f *testing.F) {
	codec[wsa.SecuritySettingsIPsec](f, "SOCKET_SECURITY_SETTINGS_IPSEC")
}
func FuzzSecurityQueryTemplate(f *testing.F) {
	codec[wsa.SecurityQueryTemplate](f, "SOCKET_SECURITY_QUERY_TEMPLATE")
}
func FuzzSecurityQueryTemplateIPsec2(f *testing.F) {
	codec[wsa.SecurityQueryTemplateIPsec2](f, "SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2")
}
func FuzzSecurityQueryInfo(f *testing.F) {
	codec[wsa.SecurityQueryInfo](f, "SOCKET_SECURITY_QUERY_INFO")
}
func FuzzSecurityQueryInfoIPsec2(f *testing.F) {
	codec[wsa.SecurityQueryInfoIPsec2](f, "SOCKET_SECURITY_QUERY_INFO_IPSEC2")
}
func FuzzTCPInfo(f *testing.F)    { codec[wsa.TCPInfo](f, "TCP_INFO_v1") }
func FuzzOverlapped(f *testing.F) { codec[wsa.Overlapped](f, "WSAOVERLAPPED") }
func FuzzWSABuf(f *testing.F)     { codec[wsa.WSABuf](f, "WSABUF") }
func FuzzAddrInfo(f *testing.F)   { codec[wsa.AddrInfoW](f, "ADDRINFOW") }
func FuzzAddrInfoEx(f *testing.F) { codec[wsa.AddrInfoExW](f, "ADDRINFOEXW") }

// codec is the target of one structure: decoding never panics and never looks
// past the buffer; what it accepts survives encoding and decoding again; what it
// refuses it refuses with the field, and changes nothing.
func codec[T any, P interface {
	*T
	wsa.Structure
}](f *testing.F, name string) {
	l, err := wsa.Struct(name, wsa.AMD64)
	if err != nil {
		f.Fatal(err)
	}
	seed(f, func(f *testing.F) {
		for i := range 3 {
			f.Add(fuzz.Structure(l, &fuzz.Pool{SPNs: []string{"host/server.example.com"}}).Example(i))
			f.Add(fuzz.Mangle(l, &fuzz.Pool{}).Example(i))
		}
	})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var first, zero, second T
		if err := P(&first).UnmarshalBinary(raw[:len(raw):len(raw)]); err != nil {
			var bad *wsa.DecodeError
			if !errors.As(err, &bad) || bad.Struct != name || bad.Field == "" {
				t.Fatalf("%x: %v does not say what is wrong", raw, err)
			}
			if !reflect.DeepEqual(first, zero) {
				t.Fatalf("%x: refused, and stored %+v", raw, first)
			}
			return
		}
		encoded, err := P(&first).AppendBinary(nil)
		if err != nil {
			t.Fatalf("%+v does not encode: %v", first, err)
		}
		if err := P(&second).UnmarshalBinary(encoded); err != nil {
			t.Fatalf("%x does not decode: %v", encoded, err)
		}
		if !reflect.DeepEqual(first, second) {
			t.Fatalf("%x: %+v became %+v", raw, first, second)
		}
		again, err := P(&second).AppendBinary([]byte{1})
		if err != nil || !bytes.Equal(again[1:], encoded) {
			t.Fatalf("%x then %x, %v", encoded, again, err)
		}
	})
}

// FuzzInetAddr: what inet_addr reads, inet_ntoa writes so that it is read
// again; and whoever takes a text for an address as GetAddrInfo does finds one
// that netip knows.
func FuzzInetAddr(f *testing.F) {
	seed(f, func(f *testing.F) {
		for _, text := range []string{"10.0.0.1", "0x7f.1", "010.1.65535", "255.255.255.255", "1.2.3.4 x", "[fe80::1%3]:80", ""} {
			f.Add(text)
		}
	})
	f.Fuzz(func(t *testing.T, text string) {
		if n := wsa.InetAddr(text); n != wsa.INADDR_NONE {
			if again := wsa.InetAddr(wsa.InetNtoa(n)); again != n {
				t.Fatalf("%q is %#x, and %q is %#x", text, n, wsa.InetNtoa(n), again)
			}
		}
		if a, ok := wsa.ParseAddrLiteral(text); ok && !a.IsValid() {
			t.Fatalf("%q is an address, and none", text)
		}
		if ascii, ok := wsa.ASCIIName(text); ok {
			if again, ok := wsa.ASCIIName(ascii); !ok || again != ascii {
				t.Fatalf("%q is %q, and that %q", text, ascii, again)
			}
		}
	})
}

// FuzzLayout: the description of every structure on every target prints what it
// can read in a form that it reads back.
func FuzzLayout(f *testing.F) {
	seed(f, func(f *testing.F) {
		for i, l := range wsa.Structs(wsa.AMD64) {
			f.Add(uint8(i), uint8(0), fuzz.Structure(l, &fuzz.Pool{}).Example(i))
		}
	})
	f.Fuzz(func(t *testing.T, structure, target uint8, raw []byte) {
		layouts := wsa.Structs(wsa.Targets()[int(target)%len(wsa.Targets())])
		l := layouts[int(structure)%len(layouts)]
		fields, err := l.Decode(raw)
		if err != nil {
			return
		}
		text := func(list []string, name, value string) []string { return append(list, name+"="+value) }
		var one, two []string
		for _, x := range fields {
			one = text(one, x.Name, x.Text)
		}
		encoded, err := l.Encode(one...)
		if err != nil {
			t.Fatalf("%s: %q does not encode: %v", l.Name, one, err)
		}
		fields, err = l.Decode(encoded)
		if err != nil {
			t.Fatalf("%s: %x does not decode: %v", l.Name, encoded, err)
		}
		for _, x := range fields {
			two = text(two, x.Name, x.Text)
		}
		if !reflect.DeepEqual(one, two) {
			t.Fatalf("%s: %q became %q", l.Name, one, two)
		}
	})
}

// FuzzUTF16: every sequence of bytes of even length is text that encodes to
// the same bytes.
func FuzzUTF16(f *testing.F) {
	f.Add([]byte("h\x00o\x00\x00\xd8"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text := wsa.DecodeUTF16(raw)
		back, err := wsa.EncodeUTF16(text)
		if even := raw[:len(raw)&^1]; err != nil || !bytes.Equal(back, even) {
			t.Fatalf("%x became %q and then %x, %v", raw, text, back, err)
		}
	})
}

// FuzzConstant: a number that can be read prints, for every kind, as text that
// reads back as the same 32 bits.
func FuzzConstant(f *testing.F) {
	f.Add("SOCK_STREAM", uint8(0))
	f.Add("MSG_PEEK|MSG_OOB|0x8000", uint8(10))
	f.Add("-129", uint8(3))
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		v, err := wsa.ParseConstant(text)
		if err != nil {
			return
		}
		all := wsa.Constants()
		k := all[int(kind)%len(all)].Kind
		printed := wsa.FormatConstant(k, v)
		if back, err := wsa.ParseConstant(printed); err != nil || uint32(back) != uint32(v) {
			t.Fatalf("%q is %d, which prints as %s %q, which is %d, %v", text, v, k, printed, back, err)
		}
	})
}

// FuzzSPN: a name that can be taken apart is put together again, and the two
// ways of taking it apart agree.
func FuzzSPN(f *testing.F) {
	for _, s := range []string{"host/server.example.com", "MSSQLSvc/db:1433", "ldap/dc/example.com", "a/b:0", "//", "a/b:70000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		class, service, instance, port, err := wsa.DsCrackSpn(text)
		n, err2 := wsa.ParseSPN(text)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("DsCrackSpn: %v, ParseSPN: %v", err, err2)
		}
		if err != nil {
			return
		}
		if n.ServiceClass != class || n.InstanceName != instance || n.InstancePort != port {
			t.Fatalf("%q: %q %q %d and %+v", text, class, instance, port, n)
		}
		back, err := wsa.ParseSPN(n.String())
		if err != nil || back != n || !back.Equal(n) {
			t.Fatalf("%q: %+v became %+v, %v", text, n, back, err)
		}
		if n.ServiceName == "" && service != instance {
			t.Fatalf("%q: without a service, the service is %q", text, service)
		}
	})
}

// FuzzCall: arguments of a call that can be read are written in a form that
// reads back as the same call.
func FuzzCall(f *testing.F) {
	seed(f, func(f *testing.F) {
		for i, op := range wsa.Ops() {
			args, err := wsa.MarshalCall(fuzz.CallOf(op, &fuzz.Pool{}).Example(1))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), args)
		}
	})
	f.Fuzz(func(t *testing.T, op uint8, args []byte) {
		name := wsa.Ops()[int(op)%len(wsa.Ops())]
		call, err := wsa.UnmarshalCall(name, args)
		if err != nil {
			return
		}
		text, err := wsa.MarshalCall(call)
		if err != nil {
			t.Fatal(err)
		}
		back, err := wsa.UnmarshalCall(name, text)
		if err != nil || !reflect.DeepEqual(back, call) {
			t.Fatalf("%#v was written as %s and read as %#v, %v", call, text, back, err)
		}
	})
}

// FuzzTrace: no text makes the reader or the checker panic; a record that is
// read is written in a form that reads back as itself; a refusal names the
// line.
func FuzzTrace(f *testing.F) {
	seed(f, func(f *testing.F) {
		m := fuzz.Start(fuzz.StateSetup())
		fuzz.SocketStates()[12].Reach(m)
		m.Close()
		text, err := m.Trace()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add([]byte(`{"kind":"world","t":0,"version":1}` + "\n\n" + `{"kind":"call","t":1,"tid":7}`))
	})
	f.Fuzz(func(t *testing.T, text []byte) {
		_, checkErr := model.CheckTrace(bytes.NewReader(text), model.Options{Forget: true, MaxStates: 16})
		trace.Read(bytes.NewReader(text))(func(line int, r *trace.Record, err error) bool {
			if err != nil {
				var bad *trace.SyntaxError
				if !errors.As(err, &bad) || bad.Line != line || checkErr == nil {
					t.Fatalf("line %d: %v; the checker says %v", line, err, checkErr)
				}
				return false
			}
			written, err := json.Marshal(r)
			if err != nil {
				t.Fatalf("line %d does not encode: %v", line, err)
			}
			var back trace.Record
			if err := back.UnmarshalJSON(written); err != nil || !reflect.DeepEqual(&back, r) {
				t.Fatalf("line %d: %+v was written as %s and read as %+v, %v", line, r, written, back, err)
			}
			return true
		})
	})
}

// FuzzIoctl gives raw buffers to WSAIoctl on a socket in every state: it never
// panics, a failure leaves the socket as it was, the specification allows what
// happened, and so it does for the function that the secure codes stand for.
func FuzzIoctl(f *testing.F) {
	codes := []struct {
		code      uint32
		structure string
	}{
		{wsa.SIO_SET_SECURITY, "SOCKET_SECURITY_SETTINGS_IPSEC"},
		{wsa.SIO_SET_PEER_TARGET_NAME, "SOCKET_PEER_TARGET_NAME"},
		{wsa.SIO_DELETE_PEER_TARGET_NAME, "SOCKADDR_IN"},
		{wsa.SIO_QUERY_SECURITY, "SOCKET_SECURITY_QUERY_TEMPLATE"},
		{wsa.SIO_KEEPALIVE_VALS, "tcp_keepalive"},
	}
	states := fuzz.SocketStates()
	seed(f, func(f *testing.F) {
		for i, c := range codes {
			l, err := wsa.Struct(c.structure, wsa.AMD64)
			if err != nil {
				f.Fatal(err)
			}
			for j := range states {
				f.Add(uint8(j), c.code, fuzz.Structure(l, &fuzz.Pool{}).Example(i+j), int32(64), false)
				f.Add(uint8(j), c.code, fuzz.Mangle(l, &fuzz.Pool{}).Example(i+j), int32(23), j%2 == 0)
			}
		}
	})
	f.Add(uint8(3), uint32(wsa.FIONBIO), []byte{1, 0, 0, 0}, int32(-1), false)
	f.Add(uint8(7), uint32(0xDEADBEEF), []byte{}, int32(0), false)
	f.Fuzz(func(t *testing.T, state uint8, code uint32, in []byte, out int32, nullCount bool) {
		out = max(min(out, 4096), -1)
		m := fuzz.Start(fuzz.StateSetup())
		defer m.Close()
		reached := states[int(state)%len(states)]
		actor, s := reached.Reach(m)
		m.Do(fuzz.Step{Actor: actor, Call: wsa.WSAIoctlCall{S: s, Code: code, In: in, Out: wsa.Room(out), NullReturned: nullCount}})
		for _, call := range secureCalls(s, in, wsa.Room(out)) {
			m.Do(fuzz.Step{Actor: actor, Call: call})
		}
		if m.Violation != nil {
			t.Errorf("%s: %v", reached, m.Violation)
		}
		if m.Impure != "" {
			t.Errorf("%s: %s", reached, m.Impure)
		}
	})
}

// secureCalls are the functions that take the buffer as the codes do.
func secureCalls(s wsa.SOCKET, in []byte, out wsa.Room) []wsa.Call {
	n := uint32(max(out, 0))
	return []wsa.Call{
		wsa.WSASetSocketSecurityCall{S: s, Settings: in},
		wsa.WSASetSocketPeerTargetNameCall{S: s, PeerTargetName: in},
		wsa.WSADeleteSocketPeerTargetNameCall{S: s, PeerAddr: in},
		wsa.WSAQuerySocketSecurityCall{S: s, Template: in, Info: out, InfoLen: &n},
		wsa.WSAImpersonateSocketPeerCall{S: s, PeerAddr: in},
	}
}

// FuzzSequence and FuzzParallel are TestSequence and TestParallel with the
// fuzzer in the place of chance.
func FuzzSequence(f *testing.F) {
	seed(f, seedBytes)
	f.Fuzz(drawn(func(t *rapid.T) {
		m := fuzz.Sequence(t, fuzz.DrawSetup(t))
		m.Close()
		report(t, f.Name(), m)
	}))
}

// seedBytes adds inputs that are long enough for rapid to draw a whole run.
func seedBytes(f *testing.F) {
	for i := range 4 {
		b := make([]byte, 64<<10)
		r := rand.NewChaCha8([32]byte{byte(i)})
		if _, err := r.Read(b); err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

func FuzzParallel(f *testing.F) {
	seed(f, seedBytes)
	f.Fuzz(drawn(func(t *rapid.T) {
		s := fuzz.DrawSetup(t)
		m := fuzz.Parallel(s, fuzz.DrawScripts(t, s))
		m.Close()
		report(t, f.Name(), m)
	}))
}
