package wsa

// TCPState is TCPSTATE (mstcpip.h; page ne-mstcpip-tcpstate): where a connection
// stands, by the names of RFC 793.
type TCPState uint32

// The states.
const (
	TCPSTATE_CLOSED      = 0
	TCPSTATE_LISTEN      = 1
	TCPSTATE_SYN_SENT    = 2
	TCPSTATE_SYN_RCVD    = 3
	TCPSTATE_ESTABLISHED = 4
	TCPSTATE_FIN_WAIT_1  = 5
	TCPSTATE_FIN_WAIT_2  = 6
	TCPSTATE_CLOSE_WAIT  = 7
	TCPSTATE_CLOSING     = 8
	TCPSTATE_LAST_ACK    = 9
	TCPSTATE_TIME_WAIT   = 10
)

// String is the state in the spelling of RFC 793.
func (s TCPState) String() string {
	names := [...]string{
		"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
	}
	if int(s) < len(names) {
		return names[s]
	}
	return "TCPSTATE?"
}

// Sizes in bytes of TCP_INFO_v0 and TCP_INFO_v1, alike on every target
// (mstcpip.h).
const (
	TCPInfoV0Size = 88
	TCPInfoV1Size = 136
)

// TCPInfo is TCP_INFO_v1 (mstcpip.h; pages ns-mstcpip-tcp_info_v0 and _v1), of
// which TCP_INFO_v0 is the part before SndLimTransRwin. Layout: state 0, MSS 4,
// time 8, timestamps 16 (one byte), round trip 20, its minimum 24, in flight 28,
// windows of congestion 32, sending 36 and receiving 40, buffer 44, bytes out 48
// and in 56, reordered 64, sent again 68, fast retransmissions 72, duplicate
// acknowledgements 76, time-outs 80, requests sent again 84 (one byte); from 88
// on how often, how long and for how many bytes sending was limited by the
// receiver, 88, 92, 96, by congestion, 104, 108, 112, and by the sender, 120,
// 124, 128.
type TCPInfo struct {
	State             TCPState // TCPSTATE_*
	Mss               uint32   // bytes
	ConnectionTimeMs  uint64   // milliseconds since it was made
	TimestampsEnabled uint8    // BOOLEAN
	RttUs             uint32   // microseconds
	MinRttUs          uint32   // microseconds, the least so far
	BytesInFlight     uint32   // sent and not acknowledged
	Cwnd              uint32   // bytes
	SndWnd            uint32   // bytes that the peer takes
	RcvWnd            uint32   // bytes that this end takes
	RcvBuf            uint32   // SO_RCVBUF, bytes
	BytesOut          uint64   // sent so far
	BytesIn           uint64   // received so far
	BytesReordered    uint32   // that came out of order
	BytesRetrans      uint32   // that were sent again
	FastRetrans       uint32   // how often data were sent again before a time-out
	DupAcksIn         uint32   // acknowledgements that came twice
	TimeoutEpisodes   uint32   // how often data had to be sent again after a time-out
	SynRetrans        uint8    // how often the request for the connection was sent again
	SndLimTransRwin   uint32   // how often sending was limited by the receiver
	SndLimTimeRwin    uint32   // how long, milliseconds
	SndLimBytesRwin   uint64   // for how many bytes
	SndLimTransCwnd   uint32   // the same by congestion
	SndLimTimeCwnd    uint32
	SndLimBytesCwnd   uint64
	SndLimTransSnd    uint32 // the same by the sender
	SndLimTimeSnd     uint32
	SndLimBytesSnd    uint64
}

// AppendBinaryV0 appends the 88 bytes of TCP_INFO_v0. The error is nil.
func (p *TCPInfo) AppendBinaryV0(dst []byte) ([]byte, error) {
	dst = le.AppendUint32(dst, uint32(p.State))
	dst = le.AppendUint32(dst, p.Mss)
	dst = le.AppendUint64(dst, p.ConnectionTimeMs)
	dst = le.AppendUint32(dst, uint32(p.TimestampsEnabled))
	for _, v := range [...]uint32{p.RttUs, p.MinRttUs, p.BytesInFlight, p.Cwnd, p.SndWnd, p.RcvWnd, p.RcvBuf} {
		dst = le.AppendUint32(dst, v)
	}
	dst = le.AppendUint64(dst, p.BytesOut)
	dst = le.AppendUint64(dst, p.BytesIn)
	for _, v := range [...]uint32{p.BytesReordered, p.BytesRetrans, p.FastRetrans, p.DupAcksIn, p.TimeoutEpisodes, uint32(p.SynRetrans)} {
		dst = le.AppendUint32(dst, v)
	}
	return dst, nil
}

// AppendBinary appends the 136 bytes of TCP_INFO_v1. The error is nil.
func (p *TCPInfo) AppendBinary(dst []byte) ([]byte, error) {
	dst, _ = p.AppendBinaryV0(dst)
	for _, l := range p.limits() {
		dst = le.AppendUint32(dst, *l.transitions)
		dst = le.AppendUint32(dst, *l.time)
		dst = le.AppendUint64(dst, *l.bytes)
	}
	return dst, nil
}

// limit is what TCP_INFO_v1 tells of one reason for which sending was limited.
type limit struct {
	transitions, time *uint32
	bytes             *uint64
}

func (p *TCPInfo) limits() [3]limit {
	return [3]limit{
		{&p.SndLimTransRwin, &p.SndLimTimeRwin, &p.SndLimBytesRwin},
		{&p.SndLimTransCwnd, &p.SndLimTimeCwnd, &p.SndLimBytesCwnd},
		{&p.SndLimTransSnd, &p.SndLimTimeSnd, &p.SndLimBytesSnd},
	}
}

// UnmarshalBinaryV0 reads the 88 bytes of TCP_INFO_v0 and leaves the rest alone.
// It fails with *DecodeError for a short buffer.
func (p *TCPInfo) UnmarshalBinaryV0(b []byte) error {
	if len(b) < TCPInfoV0Size {
		return &DecodeError{Struct: "TCP_INFO_v0", Field: "SynRetrans", Offset: 84, Need: TCPInfoV0Size, Have: len(b)}
	}
	p.State, p.Mss, p.ConnectionTimeMs, p.TimestampsEnabled = TCPState(le.Uint32(b)), le.Uint32(b[4:]), le.Uint64(b[8:]), b[16]
	for i, f := range [...]*uint32{&p.RttUs, &p.MinRttUs, &p.BytesInFlight, &p.Cwnd, &p.SndWnd, &p.RcvWnd, &p.RcvBuf} {
		*f = le.Uint32(b[20+4*i:])
	}
	p.BytesOut, p.BytesIn = le.Uint64(b[48:]), le.Uint64(b[56:])
	for i, f := range [...]*uint32{&p.BytesReordered, &p.BytesRetrans, &p.FastRetrans, &p.DupAcksIn, &p.TimeoutEpisodes} {
		*f = le.Uint32(b[64+4*i:])
	}
	p.SynRetrans = b[84]
	return nil
}

// UnmarshalBinary reads the 136 bytes of TCP_INFO_v1. It fails with *DecodeError
// for a short buffer.
func (p *TCPInfo) UnmarshalBinary(b []byte) error {
	if len(b) < TCPInfoV1Size {
		return &DecodeError{Struct: "TCP_INFO_v1", Field: "SndLimBytesSnd", Offset: 128, Need: TCPInfoV1Size, Have: len(b)}
	}
	if err := p.UnmarshalBinaryV0(b); err != nil {
		return err
	}
	for i, l := range p.limits() {
		at := b[TCPInfoV0Size+16*i:]
		*l.transitions, *l.time, *l.bytes = le.Uint32(at), le.Uint32(at[4:]), le.Uint64(at[8:])
	}
	return nil
}
