package domain

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wsasim/wsa"
)

// SID is a security identifier: what names a user, group or computer to an
// access check (MS-DTYP 2.4.2). It is comparable, so == says whether two are the
// same and a SID can be the key of a map. The zero value is no SID at all.
type SID struct {
	authority uint64 // 48 bits
	count     uint8
	sub       [maxSubs]uint32
}

const (
	// maxSubs is how many sub-authorities a SID has at most (MS-DTYP 2.4.2.2).
	maxSubs = 15
	// sidRevision is the only revision there is.
	sidRevision = 1
	// sidHeader is revision, count and authority in binary form.
	sidHeader = 8
	// maxAuthority is the largest 48-bit number.
	maxAuthority = 1<<48 - 1
	// decimalAuthority is where the text form turns from decimal to hexadecimal.
	decimalAuthority = 1 << 32
)

// NewSID makes the SID of an authority and 1 to 15 sub-authorities. A SID
// without any has no text form (MS-DTYP 2.4.2.1) and is refused here and by the
// decoders, although Windows' own IsValidSid lets it pass (inferred).
func NewSID(authority uint64, sub ...uint32) (SID, error) {
	if authority > maxAuthority {
		return SID{}, fmt.Errorf("SID authority %#x needs more than 48 bits", authority)
	}
	if len(sub) < 1 || len(sub) > maxSubs {
		return SID{}, fmt.Errorf("SID with %d sub-authorities: there are 1 to %d", len(sub), maxSubs)
	}
	s := SID{authority: authority, count: uint8(len(sub))}
	copy(s.sub[:], sub)
	return s, nil
}

// MustSID is ParseSID for texts known to be right; it panics on any other.
func MustSID(text string) SID {
	s, err := ParseSID(text)
	if err != nil {
		panic(err)
	}
	return s
}

// ParseSID reads "S-1-5-21-1-2-3-1104", the form of MS-DTYP 2.4.2.1: decimal
// numbers without leading zeros, or an authority of "0x" and 12 hexadecimal
// digits. The letters may have either case (inferred). Short names such as "BA"
// belong to SDDL: see [ParseSDDL].
func ParseSID(text string) (SID, error) {
	bad := func(why string) (SID, error) { return SID{}, fmt.Errorf("SID %q: %s", clip(text), why) }
	parts := strings.Split(text, "-")
	if len(parts) < 4 || len(parts) > 3+maxSubs {
		return bad("not \"S-1-\", an authority and 1 to 15 numbers")
	}
	if !strings.EqualFold(parts[0], "S") || parts[1] != "1" {
		return bad("does not start with \"S-1-\"")
	}
	authority, err := parseAuthority(parts[2])
	if err != nil {
		return bad("authority: " + err.Error())
	}
	s := SID{authority: authority, count: uint8(len(parts) - 3)}
	for i, p := range parts[3:] {
		n, err := parseDecimal(p)
		if err != nil {
			return bad(fmt.Sprintf("sub-authority %d: %v", i, err))
		}
		s.sub[i] = n
	}
	return s, nil
}

func parseAuthority(text string) (uint64, error) {
	if len(text) >= 2 && strings.EqualFold(text[:2], "0x") {
		n, err := strconv.ParseUint(text[2:], 16, 48)
		if err != nil || len(text) != 2+12 {
			return 0, fmt.Errorf("%q is not \"0x\" and 12 hexadecimal digits", clip(text))
		}
		return n, nil
	}
	n, err := parseDecimal(text)
	return uint64(n), err
}

// parseDecimal reads a number of 32 bits the way it is printed: no sign, no
// leading zero.
func parseDecimal(text string) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || (len(text) > 1 && text[0] == '0') {
		return 0, fmt.Errorf("%q is not a decimal number of 32 bits without leading zeros", clip(text))
	}
	return uint32(n), nil
}

// clip keeps what a stranger sent from filling a message.
func clip(text string) string {
	const most = 60
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

// DecodeSID reads the binary form (MS-DTYP 2.4.2.2, with the byte order of the
// structure SID of winnt.h: authority big-endian, sub-authorities
// little-endian) at the start of b, and says how many bytes it takes. The error
// is a *wsa.DecodeError.
func DecodeSID(b []byte) (SID, int, error) {
	bad := func(field string, at, need int, reason string) (SID, int, error) {
		return SID{}, 0, &wsa.DecodeError{Struct: "SID", Field: field, Offset: at, Need: need, Have: len(b), Reason: reason}
	}
	if len(b) < sidHeader {
		return bad("IdentifierAuthority", 2, sidHeader, "")
	}
	if b[0] != sidRevision {
		return bad("Revision", 0, 0, fmt.Sprintf("%d, expected 1", b[0]))
	}
	count := int(b[1])
	if count < 1 || count > maxSubs {
		return bad("SubAuthorityCount", 1, 0, fmt.Sprintf("%d, expected 1 to %d", count, maxSubs))
	}
	size := sidHeader + 4*count
	if len(b) < size {
		return bad("SubAuthority", sidHeader, size, "")
	}
	s := SID{count: uint8(count)}
	s.authority = uint64(binary.BigEndian.Uint16(b[2:]))<<32 | uint64(binary.BigEndian.Uint32(b[4:]))
	for i := range count {
		s.sub[i] = binary.LittleEndian.Uint32(b[sidHeader+4*i:])
	}
	return s, size, nil
}

// BinarySize is how many bytes the binary form takes, 0 for no SID.
func (s SID) BinarySize() int {
	if s.IsZero() {
		return 0
	}
	return sidHeader + 4*int(s.count)
}

// AppendBinary adds the binary form to b. No SID cannot be written.
func (s SID) AppendBinary(b []byte) ([]byte, error) {
	if s.IsZero() {
		return b, &wsa.EncodeError{Struct: "SID", Field: "SubAuthorityCount", Reason: "0, expected 1 to 15"}
	}
	b = append(b, sidRevision, s.count)
	b = binary.BigEndian.AppendUint16(b, uint16(s.authority>>32))
	b = binary.BigEndian.AppendUint32(b, uint32(s.authority))
	for _, n := range s.sub[:s.count] {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b, nil
}

// MarshalBinary is the binary form.
func (s SID) MarshalBinary() ([]byte, error) {
	return s.AppendBinary(make([]byte, 0, s.BinarySize()))
}

// UnmarshalBinary reads a binary form that is exactly as long as b.
func (s *SID) UnmarshalBinary(b []byte) error {
	got, n, err := DecodeSID(b)
	if err != nil {
		return err
	}
	if n != len(b) {
		return &wsa.DecodeError{Struct: "SID", Field: "SubAuthorityCount", Offset: 1, Have: len(b),
			Reason: fmt.Sprintf("%d sub-authorities take %d bytes, the buffer has %d", got.count, n, len(b))}
	}
	*s = got
	return nil
}

// AppendText adds the text form to b; nothing for no SID.
func (s SID) AppendText(b []byte) ([]byte, error) {
	if s.IsZero() {
		return b, nil
	}
	b = append(b, "S-1-"...)
	if s.authority < decimalAuthority {
		b = strconv.AppendUint(b, s.authority, 10)
	} else {
		b = fmt.Appendf(b, "0x%012X", s.authority)
	}
	for _, n := range s.sub[:s.count] {
		b = append(b, '-')
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return b, nil
}

// MarshalText is the text form, empty for no SID.
func (s SID) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// UnmarshalText is [ParseSID]; empty text is no SID.
func (s *SID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*s = SID{}
		return nil
	}
	got, err := ParseSID(string(text))
	if err == nil {
		*s = got
	}
	return err
}

// String is the text form; "" for no SID.
func (s SID) String() string {
	b, _ := s.AppendText(make([]byte, 0, 48))
	return string(b)
}

// IsZero reports whether this is no SID.
func (s SID) IsZero() bool { return s.count == 0 }

// RID is the last sub-authority: what tells accounts of one domain apart.
func (s SID) RID() uint32 {
	if s.IsZero() {
		return 0
	}
	return s.sub[s.count-1]
}

// Parent is the SID without its RID: the domain's, for an account of a domain.
// It is no SID when nothing would be left.
func (s SID) Parent() SID {
	if s.count <= 1 {
		return SID{}
	}
	s.count--
	s.sub[s.count] = 0 // == compares all of the array
	return s
}

// Child is the SID of an account: the domain's with a RID behind. It is no SID
// when there is no room.
func (s SID) Child(rid uint32) SID {
	if s.IsZero() || s.count == maxSubs {
		return SID{}
	}
	s.sub[s.count] = rid
	s.count++
	return s
}

// Compare orders SIDs by authority, then sub-authority by sub-authority, a
// prefix first. Lists of SIDs are in this order everywhere in this package.
func (s SID) Compare(o SID) int {
	return cmp.Or(cmp.Compare(s.authority, o.authority), slices.Compare(s.sub[:s.count], o.sub[:o.count]))
}
