package wsa

import (
	"strconv"
)

// The structures of the secure socket extensions (mstcpip.h; pages
// ns-mstcpip-socket_*). Their layouts are the same on every target, since they
// hold no pointers and handles are 64 bits wide. The types are alike in that
// strings start where AllStrings stands, which is before the size of the
// structure ends: C rounds that up to the alignment of 8.

// PeerTargetNameSize is sizeof(SOCKET_PEER_TARGET_NAME), PeerTargetNameStrings
// the offset of its AllStrings, in bytes.
const (
	PeerTargetNameSize    = 144
	PeerTargetNameStrings = 140
)

// PeerTargetName is SOCKET_PEER_TARGET_NAME (page
// ns-mstcpip-socket_peer_target_name): the principal that must be at the other
// end. Layout: SecurityProtocol 0, PeerAddress 8, PeerTargetNameStringLen 136,
// AllStrings 140.
//
// Callers size it in two ways, 144 or 140 bytes plus the string. Both decode:
// a buffer must reach the end of the string, and whatever follows is not part
// of the structure, as a C callee reads no further than the length field says.
type PeerTargetName struct {
	SecurityProtocol uint32          // SOCKET_SECURITY_PROTOCOL_*
	PeerAddress      SockaddrStorage // zero: whatever peer a stream is connected to
	Name             string          // the SPN, WTF-8 (see DecodeUTF16)
}

// AppendBinary appends 144 bytes plus two for each UTF-16 unit of the name:
// the name starts at 140 and four zero bytes end the structure.
// PeerTargetNameStringLen counts bytes. It fails with *EncodeError when the
// name is not WTF-8 or 2^31 bytes long; dst is returned as it was then.
func (p *PeerTargetName) AppendBinary(dst []byte) ([]byte, error) {
	out, err := p.appendTight(dst, PeerTargetNameSize-PeerTargetNameStrings)
	if err != nil {
		return dst, err
	}
	return append(out, 0, 0, 0, 0), nil
}

// AppendTight appends the shortest form, 140 bytes plus the name: what callers
// pass that do not count the padding at the end. It fails as AppendBinary does.
func (p *PeerTargetName) AppendTight(dst []byte) ([]byte, error) {
	out, err := p.appendTight(dst, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// appendTight makes room for tail bytes more than it writes, so that a new
// buffer is allocated once.
func (p *PeerTargetName) appendTight(dst []byte, tail int) ([]byte, error) {
	start := len(dst)
	room := PeerTargetNameStrings + 2*len(p.Name)
	if len(p.Name) > maxText {
		return dst, &EncodeError{"SOCKET_PEER_TARGET_NAME", "AllStrings", "the name has more than 2^30 bytes"}
	}
	out := extend(dst, room+tail)
	b := out[start:]
	le.PutUint32(b, p.SecurityProtocol)
	le.PutUint32(b[4:], 0)
	copy(b[8:136], p.PeerAddress[:])
	n, i := putASCII(b[PeerTargetNameStrings:], p.Name)
	if i < len(p.Name) {
		var bad int
		if n, bad = putUTF16(b[PeerTargetNameStrings:], n, p.Name, i); bad >= 0 {
			return dst, &EncodeError{"SOCKET_PEER_TARGET_NAME", "AllStrings", notWTF8(bad)}
		}
	}
	le.PutUint32(b[136:], uint32(n))
	return out[:start+PeerTargetNameStrings+n], nil
}

// maxText bounds the strings in structures so that no length overflows 32 bits.
const maxText = 1 << 30

func notWTF8(at int) string {
	return "byte " + strconv.Itoa(at) + " of the string is neither UTF-8 nor a lone surrogate"
}

// UnmarshalBinary reads the structure. It fails with *DecodeError when b is
// shorter than 140 bytes or than the name needs, and when
// PeerTargetNameStringLen is odd. The name is copied out of b.
func (p *PeerTargetName) UnmarshalBinary(b []byte) error {
	if !FitsPeerTargetName(b) {
		_, err := ParsePeerTargetName(b)
		return err
	}
	n := le.Uint32(b[136:])
	if n%2 != 0 {
		return &DecodeError{
			Struct: "SOCKET_PEER_TARGET_NAME", Field: "PeerTargetNameStringLen", Offset: 136, Have: len(b),
			Reason: "expected an even number of bytes, found " + strconv.FormatUint(uint64(n), 10),
		}
	}
	p.SecurityProtocol = le.Uint32(b)
	copy(p.PeerAddress[:], b[8:136])
	p.Name = DecodeUTF16(b[PeerTargetNameStrings : PeerTargetNameStrings+int(n)])
	return nil
}

// PeerTargetNameView is a SOCKET_PEER_TARGET_NAME that has been checked for
// size and not copied: its slices share the buffer it was parsed from.
type PeerTargetNameView struct {
	SecurityProtocol uint32
	PeerAddress      []byte // 128 bytes, a SOCKADDR_STORAGE
	Name             []byte // PeerTargetNameStringLen bytes of UTF-16LE; may be odd
	Tail             []byte // what follows the name: not part of the structure
}

// ParsePeerTargetName finds the parts of a SOCKET_PEER_TARGET_NAME without
// copying or, when it succeeds, allocating. It fails with *DecodeError when b
// is shorter than 140 bytes or than the name needs, and judges nothing else.
func ParsePeerTargetName(b []byte) (PeerTargetNameView, error) {
	if len(b) < PeerTargetNameStrings {
		return PeerTargetNameView{}, short("SOCKET_PEER_TARGET_NAME", len(b))
	}
	n := uint64(le.Uint32(b[136:]))
	if uint64(len(b)-PeerTargetNameStrings) < n {
		return PeerTargetNameView{}, &DecodeError{
			Struct: "SOCKET_PEER_TARGET_NAME", Field: "AllStrings", Offset: PeerTargetNameStrings,
			Need: clampInt(PeerTargetNameStrings + n), Have: len(b),
		}
	}
	end := PeerTargetNameStrings + int(n)
	return PeerTargetNameView{
		SecurityProtocol: le.Uint32(b),
		PeerAddress:      b[8:136:136],
		Name:             b[PeerTargetNameStrings:end:end],
		Tail:             b[end:],
	}, nil
}

// clampInt is n as an int, the largest int when n has more bits than the
// host's int has.
func clampInt(n uint64) int {
	const maxInt = int(^uint(0) >> 1)
	if n > uint64(maxInt) {
		return maxInt
	}
	return int(n)
}

// SecuritySettingsSize is sizeof(SOCKET_SECURITY_SETTINGS) in bytes.
const SecuritySettingsSize = 8

// SecuritySettings is SOCKET_SECURITY_SETTINGS (page
// ns-mstcpip-socket_security_settings): what every protocol understands.
// Layout: SecurityProtocol 0, SecurityFlags 4.
type SecuritySettings struct {
	SecurityProtocol uint32 // SOCKET_SECURITY_PROTOCOL_*; DEFAULT is advised
	SecurityFlags    uint32 // SOCKET_SETTINGS_GUARANTEE_ENCRYPTION, _ALLOW_INSECURE
}

// AppendBinary appends the 8 bytes; it never fails.
func (p *SecuritySettings) AppendBinary(dst []byte) ([]byte, error) {
	dst = le.AppendUint32(dst, p.SecurityProtocol)
	return le.AppendUint32(dst, p.SecurityFlags), nil
}

// UnmarshalBinary reads the first 8 bytes. It fails with *DecodeError when b is
// shorter, and judges nothing.
func (p *SecuritySettings) UnmarshalBinary(b []byte) error {
	if len(b) < SecuritySettingsSize {
		return short("SOCKET_SECURITY_SETTINGS", len(b))
	}
	*p = SecuritySettings{le.Uint32(b), le.Uint32(b[4:])}
	return nil
}

// SecuritySettingsIPsecSize is sizeof(SOCKET_SECURITY_SETTINGS_IPSEC),
// SecuritySettingsIPsecStrings the offset of its AllStrings, in bytes.
const (
	SecuritySettingsIPsecSize    = 88
	SecuritySettingsIPsecStrings = 84
)

// SecuritySettingsIPsec is SOCKET_SECURITY_SETTINGS_IPSEC (page
// ns-mstcpip-socket_security_settings_ipsec). Layout: SecurityProtocol 0,
// SecurityFlags 4, IpsecFlags 8, AuthipMMPolicyKey 12, AuthipQMPolicyKey 28,
// Reserved 44, Reserved2 64, UserNameStringLen 72, DomainNameStringLen 76,
// PasswordStringLen 80, AllStrings 84.
type SecuritySettingsIPsec struct {
	SecurityProtocol  uint32 // IPSEC, from Windows 7 on also IPSEC2
	SecurityFlags     uint32 // as in SecuritySettings
	IpsecFlags        uint32 // SOCKET_SETTINGS_IPSEC_*
	AuthipMMPolicyKey GUID   // main mode policy; zero: none
	AuthipQMPolicyKey GUID   // quick mode policy; zero: none
	Reserved          GUID   // should be zero, kept as it is
	Reserved2         uint64 // should be zero, kept as it is
	UserName          string // the three strings are AllStrings one after another
	DomainName        string
	Password          string
}

// AppendBinary appends 88 bytes plus two for each UTF-16 unit of the strings,
// which start at 84. The length fields count bytes. It fails with *EncodeError
// when a string is not WTF-8 or too long; dst is returned as it was then.
func (p *SecuritySettingsIPsec) AppendBinary(dst []byte) ([]byte, error) {
	out := le.AppendUint32(dst, p.SecurityProtocol)
	out = le.AppendUint32(out, p.SecurityFlags)
	out = le.AppendUint32(out, p.IpsecFlags)
	out = append(out, p.AuthipMMPolicyKey[:]...)
	out = append(out, p.AuthipQMPolicyKey[:]...)
	out = append(out, p.Reserved[:]...)
	out = append(out, 0, 0, 0, 0)
	out = le.AppendUint64(out, p.Reserved2)
	lengths := len(out)
	out = append(out, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for i, text := range [...]string{p.UserName, p.DomainName, p.Password} {
		field := ipsecStrings[i]
		if len(text) > maxText {
			return dst, &EncodeError{"SOCKET_SECURITY_SETTINGS_IPSEC", field, "the string has more than 2^30 bytes"}
		}
		before := len(out)
		var bad int
		if out, bad = appendUTF16(out, text); bad >= 0 {
			return dst, &EncodeError{"SOCKET_SECURITY_SETTINGS_IPSEC", field, notWTF8(bad)}
		}
		le.PutUint32(out[lengths+4*i:], uint32(len(out)-before))
	}
	return append(out, 0, 0, 0, 0), nil
}

// ipsecStrings names the parts of AllStrings in their order; the length field
// of each has the same name and StringLen behind it.
var ipsecStrings = [...]string{"UserName", "DomainName", "Password"}

// UnmarshalBinary reads the structure. It fails with *DecodeError when b is
// shorter than 84 bytes or than the strings need, and when a length is odd.
func (p *SecuritySettingsIPsec) UnmarshalBinary(b []byte) error {
	if len(b) < SecuritySettingsIPsecStrings {
		return short("SOCKET_SECURITY_SETTINGS_IPSEC", len(b))
	}
	var texts [3]string
	at := uint64(SecuritySettingsIPsecStrings)
	for i, field := range ipsecStrings {
		n := uint64(le.Uint32(b[72+4*i:]))
		if n%2 != 0 {
			return &DecodeError{
				Struct: "SOCKET_SECURITY_SETTINGS_IPSEC", Field: field + "StringLen", Offset: 72 + 4*i, Have: len(b),
				Reason: "expected an even number of bytes, found " + strconv.FormatUint(n, 10),
			}
		}
		if uint64(len(b)) < at+n {
			return &DecodeError{Struct: "SOCKET_SECURITY_SETTINGS_IPSEC", Field: field, Offset: int(at), Need: clampInt(at + n), Have: len(b)}
		}
		texts[i] = DecodeUTF16(b[at : at+n])
		at += n
	}
	*p = SecuritySettingsIPsec{
		SecurityProtocol:  le.Uint32(b),
		SecurityFlags:     le.Uint32(b[4:]),
		IpsecFlags:        le.Uint32(b[8:]),
		AuthipMMPolicyKey: GUID(b[12:28]),
		AuthipQMPolicyKey: GUID(b[28:44]),
		Reserved:          GUID(b[44:60]),
		Reserved2:         le.Uint64(b[64:]),
		UserName:          texts[0], DomainName: texts[1], Password: texts[2],
	}
	return nil
}

// Sizes in bytes of the query structures.
const (
	SecurityQueryTemplateSize       = 144
	SecurityQueryTemplateIPsec2Size = 152
	SecurityQueryInfoSize           = 24
	SecurityQueryInfoIPsec2Size     = 64
)

// SecurityQueryTemplate is SOCKET_SECURITY_QUERY_TEMPLATE (page
// ns-mstcpip-socket_security_query_template): what to find out. Layout:
// SecurityProtocol 0, PeerAddress 8, PeerTokenAccessMask 136.
type SecurityQueryTemplate struct {
	SecurityProtocol    uint32          // SOCKET_SECURITY_PROTOCOL_*
	PeerAddress         SockaddrStorage // ignored for streams
	PeerTokenAccessMask uint32          // TOKEN_*; 0 asks for no token handles
}

// AppendBinary appends the 144 bytes; it never fails.
func (p *SecurityQueryTemplate) AppendBinary(dst []byte) ([]byte, error) {
	dst = appendTemplate(dst, p.SecurityProtocol, &p.PeerAddress, p.PeerTokenAccessMask)
	return append(dst, 0, 0, 0, 0), nil
}

// appendTemplate appends the 140 bytes that both templates start with.
func appendTemplate(dst []byte, protocol uint32, peer *SockaddrStorage, mask uint32) []byte {
	dst = le.AppendUint32(dst, protocol)
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, peer[:]...)
	return le.AppendUint32(dst, mask)
}

// UnmarshalBinary reads the first 144 bytes. It fails with *DecodeError when b is
// shorter, and judges nothing.
func (p *SecurityQueryTemplate) UnmarshalBinary(b []byte) error {
	if len(b) < SecurityQueryTemplateSize {
		return short("SOCKET_SECURITY_QUERY_TEMPLATE", len(b))
	}
	*p = SecurityQueryTemplate{le.Uint32(b), SockaddrStorage(b[8:136]), le.Uint32(b[136:])}
	return nil
}

// SecurityQueryTemplateIPsec2 is SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2
// (mstcpip.h, Windows 7 on). Layout: as SecurityQueryTemplate, then Flags 140
// and FieldMask 144.
type SecurityQueryTemplateIPsec2 struct {
	SecurityProtocol    uint32 // SOCKET_SECURITY_PROTOCOL_*
	PeerAddress         SockaddrStorage
	PeerTokenAccessMask uint32 // TOKEN_*; 0 asks for no token handles
	Flags               uint32 // SOCKET_QUERY_IPSEC2_ABORT_CONNECTION_ON_FIELD_CHANGE
	FieldMask           uint32 // SOCKET_QUERY_IPSEC2_FIELD_MASK_*
}

// AppendBinary appends the 152 bytes; it never fails.
func (p *SecurityQueryTemplateIPsec2) AppendBinary(dst []byte) ([]byte, error) {
	dst = appendTemplate(dst, p.SecurityProtocol, &p.PeerAddress, p.PeerTokenAccessMask)
	dst = le.AppendUint32(dst, p.Flags)
	dst = le.AppendUint32(dst, p.FieldMask)
	return append(dst, 0, 0, 0, 0), nil
}

// UnmarshalBinary reads the first 152 bytes. It fails with *DecodeError when b is
// shorter, and judges nothing.
func (p *SecurityQueryTemplateIPsec2) UnmarshalBinary(b []byte) error {
	if len(b) < SecurityQueryTemplateIPsec2Size {
		return short("SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2", len(b))
	}
	*p = SecurityQueryTemplateIPsec2{
		le.Uint32(b), SockaddrStorage(b[8:136]), le.Uint32(b[136:]), le.Uint32(b[140:]), le.Uint32(b[144:]),
	}
	return nil
}

// SecurityQueryInfo is SOCKET_SECURITY_QUERY_INFO (page
// ns-mstcpip-socket_security_query_info): how a connection is secured. Layout:
// SecurityProtocol 0, Flags 4, PeerApplicationAccessTokenHandle 8,
// PeerMachineAccessTokenHandle 16. The caller closes the handles.
type SecurityQueryInfo struct {
	SecurityProtocol                 uint32 // SOCKET_SECURITY_PROTOCOL_*
	Flags                            uint32 // SOCKET_INFO_CONNECTION_*
	PeerApplicationAccessTokenHandle uint64 // the peer user's token; 0: none
	PeerMachineAccessTokenHandle     uint64 // the peer computer's token; 0: none
}

// AppendBinary appends the 24 bytes; it never fails.
func (p *SecurityQueryInfo) AppendBinary(dst []byte) ([]byte, error) {
	dst = le.AppendUint32(dst, p.SecurityProtocol)
	dst = le.AppendUint32(dst, p.Flags)
	dst = le.AppendUint64(dst, p.PeerApplicationAccessTokenHandle)
	return le.AppendUint64(dst, p.PeerMachineAccessTokenHandle), nil
}

// UnmarshalBinary reads the first 24 bytes. It fails with *DecodeError when b is
// shorter, and judges nothing.
func (p *SecurityQueryInfo) UnmarshalBinary(b []byte) error {
	if len(b) < SecurityQueryInfoSize {
		return short("SOCKET_SECURITY_QUERY_INFO", len(b))
	}
	*p = SecurityQueryInfo{le.Uint32(b), le.Uint32(b[4:]), le.Uint64(b[8:]), le.Uint64(b[16:])}
	return nil
}

// SecurityQueryInfoIPsec2 is SOCKET_SECURITY_QUERY_INFO_IPSEC2 (mstcpip.h,
// Windows 7 on). Layout: as SecurityQueryInfo, then MmSaId 24, QmSaId 32,
// NegotiationWinerr 40, SaLookupContext 44.
type SecurityQueryInfoIPsec2 struct {
	SecurityProtocol                 uint32 // SOCKET_SECURITY_PROTOCOL_*
	Flags                            uint32 // SOCKET_INFO_CONNECTION_*
	PeerApplicationAccessTokenHandle uint64 // the peer user's token; 0: none
	PeerMachineAccessTokenHandle     uint64 // the peer computer's token; 0: none
	MmSaId                           uint64 // main mode security association
	QmSaId                           uint64 // quick mode security association
	NegotiationWinerr                uint32 // Win32 code of the last negotiation
	SaLookupContext                  GUID   // names the association to the filtering platform
}

// AppendBinary appends the 64 bytes; it never fails.
func (p *SecurityQueryInfoIPsec2) AppendBinary(dst []byte) ([]byte, error) {
	dst = le.AppendUint32(dst, p.SecurityProtocol)
	dst = le.AppendUint32(dst, p.Flags)
	dst = le.AppendUint64(dst, p.PeerApplicationAccessTokenHandle)
	dst = le.AppendUint64(dst, p.PeerMachineAccessTokenHandle)
	dst = le.AppendUint64(dst, p.MmSaId)
	dst = le.AppendUint64(dst, p.QmSaId)
	dst = le.AppendUint32(dst, p.NegotiationWinerr)
	dst = append(dst, p.SaLookupContext[:]...)
	return append(dst, 0, 0, 0, 0), nil
}

// UnmarshalBinary reads the first 64 bytes. It fails with *DecodeError when b is
// shorter, and judges nothing.
func (p *SecurityQueryInfoIPsec2) UnmarshalBinary(b []byte) error {
	if len(b) < SecurityQueryInfoIPsec2Size {
		return short("SOCKET_SECURITY_QUERY_INFO_IPSEC2", len(b))
	}
	*p = SecurityQueryInfoIPsec2{
		SecurityProtocol:                 le.Uint32(b),
		Flags:                            le.Uint32(b[4:]),
		PeerApplicationAccessTokenHandle: le.Uint64(b[8:]),
		PeerMachineAccessTokenHandle:     le.Uint64(b[16:]),
		MmSaId:                           le.Uint64(b[24:]),
		QmSaId:                           le.Uint64(b[32:]),
		NegotiationWinerr:                le.Uint32(b[40:]),
		SaLookupContext:                  GUID(b[44:60]),
	}
	return nil
}
