package capture

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// Lengths in bytes of what stands around a protected segment.
const (
	icvLength = 12 // HMAC-SHA1-96
	aesBlock  = 16
	desBlock  = 8
)

// firstSPI is above those that are reserved (RFC 4303: 0 to 255).
const firstSPI = 0x1000

// spi is the SPI of an association for what goes from an address. The direction
// of a host to itself is not told apart.
func (c *Writer) spi(sa uint64, from netip.Addr) uint32 {
	spi := firstSPI + uint32(sa)*2
	if a := c.bySA[sa]; a != nil && a.from != from {
		spi++
	}
	return spi
}

// place is the number of a packet under its SPI; a copy that somebody sends
// has the number of what it copies.
func (c *Writer) place(spi uint32, p *packet, segment []byte) uint32 {
	key := fmt.Sprintf("%d %s %s %x", spi, p.from, p.to, segment)
	if n, known := c.places[key]; p.Forged && known {
		return n
	}
	c.numbers[spi]++
	c.places[key] = c.numbers[spi]
	return c.numbers[spi]
}

// protect writes a segment under its security association.
func (c *Writer) protect(p *packet, proto layers.IPProtocol, segment []byte, inner string) {
	spi := c.spi(p.SA, p.from.Addr())
	number := c.place(spi, p, segment)
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, spi), number)
	a := c.bySA[p.SA]
	switch {
	case p.Protection == "encrypted":
		p.comments = append(p.comments, fmt.Sprintf("inside, under association %d: %s; no cryptography is simulated, so the ciphertext is zeros", p.SA, inner))
		block := aesBlock
		if a != nil {
			block = a.block
		}
		c.write(p, c.ip(p, layers.IPProtocolESP), append(head, make([]byte, block+padded(len(segment), block)+icvLength)...))
	case a != nil && a.ah:
		p.comments = append(p.comments, fmt.Sprintf("under association %d: %s; no cryptography is simulated, so the check value is zeros", p.SA, inner))
		// Next header, length in words less two, reserved; RFC 4302.
		ah := append([]byte{byte(proto), (12+icvLength)/4 - 2, 0, 0}, head...)
		c.write(p, c.ip(p, layers.IPProtocolAH), append(append(ah, make([]byte, icvLength)...), segment...))
	default:
		p.comments = append(p.comments, fmt.Sprintf("inside, under association %d, not encrypted: %s; no cryptography is simulated, so the check value is zeros", p.SA, inner))
		n := padded(len(segment), 4) - len(segment) - 2
		body := append(head, segment...)
		for i := range n {
			body = append(body, byte(i+1)) // RFC 4303, 2.4
		}
		body = append(body, byte(n), byte(proto))
		c.write(p, c.ip(p, layers.IPProtocolESP), append(body, make([]byte, icvLength)...))
	}
}

// padded is the length of a segment with its padding, the padding's length and
// the next header, a multiple of size.
func padded(n, size int) int { return (n + 2 + size - 1) / size * size }

// exchanges are the exchange types of AuthIP, by the name of a message; whatever is
// not there is a notification.
var exchanges = map[string]byte{
	"main mode 1": 243, "main mode 2": 243, "main mode 3": 243, "main mode 4": 243,
	"quick mode 1": 244, "quick mode 2": 244, "quick mode 3": 244, "quick mode 4": 244,
	"extended mode 1": 245, "extended mode 2": 245, "extended mode 3": 245, "extended mode 4": 245,
}

const notification = 246

// quickMode is a quick mode in its course.
type quickMode struct {
	id       uint32
	answered bool
}

// messageID is that of a keying message between two addresses: 0 in main mode
// and of notifications, 1 in extended mode, and of the initiator's choice in quick
// mode, where a request that is sent again keeps it (MS-AIPS 2.2.1).
func (c *Writer) messageID(between [2]netip.Addr, message string) uint32 {
	switch exchanges[message] {
	case exchanges["extended mode 1"]:
		return 1
	case exchanges["quick mode 1"]:
		q := c.quick[between]
		switch {
		case q == nil:
			q = &quickMode{id: 2}
			c.quick[between] = q
		case message == "quick mode 1" && q.answered:
			*q = quickMode{id: q.id + 1}
		}
		q.answered = q.answered || message == "quick mode 2"
		return q.id
	}
	return 0
}

// ike writes a keying message: the header of ISAKMP, and no payload.
func (c *Writer) ike(p *packet) {
	k := pair(p.from.Addr(), p.to.Addr())
	if c.cookies[k] == 0 {
		c.begun++
		c.cookies[k] = c.begun
	}
	exchange, known := exchanges[p.Flags]
	if !known {
		exchange = notification
	}
	b := append(binary.BigEndian.AppendUint32(nil, 0x77736173), binary.BigEndian.AppendUint32(nil, uint32(c.cookies[k]))...) // initiator's cookie
	responder := []byte("wsasim\x00\x01")
	if p.Flags == "main mode 1" {
		responder = make([]byte, 8)
	}
	b = append(b, responder...)
	b = append(b, 0, 0x10, exchange, 0) // no payload, version 1.0, no flags
	b = binary.BigEndian.AppendUint32(b, c.messageID(k, p.Flags))
	b = binary.BigEndian.AppendUint32(b, 8+8+12) // length
	text := p.Flags
	if p.SA != 0 {
		text += fmt.Sprintf(" of association %d", p.SA)
	}
	p.comments = append([]string{text + ": the contents of AuthIP are not simulated"}, p.comments...)
	u := &layers.UDP{SrcPort: layers.UDPPort(p.from.Port()), DstPort: layers.UDPPort(p.to.Port())}
	ip := c.ip(p, layers.IPProtocolUDP)
	if c.err = u.SetNetworkLayerForChecksum(ip); c.err != nil {
		return
	}
	c.write(p, ip, c.serialize(u, gopacket.Payload(b)))
}

// icmp writes a message that the trace holds as a whole, or else "port
// unreachable", which quotes the datagram that it answers.
func (c *Writer) icmp(p *packet) {
	if len(p.Data) > 0 {
		protocol := layers.IPProtocolICMPv4
		if p.from.Addr().Is6() {
			protocol = layers.IPProtocolICMPv6
		}
		c.write(p, c.ip(p, protocol), p.Data)
		return
	}
	quoted := c.quoted(p)
	if p.from.Addr().Is6() {
		ip := c.ip(p, layers.IPProtocolICMPv6)
		l := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeDestinationUnreachable, layers.ICMPv6CodePortUnreachable)}
		if c.err = l.SetNetworkLayerForChecksum(ip); c.err != nil {
			return
		}
		c.write(p, ip, c.serialize(l, gopacket.Payload(append(make([]byte, 4), quoted...))))
		return
	}
	l := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4CodePort)}
	c.write(p, c.ip(p, layers.IPProtocolICMPv4), c.serialize(l, gopacket.Payload(quoted)))
}

// quoted is the IP header and the first 8 bytes of the datagram that p answers.
func (c *Writer) quoted(p *packet) []byte {
	header := c.answered[[2]netip.AddrPort{p.to, p.from}]
	if header == nil {
		u := &layers.UDP{SrcPort: layers.UDPPort(p.to.Port()), DstPort: layers.UDPPort(p.from.Port()), Length: 8}
		b := gopacket.NewSerializeBuffer()
		if c.err = u.SerializeTo(b, gopacket.SerializeOptions{}); c.err != nil {
			return nil
		}
		header = b.Bytes()
	}
	back := *p
	back.from, back.to = p.to, p.from
	ip := c.ip(&back, layers.IPProtocolUDP)
	length := int(binary.BigEndian.Uint16(header[4:6]))
	all := c.serialize(ip, gopacket.Payload(append(header[:8:8], make([]byte, max(length-8, 0))...)))
	if c.err != nil {
		return nil
	}
	return all[:len(all)-max(length-8, 0)]
}
