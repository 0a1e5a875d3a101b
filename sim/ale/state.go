package ale

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"

	"wsasim/wsa"
)

// Settings is what one successful WSASetSocketSecurity asked for. It never
// changes once stored, so sockets share it (an accepted socket with its
// listener, and all sockets that took the defaults with each other).
type Settings struct {
	// Protocol is the SecurityProtocol given; DEFAULT means the same as IPSEC
	// (rule SSS-DEFAULT-PROTO).
	Protocol uint32
	// Flags holds SOCKET_SETTINGS_GUARANTEE_ENCRYPTION and _ALLOW_INSECURE.
	Flags uint32
	// IpsecFlags holds the SOCKET_SETTINGS_IPSEC_* flags; 0 when the generic
	// structure was given.
	IpsecFlags uint32
	// MainMode and QuickMode are the policies in force: those named by the
	// keys, otherwise the default ones. Never nil.
	MainMode  *MainModePolicy
	QuickMode *QuickModePolicy
	// User, Domain and Password are the explicit credential of the socket, if
	// any (rule SSS-STRINGS): the user who proves itself in extended mode, when
	// the socket begins the negotiation, in place of its process's.
	User, Domain, Password string
}

// defaultSettings is what NULL settings and the zero values of a structure
// mean (rule SSS-NULL). It is shared and must not be written to.
var defaultSettings = Settings{MainMode: &defaultMainMode, QuickMode: &defaultQuickMode}

// GuaranteesEncryption reports whether traffic must be encrypted or not flow.
func (s *Settings) GuaranteesEncryption() bool {
	return s.Flags&wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION != 0
}

// AllowsClear reports whether these settings let clear text flow when the peer
// cannot negotiate. GUARANTEE_ENCRYPTION outranks ALLOW_INSECURE when both are
// set (inferred: the page promises the one and permits the other).
func (s *Settings) AllowsClear() bool {
	return s.Flags&wsa.SOCKET_SETTINGS_ALLOW_INSECURE != 0 && !s.GuaranteesEncryption()
}

// State is what the engine remembers of one socket. A socket that no secure
// function ever changed has none: see [Socket.Security]. All methods work on a
// nil *State. It is guarded by whatever guards the socket.
type State struct {
	settings *Settings // nil until security is turned on
	stream   string    // the one name of a stream socket; "" for none
	peers    map[peerKey]string
}

// Secured reports whether security was turned on.
func (s *State) Secured() bool { return s != nil && s.settings != nil }

// Settings is what was asked for, nil while security is off. It must not be
// changed.
func (s *State) Settings() *Settings {
	if s == nil {
		return nil
	}
	return s.settings
}

// TargetName is the principal that a peer at this address must prove, "" for
// none. A stream socket has one name for whatever peer it connects to next
// (rule PTN-STREAM-ADDR), a datagram socket one for each peer (rule PTN-MULTI).
func (s *State) TargetName(peer netip.AddrPort) string {
	if s == nil {
		return ""
	}
	if s.peers != nil {
		if name, ok := s.peers[keyOf(peer)]; ok {
			return name
		}
	}
	return s.stream
}

// Inherit is the state that a socket accepted from this listener starts with:
// the listener's settings and name (rule PTN-LISTENER). It is nil when there is
// nothing to inherit. Later changes of either do not reach the other.
func (s *State) Inherit() *State {
	if s == nil || (s.settings == nil && s.stream == "") {
		return nil
	}
	return &State{settings: s.settings, stream: s.stream}
}

// PeerName is one target name of a socket.
type PeerName struct {
	Peer netip.AddrPort // invalid for the name of a stream socket
	Name string
}

// Names lists the target names in a fixed order: by address, port and scope.
func (s *State) Names() []PeerName {
	if s == nil {
		return nil
	}
	keys := make([]peerKey, 0, len(s.peers))
	for k := range s.peers {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, peerKey.compare)
	var names []PeerName
	if s.stream != "" {
		names = append(names, PeerName{Name: s.stream})
	}
	for _, k := range keys {
		names = append(names, PeerName{Peer: k.addrPort(), Name: s.peers[k]})
	}
	return names
}

// ensure is the socket's state, made on first touch.
func ensure(s Socket) *State {
	st := s.Security()
	if st == nil {
		st = new(State)
		s.SetSecurity(st)
	}
	return st
}

// peerKey is a peer address as the key of a name: address, port, and the scope
// where it tells addresses apart. An IPv4 address and the same one mapped into
// IPv6 are one peer, since a dual-stack socket shows either form. It holds no
// pointer, so that looking up costs no allocation and the map no scanning.
type peerKey struct {
	hi, lo uint64
	scope  uint32
	port   uint16
}

// keyFrom makes the key of a SOCKADDR of either family that was found whole.
func keyFrom(b []byte) peerKey {
	var in wsa.SockaddrIn
	var in6 wsa.SockaddrIn6
	if wsa.SockaddrFamily(b) == wsa.AF_INET {
		if err := in.UnmarshalBinary(b); err != nil {
			panic("ale: address passed validation and cannot be read: " + err.Error())
		}
		return makeKey(netip.AddrFrom4(in.Addr), in.Port, 0)
	}
	if err := in6.UnmarshalBinary(b); err != nil {
		panic("ale: address passed validation and cannot be read: " + err.Error())
	}
	return makeKey(netip.AddrFrom16(in6.Addr), in6.Port, in6.ScopeID)
}

// keyOf makes the key of an address.
func keyOf(a netip.AddrPort) peerKey {
	// Zones are the decimal scope ids of SOCKADDR_IN6 here, never names.
	scope, _ := strconv.ParseUint(a.Addr().Zone(), 10, 32)
	return makeKey(a.Addr(), a.Port(), uint32(scope))
}

func makeKey(ip netip.Addr, port uint16, scope uint32) peerKey {
	if !scoped(ip) {
		scope = 0
	}
	b := ip.As16()
	return peerKey{hi: binary.BigEndian.Uint64(b[:8]), lo: binary.BigEndian.Uint64(b[8:]), scope: scope, port: port}
}

// scoped reports whether a scope id is part of what names this address: the
// link-local and narrower ones are the same on every link.
func scoped(ip netip.Addr) bool {
	return ip.IsLinkLocalUnicast() || ip.IsLinkLocalMulticast() || ip.IsInterfaceLocalMulticast()
}

// addrPort is the address that the key was made of.
func (k peerKey) addrPort() netip.AddrPort {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], k.hi)
	binary.BigEndian.PutUint64(b[8:], k.lo)
	ip := netip.AddrFrom16(b).Unmap()
	if k.scope != 0 {
		ip = ip.WithZone(strconv.FormatUint(uint64(k.scope), 10))
	}
	return netip.AddrPortFrom(ip, k.port)
}

// compare orders keys by address, port and scope.
func (k peerKey) compare(o peerKey) int {
	return cmp.Or(cmp.Compare(k.hi, o.hi), cmp.Compare(k.lo, o.lo),
		cmp.Compare(k.port, o.port), cmp.Compare(k.scope, o.scope))
}
