package rules

import (
	"slices"

	"wsasim/wsa"
)

// Unreachable is a documented row that no simulated world can produce, and why.
type Unreachable struct {
	Function string
	Error    wsa.Errno
	Reason   string
	Source   Source
}

var notReachable = []Unreachable{
	{"*", wsa.WSAEINPROGRESS, "only a Winsock 1.1 blocking call or a provider's callback makes it, and a Winsock 2 process has neither", Source{Doc, "every page"}},
	{"*", wsa.WSAEINTR, "only WSACancelBlockingCall of Winsock 1.1 makes it; a call that is ended by closing its socket may still give it (CLOSE-CANCEL)", Source{Doc, "nf-winsock2-accept"}},
	{"*", wsa.WSAEFAULT, "the rows about pointers outside the process's memory: a Go slice is always readable; NULL and short lengths remain", Source{Doc, "every page"}},
	{"socket, WSASocket", wsa.WSAEINVALIDPROVIDER, "there is one provider and its version is right", Source{Doc, "nf-winsock2-socket"}},
	{"socket, WSASocket", wsa.WSAEINVALIDPROCTABLE, "there is one provider and its table is complete", Source{Doc, "nf-winsock2-socket"}},
	{"socket, WSASocket", wsa.WSAEPROVIDERFAILEDINIT, "there is one provider and it is installed", Source{Doc, "nf-winsock2-socket"}},
	{"socket, WSASocket", wsa.WSAEPROTOTYPE, "documented for a protocol that does not fit the type; observed is WSAEPROTONOSUPPORT (SK15)", Source{Observation, "SK15"}},
	{"WSARecv, WSARecvFrom", wsa.WSAEDISCON, "only message-oriented connections make it, and TCP is a byte stream", Source{Doc, "nf-winsock2-wsarecv"}},
	{"send, sendto, WSASend, WSASendTo", wsa.WSAEOPNOTSUPP, "the row about sockets that only receive: there is no such protocol", Source{Doc, "nf-winsock2-send"}},
	{"recv, recvfrom, WSARecv, WSARecvFrom", wsa.WSAEOPNOTSUPP, "the row about sockets that only send: there is no such protocol", Source{Doc, "nf-winsock2-recv"}},
	{"connect, WSAConnect", wsa.WSAEINVAL, "the row about constrained socket groups: groups are not in the public headers", Source{Doc, "nf-winsock2-wsaconnect"}},
	{"setsockopt", wsa.WSAENOBUFS, "a length of -1 (OL13) cannot be said with a Go slice", Source{Observation, "OL13"}},
	{"WSASend, WSASendTo, WSARecv, WSARecvFrom", wsa.WSA_OPERATION_ABORTED, "the code of a completion that was cancelled; a completion is not the return of a call", Source{Doc, "nf-winsock2-wsasend"}},
	{"WSASocket", wsa.WSAEFAULT, "the row about an lpProtocolInfo outside the process's memory; a short one is SOCK-INFO-BAD", Source{Doc, "nf-winsock2-wsasocketw"}},
	{"GetNameInfo", wsa.WSAHOST_NOT_FOUND, "the row about a service without a name: since Windows Vista its port number is given instead (GNI-SERVICE)", Source{Doc, "nf-ws2tcpip-getnameinfow"}},
}

// NotReachable lists the documented rows that cannot occur in a simulated world.
func NotReachable() []Unreachable { return slices.Clone(notReachable) }
