package sim

import (
	"encoding/binary"
	"math"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// mss is the payload of one segment over Ethernet: 1500 bytes less the headers.
func (s *socket) mss() uint32 {
	if s.family == wsa.AF_INET6 && s.peer.Addr().Is6() {
		return 1440
	}
	return 1460
}

// tcpInfo does SIO_TCP_INFO (page sio-tcp-info): the input is the version, 0 or
// 1. An input of another size is WSAEMSGSIZE, too small an output WSAEINVAL with
// a count of 0.
func tcpInfo(t *Thread, s *socket, in, out []byte) (int, wsa.Errno) {
	switch {
	case len(in) != 4:
		return 0, t.fail(rules.IOCTLTcpinfo, wsa.WSAEMSGSIZE)
	case s.typ != wsa.SOCK_STREAM || !s.inet():
		return 0, t.fail(rules.IOCTLKind, wsa.WSAEINVAL)
	}
	info := s.tcpInfo(t.world)
	var b []byte
	switch binary.LittleEndian.Uint32(in) {
	case 0:
		b, _ = info.AppendBinaryV0(nil)
	case 1:
		b, _ = info.AppendBinary(nil)
	default:
		return 0, t.fail(rules.IOCTLTcpinfo, wsa.WSAEINVAL)
	}
	if len(out) < len(b) {
		return 0, t.fail(rules.IOCTLTcpinfo, wsa.WSAEINVAL)
	}
	return copy(out, b), 0
}

// tcpInfo is what is known of the socket's connection.
//
// Not simulated: congestion, so that its window is the receiver's, and nothing is
// ever limited by it; reordering; fast retransmission.
func (s *socket) tcpInfo(w *World) wsa.TCPInfo {
	info := wsa.TCPInfo{
		State: s.tcpState(), Mss: s.mss(), TimestampsEnabled: uint8(s.opts.get(optTimestamps)),
		RcvBuf: s.opts.get(optRcvBuf), RcvWnd: s.opts.get(optRcvBuf),
	}
	c := s.stream
	if c == nil {
		return info
	}
	info.ConnectionTimeMs = uint64((w.clock.read() - c.since).Milliseconds())
	var rtt time.Duration
	for _, l := range []*Link{w.link(c.host, c.peer.host), w.link(c.peer.host, c.host)} {
		if l != nil {
			rtt += l.Latency
		}
	}
	info.RttUs = uint32(min(rtt.Microseconds(), math.MaxUint32))
	info.MinRttUs = info.RttUs
	info.BytesInFlight = uint32(c.unsent())
	info.RcvWnd = c.window()
	info.SndWnd = c.peer.window()
	info.Cwnd = info.SndWnd
	info.BytesOut = c.seq - 1 - uint64(flag(c.sendShut && c.seq > 1))
	info.BytesIn = c.ack - 1 - uint64(flag(c.finished))
	info.BytesRetrans, info.TimeoutEpisodes, info.SynRetrans = c.out.again, c.out.episodes, c.requests
	return info
}

// window is how much more the other end may send.
func (s *stream) window() uint32 {
	room := minimumWindow
	if s.sock != nil {
		room = max(room, int(s.sock.opts.get(optRcvBuf)))
	}
	return uint32(max(room-s.in.n, 0))
}

// tcpState is where TCP's connection stands, as RFC 793 has it.
func (s *socket) tcpState() wsa.TCPState {
	c := s.stream
	switch {
	case s.state == stateListening:
		return wsa.TCPSTATE_LISTEN
	case s.state == stateConnecting:
		return wsa.TCPSTATE_SYN_SENT
	case c == nil || c.broken != 0:
		return wsa.TCPSTATE_CLOSED
	case c.sendShut && c.finished:
		return wsa.TCPSTATE_TIME_WAIT
	case c.sendShut && c.peer.finished:
		return wsa.TCPSTATE_FIN_WAIT_2
	case c.sendShut:
		return wsa.TCPSTATE_FIN_WAIT_1
	case c.finished:
		return wsa.TCPSTATE_CLOSE_WAIT
	}
	return wsa.TCPSTATE_ESTABLISHED
}
