package fuzz_test

import (
	"testing"

	"wsasim/fuzz"
	"wsasim/wsa"
)

// room is what a control code needs: the bytes of its input and of its output,
// and the error for less of either. Of a list the output is that of one entry.
type room struct {
	code     uint32
	in, out  int
	inError  wsa.Errno
	outError wsa.Errno
	on       []int32 // the types of socket that it is tried on
}

var (
	streams   = []int32{wsa.SOCK_STREAM}
	datagrams = []int32{wsa.SOCK_DGRAM}
	both      = []int32{wsa.SOCK_STREAM, wsa.SOCK_DGRAM}
)

// rooms has the buffer rules of the control codes (page winsock-ioctls, the pages
// of the codes, observed IO3, KA1, RQ2, RQ4, IL3).
var rooms = []room{
	{wsa.FIONBIO, 4, 0, wsa.WSAEFAULT, 0, both},
	{wsa.FIONREAD, 0, 4, 0, wsa.WSAEFAULT, both},
	{wsa.SIOCATMARK, 0, 4, 0, wsa.WSAEFAULT, streams},
	{wsa.SIO_KEEPALIVE_VALS, 12, 0, wsa.WSAEFAULT, 0, streams},
	{wsa.SIO_UDP_CONNRESET, 4, 0, wsa.WSAEFAULT, 0, datagrams},
	{wsa.SIO_UDP_NETRESET, 4, 0, wsa.WSAEFAULT, 0, datagrams},
	{wsa.SIO_GET_EXTENSION_FUNCTION_POINTER, 16, 8, wsa.WSAEFAULT, wsa.WSAEFAULT, streams},
	{wsa.SIO_BASE_HANDLE, 0, 8, 0, wsa.WSAEFAULT, both},
	{wsa.SIO_BSP_HANDLE, 0, 8, 0, wsa.WSAEFAULT, both},
	{wsa.SIO_BSP_HANDLE_SELECT, 0, 8, 0, wsa.WSAEFAULT, both},
	{wsa.SIO_BSP_HANDLE_POLL, 0, 8, 0, wsa.WSAEFAULT, both},
	{wsa.SIO_TCP_INFO, 4, wsa.TCPInfoV0Size, wsa.WSAEMSGSIZE, wsa.WSAEINVAL, streams},
	{wsa.SIO_TCP_INITIAL_RTO, 3, 0, wsa.WSAEFAULT, 0, streams},
	{wsa.SIO_LOOPBACK_FAST_PATH, 4, 0, wsa.WSAEFAULT, 0, streams},
	{wsa.SIO_CPU_AFFINITY, 2, 0, wsa.WSAEFAULT, 0, datagrams},
	{wsa.SIO_MULTICAST_SCOPE, 4, 0, wsa.WSAEFAULT, 0, datagrams},
	{wsa.SIO_MULTIPOINT_LOOPBACK, 4, 0, wsa.WSAEFAULT, 0, datagrams},
	{wsa.SIO_ENABLE_CIRCULAR_QUEUEING, 0, 0, 0, 0, datagrams},
	{wsa.SIO_GET_BROADCAST_ADDRESS, 0, 16, 0, wsa.WSAEFAULT, both},
	{wsa.SIO_ROUTING_INTERFACE_QUERY, 16, 16, wsa.WSAEINVAL, wsa.WSAEFAULT, both},
	{wsa.SIO_ADDRESS_LIST_QUERY, 0, 8 + 16 + 16, 0, wsa.WSAEFAULT, both},
	{wsa.SIO_GET_INTERFACE_LIST, 0, 2 * 76, 0, wsa.WSAEFAULT, both},
}

// inputOf is an input that the code takes.
func (r *room) inputOf() wsa.Bytes {
	in := make(wsa.Bytes, r.in)
	switch r.code {
	case wsa.SIO_ROUTING_INTERFACE_QUERY:
		copy(in, at("10.0.0.2:9"))
	case wsa.SIO_GET_EXTENSION_FUNCTION_POINTER:
		id, err := wsa.ParseGUID(wsa.WSAID_CONNECTEX)
		if err != nil {
			panic(err)
		}
		copy(in, id[:])
	case wsa.SIO_TCP_INFO: // version 0
	default:
		if len(in) > 0 {
			in[0] = 1
		}
	}
	return in
}

// cut are the lengths to try of a buffer that must have n bytes: no buffer, an
// empty one, some too short, the right one and a longer one.
func cut(n int) []int {
	list := []int{-1, 0, n / 2, n - 1, n, n + 9}
	if n == 0 {
		list = []int{-1, 0, 9}
	}
	return list
}

// TestControlCodeRooms: each control code with each length of its buffers. The
// simulator gives the error of the table, and the specification allows it.
func TestControlCodeRooms(t *testing.T) {
	for _, r := range rooms {
		t.Run(wsa.FormatConstant(wsa.KindIoctl, int64(r.code)), func(t *testing.T) {
			for _, typ := range r.on {
				m := fuzz.Start(fuzz.StateSetup())
				s := newSocket(m, gridClient, wsa.AF_INET, typ)
				for _, in := range cut(r.in) {
					for _, out := range cut(r.out) {
						r.try(t, m, s, in, out)
					}
				}
				if m.Violation != nil {
					t.Errorf("%v", m.Violation)
				}
				// Not deferred: a code that writes past its buffer panics with
				// the world locked, and Close would hide that by waiting.
				m.Close()
			}
		})
	}
}

func (r *room) try(t *testing.T, m *fuzz.Machine, s wsa.SOCKET, in, out int) {
	t.Helper()
	call := wsa.WSAIoctlCall{S: s, Code: r.code, Out: wsa.Room(out)}
	if in >= 0 {
		call.In = append(r.inputOf(), make(wsa.Bytes, 9)...)[:in]
	}
	want := wsa.Errno(0)
	switch {
	case max(in, 0) < r.in, r.code == wsa.SIO_TCP_INFO && in != r.in:
		want = r.inError
	case max(out, 0) < r.out:
		want = r.outError
	}
	ret := do(m, gridClient, call)
	if ret.Err != want {
		t.Errorf("input of %d bytes, output of %d: %v, want %v", in, out, ret.Err, want)
	}
	if ret.Err == 0 && len(ret.Data) > r.out {
		t.Errorf("input of %d bytes, output of %d: %d bytes stored, want at most %d", in, out, len(ret.Data), r.out)
	}
}

// TestControlCodeKinds: codes on sockets that they are not for.
func TestControlCodeKinds(t *testing.T) {
	for _, k := range []struct {
		code        uint32
		family, typ int32
		bound       bool
		want        wsa.Errno
	}{
		{wsa.SIO_KEEPALIVE_VALS, wsa.AF_INET, wsa.SOCK_DGRAM, false, wsa.WSAENOPROTOOPT},
		{wsa.SIO_GET_BROADCAST_ADDRESS, wsa.AF_INET6, wsa.SOCK_DGRAM, false, wsa.WSAENOPROTOOPT},
		{wsa.SIO_GET_INTERFACE_LIST, wsa.AF_INET6, wsa.SOCK_DGRAM, false, wsa.WSAEINVAL},
		{wsa.SIO_CPU_AFFINITY, wsa.AF_INET, wsa.SOCK_STREAM, false, wsa.WSAEINVAL},
		{wsa.SIO_CPU_AFFINITY, wsa.AF_INET, wsa.SOCK_DGRAM, true, wsa.WSAEINVAL},
		{wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, wsa.AF_INET, wsa.SOCK_STREAM, false, wsa.WSAENOTCONN},
		{wsa.SIO_IDEAL_SEND_BACKLOG_QUERY, wsa.AF_INET, wsa.SOCK_DGRAM, false, wsa.WSAEOPNOTSUPP},
		{wsa.SIO_RCVALL, wsa.AF_INET, wsa.SOCK_DGRAM, false, wsa.WSAEINVAL},
		{wsa.SIO_TCP_INFO, wsa.AF_INET, wsa.SOCK_DGRAM, false, wsa.WSAEINVAL},
		{wsa.SIO_ROUTING_INTERFACE_QUERY, wsa.AF_INET6, wsa.SOCK_STREAM, false, wsa.WSAEAFNOSUPPORT},
		{wsa.SIO_FLUSH, wsa.AF_INET, wsa.SOCK_STREAM, false, wsa.WSAENOPROTOOPT},
		{0xdeadbeef, wsa.AF_INET, wsa.SOCK_STREAM, false, wsa.WSAEOPNOTSUPP},
	} {
		m := fuzz.Start(fuzz.StateSetup())
		s := newSocket(m, gridClient, k.family, k.typ)
		if k.bound {
			do(m, gridClient, wsa.BindCall{S: s, Name: at("10.0.0.1:5001")})
		}
		in := append(at("10.0.0.2:9"), make(wsa.Bytes, 12)...)
		if k.code == wsa.SIO_TCP_INFO {
			in = dword(0)
		}
		if ret := do(m, gridClient, wsa.WSAIoctlCall{S: s, Code: k.code, In: in, Out: 200}); ret.Err != k.want || m.Violation != nil {
			t.Errorf("%s: %v, want %v; %v", wsa.FormatConstant(wsa.KindIoctl, int64(k.code)), ret.Err, k.want, m.Violation)
		}
		m.Close()
	}
}
