package ale

import (
	"encoding/binary"
	"unicode"
	"unicode/utf16"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// SetPeerTargetName is WSASetSocketPeerTargetName; buf is a
// SOCKET_PEER_TARGET_NAME.
//
// PeerAddress of a connection-oriented socket is ignored, zero or not
// (inferred): its name holds for whatever peer is connected to next, so that a
// wrong address there can never switch the check of the peer off.
func SetPeerTargetName(s Socket, buf []byte) Decision {
	r := request{sock: s, in: buf}
	if err, rule := judge(setName, r); err != 0 {
		d := Decision{Err: err, Rule: rule}
		if rule == rules.PTNOdd {
			// An odd number of characters taken for bytes ends here: say why.
			d.Advisories = adviseLength(nil, buf)
		}
		return d
	}
	v, _ := wsa.ParsePeerTargetName(buf)
	name := wsa.DecodeUTF16(v.Name)
	d := Decision{Rule: rules.PTNStreamAddr, Advisories: adviseName(s, buf, v.PeerAddress, name)}
	st := ensure(s)
	if r.stream() {
		if st.stream != "" {
			d.Rule = rules.PTNReplace
		} else if s.Bound() {
			d.Rule = rules.PTNListener
		}
		st.stream = name
		return d
	}
	d.Rule = rules.PTNMulti
	key := keyFrom(v.PeerAddress)
	if st.peers == nil {
		st.peers = make(map[peerKey]string)
	}
	before := len(st.peers)
	st.peers[key] = name
	if len(st.peers) == before {
		d.Rule = rules.PTNReplace
	}
	return d
}

func ptnFault(r request) (wsa.Errno, rules.ID) {
	if r.in == nil {
		return wsa.WSAEFAULT, rules.PTNFault
	}
	return 0, ""
}

// ptnSize counts from where the name starts, so a buffer that is shorter than
// the padded structure is good when its name fits (rule PTN-SIZE-TAIL).
func ptnSize(r request) (wsa.Errno, rules.ID) {
	if !wsa.FitsPeerTargetName(r.in) {
		return wsa.WSAEMSGSIZE, rules.PTNSize
	}
	return 0, ""
}

func ptnConn(r request) (wsa.Errno, rules.ID) {
	if r.sock.Connected() {
		return wsa.WSAEISCONN, rules.PTNConn
	}
	return 0, ""
}

func ptnValue(r request) (wsa.Errno, rules.ID) {
	v, _ := wsa.ParsePeerTargetName(r.in)
	if v.SecurityProtocol >= wsa.SOCKET_SECURITY_PROTOCOL_INVALID {
		return wsa.WSAEINVAL, rules.PTNProto
	}
	if !r.stream() {
		// A name for an address that the socket cannot talk to is a mistake
		// of the same kind as an unknown family (inferred).
		if wsa.SockaddrFamily(v.PeerAddress) != r.sock.Family() {
			return wsa.WSAEAFNOSUPPORT, rules.PTNAddrFamily
		}
		if zeroPeer(v.PeerAddress) {
			return wsa.WSAEINVAL, rules.PTNZeroaddr
		}
	}
	if !validName(v.Name) {
		return wsa.WSAEINVAL, rules.PTNOdd
	}
	return 0, ""
}

// validName refuses what cannot be the name of a principal (inferred: the pages
// do not speak of it): nothing, half a unit, a NUL, a surrogate alone.
func validName(b []byte) bool {
	if len(b) == 0 || len(b)%2 != 0 {
		return false
	}
	for i := 0; i < len(b); i += 2 {
		u := rune(binary.LittleEndian.Uint16(b[i:]))
		switch {
		case u == 0:
			return false
		case !utf16.IsSurrogate(u):
		case i+4 > len(b),
			utf16.DecodeRune(u, rune(binary.LittleEndian.Uint16(b[i+2:]))) == unicode.ReplacementChar:
			return false
		default:
			i += 2
		}
	}
	return true
}

// DeletePeerTargetName is WSADeleteSocketPeerTargetName; addr is a SOCKADDR.
//
// On a connection-oriented socket, which has one name, the address must be
// valid but does not select anything (inferred).
func DeletePeerTargetName(s Socket, addr []byte) Decision {
	r := request{sock: s, in: addr}
	if err, rule := judge(deleteName, r); err != 0 {
		return Decision{Err: err, Rule: rule}
	}
	d := Decision{Rule: rules.DTNEffect}
	st := s.Security()
	if !r.stream() {
		delete(st.peers, keyFrom(addr))
		return d
	}
	d.Advisories = adviseStreamDelete(st.stream)
	st.stream = ""
	return d
}

func dtnFault(r request) (wsa.Errno, rules.ID) {
	if r.in == nil {
		return wsa.WSAEFAULT, rules.DTNFault
	}
	return 0, ""
}

func dtnSize(r request) (wsa.Errno, rules.ID) {
	if shortAddress(r.in) {
		return wsa.WSAEMSGSIZE, rules.DTNSize
	}
	return 0, ""
}

func dtnValue(r request) (wsa.Errno, rules.ID) {
	if wsa.SockaddrFamily(r.in) != r.sock.Family() {
		return wsa.WSAEAFNOSUPPORT, rules.DTNAddrFamily
	}
	if !r.sock.Security().has(r) {
		// Any outcome conforms; a failure shows the caller a name that was
		// never set, or set for another address.
		return wsa.WSAEINVAL, rules.DTNAbsent
	}
	return 0, ""
}

// has reports whether there is a name for the address of a request.
func (s *State) has(r request) bool {
	if s == nil {
		return false
	}
	if r.stream() {
		return s.stream != ""
	}
	_, ok := s.peers[keyFrom(r.in)]
	return ok
}
