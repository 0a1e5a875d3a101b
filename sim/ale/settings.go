package ale

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// SetSecurity is WSASetSocketSecurity: settings is a SOCKET_SECURITY_SETTINGS
// or SOCKET_SECURITY_SETTINGS_IPSEC, told apart by length, or nil for the
// default policy. contexts may be nil when the host has none registered.
func SetSecurity(s Socket, settings []byte, contexts Contexts) Decision {
	r := request{sock: s, in: settings, contexts: contexts}
	if err, rule := judge(setSecurity, r); err != 0 {
		return Decision{Err: err, Rule: rule}
	}
	d := Decision{Rule: rules.SSSExclusive, Exclusive: true}
	asked := &defaultSettings
	switch {
	case settings == nil:
		d.Rule = rules.SSSNull
	case isIpsecSettings(settings):
		v, _ := wsa.ViewSecuritySettingsIPsec(settings)
		asked = ipsecSettings(v, contexts)
		d.Advisories = adviseUser(adviseStrings(v), asked)
	default:
		asked = genericSettings(settings)
		d.Advisories = adviseProtocol(asked.Protocol)
	}
	ensure(s).settings = asked
	return d
}

// isIpsecSettings reports which structure a buffer of settings holds. Nothing
// in it says so; anything longer than the generic structure is meant to be the
// IPsec one (inferred), so that a truncated one is not mistaken for the other.
func isIpsecSettings(b []byte) bool { return len(b) > wsa.SecuritySettingsSize }

func sssSize(r request) (wsa.Errno, rules.ID) {
	fits := r.in == nil || len(r.in) >= wsa.SecuritySettingsSize
	if isIpsecSettings(r.in) {
		_, fits = wsa.ViewSecuritySettingsIPsec(r.in)
	}
	if !fits {
		return wsa.WSAEMSGSIZE, rules.SSSSize
	}
	return 0, ""
}

func sssConn(r request) (wsa.Errno, rules.ID) {
	if r.sock.Connected() {
		return wsa.WSAEISCONN, rules.SSSConn
	}
	return 0, ""
}

// sssLate refuses what comes too late. The page names no code (inferred).
func sssLate(r request) (wsa.Errno, rules.ID) {
	switch {
	case r.sock.Bound():
		return wsa.WSAEINVAL, rules.SSSBound
	case r.sock.Security().Secured():
		return wsa.WSAEINVAL, rules.SSSOnce
	}
	return 0, ""
}

const (
	knownSecurityFlags = wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION | wsa.SOCKET_SETTINGS_ALLOW_INSECURE
	knownIpsecFlags    = wsa.SOCKET_SETTINGS_IPSEC_SKIP_FILTER_INSTANTIATION |
		wsa.SOCKET_SETTINGS_IPSEC_OPTIONAL_PEER_NAME_VERIFICATION |
		wsa.SOCKET_SETTINGS_IPSEC_ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED |
		wsa.SOCKET_SETTINGS_IPSEC_PEER_NAME_IS_RAW_FORMAT
)

func sssValue(r request) (wsa.Errno, rules.ID) {
	if r.in == nil {
		return 0, ""
	}
	// Both structures begin alike.
	var head wsa.SecuritySettings
	if head.UnmarshalBinary(r.in) != nil ||
		head.SecurityProtocol >= wsa.SOCKET_SECURITY_PROTOCOL_INVALID || head.SecurityFlags&^knownSecurityFlags != 0 {
		return wsa.WSAEINVAL, rules.SSSValue
	}
	if !isIpsecSettings(r.in) {
		return 0, ""
	}
	v, _ := wsa.ViewSecuritySettingsIPsec(r.in)
	if v.SecurityProtocol == wsa.SOCKET_SECURITY_PROTOCOL_DEFAULT || v.IpsecFlags&^knownIpsecFlags != 0 {
		return wsa.WSAEINVAL, rules.SSSValue
	}
	if _, _, ok := policiesFor(v, r.contexts); !ok {
		return wsa.WSAEINVAL, rules.SSSPolicyKeys
	}
	return 0, ""
}

// policiesFor is the policies that settings name: the default one for a zero
// key, and false when a key names nothing that is registered.
func policiesFor(v wsa.SecuritySettingsIPsecView, contexts Contexts) (*MainModePolicy, *QuickModePolicy, bool) {
	main, quick := &defaultMainMode, &defaultQuickMode
	if contexts == nil {
		return main, quick, v.AuthipMMPolicyKey.IsZero() && v.AuthipQMPolicyKey.IsZero()
	}
	if !v.AuthipMMPolicyKey.IsZero() {
		main = contexts.MainMode(v.AuthipMMPolicyKey)
	}
	if !v.AuthipQMPolicyKey.IsZero() {
		quick = contexts.QuickMode(v.AuthipQMPolicyKey)
	}
	return main, quick, main != nil && quick != nil
}

// genericSettings is what a valid SOCKET_SECURITY_SETTINGS asks for.
func genericSettings(b []byte) *Settings {
	var given wsa.SecuritySettings
	if err := given.UnmarshalBinary(b); err != nil {
		panic("ale: settings passed validation and cannot be read: " + err.Error())
	}
	if given == (wsa.SecuritySettings{}) {
		return &defaultSettings // one for all sockets that ask for nothing in particular
	}
	asked := defaultSettings
	asked.Protocol, asked.Flags = given.SecurityProtocol, given.SecurityFlags
	return &asked
}

// ipsecSettings is what a valid SOCKET_SECURITY_SETTINGS_IPSEC asks for.
func ipsecSettings(v wsa.SecuritySettingsIPsecView, contexts Contexts) *Settings {
	main, quick, _ := policiesFor(v, contexts)
	return &Settings{
		Protocol:   v.SecurityProtocol,
		Flags:      v.SecurityFlags,
		IpsecFlags: v.IpsecFlags,
		MainMode:   main,
		QuickMode:  quick,
		User:       wsa.DecodeUTF16(v.UserName),
		Domain:     wsa.DecodeUTF16(v.DomainName),
		Password:   wsa.DecodeUTF16(v.Password),
	}
}
