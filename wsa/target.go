package wsa

import (
	"fmt"
	"math"
)

// Target is the processor a structure is laid out for. It matters only where a
// structure holds pointers or handles; every target is little-endian.
type Target uint8

// The targets that Windows runs Winsock programs on. The zero value is 64-bit
// x86, which is also what the methods without a target use.
const (
	AMD64 Target = iota
	I386
	ARM64
)

// Targets lists every target.
func Targets() []Target { return []Target{AMD64, I386, ARM64} }

// String is GOARCH's name: "amd64", "386", "arm64".
func (t Target) String() string {
	switch t {
	case AMD64:
		return "amd64"
	case I386:
		return "386"
	case ARM64:
		return "arm64"
	}
	return fmt.Sprintf("Target(%d)", uint8(t))
}

// ParseTarget reads what String writes.
func ParseTarget(text string) (Target, error) {
	for _, t := range Targets() {
		if t.String() == text {
			return t, nil
		}
	}
	return 0, fmt.Errorf("target %q is not amd64, 386 or arm64", text)
}

// TargetOf is the target whose layouts an API uses where the pointer size decides
// them, as in control messages and in the lists of SIO_ADDRESS_LIST_QUERY: what
// its method Target says, and without one AMD64, which the simulator's is on
// every system. Of the APIs of this package a [SystemThread] has the method; what
// wraps an API should pass it on.
func TargetOf(api API) Target {
	if t, ok := api.(interface{ Target() Target }); ok {
		return t.Target()
	}
	return AMD64
}

// PointerSize is the size in bytes of pointers and handles.
func (t Target) PointerSize() int {
	if t == I386 {
		return 4
	}
	return 8
}

// Sizes in bytes of WSAOVERLAPPED and WSABUF.
const (
	OverlappedSize     = 32
	OverlappedSizeI386 = 20
	WSABufSize         = 16
	WSABufSizeI386     = 8
)

// appendPointer appends a pointer or handle. It fails, naming the field, when
// the value has more bits than the target's pointers.
func (t Target) appendPointer(dst []byte, structure, field string, v uint64) ([]byte, error) {
	if t.PointerSize() == 8 {
		return le.AppendUint64(dst, v), nil
	}
	if v > math.MaxUint32 {
		return dst, &EncodeError{structure, field, fmt.Sprintf("0x%X does not fit into the 4 bytes of a pointer on %v", v, t)}
	}
	return le.AppendUint32(dst, uint32(v)), nil
}

// pointer reads a pointer or handle at the start of b, which must have room.
func (t Target) pointer(b []byte) uint64 {
	if t.PointerSize() == 8 {
		return le.Uint64(b)
	}
	return uint64(le.Uint32(b))
}

// AppendTarget appends the WSAOVERLAPPED as the target lays it out (minwinbase.h;
// page ns-winsock2-wsaoverlapped): Internal 0, InternalHigh, Offset, OffsetHigh,
// hEvent; 32 bytes with 64-bit pointers, 20 with 32-bit ones. It fails with
// *EncodeError for a value wider than the target's pointers.
func (o *Overlapped) AppendTarget(dst []byte, t Target) ([]byte, error) {
	out, err := t.appendPointer(dst, "WSAOVERLAPPED", "Internal", uint64(o.Internal))
	if err != nil {
		return dst, err
	}
	if out, err = t.appendPointer(out, "WSAOVERLAPPED", "InternalHigh", uint64(o.InternalHigh)); err != nil {
		return dst, err
	}
	out = le.AppendUint32(out, o.Offset)
	out = le.AppendUint32(out, o.OffsetHigh)
	if out, err = t.appendPointer(out, "WSAOVERLAPPED", "hEvent", uint64(o.HEvent)); err != nil {
		return dst, err
	}
	return out, nil
}

// UnmarshalTarget reads a WSAOVERLAPPED as the target lays it out. It fails
// with *DecodeError for a short buffer, and for a value that the pointers of
// this program cannot hold.
func (o *Overlapped) UnmarshalTarget(b []byte, t Target) error {
	layout, err := Struct("WSAOVERLAPPED", t)
	if err != nil {
		return err
	}
	if len(b) < layout.Size {
		return layout.short(len(b))
	}
	p := t.PointerSize()
	values := [3]uint64{t.pointer(b), t.pointer(b[p:]), t.pointer(b[2*p+8:])}
	for i, field := range [3]int{0, 1, 4} {
		if uint64(uintptr(values[i])) != values[i] {
			f := layout.Fields[field]
			return &DecodeError{
				Struct: layout.Name, Field: f.Name, Offset: f.Offset, Have: len(b),
				Reason: fmt.Sprintf("0x%X does not fit into the pointers of this program", values[i]),
			}
		}
	}
	*o = Overlapped{
		Internal: uintptr(values[0]), InternalHigh: uintptr(values[1]),
		Offset: le.Uint32(b[2*p:]), OffsetHigh: le.Uint32(b[2*p+4:]),
		HEvent: HANDLE(values[2]),
	}
	return nil
}

// AppendBinary appends the 32 bytes of 64-bit Windows; it never fails.
func (o *Overlapped) AppendBinary(dst []byte) ([]byte, error) { return o.AppendTarget(dst, AMD64) }

// UnmarshalBinary reads the 32 bytes of 64-bit Windows.
func (o *Overlapped) UnmarshalBinary(b []byte) error { return o.UnmarshalTarget(b, AMD64) }

// WSABuf is WSABUF (ws2def.h; page ns-ws2def-wsabuf), for tools that read or
// build arrays of it. Layout: len 0 (4 bytes), buf at the next pointer
// boundary. The calls of this package take [][]byte instead.
type WSABuf struct {
	Len uint32 // bytes
	Buf uint64 // address
}

// AppendTarget appends the WSABUF as the target lays it out; it fails with
// *EncodeError when the address is wider than the target's pointers.
func (w *WSABuf) AppendTarget(dst []byte, t Target) ([]byte, error) {
	out := le.AppendUint32(dst, w.Len)
	if t.PointerSize() == 8 {
		out = append(out, 0, 0, 0, 0)
	}
	out, err := t.appendPointer(out, "WSABUF", "buf", w.Buf)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// UnmarshalTarget reads a WSABUF as the target lays it out; it fails with
// *DecodeError for a short buffer.
func (w *WSABuf) UnmarshalTarget(b []byte, t Target) error {
	layout, err := Struct("WSABUF", t)
	if err != nil {
		return err
	}
	if len(b) < layout.Size {
		return layout.short(len(b))
	}
	*w = WSABuf{Len: le.Uint32(b), Buf: t.pointer(b[t.PointerSize():])}
	return nil
}

// AppendBinary appends the 16 bytes of 64-bit Windows; it never fails.
func (w *WSABuf) AppendBinary(dst []byte) ([]byte, error) { return w.AppendTarget(dst, AMD64) }

// UnmarshalBinary reads the 16 bytes of 64-bit Windows.
func (w *WSABuf) UnmarshalBinary(b []byte) error { return w.UnmarshalTarget(b, AMD64) }
