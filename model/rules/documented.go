package rules

import (
	"slices"
	"strings"

	"wsasim/wsa"
)

// Documented is one error row of Microsoft's reference pages: what a page says
// about one code of one function, and what became of it here.
type Documented struct {
	// Function is spelled as wsa.Call.Op does.
	Function string
	// Subject is the option, control code or event that the row is about; ""
	// for the function as a whole.
	Subject string
	// Error is the code; 0 when the page speaks of errors and lists no code.
	Error     wsa.Errno
	Condition string // when the page gives it, in few words
	Page      string // the page's file, such as nf-winsock2-bind
	// Rules hold the row. Reason says why no rule can: it does not occur in a
	// simulated world. One of the two is there.
	Rules  []ID
	Reason string
}

// String is "bind WSAEINVAL", with the subject in between if there is one.
func (d Documented) String() string {
	code := "no code"
	if d.Error != 0 {
		code = d.Error.String()
	}
	if d.Subject != "" {
		return d.Function + " " + d.Subject + " " + code
	}
	return d.Function + " " + code
}

// AllDocumented lists the error rows of every page, function by function.
func AllDocumented() []Documented { return slices.Clone(documented) }

// DocumentedFor lists the rows of a function, whose case does not matter.
func DocumentedFor(function string) []Documented {
	var out []Documented
	for _, d := range documented {
		if strings.EqualFold(d.Function, function) {
			out = append(out, d)
		}
	}
	return out
}

// Lists reports whether a page of the function lists the code.
func Lists(function string, e wsa.Errno) bool { return listed[listing{function, e}] }

type listing struct {
	function string
	code     wsa.Errno
}

// page holds the rows of one page; row is one of them. held are the rules of a
// row.
type (
	page struct {
		function, subject, name string
		rows                    []row
	}
	row struct {
		code      wsa.Errno
		condition string
		rules     held
		reason    string
	}
	held []ID
)

// Rows that most pages have.
var (
	notStarted    = row{wsa.WSANOTINITIALISED, "no successful WSAStartup", held{GENStartup}, ""}
	netDown       = row{wsa.WSAENETDOWN, "the network subsystem has failed", held{NETDown}, ""}
	inProgress    = row{wsa.WSAEINPROGRESS, "a blocking call of Winsock 1.1 is active, or the provider is in a callback", nil, "a Winsock 2 process has neither"}
	interrupted   = row{wsa.WSAEINTR, "a blocking call was cancelled with WSACancelBlockingCall", nil, "the function is gone since Winsock 2; a call that is ended by closing its socket may still give the code (CLOSE-CANCEL)"}
	notSocket     = row{wsa.WSAENOTSOCK, "the descriptor is not a socket", held{GENNotsock, HANDLEClosed, HANDLEProcess}, ""}
	noBuffers     = row{wsa.WSAENOBUFS, "no buffer space", held{RESNobufs}, ""}
	noDescriptors = row{wsa.WSAEMFILE, "no descriptor is left", held{RESMfile}, ""}
)

var documented = func() (out []Documented) {
	for _, p := range slices.Concat(documentedSocket, documentedTransfer, documentedOption, documentedWaits, documentedName) {
		for _, r := range p.rows {
			out = append(out, Documented{p.function, p.subject, r.code, r.condition, p.name, r.rules, r.reason})
		}
	}
	return out
}()

var listed = func() map[listing]bool {
	m := make(map[listing]bool)
	for _, d := range documented {
		m[listing{d.Function, d.Error}] = true
	}
	return m
}()
