package ale

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// QuerySecurity is WSAQuerySocketSecurity. It fills info and stores in *infoLen
// the number of bytes, on success, or the number needed, when they do not fit;
// otherwise it changes neither. Which of the two info structures is meant
// follows from the template's SecurityProtocol. open makes a handle for the
// calling process; it is called last, for each token there is, and only if
// the template asks for any (rule QSS-MASK).
//
// A length that claims more room than info has counts as what info has.
func QuerySecurity(s Socket, template, info []byte, infoLen *uint32, open func(Token) wsa.HANDLE) Decision {
	room := uint32(0)
	if infoLen != nil {
		room = uint32(min(uint64(*infoLen), uint64(len(info))))
	}
	d, stored := querySecurity(s, template, info, room, infoLen == nil, open)
	if stored != 0 {
		*infoLen = stored
	}
	return d
}

// querySecurity is QuerySecurity with what *infoLen is to become as a result, 0
// for no change.
func querySecurity(s Socket, template, info []byte, room uint32, noLen bool, open func(Token) wsa.HANDLE) (Decision, uint32) {
	r := request{sock: s, in: template, room: room, noLen: noLen, noInfo: info == nil}
	if err, rule := judge(query, r); err != 0 {
		d := Decision{Err: err, Rule: rule}
		if rule == rules.QSSSize || rule == rules.QSSSizeQuery {
			return d, infoSize(template)
		}
		return d, 0
	}
	// A template that is absent fails here and leaves q all zero, which is
	// what it means (rule QSS-TEMPLATE-TCP).
	q, _ := wsa.ViewSecurityQueryTemplate(template)
	a, _ := association(s, q.PeerAddress)
	if !a.Secured {
		// In clear nothing else holds either (rule QSS-FLAGS), but for why.
		a = Association{Winerr: a.Winerr}
	}
	answer := wsa.SecurityQueryInfoIPsec2{Flags: infoFlags(a), NegotiationWinerr: uint32(a.Winerr)}
	if a.Secured && asksMore(template) {
		answer.SecurityProtocol = wsa.SOCKET_SECURITY_PROTOCOL_IPSEC
		if q.IPsec2 {
			answer.SecurityProtocol = wsa.SOCKET_SECURITY_PROTOCOL_IPSEC2
		}
	}
	if q.FieldMask&wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_MM_SA_ID != 0 {
		answer.MmSaId = a.MMID
	}
	if q.FieldMask&wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_QM_SA_ID != 0 {
		answer.QmSaId = a.QMID
	}
	if q.PeerTokenAccessMask != 0 {
		openTokens(&answer, a, q.PeerTokenAccessMask, open)
	}
	size := sizeOf(q)
	writeInfo(info[:0:size], &answer)
	return Decision{Rule: queryRule(q.PeerTokenAccessMask, &answer), Watch: watched(s, q)}, size
}

// watched is the fields whose change aborts the connection. Datagrams have no
// connection to abort (inferred), and a template without the flag ends no
// earlier watch: it only asks.
func watched(s Socket, q wsa.SecurityQueryTemplateView) uint32 {
	if !q.IPsec2 || s.Type() != wsa.SOCK_STREAM || q.Flags&wsa.SOCKET_QUERY_IPSEC2_ABORT_CONNECTION_ON_FIELD_CHANGE == 0 {
		return 0
	}
	return q.FieldMask & (wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_MM_SA_ID | wsa.SOCKET_QUERY_IPSEC2_FIELD_MASK_QM_SA_ID)
}

// queryRule is the rule that says most about an answer.
func queryRule(mask uint32, answer *wsa.SecurityQueryInfoIPsec2) rules.ID {
	switch {
	case mask == 0:
		return rules.QSSMask
	case answer.PeerApplicationAccessTokenHandle|answer.PeerMachineAccessTokenHandle != 0:
		return rules.QSSTokens
	}
	return rules.QSSFlags
}

// openTokens fills in a handle for each principal that the peer proved.
func openTokens(answer *wsa.SecurityQueryInfoIPsec2, a Association, mask uint32, open func(Token) wsa.HANDLE) {
	if a.PeerUser != "" {
		answer.PeerApplicationAccessTokenHandle = uint64(open(userToken(a, mask)))
	}
	if a.PeerComputer != "" {
		answer.PeerMachineAccessTokenHandle = uint64(open(computerToken(a, mask)))
	}
}

// infoFlags says how traffic is protected.
func infoFlags(a Association) (flags uint32) {
	for _, f := range [...]struct {
		set  bool
		flag uint32
	}{
		{a.Secured, wsa.SOCKET_INFO_CONNECTION_SECURED},
		{a.Encrypted, wsa.SOCKET_INFO_CONNECTION_ENCRYPTED},
		{a.Impersonated, wsa.SOCKET_INFO_CONNECTION_IMPERSONATED},
	} {
		if f.set {
			flags |= f.flag
		}
	}
	return flags
}

// asksMore reports whether a template asks for more than the flags: whether any
// of it is not zero (rule QSS-TEMPLATE-TCP).
func asksMore(template []byte) bool {
	for _, b := range template {
		if b != 0 {
			return true
		}
	}
	return false
}

// infoSize is the size of the info that a template asks for.
func infoSize(template []byte) uint32 {
	q, _ := wsa.ViewSecurityQueryTemplate(template)
	return sizeOf(q)
}

func sizeOf(q wsa.SecurityQueryTemplateView) uint32 {
	if q.IPsec2 {
		return wsa.SecurityQueryInfoIPsec2Size
	}
	return wsa.SecurityQueryInfoSize
}

// writeInfo writes the form of info that room, an empty slice with the capacity
// of that form, is for.
func writeInfo(room []byte, answer *wsa.SecurityQueryInfoIPsec2) {
	if cap(room) == wsa.SecurityQueryInfoIPsec2Size {
		_, _ = answer.AppendBinary(room) // never fails
		return
	}
	short := wsa.SecurityQueryInfo{
		SecurityProtocol:                 answer.SecurityProtocol,
		Flags:                            answer.Flags,
		PeerApplicationAccessTokenHandle: answer.PeerApplicationAccessTokenHandle,
		PeerMachineAccessTokenHandle:     answer.PeerMachineAccessTokenHandle,
	}
	_, _ = short.AppendBinary(room) // never fails
}

func qssFault(r request) (wsa.Errno, rules.ID) {
	switch {
	case r.noLen:
		return wsa.WSAEFAULT, rules.QSSLenNull
	case r.noInfo && r.stream() && len(r.in) == 0:
		return wsa.WSAEFAULT, rules.QSSSizeQuery // what the sample meets
	}
	return 0, ""
}

func qssSize(r request) (wsa.Errno, rules.ID) {
	q, whole := wsa.ViewSecurityQueryTemplate(r.in)
	switch {
	case r.noInfo:
		return wsa.WSAEMSGSIZE, rules.QSSSizeQuery
	case !whole && !r.stream():
		return wsa.WSAEMSGSIZE, rules.QSSTemplateNontcp
	case !whole && len(r.in) != 0:
		return wsa.WSAEMSGSIZE, rules.QSSTemplateTcp
	case r.room < sizeOf(q):
		return wsa.WSAEMSGSIZE, rules.QSSSize
	}
	return 0, ""
}

// qssConn looks at the reset first: a stream that was reset is not connected
// any more, and the page promises WSAECONNRESET for it.
func qssConn(r request) (wsa.Errno, rules.ID) {
	switch {
	case r.sock.Reset():
		return wsa.WSAECONNRESET, rules.QSSReset
	case r.stream() && !r.sock.Connected():
		return wsa.WSAENOTCONN, rules.QSSNotconn
	}
	return 0, ""
}

// qssValue wants a peer from who can have many. What a stream's template says
// about a peer is ignored (inferred).
func qssValue(r request) (wsa.Errno, rules.ID) {
	if r.stream() {
		return 0, ""
	}
	q, _ := wsa.ViewSecurityQueryTemplate(r.in)
	switch {
	case wsa.SockaddrFamily(q.PeerAddress) != r.sock.Family():
		return wsa.WSAEAFNOSUPPORT, rules.QSSTemplateNontcp
	case zeroPeer(q.PeerAddress):
		return wsa.WSAEINVAL, rules.QSSTemplateNontcp
	}
	return 0, ""
}
