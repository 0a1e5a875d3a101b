package sim

import (
	"net/netip"
	"strconv"
	"strings"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// textRoomOf is an output buffer of text as a Call shows it.
func textRoomOf(b []uint16) wsa.Room {
	if b == nil {
		return wsa.NULL
	}
	return wsa.Room(len(b))
}

const knownNameFlags = wsa.NI_NOFQDN | wsa.NI_NUMERICHOST | wsa.NI_NAMEREQD | wsa.NI_NUMERICSERV | wsa.NI_DGRAM

// GetNameInfo implements wsa.Names.
func (t *Thread) GetNameInfo(sockaddr []byte, node, service []uint16, flags int32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetNameInfoCall{Sockaddr: clone(sockaddr), Node: textRoomOf(node), Service: textRoomOf(service), Flags: flags})
	}
	at, e := t.checkNameInfo(sockaddr, node, service, flags)
	var ret wsa.Return
	if e == 0 && node != nil {
		ret.Node, e = t.hostName(at.Addr(), flags)
	}
	if e == 0 && service != nil {
		ret.Service = serviceText(at.Port(), flags)
	}
	switch {
	case e != 0:
	case node != nil && !fitsText(node, ret.Node), service != nil && !fitsText(service, ret.Service):
		e = t.fail(rules.GNISmall, wsa.WSAEFAULT)
	default:
		if node != nil {
			wsa.StoreText(node, ret.Node)
		}
		if service != nil {
			wsa.StoreText(service, ret.Service)
		}
		t.rule = rules.GNIHost
	}
	if e != 0 {
		ret = wsa.Return{Err: e}
	}
	if w.trace != nil {
		t.returned(ret)
	}
	return t.done(e)
}

// fitsText reports whether text and its NUL fit a buffer. Names are ASCII or
// close to it, so that counting by encoding is cheap.
func fitsText(buf []uint16, text string) bool {
	b, err := wsa.EncodeUTF16(text)
	return err == nil && len(b)/2 < len(buf)
}

func (t *Thread) checkNameInfo(sockaddr []byte, node, service []uint16, flags int32) (at netip.AddrPort, e wsa.Errno) {
	if e := t.initialised(); e != 0 {
		return at, e
	}
	family := wsa.SockaddrFamily(sockaddr)
	switch {
	case sockaddr == nil || family == -1:
		return at, t.fail(rules.GNIFault, wsa.WSAEFAULT)
	case family != wsa.AF_INET && family != wsa.AF_INET6:
		return at, t.fail(rules.GNIFamily, wsa.WSAEAFNOSUPPORT)
	}
	at, err := wsa.ParseSockaddr(sockaddr)
	switch {
	case err != nil:
		return at, t.fail(rules.GNIFault, wsa.WSAEFAULT)
	case node == nil && service == nil:
		return at, t.fail(rules.GNINothing, wsa.WSAHOST_NOT_FOUND)
	case node != nil && len(node) == 0 || service != nil && len(service) == 0:
		return at, t.fail(rules.GNINoroom, wsa.WSAEINVAL)
	case flags&^knownNameFlags != 0:
		return at, t.fail(rules.GNIFlags, wsa.WSAEINVAL)
	}
	return at, 0
}

// hostName is the name of the host that has an address.
func (t *Thread) hostName(a netip.Addr, flags int32) (string, wsa.Errno) {
	text := a.String()
	if flags&wsa.NI_NUMERICHOST != 0 {
		if flags&wsa.NI_NAMEREQD != 0 {
			return "", t.fail(rules.GNINamereqd, wsa.WSAHOST_NOT_FOUND)
		}
		return text, 0
	}
	name, e := t.reverse(a, "GetNameInfo")
	switch e {
	case 0:
	case wsa.WSATRY_AGAIN:
		return "", t.fail(rules.GNIAgain, e)
	case wsa.WSANO_RECOVERY:
		return "", t.fail(rules.GNIFail, e)
	case wsa.WSA_OPERATION_ABORTED:
		return "", e
	default:
		if flags&wsa.NI_NAMEREQD != 0 {
			return "", t.fail(rules.GNINamereqd, wsa.WSAHOST_NOT_FOUND)
		}
		return text, 0
	}
	if flags&wsa.NI_NOFQDN != 0 {
		name = t.proc.host.withoutDomain(name)
	}
	return name, 0
}

// reverse is the name that an address has: what the host knows itself, or the
// answer of a server. Its failure is the plain error.
func (t *Thread) reverse(a netip.Addr, what string) (string, wsa.Errno) {
	h, w := t.proc.host, t.world
	if a.Unmap().IsLoopback() && (a.Unmap() == loopbacks[0] || a.Unmap() == loopbacks[1]) || h.byOwn(a.Unmap()) {
		return h.dnsName(), 0
	}
	fault, delay := h.server(a.WithZone("").Unmap().String())
	if e := t.awaitServer(delay, noTimeout, "", what); e != 0 {
		return "", e
	}
	if e := fault.fails(); e != 0 {
		return "", e
	}
	if name := w.names.nameOf(w, a); name != "" {
		return name, 0
	}
	return "", wsa.WSAHOST_NOT_FOUND
}

// withoutDomain is the first label of a name in the host's own domain.
func (h *Host) withoutDomain(name string) string {
	_, own, _ := strings.Cut(h.dnsName(), ".")
	label, domain, _ := strings.Cut(name, ".")
	if strings.EqualFold(own, domain) {
		return label
	}
	return name
}

// serviceText is the name of the service at a port, or the port.
func serviceText(port uint16, flags int32) string {
	proto := "tcp"
	if flags&wsa.NI_DGRAM != 0 {
		proto = "udp"
	}
	if flags&wsa.NI_NUMERICSERV == 0 {
		if s := findService(func(s *wsa.ServEnt) bool { return s.Port == port }, proto); s != nil {
			return s.Name
		}
	}
	return strconv.Itoa(int(port))
}

// GetHostName implements wsa.Names. The name is the short one, as on Windows.
func (t *Thread) GetHostName(name []uint16) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetHostNameCall{Name: textRoomOf(name)})
	}
	var ret wsa.Return
	e := t.started()
	switch {
	case e != 0:
	case !wsa.StoreText(name, t.proc.host.cfg.Name):
		e = t.fail(rules.GHNFault, wsa.WSAEFAULT)
	default:
		t.rule = rules.GHNName
		ret.Node = t.proc.host.cfg.Name
	}
	ret.Err = e
	if w.trace != nil {
		t.returned(ret)
	}
	return t.done(e)
}
