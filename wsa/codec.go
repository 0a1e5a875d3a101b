package wsa

import (
	"encoding/binary"
	"fmt"
)

// le is the byte order of every structure here: Windows is little-endian on
// every processor it runs on. Ports and IPv4 addresses inside a SOCKADDR are in
// network order (be), whatever the processor.
var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

// Structure is what every structure of this package can do. AppendBinary
// writes the layout of 64-bit Windows behind dst and allocates only when dst
// has no room; padding is written as zero. UnmarshalBinary reads it, ignores
// padding and what follows the structure, and leaves the receiver unchanged
// when it fails, with a *DecodeError.
type Structure interface {
	AppendBinary(dst []byte) ([]byte, error)
	UnmarshalBinary(b []byte) error
}

var (
	_ Structure = (*SockaddrIn)(nil)
	_ Structure = (*SockaddrIn6)(nil)
	_ Structure = (*SockaddrStorage)(nil)
	_ Structure = (*PeerTargetName)(nil)
	_ Structure = (*SecuritySettings)(nil)
	_ Structure = (*SecuritySettingsIPsec)(nil)
	_ Structure = (*SecurityQueryTemplate)(nil)
	_ Structure = (*SecurityQueryTemplateIPsec2)(nil)
	_ Structure = (*SecurityQueryInfo)(nil)
	_ Structure = (*SecurityQueryInfoIPsec2)(nil)
)

// DecodeError says which field of which structure could not be read.
type DecodeError struct {
	Struct string // C name: "SOCKET_PEER_TARGET_NAME"
	Field  string // C name of the field: "AllStrings"
	Offset int    // where the field starts, in bytes from the start of the structure
	Need   int    // bytes the whole buffer must have for the field; 0 when size is not the problem
	Have   int    // bytes the buffer has
	Reason string // what was expected, when size is not the problem
}

// Error names the structure, the field, its offset and what was expected.
func (e *DecodeError) Error() string {
	where := fmt.Sprintf("%s.%s at offset %d", e.Struct, e.Field, e.Offset)
	if e.Reason != "" {
		return where + ": " + e.Reason
	}
	return fmt.Sprintf("%s: the buffer must have %d bytes and has %d", where, e.Need, e.Have)
}

// TooShort reports whether the buffer was too small, which the calls answer
// with WSAEMSGSIZE; otherwise a value was wrong.
func (e *DecodeError) TooShort() bool { return e.Reason == "" }

// EncodeError says which field of which structure has a value that cannot be
// written.
type EncodeError struct {
	Struct string // C name of the structure
	Field  string // C name of the field
	Reason string // what was expected
}

// Error names the structure, the field and what was expected.
func (e *EncodeError) Error() string { return e.Struct + "." + e.Field + ": " + e.Reason }

// short is the error for a buffer of have bytes that is too small for the
// structure. The table in structs.go is only read when something failed.
func short(name string, have int) *DecodeError {
	layout, err := Struct(name, AMD64)
	if err != nil {
		panic("wsa: codec for a structure that is not in the table: " + name)
	}
	return layout.short(have)
}

// extend makes room for n more bytes behind dst and returns all of it; the
// content of the new bytes is not defined. It allocates when dst is too small.
func extend(dst []byte, n int) []byte {
	if total := len(dst) + n; total <= cap(dst) {
		return dst[:total]
	}
	return append(dst, make([]byte, n)...)
}
