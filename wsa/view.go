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
