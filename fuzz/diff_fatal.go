package fuzz

import "wsasim/wsa"

// fatalPrefix begins the failure of a call that a place does not make.
const fatalPrefix = "not made: "

// fatal are calls that end the program under Wine 8.0, which uses pointers
// without a look at them where Windows gives WSAEFAULT.
var fatal = []func(wsa.Call) bool{
	func(c wsa.Call) bool { g, ok := c.(wsa.GetsocknameCall); return ok && (g.Namelen == nil || g.Name < 0) },
	func(c wsa.Call) bool { g, ok := c.(wsa.GetpeernameCall); return ok && g.Namelen == nil },
	func(c wsa.Call) bool { e, ok := c.(wsa.WSAEnumNetworkEventsCall); return ok && e.NullEvents },
}

// fatalOnWine reports whether the call is one of those.
func fatalOnWine(c wsa.Call) bool {
	for _, f := range fatal {
		if f(c) {
			return true
		}
	}
	return false
}
