package ale

import (
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Socket is all that the engine knows of a socket. Its methods must be cheap
// and change nothing, SetSecurity apart; the engine calls them only inside the
// call it was given the socket for.
type Socket interface {
	Family() int32 // AF_*
	Type() int32   // SOCK_*
	// Overlapped: made by socket, or by WSASocket with WSA_FLAG_OVERLAPPED.
	Overlapped() bool
	Nonblocking() bool
	// Bound: has a local name, by bind or implicitly by connect or a send.
	Bound() bool
	// Connected: has a peer, of either kind. An attempt under way is not yet
	// a connection.
	Connected() bool
	// Reset: a stream was reset by its peer, or an earlier send of a datagram
	// socket met port-unreachable.
	Reset() bool
	// Association is what is known about the traffic with a peer, and whether
	// there is or was any: datagrams to or from that address, or for a stream
	// socket, which ignores the address, its connection or the attempt at one.
	// It is the zero Association for traffic in clear.
	Association(peer netip.AddrPort) (Association, bool)
	// Security is what SetSecurity stored last, nil before.
	Security() *State
	// SetSecurity stores the state that the first call to touch the socket's
	// security makes.
	SetSecurity(*State)
}

// Decision is what one call comes to.
type Decision struct {
	// Err is the code of the failure, 0 for success.
	Err wsa.Errno
	// Rule is what made the call fail; on success, the rule that says most
	// about what it did.
	Rule rules.ID
	// Exclusive asks the caller to set SO_EXCLUSIVEADDRUSE on the socket
	// (rule SSS-EXCLUSIVE).
	Exclusive bool
	// Watch is the SOCKET_QUERY_IPSEC2_FIELD_MASK_* fields of which a change
	// shall abort the connection from now on, 0 for no new ones.
	Watch uint32
	// Advisories is advice about a call that is allowed, nearly always none.
	Advisories []Advisory
}

// Token is what a token handle or an impersonating thread stands for.
type Token struct {
	Principal  string // the account
	Computer   bool   // a computer's rather than a user's
	AccessMask uint32 // what its holder may do with it
	// Identity is the account as the world's domain knows it, nil without one.
	Identity any
}
