package wsa

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// vectors is one file of testdata/vectors: what a C compiler for Windows says.
type vectors struct {
	numbers map[string]int64  // "sizeof S", "offset S F", "width S F", "const NAME"
	bytes   map[string][]byte // by instance
	structs map[string]string // C structure by instance
}

// compiled maps each target to the file that holds for it: 64-bit ARM lays
// structures out as 64-bit x86 does.
var compiled = map[Target]string{AMD64: "amd64", ARM64: "amd64", I386: "386"}

func readVectors(t *testing.T, target Target) vectors {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "vectors", compiled[target]+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	v := vectors{make(map[string]int64), make(map[string][]byte), make(map[string]string)}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		at := strings.LastIndexByte(line, ' ')
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "bytes "):
			words := strings.Fields(line)
			raw, err := hex.DecodeString(words[3])
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			v.bytes[words[1]], v.structs[words[1]] = raw, words[2]
		default:
			if v.numbers[line[:at]], err = strconv.ParseInt(line[at+1:], 10, 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	return v
}

// TestLayouts compares the table of structures with the C compiler's.
func TestLayouts(t *testing.T) {
	for _, target := range Targets() {
		v := readVectors(t, target)
		seen := 0
		for _, l := range Structs(target) {
			if want, ok := v.numbers["sizeof "+l.Name]; !ok || int64(l.Size) != want {
				t.Errorf("%v: sizeof %s = %d, want %d", target, l.Name, l.Size, want)
			}
			seen++
			text := false
			for _, f := range l.Fields {
				name, fixed := f.Name, f.Type != FieldUTF16
				if l.Name == "SOCKADDR_STORAGE" {
					continue
				}
				if !fixed {
					if text {
						continue // later parts of AllStrings have no offset of their own
					}
					name, text = "AllStrings", true
				}
				seen++
				if want, ok := v.numbers["offset "+l.Name+" "+name]; !ok || int64(f.Offset) != want {
					t.Errorf("%v: offset of %s.%s = %d, want %d", target, l.Name, name, f.Offset, want)
				}
				if want := v.numbers["width "+l.Name+" "+name]; fixed && int64(f.Size) != want {
					t.Errorf("%v: size of %s.%s = %d, want %d", target, l.Name, name, f.Size, want)
				}
			}
		}
		for name := range v.numbers {
			if strings.HasPrefix(name, "sizeof ") || strings.HasPrefix(name, "offset ") {
				seen--
			}
		}
		if seen != 0 {
			t.Errorf("%v: the compiler knows %d sizes and offsets more than the table", target, -seen)
		}
	}
}

// TestSizes holds the size constants against the table.
func TestSizes(t *testing.T) {
	for name, size := range map[string]int{
		"SOCKADDR_IN": SockaddrInSize, "SOCKADDR_IN6": SockaddrIn6Size, "SOCKADDR_STORAGE": SockaddrStorageSize,
		"SOCKET_PEER_TARGET_NAME": PeerTargetNameSize, "SOCKET_SECURITY_SETTINGS": SecuritySettingsSize,
		"SOCKET_SECURITY_SETTINGS_IPSEC":        SecuritySettingsIPsecSize,
		"SOCKET_SECURITY_QUERY_TEMPLATE":        SecurityQueryTemplateSize,
		"SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2": SecurityQueryTemplateIPsec2Size,
		"SOCKET_SECURITY_QUERY_INFO":            SecurityQueryInfoSize,
		"SOCKET_SECURITY_QUERY_INFO_IPSEC2":     SecurityQueryInfoIPsec2Size,
		"WSAOVERLAPPED":                         OverlappedSize, "WSABUF": WSABufSize,
	} {
		if l, err := Struct(name, AMD64); err != nil || l.Size != size {
			t.Errorf("%s: %d bytes, constant %d, %v", name, l.Size, size, err)
		}
	}
	for name, size := range map[string]int{"WSAOVERLAPPED": OverlappedSizeI386, "WSABUF": WSABufSizeI386} {
		if l, err := Struct(name, I386); err != nil || l.Size != size {
			t.Errorf("%s on 386: %d bytes, constant %d, %v", name, l.Size, size, err)
		}
	}
}

// TestConstantValues compares the constants with the mingw-w64 headers, as far
// as those have them; both sides as 32 bits.
func TestConstantValues(t *testing.T) {
	compared := 0
	for name, want := range readVectors(t, AMD64).numbers {
		name, ok := strings.CutPrefix(name, "const ")
		if !ok {
			continue
		}
		compared++
		c, ok := ConstantByName(name)
		if !ok || uint32(c.Value) != uint32(want) {
			t.Errorf("%s = %d (0x%X), the header says %d (0x%X)", name, c.Value, uint32(c.Value), want, uint32(want))
		}
	}
	if compared < 450 {
		t.Errorf("only %d constants compared", compared)
	}
}

func storage(t *testing.T, text string) SockaddrStorage {
	t.Helper()
	s, err := StorageFrom(netip.MustParseAddrPort(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func guid(t *testing.T, text string) GUID {
	t.Helper()
	g, err := ParseGUID(text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// goldens are the filled-in structures of vectors.c, as Go values.
func goldens(t *testing.T) map[string]Structure {
	v4, v6 := storage(t, "10.0.0.1:443"), storage(t, "[fe80::1%3]:53")
	mm, qm := guid(t, "25a207b9-ddf3-4660-8ee9-76e58c74063e"), guid(t, "{00112233-4455-6677-8899-AABBCCDDEEFF}")
	local := netip.MustParseAddr("fe80::1").As16()
	return map[string]Structure{
		"in":            &SockaddrIn{Family: AF_INET, Port: 443, Addr: [4]byte{10, 0, 0, 1}},
		"in6":           &SockaddrIn6{Family: AF_INET6, Port: 8080, Addr: netip.MustParseAddr("2001:db8::1").As16()},
		"in6_scope":     &SockaddrIn6{Family: AF_INET6, Port: 53, Flowinfo: 0x04030201, Addr: local, ScopeID: 3},
		"storage4":      &v4,
		"storage6":      &v6,
		"target":        &PeerTargetName{SOCKET_SECURITY_PROTOCOL_IPSEC, v4, "host/server.example.com"},
		"target_zero":   &PeerTargetName{},
		"target_mixed":  &PeerTargetName{SOCKET_SECURITY_PROTOCOL_IPSEC2, v6, "host/s\u00e9rv-\u20ac-\U0001F600.example"},
		"target_lone":   &PeerTargetName{SOCKET_SECURITY_PROTOCOL_IPSEC, v4, "a\xed\xa0\x80z\xed\xb0\x81"},
		"target_nul":    &PeerTargetName{SOCKET_SECURITY_PROTOCOL_IPSEC, v4, "host/a\x00b"},
		"settings":      &SecuritySettings{SOCKET_SECURITY_PROTOCOL_DEFAULT, SOCKET_SETTINGS_GUARANTEE_ENCRYPTION},
		"settings_both": &SecuritySettings{SOCKET_SECURITY_PROTOCOL_IPSEC, SOCKET_SETTINGS_GUARANTEE_ENCRYPTION | SOCKET_SETTINGS_ALLOW_INSECURE},
		"ipsec": &SecuritySettingsIPsec{
			SecurityProtocol: SOCKET_SECURITY_PROTOCOL_IPSEC, SecurityFlags: SOCKET_SETTINGS_ALLOW_INSECURE,
			IpsecFlags: SOCKET_SETTINGS_IPSEC_SKIP_FILTER_INSTANTIATION, AuthipMMPolicyKey: mm, AuthipQMPolicyKey: qm,
			UserName: "alice", DomainName: "EXAMPLE", Password: "s\u00e9same",
		},
		"ipsec_empty": &SecuritySettingsIPsec{SecurityProtocol: SOCKET_SECURITY_PROTOCOL_IPSEC, Reserved2: 0x0807060504030201},
		"template":    &SecurityQueryTemplate{SOCKET_SECURITY_PROTOCOL_IPSEC, v6, MAXIMUM_ALLOWED},
		"template2":   &SecurityQueryTemplateIPsec2{SOCKET_SECURITY_PROTOCOL_IPSEC2, v4, TOKEN_QUERY | TOKEN_IMPERSONATE, 1, 3},
		"info":        &SecurityQueryInfo{SOCKET_SECURITY_PROTOCOL_IPSEC, SOCKET_INFO_CONNECTION_SECURED | SOCKET_INFO_CONNECTION_ENCRYPTED, 0x1234, 0x56789ABCDEF0},
		"tcpinfo1":    goldenTCPInfo(),
		"info2": &SecurityQueryInfoIPsec2{
			SOCKET_SECURITY_PROTOCOL_IPSEC2, SOCKET_INFO_CONNECTION_SECURED, 4, 8,
			0x1122334455667788, 0x99AABBCCDDEEFF00, 13801, qm,
		},
	}
}

func goldenTCPInfo() *TCPInfo {
	return &TCPInfo{
		State: TCPSTATE_ESTABLISHED, Mss: 1460, ConnectionTimeMs: 0x123456789A, TimestampsEnabled: 1, RttUs: 20000, MinRttUs: 19000,
		BytesInFlight: 5, Cwnd: 6, SndWnd: 65536, RcvWnd: 65535, RcvBuf: 8192, BytesOut: 0x1122334455667788, BytesIn: 0x99AABBCCDDEEFF00,
		BytesReordered: 7, BytesRetrans: 8, FastRetrans: 9, DupAcksIn: 10, TimeoutEpisodes: 11, SynRetrans: 2,
		SndLimTransRwin: 12, SndLimTimeRwin: 13, SndLimBytesRwin: 14, SndLimTransCwnd: 15, SndLimTimeCwnd: 16, SndLimBytesCwnd: 17,
		SndLimTransSnd: 18, SndLimTimeSnd: 19, SndLimBytesSnd: 20,
	}
}

// TestTCPInfoV0 compares the older structure with the C compiler.
func TestTCPInfoV0(t *testing.T) {
	for _, target := range Targets() {
		want := readVectors(t, target).bytes["tcpinfo0"]
		if got, err := goldenTCPInfo().AppendBinaryV0(nil); err != nil || !bytes.Equal(got, want) {
			t.Errorf("got %x, %v\nwant %x", got, err, want)
		}
		var back TCPInfo
		if err := back.UnmarshalBinaryV0(want); err != nil || back.SynRetrans != 2 || back.BytesIn != goldenTCPInfo().BytesIn {
			t.Errorf("%v, %+v", err, back)
		}
		if err := back.UnmarshalBinaryV0(want[:87]); err == nil {
			t.Error("87 bytes are accepted")
		}
	}
}

var (
	goldenAddrInfo = AddrInfoW{
		AI_PASSIVE | AI_CANONNAME, AF_INET6, SOCK_STREAM, IPPROTO_TCP, 28, 0x10203040, 0x50607080, 0x90,
	}
	goldenAddrInfoEx = AddrInfoExW{
		AI_NUMERICHOST, AF_INET, SOCK_DGRAM, IPPROTO_UDP, 16, 0x11, 0x22, 0x33, 44, 0x55, 0x66,
	}
)

// TestAddrInfoTargets compares the structures of lookups, which hold pointers,
// with the C compiler on every target.
func TestAddrInfoTargets(t *testing.T) {
	for _, target := range Targets() {
		v := readVectors(t, target)
		got, err := goldenAddrInfo.AppendTarget([]byte{}, target)
		if err != nil || !bytes.Equal(got, v.bytes["addrinfo"]) {
			t.Errorf("%v: ADDRINFOW %x, %v; want %x", target, got, err, v.bytes["addrinfo"])
		}
		var plain AddrInfoW
		if err := plain.UnmarshalTarget(got, target); err != nil || plain != goldenAddrInfo {
			t.Errorf("%v: %+v, %v", target, plain, err)
		}
		if plain.UnmarshalTarget(got[:len(got)-1], target) == nil {
			t.Errorf("%v: a short ADDRINFOW was accepted", target)
		}
		got, err = goldenAddrInfoEx.AppendTarget([]byte{}, target)
		if err != nil || !bytes.Equal(got, v.bytes["addrinfoex"]) {
			t.Errorf("%v: ADDRINFOEXW %x, %v; want %x", target, got, err, v.bytes["addrinfoex"])
		}
		var ex AddrInfoExW
		if err := ex.UnmarshalTarget(got, target); err != nil || ex != goldenAddrInfoEx {
			t.Errorf("%v: %+v, %v", target, ex, err)
		}
	}
	if _, err := (&AddrInfoW{Next: 1 << 40}).AppendTarget(nil, I386); err == nil {
		t.Error("an address of 41 bits was accepted for 386")
	}
}

// fresh maps each C structure to a new Go value.
var fresh = map[string]func() Structure{
	"SOCKADDR_IN":                           func() Structure { return new(SockaddrIn) },
	"SOCKADDR_IN6":                          func() Structure { return new(SockaddrIn6) },
	"SOCKADDR_STORAGE":                      func() Structure { return new(SockaddrStorage) },
	"SOCKET_PEER_TARGET_NAME":               func() Structure { return new(PeerTargetName) },
	"SOCKET_SECURITY_SETTINGS":              func() Structure { return new(SecuritySettings) },
	"SOCKET_SECURITY_SETTINGS_IPSEC":        func() Structure { return new(SecuritySettingsIPsec) },
	"SOCKET_SECURITY_QUERY_TEMPLATE":        func() Structure { return new(SecurityQueryTemplate) },
	"SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2": func() Structure { return new(SecurityQueryTemplateIPsec2) },
	"SOCKET_SECURITY_QUERY_INFO":            func() Structure { return new(SecurityQueryInfo) },
	"TCP_INFO_v1":                           func() Structure { return new(TCPInfo) },
	"SOCKET_SECURITY_QUERY_INFO_IPSEC2":     func() Structure { return new(SecurityQueryInfoIPsec2) },
}

// TestGoldens compares the codecs with the C compiler, byte for byte, both
// ways, and the generic codec with both.
func TestGoldens(t *testing.T) {
	values := goldens(t)
	for _, target := range Targets() {
		v := readVectors(t, target)
		for name, want := range v.bytes {
			layout, err := Struct(v.structs[name], target)
			if err != nil {
				t.Fatal(err)
			}
			checkGeneric(t, layout, name, want)
			value, ok := values[name]
			if !ok {
				if fresh[layout.Name] != nil {
					t.Errorf("vector %s has no Go value", name)
				}
				continue
			}
			got, err := value.AppendBinary([]byte("x"))
			if err != nil || !bytes.Equal(got[1:], want) || got[0] != 'x' {
				t.Errorf("%s:\n got %x, %v\nwant %x", name, got[1:], err, want)
			}
			back := fresh[layout.Name]()
			if err := back.UnmarshalBinary(want); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if again, err := back.AppendBinary(nil); err != nil || !bytes.Equal(again, want) {
				t.Errorf("%s does not survive decoding: %x, %v", name, again, err)
			}
		}
		for name := range values {
			if v.bytes[name] == nil {
				t.Errorf("Go value %s is not in the vectors", name)
			}
		}
	}
}

// checkGeneric decodes want by the table and encodes what it printed.
func checkGeneric(t *testing.T, layout Layout, name string, want []byte) {
	t.Helper()
	fields, err := layout.Decode(want)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var texts []string
	for _, f := range fields {
		texts = append(texts, f.Name+"="+f.Text)
	}
	if got, err := layout.Encode(texts...); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s from %q:\n got %x, %v\nwant %x", name, texts, got, err, want)
	}
}

func TestTargetCodecs(t *testing.T) {
	o := Overlapped{Internal: STATUS_PENDING, InternalHigh: 42, Offset: 7, OffsetHigh: 9, HEvent: 0x44}
	w := WSABuf{1460, 0x10203040}
	for _, target := range Targets() {
		v := readVectors(t, target)
		got, err := o.AppendTarget(nil, target)
		if err != nil || !bytes.Equal(got, v.bytes["overlapped"]) {
			t.Errorf("%v: WSAOVERLAPPED %x, %v; want %x", target, got, err, v.bytes["overlapped"])
		}
		var back Overlapped
		if err := back.UnmarshalTarget(got, target); err != nil || back != o {
			t.Errorf("%v: %+v, %v", target, back, err)
		}
		if got, err = w.AppendTarget(nil, target); err != nil || !bytes.Equal(got, v.bytes["wsabuf"]) {
			t.Errorf("%v: WSABUF %x, %v; want %x", target, got, err, v.bytes["wsabuf"])
		}
		var buf WSABuf
		if err := buf.UnmarshalTarget(got, target); err != nil || buf != w {
			t.Errorf("%v: %+v, %v", target, buf, err)
		}
		if err := buf.UnmarshalTarget(got[:len(got)-1], target); err == nil {
			t.Errorf("%v: a short WSABUF was accepted", target)
		}
		if p, err := ParseTarget(target.String()); err != nil || p != target {
			t.Errorf("ParseTarget(%v) = %v, %v", target, p, err)
		}
	}
	if _, err := (&WSABuf{Buf: 1 << 40}).AppendTarget(nil, I386); err == nil {
		t.Error("an address of 41 bits was accepted for 386")
	}
}
