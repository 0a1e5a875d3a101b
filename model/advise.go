package model

import (
	"encoding/binary"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Advise gives the rules of advice that the call goes against in this state.
// The call is allowed all the same.
func Advise(s State, tid int, call wsa.Call) []rules.ID {
	w := s.world()
	t := w.threads.get(uint64(tid))
	if t == nil {
		return nil
	}
	if a := overlappedOf(call); a.id != 0 {
		if r := w.results.get(resultKey(t.pid, a.id)); r != nil && r.running > 0 {
			return append([]rules.ID{rules.OVReuse}, adviseCall(w, t, call)...)
		}
	}
	return adviseCall(w, t, call)
}

func adviseCall(w *world, t *thread, call wsa.Call) []rules.ID {
	h, _ := descriptor(call)
	x := w.socketAt(t.pid, uint64(h))
	switch c := call.(type) {
	case wsa.WSASetSocketPeerTargetNameCall:
		return adviseName(x, c.PeerTargetName)
	case wsa.WSADeleteSocketPeerTargetNameCall:
		return adviseDelete(x)
	case wsa.WSASetSocketSecurityCall:
		return adviseSettings(c.Settings)
	case wsa.ClosesocketCall, wsa.WSACleanupCall:
		if t.impersonating {
			return []rules.ID{rules.ISPRevert}
		}
	case wsa.WSAIoctlCall:
		switch c.Code {
		case wsa.SIO_SET_PEER_TARGET_NAME:
			return adviseName(x, c.In)
		case wsa.SIO_DELETE_PEER_TARGET_NAME:
			return adviseDelete(x)
		case wsa.SIO_SET_SECURITY:
			return adviseSettings(c.In)
		}
	}
	return nil
}

func adviseName(x *socket, b []byte) []rules.ID {
	name, err := wsa.ParsePeerTargetName(b)
	if err != nil || x == nil {
		return nil
	}
	var out []rules.ID
	if n := len(name.Name); n > 0 && len(name.Tail) >= n && !zeroAddress(name.Tail[:n]) {
		out = append(out, rules.PTNLenChars)
	}
	if !x.sec.on {
		out = append(out, rules.PTNNosec)
	}
	if x.sent || x.status == connecting || x.status == connected {
		out = append(out, rules.PTNBefore)
	}
	if !strings.HasPrefix(lowerName(name.Name), "host/") {
		out = append(out, rules.PTNPrincipal)
	}
	return out
}

func adviseDelete(x *socket) []rules.ID {
	if x != nil && x.typ == wsa.SOCK_STREAM {
		return []rules.ID{rules.DTNStream}
	}
	return nil
}

func adviseSettings(b []byte) []rules.ID {
	if len(b) == wsa.SecuritySettingsSize && binary.LittleEndian.Uint32(b) != wsa.SOCKET_SECURITY_PROTOCOL_DEFAULT {
		return []rules.ID{rules.SSSDefaultProto}
	}
	return nil
}
