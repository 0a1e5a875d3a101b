package wsa

import "fmt"

// AddrInfoW is ADDRINFOW as it lies in memory (ws2def.h; page
// ns-ws2def-addrinfow), for tools that read or build it: 48 bytes with 64-bit
// pointers, 32 with 32-bit ones. Layout: flags 0, family 4, type 8, protocol 12,
// then ai_addrlen, ai_canonname, ai_addr and ai_next, a pointer each. The calls
// of this package take [AddrInfo].
type AddrInfoW struct {
	Flags, Family, SockType, Protocol int32
	Addrlen                           uint64 // bytes of the SOCKADDR
	CanonName, Addr, Next             uint64 // addresses
}

// AddrInfoExW is ADDRINFOEXW as it lies in memory (page
// ns-ws2def-addrinfoexw): ADDRINFOW with ai_blob, ai_bloblen and ai_provider
// before ai_next; 72 bytes with 64-bit pointers, 44 with 32-bit ones.
type AddrInfoExW struct {
	Flags, Family, SockType, Protocol int32
	Addrlen                           uint64
	CanonName, Addr                   uint64
	Blob                              uint64 // address
	BlobLen                           uint64 // bytes
	Provider                          uint64 // address of a GUID
	Next                              uint64
}

// appendPointers appends the words of a structure behind its 32-bit numbers.
func appendPointers(dst []byte, t Target, structure string, numbers []int32, words []uint64) ([]byte, error) {
	layout, err := Struct(structure, t)
	if err != nil {
		return dst, err
	}
	out := dst
	for _, n := range numbers {
		out = le.AppendUint32(out, uint32(n))
	}
	for i, w := range words {
		if out, err = t.appendPointer(out, structure, layout.Fields[len(numbers)+i].Name, w); err != nil {
			return dst, err
		}
	}
	return out, nil
}

// parsePointers reads what appendPointers writes.
func parsePointers(b []byte, t Target, structure string, numbers []*int32, words []*uint64) error {
	layout, err := Struct(structure, t)
	if err != nil {
		return err
	}
	if len(b) < layout.Size {
		return layout.short(len(b))
	}
	for i, n := range numbers {
		*n = int32(le.Uint32(b[4*i:]))
	}
	for i, w := range words {
		*w = t.pointer(b[4*len(numbers)+i*t.PointerSize():])
	}
	return nil
}

// AppendTarget appends the ADDRINFOW as the target lays it out; it fails with
// *EncodeError for a value wider than the target's pointers.
func (a *AddrInfoW) AppendTarget(dst []byte, t Target) ([]byte, error) {
	return appendPointers(dst, t, "ADDRINFOW", []int32{a.Flags, a.Family, a.SockType, a.Protocol},
		[]uint64{a.Addrlen, a.CanonName, a.Addr, a.Next})
}

// UnmarshalTarget reads an ADDRINFOW as the target lays it out; it fails with
// *DecodeError for a short buffer.
func (a *AddrInfoW) UnmarshalTarget(b []byte, t Target) error {
	return parsePointers(b, t, "ADDRINFOW", []*int32{&a.Flags, &a.Family, &a.SockType, &a.Protocol},
		[]*uint64{&a.Addrlen, &a.CanonName, &a.Addr, &a.Next})
}

// AppendBinary appends the 48 bytes of 64-bit Windows; it never fails.
func (a *AddrInfoW) AppendBinary(dst []byte) ([]byte, error) { return a.AppendTarget(dst, AMD64) }

// UnmarshalBinary reads the 48 bytes of 64-bit Windows.
func (a *AddrInfoW) UnmarshalBinary(b []byte) error { return a.UnmarshalTarget(b, AMD64) }

// Hints are the hints that the structure makes: members that must be zero and
// are not come out as something that is not.
func (a *AddrInfoW) Hints() AddrInfo {
	h := AddrInfo{Flags: a.Flags, Family: a.Family, SockType: a.SockType, Protocol: a.Protocol}
	if a.Addrlen != 0 || a.Addr != 0 || a.Next != 0 {
		h.Addr = make(Bytes, min(a.Addrlen, SockaddrStorageSize))
	}
	if a.CanonName != 0 {
		h.CanonName = fmt.Sprintf("0x%X", a.CanonName)
	}
	return h
}

// AppendTarget appends the ADDRINFOEXW as the target lays it out; it fails with
// *EncodeError for a value wider than the target's pointers.
func (a *AddrInfoExW) AppendTarget(dst []byte, t Target) ([]byte, error) {
	return appendPointers(dst, t, "ADDRINFOEXW", []int32{a.Flags, a.Family, a.SockType, a.Protocol},
		[]uint64{a.Addrlen, a.CanonName, a.Addr, a.Blob, a.BlobLen, a.Provider, a.Next})
}

// UnmarshalTarget reads an ADDRINFOEXW as the target lays it out; it fails with
// *DecodeError for a short buffer.
func (a *AddrInfoExW) UnmarshalTarget(b []byte, t Target) error {
	return parsePointers(b, t, "ADDRINFOEXW", []*int32{&a.Flags, &a.Family, &a.SockType, &a.Protocol},
		[]*uint64{&a.Addrlen, &a.CanonName, &a.Addr, &a.Blob, &a.BlobLen, &a.Provider, &a.Next})
}

// AppendBinary appends the 72 bytes of 64-bit Windows; it never fails.
func (a *AddrInfoExW) AppendBinary(dst []byte) ([]byte, error) { return a.AppendTarget(dst, AMD64) }

// UnmarshalBinary reads the 72 bytes of 64-bit Windows.
func (a *AddrInfoExW) UnmarshalBinary(b []byte) error { return a.UnmarshalTarget(b, AMD64) }

// Hints is Hints of ADDRINFOW, with the members that ADDRINFOEXW adds left out.
func (a *AddrInfoExW) Hints() AddrInfoEx {
	plain := AddrInfoW{a.Flags, a.Family, a.SockType, a.Protocol, a.Addrlen, a.CanonName, a.Addr, a.Next}
	return AddrInfoEx{AddrInfo: plain.Hints()}
}
