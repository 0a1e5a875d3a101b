package wsa

import "bytes"

// Sizes in bytes of WSAPROTOCOL_INFOW and WSAPROTOCOL_INFOA, alike on every
// target (winsock2.h).
const (
	ProtocolInfoSize  = 628
	ProtocolInfoASize = 372
)

// ProtocolInfo is WSAPROTOCOL_INFO (winsock2.h; page
// ns-winsock2-wsaprotocol_infow). Layout: five flags 0, provider 20, catalog
// entry 36, chain 40, version 72, family 76, longest and shortest address 80,
// type 88, protocol 92, offset 96, byte order 100, security 104, message size
// 108, reserved 112, name 116 (256 characters, of two bytes in the W form).
type ProtocolInfo struct {
	ServiceFlags1     uint32                     // XP1_*
	ServiceFlags2     uint32                     // reserved
	ServiceFlags3     uint32                     // reserved
	ServiceFlags4     uint32                     // reserved
	ProviderFlags     uint32                     // PFL_*
	ProviderID        GUID                       // of the service provider
	CatalogEntryID    uint32                     // names the entry in the catalog
	ChainLen          int32                      // 0 layered, 1 base, more: a chain
	ChainEntries      [MAX_PROTOCOL_CHAIN]uint32 // CatalogEntryIDs, of which ChainLen count
	Version           int32                      // of the protocol
	AddressFamily     int32                      // AF_*
	MaxSockAddr       int32                      // longest SOCKADDR, bytes
	MinSockAddr       int32                      // shortest, bytes
	SocketType        int32                      // SOCK_*
	Protocol          int32                      // IPPROTO_*
	ProtocolMaxOffset int32                      // what may be added to Protocol: 255 for raw sockets
	NetworkByteOrder  int32                      // 0 big-endian (BIGENDIAN), 1 little-endian
	SecurityScheme    int32                      // 0: none (SECURITY_PROTOCOL_NONE)
	MessageSize       uint32                     // 0: stream; 1: depends; 0xFFFFFFFF: no limit
	ProviderReserved  uint32                     // WSADuplicateSocket says here which socket is meant
	Name              string                     // szProtocol, at most 255 UTF-16 units
}

// appendHeader appends what both forms share: the first 116 bytes.
func (p *ProtocolInfo) appendHeader(dst []byte) []byte {
	for _, v := range [...]uint32{p.ServiceFlags1, p.ServiceFlags2, p.ServiceFlags3, p.ServiceFlags4, p.ProviderFlags} {
		dst = le.AppendUint32(dst, v)
	}
	dst = append(dst, p.ProviderID[:]...)
	dst = le.AppendUint32(dst, p.CatalogEntryID)
	dst = le.AppendUint32(dst, uint32(p.ChainLen))
	for _, v := range p.ChainEntries {
		dst = le.AppendUint32(dst, v)
	}
	for _, v := range [...]int32{
		p.Version, p.AddressFamily, p.MaxSockAddr, p.MinSockAddr, p.SocketType, p.Protocol,
		p.ProtocolMaxOffset, p.NetworkByteOrder, p.SecurityScheme,
	} {
		dst = le.AppendUint32(dst, uint32(v))
	}
	dst = le.AppendUint32(dst, p.MessageSize)
	return le.AppendUint32(dst, p.ProviderReserved)
}

// AppendBinary appends the 628 bytes of the W form. It fails with *EncodeError
// for a name of more than 255 UTF-16 units.
func (p *ProtocolInfo) AppendBinary(dst []byte) ([]byte, error) {
	name, err := EncodeUTF16(p.Name)
	if err != nil {
		return dst, err
	}
	if len(name) > 2*WSAPROTOCOL_LEN {
		return dst, &EncodeError{"WSAPROTOCOL_INFOW", "szProtocol", "the name is longer than 255 characters"}
	}
	dst = p.appendHeader(dst)
	dst = append(dst, name...)
	return append(dst, make([]byte, 2*(WSAPROTOCOL_LEN+1)-len(name))...), nil
}

// AppendBinaryA appends the 372 bytes of the A form. It fails with
// *EncodeError for a name that is longer than 255 bytes.
func (p *ProtocolInfo) AppendBinaryA(dst []byte) ([]byte, error) {
	if len(p.Name) > WSAPROTOCOL_LEN {
		return dst, &EncodeError{"WSAPROTOCOL_INFOA", "szProtocol", "the name is longer than 255 bytes"}
	}
	dst = append(p.appendHeader(dst), p.Name...)
	return append(dst, make([]byte, WSAPROTOCOL_LEN+1-len(p.Name))...), nil
}

// unmarshalHeader reads what both forms share; b has 116 bytes.
func (p *ProtocolInfo) unmarshalHeader(b []byte) {
	for _, f := range [...]*uint32{&p.ServiceFlags1, &p.ServiceFlags2, &p.ServiceFlags3, &p.ServiceFlags4, &p.ProviderFlags} {
		*f, b = le.Uint32(b), b[4:]
	}
	p.ProviderID, b = GUID(b[:16]), b[16:]
	p.CatalogEntryID, p.ChainLen, b = le.Uint32(b), int32(le.Uint32(b[4:])), b[8:]
	for i := range p.ChainEntries {
		p.ChainEntries[i], b = le.Uint32(b), b[4:]
	}
	for _, f := range [...]*int32{
		&p.Version, &p.AddressFamily, &p.MaxSockAddr, &p.MinSockAddr, &p.SocketType, &p.Protocol,
		&p.ProtocolMaxOffset, &p.NetworkByteOrder, &p.SecurityScheme,
	} {
		*f, b = int32(le.Uint32(b)), b[4:]
	}
	p.MessageSize, p.ProviderReserved = le.Uint32(b), le.Uint32(b[4:])
}

// UnmarshalBinary reads the 628 bytes of the W form; the name ends at its first
// zero. It fails with *DecodeError for a short buffer.
func (p *ProtocolInfo) UnmarshalBinary(b []byte) error {
	if len(b) < ProtocolInfoSize {
		return &DecodeError{Struct: "WSAPROTOCOL_INFOW", Field: "szProtocol", Offset: 116, Need: ProtocolInfoSize, Have: len(b)}
	}
	p.unmarshalHeader(b)
	end := 116
	for end < ProtocolInfoSize && le.Uint16(b[end:]) != 0 {
		end += 2
	}
	p.Name = DecodeUTF16(b[116:end])
	return nil
}

// UnmarshalBinaryA reads the 372 bytes of the A form. It fails with
// *DecodeError for a short buffer.
func (p *ProtocolInfo) UnmarshalBinaryA(b []byte) error {
	if len(b) < ProtocolInfoASize {
		return &DecodeError{Struct: "WSAPROTOCOL_INFOA", Field: "szProtocol", Offset: 116, Need: ProtocolInfoASize, Have: len(b)}
	}
	p.unmarshalHeader(b)
	name := b[116:ProtocolInfoASize]
	if i := bytes.IndexByte(name, 0); i >= 0 {
		name = name[:i]
	}
	p.Name = string(name)
	return nil
}
