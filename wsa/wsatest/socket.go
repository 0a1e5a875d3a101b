package wsatest

import (
	"encoding/binary"
	"fmt"

	"wsasim/wsa"
)

// Constants of protocols that are not part of TCP/IP (wsnwlink.h, ws2bth.h).
const (
	nsprotoIPX     = 1000
	bthprotoRFCOMM = 3
)

// noSocket checks that WSASocket fails.
func (t thread) noSocket(want wsa.Errno, af, typ, protocol int32) {
	t.noSocketFrom(want, af, typ, protocol, nil)
}

func (t thread) noSocketFrom(want wsa.Errno, af, typ, protocol int32, info []byte) {
	s := wsa.SOCKET(0)
	t.call(want, fmt.Sprintf("WSASocket(%#x, %#x, %#x)", uint32(af), uint32(typ), uint32(protocol)), func() (err error) {
		s, err = t.api.WSASocket(af, typ, protocol, info, 0, 0)
		return err
	})
	if s != wsa.INVALID_SOCKET {
		t.r.opened(s)
	}
}

func (t thread) wsaSocket(af, typ, protocol int32, info []byte) wsa.SOCKET {
	s := wsa.INVALID_SOCKET
	t.call(success, fmt.Sprintf("WSASocket(%d, %d, %d)", af, typ, protocol), func() (err error) {
		s, err = t.api.WSASocket(af, typ, protocol, info, 0, 0)
		return err
	})
	t.reset("WSASocket")
	t.r.opened(s)
	return s
}

// protocolInfo reads a WSAPROTOCOL_INFO, of which A and W differ only in the
// name at the end (winsock2.h).
type protocolInfo []byte

const (
	protocolInfoHeader = 116
	protocolInfoASize  = protocolInfoHeader + 256
	protocolInfoWSize  = protocolInfoHeader + 512

	infoServiceFlags  = 0
	infoProviderFlags = 16
	infoFamily        = 76
	infoMaxSockaddr   = 80
	infoMinSockaddr   = 84
	infoType          = 88
	infoProtocol      = 92
	infoMaxOffset     = 96
)

func (b protocolInfo) field(offset int) uint32 { return binary.LittleEndian.Uint32(b[offset:]) }

// infoOf makes a WSAPROTOCOL_INFOW that says only what socket is meant.
func infoOf(af, typ, protocol int32) []byte {
	b := make([]byte, protocolInfoWSize)
	for offset, v := range map[int]int32{infoFamily: af, infoType: typ, infoProtocol: protocol} {
		binary.LittleEndian.PutUint32(b[offset:], uint32(v))
	}
	return b
}

// info is the socket's SO_PROTOCOL_INFOW.
func (t thread) info(s wsa.SOCKET) protocolInfo {
	b, n := t.get(success, s, soProtoInfoW, protocolInfoWSize, protocolInfoWSize)
	equal(t, "length of SO_PROTOCOL_INFOW", n, protocolInfoWSize)
	return b
}

// socketFailures are the facts about arguments that WSASocket refuses.
var socketFailures = []struct {
	id                string
	af, typ, protocol int32
	want              wsa.Errno
}{
	{"SK1", 0xdead, wsa.SOCK_STREAM, wsa.IPPROTO_TCP, wsa.WSAEAFNOSUPPORT},
	{"SK1", -1, wsa.SOCK_STREAM, wsa.IPPROTO_TCP, wsa.WSAEAFNOSUPPORT},
	{"SK4", 0xdead, 0xdead, wsa.IPPROTO_TCP, wsa.WSAESOCKTNOSUPPORT},
	{"SK5", 0xdead, wsa.SOCK_STREAM, 0xdead, wsa.WSAEAFNOSUPPORT},
	{"SK6", wsa.AF_INET, 0xdead, 0xdead, wsa.WSAESOCKTNOSUPPORT},
	{"SK7", 0xdead, wsa.SOCK_STREAM, wsa.IPPROTO_UDP, wsa.WSAEAFNOSUPPORT},
	{"SK10", wsa.AF_INET, 0xdead, 0, wsa.WSAESOCKTNOSUPPORT},
	{"SK13", wsa.AF_INET, 0, 0xdead, wsa.WSAEPROTONOSUPPORT},
	{"SK15", wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_UDP, wsa.WSAEPROTONOSUPPORT},
	{"SK15", wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_TCP, wsa.WSAEPROTONOSUPPORT},
	{"SK18", wsa.AF_UNSPEC, 0xdead, wsa.IPPROTO_UDP, wsa.WSAESOCKTNOSUPPORT},
}

// socketFailure is the test of the rows of socketFailures with an id.
func socketFailure(id string) func(*context) {
	return func(c *context) {
		for _, row := range socketFailures {
			if row.id == id {
				c.noSocket(row.want, row.af, row.typ, row.protocol)
			}
		}
	}
}

// socketKinds are the facts about arguments that leave something out. families
// lists what the family may be, the newest Windows first.
var socketKinds = []struct {
	id                string
	af, typ, protocol int32
	families          []uint32
	gotType, gotProto uint32
}{
	{"SK8", wsa.AF_INET, wsa.SOCK_STREAM, 0, []uint32{wsa.AF_INET}, wsa.SOCK_STREAM, wsa.IPPROTO_TCP},
	{"SK9", wsa.AF_INET, wsa.SOCK_DGRAM, 0, []uint32{wsa.AF_INET}, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP},
	{"SK11", wsa.AF_INET, 0, wsa.IPPROTO_TCP, []uint32{wsa.AF_INET}, wsa.SOCK_STREAM, wsa.IPPROTO_TCP},
	{"SK20", wsa.AF_UNSPEC, 0, wsa.IPPROTO_TCP, []uint32{wsa.AF_INET6, wsa.AF_INET}, wsa.SOCK_STREAM, wsa.IPPROTO_TCP},
	{"SK20", wsa.AF_UNSPEC, 0, wsa.IPPROTO_UDP, []uint32{wsa.AF_INET6, wsa.AF_INET}, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP},
}

// socketKind is the test of the rows of socketKinds with an id: that the socket
// is made, and what it says of itself.
func socketKind(id string) func(*context) {
	return func(c *context) {
		var made []wsa.SOCKET
		for _, row := range socketKinds {
			if row.id == id {
				made = append(made, c.wsaSocket(row.af, row.typ, row.protocol, nil))
				c.reads(made[len(made)-1], soType, row.gotType)
			}
		}
		c.part("protocol info", 0, func() {
			for _, row := range socketKinds {
				if row.id != id {
					continue
				}
				info := c.info(made[0])
				made = made[1:]
				families := row.families
				if c.p.Kind == Simulator {
					families = families[:1]
				}
				good := false
				for _, f := range families {
					good = good || info.field(infoFamily) == f
				}
				c.is(good, "iAddressFamily is %d; wanted one of %d", info.field(infoFamily), families)
				equal(c.thread, "iSocketType", info.field(infoType), row.gotType)
				equal(c.thread, "iProtocol", info.field(infoProtocol), row.gotProto)
			}
		})
	}
}

func observedSK22(c *context) {
	for _, k := range allKinds {
		c.wsaSocket(k.af, k.typ, k.protocol, nil) // checks the last error
	}
}

func observedSK24(c *context) {
	c.noSocketFrom(wsa.WSAEAFNOSUPPORT, 0, 0, wsa.IPPROTO_UDP, infoOf(-1, -1, -1))
}

func observedSK26(c *context) {
	s := c.wsaSocket(0, 0, 0, infoOf(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP))
	c.reads(s, soType, wsa.SOCK_DGRAM)
}

func observedSK27(c *context) {
	s := c.wsaSocket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP, infoOf(wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP))
	c.reads(s, soType, wsa.SOCK_STREAM)
}

func observedSK28(c *context) {
	t := c.thread
	if c.p.Admin {
		t = c.process(false)
		t.startup(success, version(2, 2))
	}
	t.call(wsa.WSAEACCES, "socket for raw ICMP", func() error {
		s, err := t.api.Socket(wsa.AF_INET, wsa.SOCK_RAW, wsa.IPPROTO_ICMP)
		t.is(s == wsa.INVALID_SOCKET, "socket fails and returns %d", s)
		return err
	})
}

// raw is a raw ICMP socket, made by an administrator's thread.
func (c *context) raw() (thread, wsa.SOCKET) {
	t := c.thread
	if !c.p.Admin {
		t = c.process(true)
		t.startup(success, version(2, 2))
	}
	s := wsa.INVALID_SOCKET
	t.call(success, "socket for raw ICMP", func() (err error) {
		s, err = t.api.Socket(wsa.AF_INET, wsa.SOCK_RAW, wsa.IPPROTO_ICMP)
		return err
	})
	return t, s
}

func observedSK29(c *context) {
	t, s := c.raw()
	info := t.info(s)
	for _, f := range []struct {
		name   string
		offset int
		want   uint32
	}{
		{"iAddressFamily", infoFamily, wsa.AF_INET},
		{"iSocketType", infoType, wsa.SOCK_RAW},
		{"iMinSockAddr", infoMinSockaddr, 16},
		{"iMaxSockAddr", infoMaxSockaddr, 16},
		{"iProtocolMaxOffset", infoMaxOffset, 255},
		{"dwProviderFlags", infoProviderFlags, wsa.PFL_MATCHES_PROTOCOL_ZERO | wsa.PFL_HIDDEN},
		{"dwServiceFlags1", infoServiceFlags, wsa.XP1_IFS_HANDLES | wsa.XP1_SUPPORT_BROADCAST |
			wsa.XP1_SUPPORT_MULTIPOINT | wsa.XP1_MESSAGE_ORIENTED | wsa.XP1_CONNECTIONLESS},
	} {
		equal(t, f.name, info.field(f.offset), f.want)
	}
}

// observedSK32: a computer that has the protocol makes the socket.
func observedSK32(c *context) {
	for _, k := range []kind{{wsa.AF_IPX, wsa.SOCK_DGRAM, nsprotoIPX}, {wsa.AF_BTH, wsa.SOCK_STREAM, bthprotoRFCOMM}} {
		if c.p.Kind == Simulator {
			c.noSocket(wsa.WSAEAFNOSUPPORT, k.af, k.typ, k.protocol)
			continue
		}
		c.oneOf([]wsa.Errno{wsa.WSAEAFNOSUPPORT, success}, "WSASocket", func() error {
			s, err := c.api.WSASocket(k.af, k.typ, k.protocol, nil, 0, 0)
			if err == nil {
				c.r.opened(s)
			}
			return err
		})
	}
}

// kind is a combination of arguments of socket.
type kind struct{ af, typ, protocol int32 }

// allKinds are the sockets of TCP/IP.
var allKinds = []kind{
	{wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP},
	{wsa.AF_INET, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP},
	{wsa.AF_INET6, wsa.SOCK_STREAM, wsa.IPPROTO_TCP},
	{wsa.AF_INET6, wsa.SOCK_DGRAM, wsa.IPPROTO_UDP},
}

func (k kind) String() string {
	return fmt.Sprintf("%s %s", wsa.FormatConstant(wsa.KindFamily, int64(k.af)), wsa.FormatConstant(wsa.KindType, int64(k.typ)))
}

// observedSP1: the handle is judged before the pointers.
func observedSP1(c *context) {
	none := wsa.INVALID_SOCKET
	c.call(wsa.WSAENOTSOCK, "getsockopt(INVALID_SOCKET, NULL, NULL)", func() error {
		return c.api.Getsockopt(none, soProtoInfoA.level, soProtoInfoA.name, nil, nil)
	})
	_, n := c.get(wsa.WSAENOTSOCK, none, soProtoInfoA, protocolInfoASize, protocolInfoASize)
	equal(c.thread, "the length afterwards", n, protocolInfoASize)
}

func observedSP2(c *context) {
	s := c.tcp()
	n := int32(protocolInfoASize)
	buf := pattern(protocolInfoASize)
	for _, row := range []struct {
		what string
		buf  []byte
		n    *int32
	}{{"NULL, NULL", nil, nil}, {"buffer, NULL", buf, nil}, {"NULL, length", nil, &n}} {
		c.call(wsa.WSAEFAULT, "getsockopt("+row.what+")", func() error {
			return c.api.Getsockopt(s, soProtoInfoA.level, soProtoInfoA.name, row.buf, row.n)
		})
	}
	c.is(untouched(buf), "the buffer is written to")
}

func observedSP3(c *context) {
	s := c.tcp()
	buf, n := c.get(wsa.WSAEFAULT, s, soProtoInfoA, protocolInfoASize/2, protocolInfoASize/2)
	equal(c.thread, "the length afterwards", n, protocolInfoASize)
	c.is(untouched(buf), "the buffer is written to")
}

func observedSP5(c *context) {
	for _, k := range allKinds {
		if k.af == wsa.AF_INET6 && !c.p.Loopback6.IsValid() {
			continue
		}
		s := c.socket(k.af, k.typ, k.protocol)
		w := c.info(s)
		a, n := c.get(success, s, soProtoInfoA, protocolInfoASize, protocolInfoASize)
		equal(c.thread, "length of SO_PROTOCOL_INFOA", n, protocolInfoASize)
		c.is(string(a[:protocolInfoHeader]) == string(w[:protocolInfoHeader]), "%v: A and W differ before the name", k)
		c.is(a[protocolInfoHeader] != 0 && w[protocolInfoHeader] != 0, "%v: the name is empty", k)
		equal(c.thread, "iAddressFamily", w.field(infoFamily), uint32(k.af))
		equal(c.thread, "iSocketType", w.field(infoType), uint32(k.typ))
		equal(c.thread, "iProtocol", w.field(infoProtocol), uint32(k.protocol))
	}
}
