package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"wsasim/cmd/wsasim/internal/capture"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// captured is a packet as it is read back.
type captured struct {
	gopacket.Packet
	info     gopacket.CaptureInfo
	comments string
	where    string // the interface
}

// written captures records and reads the file back.
func written(t *testing.T, records ...*trace.Record) (list []captured) {
	t.Helper()
	var b bytes.Buffer
	c := capture.New(&b)
	for _, r := range records {
		c.Add(r)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := pcapgo.NewNgReader(&b, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, info, opts, err := r.ReadPacketDataWithOptions()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		first := layers.LayerTypeIPv4
		if data[0]>>4 == 6 {
			first = layers.LayerTypeIPv6
		}
		i, err := r.Interface(info.InterfaceIndex)
		if err != nil {
			t.Fatal(err)
		}
		p := gopacket.NewPacket(data, first, gopacket.Default)
		if p.ErrorLayer() != nil {
			t.Errorf("packet %d does not decode: %v", len(list), p.ErrorLayer().Error())
		}
		list = append(list, captured{p, info, strings.Join(opts.Comments, "|"), i.Name})
	}
}

func sent(host, from, to string, p trace.Packet) *trace.Record {
	return &trace.Record{Kind: trace.PacketSent, Time: 3 * time.Microsecond, Host: host, From: from, To: to, Packet: &p}
}

var world = []*trace.Record{
	{Kind: trace.Host, Host: "a", Addrs: []string{"10.0.0.1"}},
	{Kind: trace.Host, Host: "b", Addrs: []string{"10.0.0.2"}},
}

// ones is the sum that a checksum makes all ones (RFC 1071).
func ones(parts ...[]byte) uint16 {
	var sum uint32
	for _, b := range parts {
		for i := 0; i < len(b); i += 2 {
			sum += uint32(b[i]) << 8
			if i+1 < len(b) {
				sum += uint32(b[i+1])
			}
		}
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

// sound holds the checksums of a packet against its bytes.
func sound(t *testing.T, p captured) {
	t.Helper()
	ip := p.NetworkLayer()
	if v4, is := ip.(*layers.IPv4); is {
		if ones(v4.Contents) != 0xffff {
			t.Errorf("wrong checksum of the IP header: %x", v4.Contents)
		}
	}
	l := p.TransportLayer()
	if l == nil {
		return
	}
	proto := byte(17)
	if l.LayerType() == layers.LayerTypeTCP {
		proto = 6
	}
	src, dst := ip.NetworkFlow().Endpoints()
	n := len(l.LayerContents()) + len(l.LayerPayload())
	if ones(src.Raw(), dst.Raw(), []byte{0, proto, byte(n >> 8), byte(n)}, append(bytes.Clone(l.LayerContents()), l.LayerPayload()...)) != 0xffff {
		t.Errorf("wrong checksum of %v", l.LayerType())
	}
}

// TestSegment: addresses, ports, flags, numbers, data, time and interface are
// those of the trace, over IPv4 and IPv6.
func TestSegment(t *testing.T) {
	for _, tt := range []struct{ from, to string }{{"10.0.0.1:5000", "10.0.0.2:80"}, {"[fe80::1%4]:5000", "[fe80::2]:80"}, {"[::ffff:10.0.0.1]:5000", "10.0.0.2:80"}} {
		list := written(t, append(world, sent("b", tt.from, tt.to, trace.Packet{Protocol: "tcp", Flags: "PSH ACK", Seq: 7, Ack: 9, Data: wsa.Bytes("hello")}),
			sent("", tt.from, tt.to, trace.Packet{Protocol: "tcp", Flags: "RST", Forged: true, Lost: true}))...)
		if len(list) != 2 {
			t.Fatalf("%d packets", len(list))
		}
		p := list[0]
		sound(t, p)
		src, dst := p.NetworkLayer().NetworkFlow().Endpoints()
		from, to := netip.MustParseAddrPort(tt.from).Addr().Unmap().WithZone(""), netip.MustParseAddrPort(tt.to).Addr()
		tcp := p.TransportLayer().(*layers.TCP)
		if src.String() != from.String() || dst.String() != to.String() || tcp.SrcPort != 5000 || tcp.DstPort != 80 {
			t.Errorf("from %v:%v to %v:%v", src, tcp.SrcPort, dst, tcp.DstPort)
		}
		if !tcp.PSH || !tcp.ACK || tcp.SYN || tcp.FIN || tcp.RST || tcp.Seq != 7 || tcp.Ack != 9 || string(tcp.Payload) != "hello" {
			t.Errorf("%+v", tcp)
		}
		if p.info.Timestamp.UnixNano() != 3000 || p.where != "b" || p.comments != "" {
			t.Errorf("at %v on %s: %s", p.info.Timestamp, p.where, p.comments)
		}
		if rst := list[1]; rst.where != "network" || !rst.TransportLayer().(*layers.TCP).RST ||
			!strings.Contains(rst.comments, "lost") || !strings.Contains(rst.comments, "forged") {
			t.Errorf("on %s: %s", rst.where, rst.comments)
		}
	}
}

// TestLargePayloads: what does not fit one IP packet is several, with all of
// the data.
func TestLargePayloads(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 20_000)
	var got []byte
	next := uint32(1)
	for _, p := range written(t, append(world, sent("a", "10.0.0.1:1", "10.0.0.2:2", trace.Packet{Protocol: "tcp", Flags: "PSH ACK", Seq: 1, Data: data}))...) {
		sound(t, p)
		tcp := p.TransportLayer().(*layers.TCP)
		if tcp.Seq != next {
			t.Errorf("seq %d, want %d", tcp.Seq, next)
		}
		next += uint32(len(tcp.Payload))
		got = append(got, tcp.Payload...)
	}
	if !bytes.Equal(got, data) {
		t.Errorf("%d bytes arrived of %d", len(got), len(data))
	}
}

// TestUnreachable: ICMP's answer quotes the datagram.
func TestUnreachable(t *testing.T) {
	for _, end := range [][2]string{{"10.0.0.1:41000", "10.0.0.2:42000"}, {"[fd00::1]:41000", "[fd00::2]:42000"}} {
		for _, datagram := range []bool{true, false} {
			list := world
			if datagram {
				list = append(list, sent("a", end[0], end[1], trace.Packet{Protocol: "udp", Data: wsa.Bytes("hello")}))
			}
			all := written(t, append(list, sent("b", end[1], end[0], trace.Packet{Protocol: "icmp", Flags: "port unreachable"}))...)
			p := all[len(all)-1]
			var quoted []byte
			first := gopacket.LayerType(layers.LayerTypeIPv4)
			if l, is := p.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4); is {
				quoted = l.Payload
			} else if l, is := p.Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6); is {
				quoted, first = l.Payload[4:], layers.LayerTypeIPv6
			} else {
				t.Fatalf("no ICMP: %v", p)
			}
			q := gopacket.NewPacket(quoted, first, gopacket.NoCopy)
			u, is := q.Layer(layers.LayerTypeUDP).(*layers.UDP)
			if !is || u.SrcPort != 41000 || u.DstPort != 42000 || datagram && u.Length != 13 {
				t.Errorf("it quotes %v", q)
			}
		}
	}
}

// TestProtected: under an association packets are ESP or AH with SPI and
// number, by direction; what is encrypted shows nothing, and a copy has the
// number of its original.
func TestProtected(t *testing.T) {
	secured := func(quick string) *trace.Record {
		return &trace.Record{Kind: trace.Negotiation, From: "10.0.0.1:1", To: "10.0.0.2:2", Agreement: &trace.Agreement{Outcome: "secured", QMID: 5, QuickMode: quick}}
	}
	there := func(text, protection string, forged bool) *trace.Record {
		return sent("a", "10.0.0.1:1", "10.0.0.2:2", trace.Packet{Protocol: "udp", Data: wsa.Bytes(text), Protection: protection, SA: 5, Forged: forged})
	}
	back := sent("b", "10.0.0.2:2", "10.0.0.1:1", trace.Packet{Protocol: "udp", Data: wsa.Bytes("answer"), Protection: "encrypted", SA: 5})

	list := written(t, append(world, secured("ESP SHA-1, AES-128"), there("secret", "encrypted", false), there("other", "encrypted", false), back, there("secret", "encrypted", true))...)
	type number struct{ spi, seq uint32 }
	var got []number
	for _, p := range list {
		e := p.Layer(layers.LayerTypeIPSecESP).(*layers.IPSecESP)
		got = append(got, number{e.SPI, e.Seq})
		if bytes.Contains(p.Data(), []byte("secret")) || !strings.Contains(p.comments, "no cryptography is simulated") {
			t.Errorf("%q, %x", p.comments, p.Data())
		}
		if len(e.LayerContents())%4 != 0 {
			t.Errorf("%d bytes of ESP", len(e.LayerContents()))
		}
	}
	if want := []number{{0x100a, 1}, {0x100a, 2}, {0x100b, 1}, {0x100a, 1}}; len(got) != 4 || [4]number(got) != [4]number(want) {
		t.Errorf("SPIs and numbers %x, want %x", got, want)
	}

	p := written(t, append(world, secured("ESP SHA-1, no encryption"), there("readable", "authenticated", false))...)[0]
	if p.Layer(layers.LayerTypeIPSecESP) == nil || !bytes.Contains(p.Data(), []byte("readable")) {
		t.Errorf("ESP without encryption: %v", p)
	}
	p = written(t, append(world, secured("AH SHA-1, no encryption"), there("readable", "authenticated", false))...)[0]
	if u, is := p.TransportLayer().(*layers.UDP); !is || string(u.Payload) != "readable" || p.Layer(layers.LayerTypeIPSecAH).(*layers.IPSecAH).SPI != 0x100a {
		t.Errorf("AH: %v", p)
	}
}

// TestBadRecords: what cannot be a packet is an error that says so.
func TestBadRecords(t *testing.T) {
	for _, tt := range []struct {
		from, to, proto, says string
	}{
		{"nowhere", "10.0.0.1:1", "udp", "expected addresses with ports"},
		{"[fd00::1]:1", "10.0.0.1:1", "udp", "of one family"},
		{"10.0.0.1:1", "10.0.0.1:1", "sctp", `"sctp" is not a protocol`},
	} {
		c := capture.New(io.Discard)
		c.Add(sent("a", tt.from, tt.to, trace.Packet{Protocol: tt.proto}))
		if err := c.Close(); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

// TestKeyingHeaders: exchange types and message ids are those of AuthIP (MS-AIPS
// 2.2.1).
func TestKeyingHeaders(t *testing.T) {
	const a, b = "10.0.0.1:500", "10.0.0.2:500"
	var records []*trace.Record
	var want [][2]uint32
	for _, m := range []struct {
		message      string
		exchange, id uint32
	}{
		{"main mode 1", 0xF3, 0}, {"main mode 2", 0xF3, 0}, {"main mode 3", 0xF3, 0}, {"main mode 4", 0xF3, 0},
		{"quick mode 1", 0xF4, 2}, {"quick mode 1", 0xF4, 2}, {"quick mode 2", 0xF4, 2},
		{"extended mode 1", 0xF5, 1}, {"extended mode 2", 0xF5, 1},
		{"quick mode 1", 0xF4, 3}, {"quick mode 2", 0xF4, 3}, {"delete", 0xF6, 0}, {"refusal", 0xF6, 0},
	} {
		records = append(records, sent("a", a, b, trace.Packet{Protocol: "ike", Flags: m.message}))
		want = append(want, [2]uint32{m.exchange, m.id})
	}
	for i, p := range written(t, append(slices.Clone(world), records...)...) {
		h := p.TransportLayer().LayerPayload()
		if got := [2]uint32{uint32(h[18]), binary.BigEndian.Uint32(h[20:])}; len(h) != 28 || got != want[i] {
			t.Errorf("message %d: exchange and id %x, want %x", i, got, want[i])
		}
	}
}
