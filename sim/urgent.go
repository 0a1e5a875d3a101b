package sim

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// Urgent data. The last byte of a send with MSG_OOB is urgent; what is before it
// is sent as usual. At the receiver the byte stands outside of the stream,
// unless SO_OOBINLINE was on when it was sent, which makes it normal data
// (observed IO12). Several are kept, in order (IO9).

// inline reports whether the end's socket takes urgent data as normal data.
func (s *stream) inline() bool { return s.sock != nil && s.sock.opts.get(optOOBInline) != 0 }

// inlineUrgent is the number of urgent bytes that a plain receive gets, because
// SO_OOBINLINE was turned on after they came (observed IO11).
func (s *stream) inlineUrgent() int {
	if len(s.urgent) > 0 && s.inline() {
		return len(s.urgent)
	}
	return 0
}

// readable is the number of bytes that a plain receive can get.
func (s *stream) readable() int {
	if len(s.urgent) == 0 {
		return s.arrived
	}
	return s.arrived + s.inlineUrgent()
}

// urgentWaits reports whether a receive with MSG_OOB would get something.
func (s *stream) urgentWaits() bool { return len(s.urgent) > 0 && !s.inline() }

// sendUrgent sends bufs with the last byte urgent.
func (s *stream) sendUrgent(bufs [][]byte) int {
	n := total(bufs)
	if n == 0 {
		return 0
	}
	if s.peer.inline() {
		s.put(bufs, n, nil)
		return n
	}
	all := flat(bufs)
	if n > 1 && !s.put([][]byte{all[:n-1]}, n-1, nil) {
		return 0
	}
	p := s.sending("URG PSH ACK", [][]byte{all[n-1:]}, 1)
	if s.broken != 0 {
		return 0
	}
	s.seq++
	s.transmit(&segment{urgent: true, value: all[n-1], packet: p})
	return n
}

// arriveUrgent is the arrival of an urgent byte.
func (s *stream) arriveUrgent(b byte) {
	if s.closed || s.recvShut {
		s.urgent = nil
		s.arriveData(0)
		return
	}
	s.ack++
	s.urgent = append(s.urgent, b)
	s.sock.happened(wsa.FD_OOB)
	s.wakeReaders()
}

// takeUrgent takes the first urgent byte.
func (s *stream) takeUrgent(peek bool) (byte, bool) {
	if !s.urgentWaits() {
		return 0, false
	}
	b := s.urgent[0]
	if !peek {
		s.urgent = s.urgent[1:]
		s.sock.oobAgain()
	}
	return b, true
}

// recvUrgent does a receive with MSG_OOB, which never waits (inferred).
func (t *Thread) recvUrgent(s *socket, bufs [][]byte, flags int32) (int, wsa.Errno) {
	if s.opts.get(optOOBInline) != 0 {
		return 0, t.fail(rules.RECVFlags, wsa.WSAEINVAL)
	}
	if total(bufs) == 0 {
		return 0, t.fail(rules.RECVZerolen, wsa.WSAEINVAL)
	}
	b, ok := s.stream.takeUrgent(flags&wsa.MSG_PEEK != 0)
	if !ok {
		return 0, t.fail(rules.RECVOobnone, wsa.WSAEINVAL)
	}
	for _, buf := range bufs {
		if len(buf) > 0 {
			buf[0] = b
			break
		}
	}
	return 1, 0
}

// readUrgent gives inline urgent bytes to a plain receive.
func (s *stream) readUrgent(bufs [][]byte, peek bool) int {
	n := 0
	for _, b := range bufs {
		n += copy(b, s.urgent[n:])
	}
	if !peek {
		s.urgent = s.urgent[n:]
		s.sock.recorded &^= wsa.FD_OOB
		s.sock.readAgain()
	}
	return n
}
