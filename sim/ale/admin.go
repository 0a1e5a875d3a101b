package ale

import (
	"fmt"
	"net/netip"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Action is what an administrator's rule does with the traffic it selects.
type Action uint8

// Actions.
const (
	// Request negotiates for traffic that nobody secured, and lets clear text
	// flow when the peer cannot. What a socket asked for stays as it is.
	Request Action = iota
	// Require negotiates and lets nothing flow in clear, whatever the socket
	// allows.
	Require
	// Bypass does not negotiate. A socket that asked for security and did not
	// allow clear text can then not talk at all: the promise that none of its
	// packets leaves in clear is kept (inferred).
	Bypass
	// Block lets nothing flow.
	Block
)

var actionNames = [...]string{"request", "require", "bypass", "block"}

func (a Action) String() string { return nameOf(actionNames[:], a) }

// AdminRule is one rule of a host's administrator, who outranks the sockets
// (rule SEC-CONFLICT). A zero selector selects everything.
type AdminRule struct {
	Action Action
	// Protocol is IPPROTO_TCP or IPPROTO_UDP.
	Protocol int32
	// Remote are the addresses of peers, LocalPort and RemotePort the ports.
	Remote                netip.Prefix
	LocalPort, RemotePort uint16
	// Encrypt demands encryption of what Request and Require negotiate.
	Encrypt bool
	// MainMode and QuickMode take the place of the socket's policies.
	MainMode  *MainModePolicy
	QuickMode *QuickModePolicy
}

// String is the rule for people: "require, remote port 443, encrypted".
func (r *AdminRule) String() string {
	text := r.Action.String()
	for _, part := range [...]struct {
		on    bool
		value string
	}{
		{r.Protocol != 0, fmt.Sprintf("protocol %d", r.Protocol)},
		{r.Remote.IsValid(), "peers " + r.Remote.String()},
		{r.LocalPort != 0, fmt.Sprintf("port %d", r.LocalPort)},
		{r.RemotePort != 0, fmt.Sprintf("remote port %d", r.RemotePort)},
		{r.Encrypt, "encrypted"},
	} {
		if part.on {
			text += ", " + part.value
		}
	}
	return text
}

// AdminPolicy is the rules of a host in the order in which they are tried: the
// first that selects some traffic decides about it.
type AdminPolicy []AdminRule

// Traffic is what selectors look at, as one end sees it.
type Traffic struct {
	Protocol      int32
	Local, Remote netip.AddrPort
}

// find is the rule for some traffic, nil when none selects it.
func (p AdminPolicy) find(t Traffic) *AdminRule {
	for i := range p {
		if p[i].selects(t) {
			return &p[i]
		}
	}
	return nil
}

func (r *AdminRule) selects(t Traffic) bool {
	return (r.Protocol == 0 || r.Protocol == t.Protocol) &&
		(r.LocalPort == 0 || r.LocalPort == t.Local.Port()) &&
		(r.RemotePort == 0 || r.RemotePort == t.Remote.Port()) &&
		(!r.Remote.IsValid() || r.Remote.Contains(t.Remote.Addr().Unmap().WithZone("")))
}

// Need is what one end of some traffic is held to: what its socket asked for,
// under what the administrator decided. It is comparable, so that sockets with
// the same needs can share an association.
type Need struct {
	// Settings is what binds; meaningless unless Secured.
	Settings Settings
	// Secured reports whether anything was asked for, by socket or
	// administrator.
	Secured bool
	// Target is the principal that the peer must prove, "" for none.
	Target string
	// Silent ends ask for protection and do not negotiate it themselves: the
	// administrator bypasses them, or they skip the filters that would.
	Silent bool
	// Blocked ends may not talk.
	Blocked bool
	// Conflict says that the administrator changed what the socket asked for.
	Conflict bool
}

// NeedOf is the need of a socket with the given state, nil for a socket that
// security never touched and for traffic without a socket.
func NeedOf(st *State, peer netip.AddrPort, admin AdminPolicy, t Traffic) Need {
	n := Need{}
	if st.Secured() {
		n.Secured, n.Settings, n.Target = true, *st.settings, st.TargetName(peer)
		// An application that skips the filters knows of others that secure
		// its traffic. Without any, what it asked for stays forbidden in clear
		// and nobody negotiates (inferred).
		n.Silent = n.Settings.IpsecFlags&wsa.SOCKET_SETTINGS_IPSEC_SKIP_FILTER_INSTANTIATION != 0
	}
	if len(admin) == 0 {
		return n
	}
	r := admin.find(t)
	if r == nil {
		return n
	}
	before := n
	r.apply(&n)
	n.Conflict = before.Secured && n != before
	return n
}

// apply changes a need to what the rule says.
func (r *AdminRule) apply(n *Need) {
	switch r.Action {
	case Block:
		n.Blocked = true
		return
	case Bypass:
		n.Silent = n.Secured
		return
	}
	if !n.Secured {
		n.Settings = defaultSettings
		if r.Action == Request {
			n.Settings.Flags = wsa.SOCKET_SETTINGS_ALLOW_INSECURE
		}
	}
	n.Secured, n.Silent = true, false
	if r.Action == Require {
		n.Settings.Flags &^= wsa.SOCKET_SETTINGS_ALLOW_INSECURE
	}
	if r.Encrypt {
		n.Settings.Flags |= wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION
	}
	if r.MainMode != nil {
		n.Settings.MainMode = r.MainMode
	}
	if r.QuickMode != nil {
		n.Settings.QuickMode = r.QuickMode
	}
}

// Negotiates reports whether the end takes part in a negotiation.
func (n *Need) Negotiates() bool { return n.Secured && !n.Silent && !n.Blocked }

// MayClear reports whether the end's traffic may flow in clear, and if not, by
// which rule.
func (n *Need) MayClear() (bool, rules.ID) {
	switch {
	case n.Blocked:
		return false, rules.SECConflict
	case !n.Secured:
		return true, ""
	case n.Settings.GuaranteesEncryption():
		return false, rules.SECGuarantee
	case !n.Settings.AllowsClear():
		return false, rules.SECNoclear
	}
	return true, rules.SECAllow
}

// TakesFirstClear reports whether the first packet that arrives from a peer may
// be in clear though the end demands protection: the application said so, and
// demands no proof of who the peer is (inferred: a name outranks the flag).
func (n *Need) TakesFirstClear() bool {
	return n.Secured && !n.Blocked && n.Target == "" &&
		n.Settings.IpsecFlags&wsa.SOCKET_SETTINGS_IPSEC_ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED != 0
}

// demands reports whether the peer must prove a name, and whether the name is
// an account's rather than a service's.
func (n *Need) demands() (name string, raw bool) {
	if n.Settings.IpsecFlags&wsa.SOCKET_SETTINGS_IPSEC_OPTIONAL_PEER_NAME_VERIFICATION != 0 {
		return "", false
	}
	return n.Target, n.Settings.IpsecFlags&wsa.SOCKET_SETTINGS_IPSEC_PEER_NAME_IS_RAW_FORMAT != 0
}

// clearAfter is how long the end waits for a peer that does not answer before
// it talks in clear, 0 for ever.
func (n *Need) clearAfter() time.Duration {
	if ok, _ := n.MayClear(); !ok || !n.Settings.QuickMode.Discovery {
		return 0
	}
	return n.Settings.QuickMode.ClearAfter
}
