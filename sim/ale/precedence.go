package ale

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// function is a column of the table of checks.
type function uint8

const (
	setSecurity function = iota
	setName
	deleteName
	query
	impersonate
	functions
)

// precedence says which error wins when several conditions hold at once. The
// documentation does not; a recorded Windows trace that shows another order
// moves the rows, and nothing else changes. Within a row and column, a check
// that covers several rules judges them in the order of its code. Whether
// Winsock was started and whether the handle is a socket was judged by the
// caller (rules GEN-STARTUP and GEN-NOTSOCK).
var precedence = [...]struct {
	stage  string
	checks [functions]check
}{
	{"NULL pointers", [...]check{nil, ptnFault, dtnFault, qssFault, ispFault}},
	{"sizes", [...]check{sssSize, ptnSize, dtnSize, qssSize, ispSize}},
	{"family", [...]check{genFamily, genFamily, genFamily, genFamily, genFamily}},
	{"type", [...]check{genType, genType, genType, genType, genType}},
	{"how it was made", [...]check{nil, nil, nil, nil, ispBlocking}},
	{"connected", [...]check{sssConn, ptnConn, nil, qssConn, ispConn}},
	{"too late or twice", [...]check{sssLate, nil, nil, nil, nil}},
	{"values", [...]check{sssValue, ptnValue, dtnValue, qssValue, ispValue}},
}

// request is the arguments of one call. It is passed by value, since a pointer
// through the table would move it to the heap.
type request struct {
	sock     Socket
	in       []byte   // the structure given; nil for NULL
	contexts Contexts // WSASetSocketSecurity: what the policy keys may name
	room     uint32   // WSAQuerySocketSecurity: bytes there are for the info
	noLen    bool     // and whether the length
	noInfo   bool     // or the info is a NULL pointer
}

// check judges one request: 0 when it passes, otherwise the error and the rule.
type check func(request) (wsa.Errno, rules.ID)

// judge is the first failure in the order of the table, 0 when there is none.
func judge(f function, r request) (wsa.Errno, rules.ID) {
	for i := range precedence {
		if c := precedence[i].checks[f]; c != nil {
			if err, rule := c(r); err != 0 {
				return err, rule
			}
		}
	}
	return 0, ""
}

// stream reports whether the socket is connection-oriented.
func (r request) stream() bool { return r.sock.Type() == wsa.SOCK_STREAM }

// genFamily cites the code that names the cause; WSAEINVAL is documented too.
func genFamily(r request) (wsa.Errno, rules.ID) {
	if f := r.sock.Family(); f != wsa.AF_INET && f != wsa.AF_INET6 {
		return wsa.WSAEAFNOSUPPORT, rules.GENFamily
	}
	return 0, ""
}

func genType(r request) (wsa.Errno, rules.ID) {
	if t := r.sock.Type(); t != wsa.SOCK_STREAM && t != wsa.SOCK_DGRAM {
		return wsa.WSAEINVAL, rules.GENType
	}
	return 0, ""
}
