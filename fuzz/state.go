package fuzz

import (
	"net/netip"
	"slices"

	"wsasim/wsa"
)

// SocketState is a state in which a socket can be, and how it gets there.
type SocketState struct {
	Name  string
	reach func(m *Machine) (actor int, s wsa.SOCKET)
}

// String is the state's name.
func (s SocketState) String() string { return s.Name }

// Reach puts a socket of the machine's world into the state. The machine is one
// that [StateSetup] began.
func (s SocketState) Reach(m *Machine) (actor int, sock wsa.SOCKET) { return s.reach(m) }

// StateSetup is the world in which sockets are put into states: two hosts with
// credentials and a thread each, the second an administrator's too.
func StateSetup() Setup {
	var s Setup
	for i, name := range []string{"client", "server"} {
		s.Hosts = append(s.Hosts, HostSetup{
			Name: name, Principals: []string{"host/" + name}, User: "user/" + name, Threads: []int{1, 1},
			Addrs: []netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)}), netip.MustParseAddr([]string{"fd00::1", "fd00::2"}[i])},
		})
	}
	return s
}

// The threads of StateSetup.
const (
	client = iota
	clientAdmin
	server
)

// SocketStates lists the states, for tests that must hold in all of them.
func SocketStates() []SocketState { return slices.Clone(socketStates) }

var serverAt = netip.MustParseAddrPort("10.0.0.2:5000")

// fresh makes a socket.
func (m *Machine) fresh(actor int, family, typ int32, flags uint32) wsa.SOCKET {
	m.call(actor, wsa.WSAStartupCall{Version: 0x0202})
	return m.call(actor, wsa.WSASocketCall{Family: family, Type: typ, Flags: flags}).Socket
}

func (m *Machine) bindTo(actor int, s wsa.SOCKET, at netip.AddrPort) {
	m.call(actor, wsa.BindCall{S: s, Name: wsa.Sockaddr(at)})
}

// listening makes the server's listener.
func (m *Machine) listening(secured bool) wsa.SOCKET {
	l := m.fresh(server, wsa.AF_INET, wsa.SOCK_STREAM, 0)
	if secured {
		m.call(server, wsa.WSASetSocketSecurityCall{S: l})
	}
	m.bindTo(server, l, serverAt)
	m.call(server, wsa.ListenCall{S: l, Backlog: 5})
	return l
}

// pair connects a stream; flags are those of the client's socket.
func (m *Machine) pair(secured bool, flags uint32) (near, far wsa.SOCKET) {
	l := m.listening(secured)
	near = m.fresh(client, wsa.AF_INET, wsa.SOCK_STREAM, flags)
	if secured {
		m.call(client, wsa.WSASetSocketSecurityCall{S: near})
	}
	m.call(client, wsa.ConnectCall{S: near, Name: wsa.Sockaddr(serverAt)})
	far = m.call(server, wsa.AcceptCall{S: l, Addr: wsa.NULL}).Socket
	return near, far
}

// datagram makes a bound datagram socket of the client.
func (m *Machine) datagram(secured bool) wsa.SOCKET {
	s := m.fresh(client, wsa.AF_INET, wsa.SOCK_DGRAM, 0)
	if secured {
		m.call(client, wsa.WSASetSocketSecurityCall{S: s})
	}
	m.bindTo(client, s, netip.MustParseAddrPort("10.0.0.1:5001"))
	return s
}

var socketStates = []SocketState{
	{"no socket", func(m *Machine) (int, wsa.SOCKET) {
		m.call(client, wsa.WSAStartupCall{Version: 0x0202})
		return client, 0x7774
	}},
	{"not started", func(*Machine) (int, wsa.SOCKET) { return client, 4 }},
	{"closed", func(m *Machine) (int, wsa.SOCKET) {
		s := m.fresh(client, wsa.AF_INET, wsa.SOCK_STREAM, 0)
		m.call(client, wsa.ClosesocketCall{S: s})
		return client, s
	}},
	{"fresh stream", func(m *Machine) (int, wsa.SOCKET) { return client, m.fresh(client, wsa.AF_INET, wsa.SOCK_STREAM, 0) }},
	{"fresh overlapped stream", func(m *Machine) (int, wsa.SOCKET) {
		return client, m.fresh(client, wsa.AF_INET6, wsa.SOCK_STREAM, wsa.WSA_FLAG_OVERLAPPED)
	}},
	{"raw", func(m *Machine) (int, wsa.SOCKET) {
		m.call(clientAdmin, wsa.WSAStartupCall{Version: 0x0202})
		return clientAdmin, m.call(clientAdmin, wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_RAW, Protocol: wsa.IPPROTO_ICMP}).Socket
	}},
	{"secured stream", func(m *Machine) (int, wsa.SOCKET) {
		s := m.fresh(client, wsa.AF_INET, wsa.SOCK_STREAM, 0)
		m.call(client, wsa.WSASetSocketSecurityCall{S: s})
		return client, s
	}},
	{"bound stream", func(m *Machine) (int, wsa.SOCKET) {
		s := m.fresh(client, wsa.AF_INET, wsa.SOCK_STREAM, 0)
		m.bindTo(client, s, netip.MustParseAddrPort("0.0.0.0:5001"))
		return client, s
	}},
	{"listening", func(m *Machine) (int, wsa.SOCKET) { return server, m.listening(false) }},
	{"listening secured", func(m *Machine) (int, wsa.SOCKET) { return server, m.listening(true) }},
	{"connecting", func(m *Machine) (int, wsa.SOCKET) {
		m.Do(Step{Disturb: &Disturbance{Kind: Partition, From: 1}})
		s := m.fresh(client, wsa.AF_INET, wsa.SOCK_STREAM, 0)
		on := uint32(1)
		m.call(client, wsa.IoctlsocketCall{S: s, Cmd: wsa.FIONBIO, Argp: &on})
		m.call(client, wsa.ConnectCall{S: s, Name: wsa.Sockaddr(serverAt)})
		return client, s
	}},
	{"refused", func(m *Machine) (int, wsa.SOCKET) {
		s := m.fresh(client, wsa.AF_INET, wsa.SOCK_STREAM, 0)
		m.call(client, wsa.ConnectCall{S: s, Name: wsa.Sockaddr(serverAt)})
		return client, s
	}},
	{"connected", func(m *Machine) (int, wsa.SOCKET) { near, _ := m.pair(false, 0); return client, near }},
	{"accepted", func(m *Machine) (int, wsa.SOCKET) { _, far := m.pair(false, 0); return server, far }},
	{"connected secured", func(m *Machine) (int, wsa.SOCKET) { near, _ := m.pair(true, 0); return client, near }},
	{"accepted secured", func(m *Machine) (int, wsa.SOCKET) { _, far := m.pair(true, 0); return server, far }},
	{"connected overlapped", func(m *Machine) (int, wsa.SOCKET) {
		near, _ := m.pair(true, wsa.WSA_FLAG_OVERLAPPED)
		return client, near
	}},
	{"peer has ended", func(m *Machine) (int, wsa.SOCKET) {
		near, far := m.pair(false, 0)
		m.call(server, wsa.ClosesocketCall{S: far})
		return client, near
	}},
	{"shut down", func(m *Machine) (int, wsa.SOCKET) {
		near, _ := m.pair(false, 0)
		m.call(client, wsa.ShutdownCall{S: near, How: wsa.SD_BOTH})
		return client, near
	}},
	{"reset", func(m *Machine) (int, wsa.SOCKET) {
		near, _ := m.pair(false, 0)
		m.Do(Step{Disturb: &Disturbance{Kind: Reset, From: 0, To: 1}})
		return client, near
	}},
	{"fresh datagram", func(m *Machine) (int, wsa.SOCKET) { return client, m.fresh(client, wsa.AF_INET, wsa.SOCK_DGRAM, 0) }},
	{"bound datagram", func(m *Machine) (int, wsa.SOCKET) { return client, m.datagram(false) }},
	{"secured datagram", func(m *Machine) (int, wsa.SOCKET) { return client, m.datagram(true) }},
	{"connected datagram", func(m *Machine) (int, wsa.SOCKET) {
		s := m.datagram(true)
		m.call(client, wsa.ConnectCall{S: s, Name: wsa.Sockaddr(serverAt)})
		return client, s
	}},
	{"unreachable datagram", func(m *Machine) (int, wsa.SOCKET) {
		s := m.datagram(false)
		m.call(client, wsa.SendtoCall{S: s, Buf: []byte("x"), To: wsa.Sockaddr(serverAt)})
		return client, s
	}},
}
