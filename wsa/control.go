package wsa

// Control messages: WSACMSGHDR (ws2def.h) is the length of the message with its
// header, as a size_t, then level and type of 4 bytes each; header and data are
// aligned to the pointer size: on 64-bit Windows 16 bytes of header and
// multiples of 8, on 32-bit Windows 12 bytes and multiples of 4.

// ControlHeaderSize is sizeof(WSACMSGHDR) on 64-bit Windows, without padding.
const ControlHeaderSize = 16

// ControlMessage is one control message.
type ControlMessage struct {
	Level, Type int32  // IPPROTO_IP and IP_PKTINFO, for instance
	Data        []byte // without header and padding
}

// ControlSpace is the room that a message with n bytes of data takes in a
// control buffer on 64-bit Windows (WSA_CMSG_SPACE), and in the simulator.
func ControlSpace(n int) int { return AMD64.ControlSpace(n) }

// AppendControl appends one control message, padded, as 64-bit Windows and the
// simulator lay it out.
func AppendControl(dst []byte, m ControlMessage) []byte { return AMD64.AppendControl(dst, m) }

// ParseControl reads the control messages of a buffer of 64-bit Windows or the
// simulator; the data is not copied. It fails with *DecodeError for a length that
// the buffer does not hold. For any API see [TargetOf].
func ParseControl(b []byte) ([]ControlMessage, error) { return AMD64.ParseControl(b) }

// controlHeader is sizeof(WSACMSGHDR).
func (t Target) controlHeader() int { return t.PointerSize() + 8 }

// ControlSpace is [ControlSpace] on the target.
func (t Target) ControlSpace(n int) int { return t.controlHeader() + roundUp(n, t.PointerSize()) }

// AppendControl is [AppendControl] for the target.
func (t Target) AppendControl(dst []byte, m ControlMessage) []byte {
	length := uint64(t.controlHeader() + len(m.Data))
	if t.PointerSize() == 4 {
		dst = le.AppendUint32(dst, uint32(length))
	} else {
		dst = le.AppendUint64(dst, length)
	}
	dst = le.AppendUint32(dst, uint32(m.Level))
	dst = le.AppendUint32(dst, uint32(m.Type))
	dst = append(dst, m.Data...)
	for range roundUp(len(m.Data), t.PointerSize()) - len(m.Data) {
		dst = append(dst, 0)
	}
	return dst
}

// ParseControl is [ParseControl] for the target.
func (t Target) ParseControl(b []byte) ([]ControlMessage, error) {
	var list []ControlMessage
	header, size := t.controlHeader(), t.PointerSize()
	for len(b) >= header {
		n := t.pointer(b)
		if n < uint64(header) || n > uint64(len(b)) {
			return list, &DecodeError{Struct: "WSACMSGHDR", Field: "cmsg_len", Have: len(b), Reason: "the length does not fit into the buffer"}
		}
		list = append(list, ControlMessage{int32(le.Uint32(b[size:])), int32(le.Uint32(b[size+4:])), b[header:n]})
		b = b[min(roundUp(int(n), size), len(b)):]
	}
	return list, nil
}
