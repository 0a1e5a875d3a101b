package wsa

// Control messages: WSACMSGHDR (ws2def.h) is the length of the message with its
// header, as a size_t, then level and type of 4 bytes each; header and data are
// aligned to the pointer size, on 64-bit Windows 16 bytes of header and
// multiples of 8.

// ControlHeaderSize is sizeof(WSACMSGHDR) on 64-bit Windows, without padding.
const ControlHeaderSize = 16

// ControlMessage is one control message.
type ControlMessage struct {
	Level, Type int32  // IPPROTO_IP and IP_PKTINFO, for instance
	Data        []byte // without header and padding
}

// ControlSpace is the room that a message with n bytes of data takes in a
// control buffer on 64-bit Windows (WSA_CMSG_SPACE).
func ControlSpace(n int) int { return ControlHeaderSize + roundUp(n, 8) }

// AppendControl appends one control message, padded, as 64-bit Windows lays it
// out.
func AppendControl(dst []byte, m ControlMessage) []byte {
	dst = le.AppendUint64(dst, uint64(ControlHeaderSize+len(m.Data)))
	dst = le.AppendUint32(dst, uint32(m.Level))
	dst = le.AppendUint32(dst, uint32(m.Type))
	dst = append(dst, m.Data...)
	for range roundUp(len(m.Data), 8) - len(m.Data) {
		dst = append(dst, 0)
	}
	return dst
}

// ParseControl reads the control messages of a buffer; the data is not copied.
// It fails with *DecodeError for a length that the buffer does not hold.
func ParseControl(b []byte) ([]ControlMessage, error) {
	var list []ControlMessage
	for len(b) >= ControlHeaderSize {
		n := le.Uint64(b)
		if n < ControlHeaderSize || n > uint64(len(b)) {
			return list, &DecodeError{Struct: "WSACMSGHDR", Field: "cmsg_len", Have: len(b), Reason: "the length does not fit into the buffer"}
		}
		list = append(list, ControlMessage{int32(le.Uint32(b[8:])), int32(le.Uint32(b[12:])), b[ControlHeaderSize:n]})
		b = b[min(roundUp(int(n), 8), len(b)):]
	}
	return list, nil
}
