package wsanet

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"wsasim/wsa"
)

// Resolver finds the addresses of a host name. The network is "ip", "ip4" or
// "ip6", as for net.Resolver.LookupNetIP, whose method value is one.
type Resolver func(ctx context.Context, network, host string) ([]netip.Addr, error)

// resolve finds what an address in text form means, for "dial" or "listen". The
// errors are package net's.
func (r Resolver) resolve(ctx context.Context, op, network, address string) ([]endpoint, error) {
	switch network {
	case "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6":
	default:
		return nil, net.UnknownNetworkError(network)
	}
	if address == "" {
		if op == "dial" {
			return nil, errMissingAddress
		}
		return []endpoint{{}}, nil
	}
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	// Numbers are read without asking anybody.
	port, err := net.DefaultResolver.LookupPort(ctx, network, service)
	if err != nil {
		return nil, err
	}
	if host == "" {
		return []endpoint{{port: port}}, nil
	}
	addrs, err := r.lookup(ctx, network, host)
	if err != nil {
		return nil, err
	}
	var list []endpoint
	for _, a := range addrs {
		e := endpoint{net.IP(a.WithZone("").AsSlice()).To16(), port, a.Zone()}
		if v4 := e.ip.To4() != nil; network[3:] == "" || (network[3:] == "4") == v4 {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		return nil, &net.AddrError{Err: errNoSuitableAddress.Error(), Addr: host}
	}
	return list, nil
}

// lookup finds the addresses of a host: those it spells, or those of its name.
func (r Resolver) lookup(ctx context.Context, network, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		if a == netip.IPv6Unspecified() {
			// It may mean IPv4 too, for those that can bind and not dial it.
			return []netip.Addr{a, netip.IPv4Unspecified()}, nil
		}
		return []netip.Addr{a}, nil
	}
	addrs, err := r(ctx, "ip"+network[3:], host)
	if err != nil {
		if _, ok := err.(*net.DNSError); !ok {
			err = &net.DNSError{UnwrapErr: err, Err: err.Error(), Name: host}
		}
		return nil, err
	}
	return addrs, nil
}

// resolver is the given one, or else the system's.
func (st *Stack) resolver(r Resolver) Resolver {
	if r != nil {
		return r
	}
	return st.LookupNetIP
}

// LookupNetIP finds the addresses of a host name with GetAddrInfoW, as package net
// does on Windows; the network is "ip", "ip4" or "ip6". When the context ends the
// lookup goes on in a goroutine of its own until the system answers. The error is
// a *net.DNSError.
func (st *Stack) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	if st == nil {
		return nil, errNoStack
	}
	if ctx.Err() != nil {
		return nil, dnsError(host, contextError(ctx))
	}
	type answer struct {
		addrs []netip.Addr
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		addrs, err := st.getAddrInfo(network, host)
		answers <- answer{addrs, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			return nil, dnsError(host, a.err)
		}
		return a.addrs, nil
	case <-ctx.Done():
		return nil, dnsError(host, contextError(ctx))
	}
}

// getAddrInfo asks the system, twice if it says so.
func (st *Stack) getAddrInfo(network, host string) (addrs []netip.Addr, err error) {
	t, err := st.take()
	if err != nil {
		return nil, err
	}
	defer st.give(t)
	hints := wsa.AddrInfo{SockType: wsa.SOCK_STREAM}
	switch network {
	case "ip4":
		hints.Family = wsa.AF_INET
	case "ip6":
		hints.Family = wsa.AF_INET6
	}
	list, err := t.api.GetAddrInfo(&host, nil, &hints)
	if err == wsa.WSATRY_AGAIN {
		list, err = t.api.GetAddrInfo(&host, nil, &hints)
	}
	for _, info := range list {
		if ap, err := wsa.ParseSockaddr(info.Addr); err == nil {
			addrs = append(addrs, ap.Addr())
		}
	}
	return addrs, err
}

// dnsError is why a name was not found, in package net's words.
func dnsError(host string, err error) error {
	if err == wsa.WSAHOST_NOT_FOUND {
		return &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	err = syscallError("getaddrinfow", err)
	d := &net.DNSError{Err: err.Error(), Name: host}
	var code wsa.Errno
	if errors.As(err, &code) {
		d.IsTimeout, d.IsTemporary = code.Timeout(), code.Temporary()
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		d.UnwrapErr = err
	}
	return d
}

// matching keeps the addresses that can be dialed from a local address.
func matching(list []endpoint, network string, local net.Addr) ([]endpoint, error) {
	if local == nil {
		return list, nil
	}
	from, ok := endpointOf(local)
	if !ok || local.Network() != network[:3] {
		return nil, &net.AddrError{Err: "mismatched local address type", Addr: local.String()}
	}
	var fit []endpoint
	for _, e := range list {
		if from.wildcard() || e.wildcard() || (e.ip.To4() != nil) == (from.ip.To4() != nil) {
			fit = append(fit, e)
		}
	}
	if len(fit) == 0 {
		return nil, &net.AddrError{Err: errNoSuitableAddress.Error(), Addr: local.String()}
	}
	return fit, nil
}

// first is the address to listen at: the first of IPv4, or else the first.
func first(list []endpoint) endpoint {
	for _, e := range list {
		if e.ip.To4() != nil {
			return e
		}
	}
	return list[0]
}
