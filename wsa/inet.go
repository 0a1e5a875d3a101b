package wsa

import (
	"net/netip"
	"strconv"
	"strings"
)

// isSpace reports whether C's isspace holds.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// ParseInetAddr reads an IPv4 address as inet_addr does (page
// nf-winsock2-inet_addr): one to four numbers joined by dots, decimal, octal
// with a leading 0 or hexadecimal with a leading 0x, of which the last takes all
// bytes that are left. What follows white space is not looked at, white space in
// front is an error, and a single blank is 0.0.0.0 (observed NH6, NH7).
// ok is false for everything else.
func ParseInetAddr(text string) (addr netip.Addr, ok bool) {
	if text == " " {
		return netip.IPv4Unspecified(), true
	}
	for i := range len(text) {
		if isSpace(text[i]) {
			text = text[:i]
			break
		}
	}
	parts := strings.Split(text, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var value uint32
	for i, part := range parts {
		n, good := inetNumber(part)
		left := 32 // bits that the part may fill
		if i < len(parts)-1 {
			left = 8
		} else {
			left -= 8 * i
		}
		if !good || n>>left != 0 {
			return netip.Addr{}, false
		}
		if i < len(parts)-1 {
			n <<= 24 - 8*i
		}
		value |= uint32(n)
	}
	return netip.AddrFrom4([4]byte(be.AppendUint32(nil, value))), true
}

// inetNumber reads a number in C's notation.
func inetNumber(part string) (n uint64, ok bool) {
	base := 10
	switch {
	case len(part) > 2 && (part[:2] == "0x" || part[:2] == "0X"):
		part, base = part[2:], 16
	case len(part) > 1 && part[0] == '0':
		part, base = part[1:], 8
	}
	n, err := strconv.ParseUint(part, base, 32)
	return n, err == nil
}

// InetAddr is inet_addr: the number that the bytes of the address make as they
// stand in memory, INADDR_NONE for what is no address.
func InetAddr(text string) uint32 {
	addr, ok := ParseInetAddr(text)
	if !ok {
		return INADDR_NONE
	}
	b := addr.As4()
	return le.Uint32(b[:])
}

// InetNtoa is inet_ntoa of what [InetAddr] gives.
func InetNtoa(in uint32) string {
	return netip.AddrFrom4([4]byte(le.AppendUint32(nil, in))).String()
}

// ParseAddrLiteral reads an address as GetAddrInfo takes it for a node: IPv4 in
// four decimal parts, or IPv6, which may stand in brackets and have a port
// behind them that is not looked at (observed GA7, GA8, GA9). A zone must be a
// decimal scope id.
func ParseAddrLiteral(text string) (netip.Addr, bool) {
	inner, bracket := strings.CutPrefix(text, "[")
	if bracket {
		before, after, closed := strings.Cut(inner, "]")
		if !closed || after != "" && after[0] != ':' {
			return netip.Addr{}, false
		}
		if after != "" {
			if _, err := strconv.ParseUint(after[1:], 10, 16); err != nil {
				return netip.Addr{}, false
			}
		}
		inner = before
	}
	a, err := netip.ParseAddr(inner)
	if err != nil || bracket && a.Is4() {
		return netip.Addr{}, false
	}
	if a.Zone() != "" {
		if _, err := strconv.ParseUint(a.Zone(), 10, 32); err != nil {
			return netip.Addr{}, false
		}
	}
	return a, true
}

// InetPton is InetPton and inet_pton (page nf-ws2tcpip-inet_pton): it stores the
// address that text says, IPv4 in four decimal parts or IPv6, in network order,
// 4 or 16 bytes. The result is 1, or 0 for a text that is no such address, which
// is no error. Errors, with -1: WSAEAFNOSUPPORT (family), WSAEFAULT (addr is NULL;
// in Go also one that is too short). A part with a leading zero, a zone, brackets
// and white space are no part of an address (inferred: the page refers to RFC 2373
// and has no such form).
func InetPton(family int32, text string, addr []byte) (int, error) {
	size := map[int32]int{AF_INET: 4, AF_INET6: 16}[family]
	switch {
	case size == 0:
		return -1, WSAEAFNOSUPPORT
	case len(addr) < size:
		return -1, WSAEFAULT
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" || a.Is4() != (family == AF_INET) {
		return 0, nil
	}
	copy(addr, a.AsSlice())
	return 1, nil
}

// InetNtop is InetNtop and inet_ntop (page nf-ws2tcpip-inet_ntop): the text of
// an address in network order, 4 bytes of AF_INET or 16 of AF_INET6. C stores it
// in a buffer of the caller's, INET_ADDRSTRLEN or INET6_ADDRSTRLEN characters.
// Errors: WSAEAFNOSUPPORT (family), WSA_INVALID_PARAMETER (too few bytes).
func InetNtop(family int32, addr []byte) (string, error) {
	size := map[int32]int{AF_INET: 4, AF_INET6: 16}[family]
	switch {
	case size == 0:
		return "", WSAEAFNOSUPPORT
	case len(addr) < size:
		return "", WSA_INVALID_PARAMETER
	}
	a, _ := netip.AddrFromSlice(addr[:size])
	return a.String(), nil
}
