package ale

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// impersonationAccess is what a thread may do with the token it impersonates.
const impersonationAccess = wsa.TOKEN_IMPERSONATE | wsa.TOKEN_QUERY

// Impersonate is WSAImpersonateSocketPeer: on success the caller gives the
// token to the calling thread, in place of any it has. peerAddr is a SOCKADDR;
// a connection-oriented socket ignores it (rule ISP-STREAM-ADDR).
func Impersonate(s Socket, peerAddr []byte) (Token, Decision) {
	r := request{sock: s, in: peerAddr}
	if err, rule := judge(impersonate, r); err != 0 {
		return Token{}, Decision{Err: err, Rule: rule}
	}
	a, _ := association(s, peerAddr)
	return tokenOf(a), Decision{Rule: rules.ISPToken}
}

// tokenOf is the token that impersonating a peer gives: its user's, or its
// computer's when no user may be impersonated; the zero Token when the peer
// proved nothing.
func tokenOf(a Association) Token {
	switch {
	case !a.Secured:
		return Token{}
	case a.Impersonated && a.PeerUser != "":
		return userToken(a, impersonationAccess)
	case a.PeerComputer != "":
		return computerToken(a, impersonationAccess)
	}
	return Token{}
}

// userToken is a token of the peer's user, computerToken of its computer.
func userToken(a Association, mask uint32) Token {
	t := Token{Principal: a.PeerUser, AccessMask: mask}
	if a.Peer != nil {
		t.Identity = a.Peer.UserIdentity
	}
	return t
}

func computerToken(a Association, mask uint32) Token {
	t := Token{Principal: a.PeerComputer, Computer: true, AccessMask: mask}
	if a.Peer != nil {
		t.Identity = a.Peer.ComputerIdentity
	}
	return t
}

func ispFault(r request) (wsa.Errno, rules.ID) {
	if r.in == nil && !r.stream() {
		return wsa.WSAEFAULT, rules.ISPFault
	}
	return 0, ""
}

func ispSize(r request) (wsa.Errno, rules.ID) {
	if !r.stream() && shortAddress(r.in) {
		return wsa.WSAEMSGSIZE, rules.ISPSize
	}
	return 0, ""
}

// ispBlocking cites the code for what a socket of this making cannot do; the
// page names none (inferred).
func ispBlocking(r request) (wsa.Errno, rules.ID) {
	if r.sock.Overlapped() || r.sock.Nonblocking() {
		return wsa.WSAEOPNOTSUPP, rules.ISPBlocking
	}
	return 0, ""
}

// ispConn is for streams; whom a datagram socket means is in its arguments.
func ispConn(r request) (wsa.Errno, rules.ID) {
	if r.stream() && !r.sock.Connected() {
		return wsa.WSAENOTCONN, rules.ISPConnected
	}
	return 0, ""
}

// ispValue judges the peer and what it proved. A peer that proved nothing is
// nobody to impersonate (inferred): a server that went on as itself would do
// so with more rights than its client has.
func ispValue(r request) (wsa.Errno, rules.ID) {
	if !r.stream() && wsa.SockaddrFamily(r.in) != r.sock.Family() {
		return wsa.WSAEAFNOSUPPORT, rules.ISPAddrFamily
	}
	a, ok := association(r.sock, r.in)
	switch {
	case !ok, !r.stream() && !a.Received:
		return wsa.WSAENOTCONN, rules.ISPConnected
	case tokenOf(a) == Token{}:
		return wsa.WSAEACCES, rules.ISPToken
	}
	return 0, ""
}
