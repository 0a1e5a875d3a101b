package ale

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"unicode"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Advisory is advice about a call that is allowed and probably not what its
// author meant.
type Advisory struct {
	Rule rules.ID
	Text string // with the values of this call
}

// advise appends an advisory.
func advise(list []Advisory, rule rules.ID, format string, args ...any) []Advisory {
	return append(list, Advisory{Rule: rule, Text: fmt.Sprintf(format, args...)})
}

// adviseProtocol judges the protocol in the generic structure.
func adviseProtocol(protocol uint32) []Advisory {
	if protocol == wsa.SOCKET_SECURITY_PROTOCOL_DEFAULT {
		return nil
	}
	return advise(nil, rules.SSSDefaultProto,
		"SecurityProtocol is %s in the generic SOCKET_SECURITY_SETTINGS: SOCKET_SECURITY_PROTOCOL_DEFAULT is recommended there and means the same",
		wsa.FormatConstant(wsa.KindSecurityProtocol, int64(protocol)))
}

// adviseStrings judges the lengths of the strings, which nothing documented
// makes fail.
func adviseStrings(v wsa.SecuritySettingsIPsecView) (list []Advisory) {
	for _, f := range [...]struct {
		name string
		text []byte
	}{{"UserNameStringLen", v.UserName}, {"DomainNameStringLen", v.DomainName}, {"PasswordStringLen", v.Password}} {
		if len(f.text)%2 != 0 {
			list = advise(list, rules.SSSStrings,
				"%s is %d: it counts bytes of UTF-16, of which there are always an even number", f.name, len(f.text))
		}
	}
	return list
}

// adviseUser finds credentials that select nobody.
func adviseUser(list []Advisory, s *Settings) []Advisory {
	switch {
	case s.User == "" && s.Domain+s.Password != "":
		return advise(list, rules.SSSStrings, "a domain or password without a user name selects nobody")
	case s.User != "" && !s.QuickMode.Impersonate:
		return advise(list, rules.SSSStrings, "the credentials of %q select nobody: no user proves itself under this quick-mode policy", s.User)
	}
	return list
}

// adviseName judges a target name that is about to be set.
func adviseName(s Socket, buf []byte, peerAddress []byte, name string) []Advisory {
	list := adviseLength(nil, buf)
	if !s.Security().Secured() {
		list = advise(list, rules.PTNNosec,
			"the name %q takes no effect: security of this socket was not turned on (WSASetSocketSecurity)", name)
	}
	stream := s.Type() == wsa.SOCK_STREAM
	if _, ok := association(s, peerAddress); ok {
		peer := "the connection under way"
		if !stream {
			peer = "the existing exchange with " + text(peerAddress)
		}
		list = advise(list, rules.PTNBefore, "the name %q comes too late for %s: set it before connect or the first send", name, peer)
	}
	if !isHostName(name) {
		list = advise(list, rules.PTNPrincipal,
			"the name %q is not of the form host/fully.qualified.name: only the peer's computer account proves a target name", name)
	}
	return list
}

// adviseLength finds the mistake of Microsoft's own sample: a length in
// characters where bytes are counted, so that half of the name is lost. It
// shows when as many bytes again follow and all of it reads as one text.
func adviseLength(list []Advisory, buf []byte) []Advisory {
	v, err := wsa.ParsePeerTargetName(buf)
	n := len(v.Name)
	if err != nil || n == 0 || len(v.Tail) < n {
		return list
	}
	whole := buf[wsa.PeerTargetNameStrings:][:2*n]
	if !validName(whole) || !printable(whole) {
		return list
	}
	kept, lost := wsa.DecodeUTF16(whole[:n&^1]), wsa.DecodeUTF16(whole[n&^1:])
	return advise(list, rules.PTNLenChars,
		"PeerTargetNameStringLen is %d and the buffer goes on with text: it counts bytes, not characters, so only %q is the name and %q is lost; %q has %d bytes",
		n, kept, lost, kept+lost, 2*n)
}

// printable reports whether UTF-16 holds no control characters.
func printable(b []byte) bool {
	for i := 0; i+1 < len(b); i += 2 {
		if unicode.IsControl(rune(binary.LittleEndian.Uint16(b[i:]))) {
			return false
		}
	}
	return true
}

// isHostName reports whether a name is host/name, the form that names computers.
func isHostName(name string) bool {
	n, err := wsa.ParseSPN(name)
	return err == nil && strings.EqualFold(n.ServiceClass, "host") && n == wsa.SPN{ServiceClass: n.ServiceClass, InstanceName: n.InstanceName}
}

// adviseStreamDelete is for WSADeleteSocketPeerTargetName on a stream.
func adviseStreamDelete(name string) []Advisory {
	return advise(nil, rules.DTNStream,
		"WSADeleteSocketPeerTargetName should not be called on a connection-oriented socket: the name %q no longer guards any connection", name)
}

// AdviseRevert is the advisory for a thread that ends, or closes the socket,
// while it impersonates a peer (rule ISP-REVERT); what says which of the two.
func AdviseRevert(t Token, what string) Advisory {
	kind := "user"
	if t.Computer {
		kind = "computer"
	}
	return Advisory{rules.ISPRevert, fmt.Sprintf(
		"%s while the thread still acts as the %s %s: end every impersonation with WSARevertImpersonation", what, kind, t.Principal)}
}

// AdviseToken is the text of the advisory for a token handle that is open when
// its process ends (rule QSS-TOKENS).
func AdviseToken(t Token, handle uint64) string {
	return fmt.Sprintf("handle %d, a token of %s, was never closed: WSAQuerySocketSecurity leaves that to the caller (CloseHandle)", handle, t.Principal)
}

// text is an address for a message.
func text(sockaddr []byte) string {
	peer, err := wsa.ParseSockaddr(sockaddr)
	if err != nil {
		peer = netip.AddrPort{}
	}
	return peer.String()
}
