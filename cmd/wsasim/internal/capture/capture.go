package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net/netip"
	"strings"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"wsasim/wsa/trace"
)

// largest is how much payload one IP packet takes here.
const largest = 64000

// Writer writes the packets of one trace. It keeps the first error. It may be
// used by one goroutine at a time.
type Writer struct {
	ng         *pcapgo.NgWriter
	err        error
	interfaces map[string]int
	// bySA is the direction and the protocol of each association, numbers the
	// last number under each SPI, and places the number that a packet had, so
	// that a copy has it again.
	bySA    map[uint64]*association
	numbers map[uint32]uint32
	places  map[string]uint32
	// cookies are those of the negotiation under way between two addresses.
	cookies map[[2]netip.Addr]uint64
	begun   uint64
	// quick is the message id of the latest quick mode between two addresses,
	// and whether it has been answered.
	quick map[[2]netip.Addr]*quickMode
	// answered is the last datagram between two ends, for what ICMP quotes.
	answered map[[2]netip.AddrPort][]byte
	ids      map[netip.Addr]uint16
}

type association struct {
	from  netip.Addr // of the initiator
	ah    bool
	block int // bytes of the cipher's block and of its initial value
}

// New begins a capture. Close ends it.
func New(w io.Writer) *Writer {
	c := &Writer{
		interfaces: map[string]int{"": 0}, bySA: make(map[uint64]*association), numbers: make(map[uint32]uint32), places: make(map[string]uint32),
		cookies: make(map[[2]netip.Addr]uint64), quick: make(map[[2]netip.Addr]*quickMode), answered: make(map[[2]netip.AddrPort][]byte), ids: make(map[netip.Addr]uint16),
	}
	c.ng, c.err = pcapgo.NewNgWriterInterface(w, interfaceOf("network", "what was sent by somebody who has no host"),
		pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "wsasim", Comment: "a simulated world; there is no cryptography in it"}})
	return c
}

func interfaceOf(name, about string) pcapgo.NgInterface {
	return pcapgo.NgInterface{Name: name, Description: about, LinkType: layers.LinkTypeRaw, TimestampResolution: 9}
}

// Add writes what a record of the trace says about packets; other records are
// looked at and pass.
func (c *Writer) Add(r *trace.Record) {
	if c.err != nil {
		return
	}
	switch r.Kind {
	case trace.Host:
		if _, known := c.interfaces[r.Host]; !known {
			c.interfaces[r.Host], c.err = c.ng.AddInterface(interfaceOf(r.Host, strings.Join(r.Addrs, " ")))
		}
	case trace.Negotiation:
		c.negotiated(r)
	case trace.PacketSent:
		c.sent(r)
	}
}

// Close writes what is left and returns the first error of all. It does not close
// the underlying writer.
func (c *Writer) Close() error {
	if c.err == nil {
		c.err = c.ng.Flush()
	}
	return c.err
}

// negotiated notes whose association it is, and that the next messages between
// the addresses are of another negotiation.
func (c *Writer) negotiated(r *trace.Record) {
	from, err := netip.ParseAddrPort(r.From)
	to, err2 := netip.ParseAddrPort(r.To)
	if err != nil || err2 != nil || r.Agreement == nil {
		return
	}
	delete(c.cookies, pair(from.Addr(), to.Addr()))
	if r.Agreement.QMID != 0 {
		a := &association{plain(from.Addr()), strings.HasPrefix(r.Agreement.QuickMode, "AH "), aesBlock}
		if strings.HasSuffix(r.Agreement.QuickMode, "3DES") {
			a.block = desBlock
		}
		c.bySA[r.Agreement.QMID] = a
	}
}

func pair(a, b netip.Addr) [2]netip.Addr {
	if b.Less(a) {
		a, b = b, a
	}
	return [2]netip.Addr{a, b}
}

// plain is an address as it stands in a packet.
func plain(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

// packet is one packet on its way into the file.
type packet struct {
	*trace.Packet
	rec      *trace.Record
	from, to netip.AddrPort
	comments []string
}

func (c *Writer) sent(r *trace.Record) {
	from, err := netip.ParseAddrPort(r.From)
	to, err2 := netip.ParseAddrPort(r.To)
	if err != nil || err2 != nil {
		c.err = fmt.Errorf("a packet from %q to %q: expected addresses with ports", r.From, r.To)
		return
	}
	p := &packet{Packet: r.Packet, rec: r,
		from: netip.AddrPortFrom(plain(from.Addr()), from.Port()), to: netip.AddrPortFrom(plain(to.Addr()), to.Port())}
	if p.from.Addr().Is4() != p.to.Addr().Is4() {
		c.err = fmt.Errorf("a packet from %s to %s: expected addresses of one family", r.From, r.To)
		return
	}
	p.remarks()
	switch p.Protocol {
	case "tcp":
		c.tcp(p)
	case "udp":
		c.udp(p)
	case "icmp":
		c.icmp(p)
	case "ike":
		c.ike(p)
	default:
		c.err = fmt.Errorf("a packet from %s to %s: %q is not a protocol; expected tcp, udp, icmp or ike", r.From, r.To, p.Protocol)
	}
}

// remarks comments on what became of a packet.
func (p *packet) remarks() {
	for _, m := range []struct {
		holds bool
		text  string
	}{
		{p.Lost, "lost: it arrives nowhere"},
		{p.Forged, "forged: no socket sent it"},
		{p.Altered, fmt.Sprintf("altered on its way: what arrives are %d bytes %q", len(p.Instead), p.Instead)},
		{p.rec.Note != "", p.rec.Note},
	} {
		if m.holds {
			p.comments = append(p.comments, m.text)
		}
	}
}

func (c *Writer) tcp(p *packet) {
	for at := 0; at == 0 || at < len(p.Data); at += largest {
		data := p.Data[at:min(at+largest, len(p.Data))]
		t := &layers.TCP{SrcPort: layers.TCPPort(p.from.Port()), DstPort: layers.TCPPort(p.to.Port()),
			Seq: p.Seq + uint32(at), Ack: p.Ack, Window: math.MaxUint16}
		for flag := range strings.FieldsSeq(p.Flags) {
			switch flag {
			case "SYN":
				t.SYN = true
			case "ACK":
				t.ACK = true
			case "PSH":
				t.PSH = true
			case "FIN":
				t.FIN = true
			case "RST":
				t.RST = true
			case "URG":
				t.URG, t.Urgent = true, uint16(len(data))
			}
		}
		if t.SYN {
			t.Options = []layers.TCPOption{
				{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: binary.BigEndian.AppendUint16(nil, largest)},
				{OptionType: layers.TCPOptionKindNop},
				{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{14}},
			}
		}
		inner := fmt.Sprintf("tcp %d to %d, %s, seq %d, ack %d, %d bytes", p.from.Port(), p.to.Port(), p.Flags, t.Seq, t.Ack, len(data))
		c.transport(p, layers.IPProtocolTCP, t, data, inner)
	}
}

func (c *Writer) udp(p *packet) {
	u := &layers.UDP{SrcPort: layers.UDPPort(p.from.Port()), DstPort: layers.UDPPort(p.to.Port())}
	inner := fmt.Sprintf("udp %d to %d, %d bytes", p.from.Port(), p.to.Port(), len(p.Data))
	c.transport(p, layers.IPProtocolUDP, u, p.Data, inner)
}

// checksummed is a layer whose checksum covers addresses.
type checksummed interface {
	gopacket.SerializableLayer
	SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
}

// transport writes a segment or a datagram, protected if it is.
func (c *Writer) transport(p *packet, proto layers.IPProtocol, l checksummed, data []byte, inner string) {
	ip := c.ip(p, proto)
	if c.err = l.SetNetworkLayerForChecksum(ip); c.err != nil {
		return
	}
	segment := c.serialize(l, gopacket.Payload(data))
	if proto == layers.IPProtocolUDP && len(segment) >= 8 && segment[6] == 0 && segment[7] == 0 {
		segment[6], segment[7] = 0xff, 0xff // zero would mean that there is none
	}
	if proto == layers.IPProtocolUDP {
		c.answered[[2]netip.AddrPort{p.from, p.to}] = segment[:min(8, len(segment))]
	}
	if p.Protection == "" {
		c.write(p, ip, segment)
		return
	}
	c.protect(p, proto, segment, inner)
}

// serialize is the bytes of layers, with lengths and checksums.
func (c *Writer) serialize(l ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, l...); err != nil {
		c.err = err
		return nil
	}
	return b.Bytes()
}

// networkLayer is an IP header.
type networkLayer interface {
	gopacket.NetworkLayer
	gopacket.SerializableLayer
}

// ip is the IP header of a packet.
func (c *Writer) ip(p *packet, proto layers.IPProtocol) networkLayer {
	from, to := p.from.Addr(), p.to.Addr()
	if from.Is6() {
		return &layers.IPv6{Version: 6, HopLimit: 128, NextHeader: proto, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
	}
	return &layers.IPv4{Version: 4, TTL: 128, Protocol: proto, Flags: layers.IPv4DontFragment, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
}

// write appends a packet to the file.
func (c *Writer) write(p *packet, ip networkLayer, payload []byte) {
	if c.err != nil {
		return
	}
	if v4, is := ip.(*layers.IPv4); is {
		c.ids[p.from.Addr()]++
		v4.Id = c.ids[p.from.Addr()]
	}
	data := c.serialize(ip, gopacket.Payload(payload))
	if c.err != nil {
		return
	}
	info := gopacket.CaptureInfo{
		Timestamp: time.Unix(0, int64(p.rec.Time)), CaptureLength: len(data), Length: len(data), InterfaceIndex: c.interfaces[p.rec.Host],
	}
	var opts pcapgo.NgPacketOptions
	if len(p.comments) > 0 {
		opts.Comments = []string{strings.ToValidUTF8(strings.Join(p.comments, "; "), "\uFFFD")}
	}
	c.err = c.ng.WritePacketWithOptions(info, data, opts)
}
