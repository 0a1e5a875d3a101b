package wsa

import (
	"net/netip"
	"testing"
)

// The yardstick for the codecs is BenchmarkCopy190: copying as many bytes as
// the structure that the others encode and decode has. Encoding should take at
// most 8 times as long, decoding 6 times plus the string it makes.

// Package variables keep the compiler from dropping what is measured.
var (
	sinkBytes  []byte
	sinkTarget PeerTargetName
	sinkView   PeerTargetNameView
	sinkAddr   netip.AddrPort
	sinkText   string
	sinkError  error
)

func benchTarget(b *testing.B) (PeerTargetName, []byte) {
	b.Helper()
	addr, err := StorageFrom(netip.MustParseAddrPort("10.0.0.1:443"))
	if err != nil {
		b.Fatal(err)
	}
	p := PeerTargetName{SOCKET_SECURITY_PROTOCOL_IPSEC, addr, "host/server.example.com"}
	raw, err := p.AppendBinary(nil)
	if err != nil || len(raw) != 190 {
		b.Fatalf("%d bytes, %v", len(raw), err)
	}
	b.SetBytes(190)
	b.ReportAllocs()
	return p, raw
}

// The length is a variable that the compiler does not know, and the result is
// kept, so that the copy is one that runs.
func BenchmarkCopy190(b *testing.B) {
	_, raw := benchTarget(b)
	buf := make([]byte, 256)
	n := 0
	for b.Loop() {
		n += copy(buf, raw)
	}
	sinkBytes = buf[:n%190]
}

func BenchmarkPeerTargetNameEncode(b *testing.B) {
	p, _ := benchTarget(b)
	buf := make([]byte, 0, 256)
	for b.Loop() {
		buf, sinkError = p.AppendBinary(buf[:0])
	}
	sinkBytes = buf
}

func BenchmarkPeerTargetNameDecode(b *testing.B) {
	_, raw := benchTarget(b)
	for b.Loop() {
		sinkError = sinkTarget.UnmarshalBinary(raw)
	}
}

func BenchmarkPeerTargetNameView(b *testing.B) {
	_, raw := benchTarget(b)
	for b.Loop() {
		sinkView, sinkError = ParsePeerTargetName(raw)
	}
}

// BenchmarkStringOfName is the part of decoding that makes the string.
func BenchmarkStringOfName(b *testing.B) {
	b.ReportAllocs()
	text := []byte("host/server.example.com")
	for b.Loop() {
		sinkText = string(text)
	}
}

func BenchmarkSockaddrParse(b *testing.B) {
	b.ReportAllocs()
	raw := Sockaddr(netip.MustParseAddrPort("10.0.0.1:443"))
	for b.Loop() {
		sinkAddr, sinkError = ParseSockaddr(raw)
	}
}

func BenchmarkErrnoErr(b *testing.B) {
	b.ReportAllocs()
	e := WSAEISCONN
	for b.Loop() {
		sinkError = e.Err()
	}
}
