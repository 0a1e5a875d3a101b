package wsa

// Views look into a structure without copying or allocating, whether it is well
// formed or not: they are for code that judges buffers by the million.

// FitsPeerTargetName reports whether b holds a whole SOCKET_PEER_TARGET_NAME,
// the name included: whether [ParsePeerTargetName] would succeed.
func FitsPeerTargetName(b []byte) bool {
	return len(b) >= PeerTargetNameStrings &&
		uint64(le.Uint32(b[136:])) <= uint64(len(b)-PeerTargetNameStrings)
}

// SecuritySettingsIPsecView is a SOCKET_SECURITY_SETTINGS_IPSEC that was checked
// for size and not copied: the strings share the buffer it was found in.
type SecuritySettingsIPsecView struct {
	SecurityProtocol  uint32
	SecurityFlags     uint32
	IpsecFlags        uint32
	AuthipMMPolicyKey GUID
	AuthipQMPolicyKey GUID
	UserName          []byte // UTF-16LE, UserNameStringLen bytes; may be odd
	DomainName        []byte
	Password          []byte
}

// ViewSecuritySettingsIPsec finds the parts of a SOCKET_SECURITY_SETTINGS_IPSEC.
// It is false when b is shorter than 84 bytes or than the strings need, and
// judges nothing else.
func ViewSecuritySettingsIPsec(b []byte) (SecuritySettingsIPsecView, bool) {
	if len(b) < SecuritySettingsIPsecStrings {
		return SecuritySettingsIPsecView{}, false
	}
	var ends [3]uint64
	end := uint64(SecuritySettingsIPsecStrings)
	for i := range ends {
		end += uint64(le.Uint32(b[72+4*i:]))
		ends[i] = end
	}
	if end > uint64(len(b)) {
		return SecuritySettingsIPsecView{}, false
	}
	return SecuritySettingsIPsecView{
		SecurityProtocol:  le.Uint32(b),
		SecurityFlags:     le.Uint32(b[4:]),
		IpsecFlags:        le.Uint32(b[8:]),
		AuthipMMPolicyKey: GUID(b[12:28]),
		AuthipQMPolicyKey: GUID(b[28:44]),
		UserName:          b[SecuritySettingsIPsecStrings:ends[0]],
		DomainName:        b[ends[0]:ends[1]],
		Password:          b[ends[1]:ends[2]],
	}, true
}

// SecurityQueryTemplateView is a template of either form that was checked for
// size and not copied. Flags and FieldMask are 0 in the first form.
type SecurityQueryTemplateView struct {
	IPsec2              bool // SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2
	SecurityProtocol    uint32
	PeerAddress         []byte // 128 bytes, a SOCKADDR_STORAGE
	PeerTokenAccessMask uint32
	Flags               uint32
	FieldMask           uint32
}

// ViewSecurityQueryTemplate finds the parts of a SOCKET_SECURITY_QUERY_TEMPLATE,
// or of the _IPSEC2 form if SecurityProtocol says IPSEC2. It is false when b is
// shorter than its form, and then only IPsec2 may be set, as far as it can be
// told.
func ViewSecurityQueryTemplate(b []byte) (SecurityQueryTemplateView, bool) {
	var v SecurityQueryTemplateView
	v.IPsec2 = len(b) >= 4 && le.Uint32(b) == SOCKET_SECURITY_PROTOCOL_IPSEC2
	if len(b) < SecurityQueryTemplateSize || v.IPsec2 && len(b) < SecurityQueryTemplateIPsec2Size {
		return v, false
	}
	v.SecurityProtocol, v.PeerAddress, v.PeerTokenAccessMask = le.Uint32(b), b[8:136:136], le.Uint32(b[136:])
	if v.IPsec2 {
		v.Flags, v.FieldMask = le.Uint32(b[140:]), le.Uint32(b[144:])
	}
	return v, true
}
