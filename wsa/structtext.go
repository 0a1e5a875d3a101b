package wsa

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// FieldValue is one field of a decoded structure as text.
type FieldValue struct {
	Field        // where it is and what it is; Size is the bytes of this text for FieldUTF16
	Text  string // "SOCKET_SECURITY_PROTOCOL_IPSEC", "10.0.0.1:443", "host/a.example"
	// Parts are the fields of an address of a known family that Text does not
	// say all of (a wrong sin_zero, flow information); nil otherwise.
	Parts []FieldValue
}

// Decode reads the structure field by field. What it prints for each field,
// [Layout.Encode] reads back to the same bytes, but for padding. It fails with
// *DecodeError for a buffer that is too short for the fields or the text.
// Bytes after the structure are ignored.
func (l *Layout) Decode(b []byte) ([]FieldValue, error) {
	if len(b) < l.minimum() {
		return nil, l.short(len(b))
	}
	lengths := make(map[string]uint64)
	values := make([]FieldValue, 0, len(l.Fields))
	text := uint64(l.minimum())
	for _, f := range l.Fields {
		if f.Type != FieldUTF16 {
			if f.LenOf != "" {
				lengths[f.LenOf] = uint64(le.Uint32(b[f.Offset:]))
			}
			values = append(values, l.Target.decodeField(f, b[f.Offset:f.Offset+f.Size]))
			continue
		}
		n := lengths[f.Name]
		if uint64(len(b)) < text+n {
			return nil, &DecodeError{Struct: l.Name, Field: f.Name, Offset: int(text), Need: clampInt(text + n), Have: len(b)}
		}
		f.Offset, f.Size = int(text), int(n)
		if n%2 != 0 {
			// Half a unit has no text; hexadecimal digits lose nothing.
			values = append(values, FieldValue{Field: f, Text: "0x" + hex.EncodeToString(b[text:text+n])})
		} else {
			values = append(values, FieldValue{Field: f, Text: quoteText(DecodeUTF16(b[text : text+n]))})
		}
		text += n
	}
	return values, nil
}

// quoteText leaves plain text as it is and quotes, Go style, what would not
// survive being typed: control characters, lone surrogates, quotes, spaces at
// the ends, and text that looks like bytes.
func quoteText(s string) string {
	quoted := strconv.Quote(s)
	if quoted[1:len(quoted)-1] != s || !utf8.ValidString(s) || strings.TrimSpace(s) != s || strings.HasPrefix(s, "0x") {
		return quoted
	}
	return s
}

// decodeField reads one field of fixed size; b is exactly its bytes.
func (t Target) decodeField(f Field, b []byte) FieldValue {
	v := FieldValue{Field: f}
	switch f.Type {
	case FieldU16:
		v.Text = formatNumber(f.Kind, uint64(le.Uint16(b)))
	case FieldU32:
		v.Text = formatNumber(f.Kind, uint64(le.Uint32(b)))
	case FieldU64:
		v.Text = strconv.FormatUint(le.Uint64(b), 10)
	case FieldPointer:
		v.Text = "0x" + strconv.FormatUint(t.pointer(b), 16)
	case FieldPort:
		v.Text = strconv.Itoa(int(be.Uint16(b)))
	case FieldIPv4, FieldIPv6:
		addr, _ := netip.AddrFromSlice(b)
		v.Text = addr.String()
	case FieldGUID:
		v.Text = GUID(b).String()
	case FieldStorage:
		v.Text, v.Parts = decodeStorage(SockaddrStorage(b))
	default:
		v.Text = "0x" + hex.EncodeToString(b)
	}
	return v
}

func formatNumber(kind Kind, n uint64) string {
	if kind == "" {
		return strconv.FormatUint(n, 10)
	}
	return FormatConstant(kind, int64(n))
}

// FormatSockaddr writes the bytes of a SOCKADDR or SOCKADDR_STORAGE as
// "10.0.0.1:443" or "[fe80::1%3]:443" when that says everything about them; "0"
// when all of them are zero; otherwise hexadecimal digits after "0x".
func FormatSockaddr(b []byte) string {
	if len(b) > 0 && len(b) <= SockaddrStorageSize {
		var s, again SockaddrStorage
		copy(s[:], b)
		if s.IsZero() {
			return "0"
		}
		if ap, err := ParseSockaddr(b); err == nil {
			again, err = StorageFrom(ap)
			if err == nil && again == s {
				return ap.String()
			}
		}
	}
	return "0x" + hex.EncodeToString(b)
}

// decodeStorage adds the fields of the address when its short text does not
// say everything.
func decodeStorage(s SockaddrStorage) (text string, parts []FieldValue) {
	text = FormatSockaddr(s[:])
	if !strings.HasPrefix(text, "0x") {
		return text, nil
	}
	// Zeros at the end need not be said.
	text = "0x" + hex.EncodeToString([]byte(strings.TrimRight(string(s[:]), "\x00")))
	for _, name := range []string{"SOCKADDR_IN", "SOCKADDR_IN6"} {
		layout, _ := Struct(name, AMD64)
		if name == "SOCKADDR_IN" && s.Family() == AF_INET || name == "SOCKADDR_IN6" && s.Family() == AF_INET6 {
			parts, _ = layout.Decode(s[:])
		}
	}
	return text, parts
}

// Encode builds the structure from texts such as "SecurityProtocol=1",
// "PeerAddress=10.0.0.1:443" or "PeerTargetName=host/a.example". Fields that are
// not named are zero, but for the family of a SOCKADDR and the lengths of texts,
// which are filled in; naming a length builds a structure that lies about
// it. Accepted values:
//
//   - numbers: decimal, 0x hexadecimal, names of constants, several joined
//     with "|";
//   - addresses: "ip:port", "0", or 0x and the bytes; a field of it by
//     PeerAddress.sin_port and the like, after the address itself;
//   - GUIDs: the usual text, or "0";
//   - text: as it is, or quoted as in Go, or 0x and the bytes of UTF-16LE.
//
// A later assignment wins. Errors are *EncodeError or *UnknownNameError.
func (l *Layout) Encode(assignments ...string) ([]byte, error) {
	b := make([]byte, l.minimum())
	l.presetFamily(b)
	texts := make(map[string][]byte)
	given := make(map[string]bool)
	for _, a := range assignments {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, &EncodeError{l.Name, a, "expected field=value"}
		}
		head, nested, isNested := strings.Cut(strings.TrimSpace(name), ".")
		f, err := l.Field(head)
		if err != nil {
			return nil, err
		}
		given[f.Name] = true
		switch {
		case f.Type == FieldUTF16:
			texts[f.Name], err = parseText(value)
		case isNested:
			err = setNested(f, nested, value, b[f.Offset:f.Offset+f.Size])
		default:
			err = l.Target.encodeField(f, value, b[f.Offset:f.Offset+f.Size])
		}
		if err != nil {
			return nil, l.fieldError(f.Name, err)
		}
	}
	return l.appendTexts(b, texts, given), nil
}

// fieldError makes err an *EncodeError of the field, unless it says enough.
func (l *Layout) fieldError(field string, err error) error {
	switch err.(type) {
	case *UnknownNameError, *EncodeError:
		return err
	}
	return &EncodeError{l.Name, field, err.Error()}
}

// presetFamily fills in the family of a SOCKADDR_IN or SOCKADDR_IN6.
func (l *Layout) presetFamily(b []byte) {
	switch l.Name {
	case "SOCKADDR_IN":
		le.PutUint16(b, AF_INET)
	case "SOCKADDR_IN6":
		le.PutUint16(b, AF_INET6)
	}
}

// appendTexts fills in the lengths that were not given, and appends the texts
// and as many zero bytes as sizeof has after the fixed part.
func (l *Layout) appendTexts(b []byte, texts map[string][]byte, given map[string]bool) []byte {
	minimum := len(b)
	for _, f := range l.Fields {
		if f.LenOf != "" && !given[f.Name] {
			le.PutUint32(b[f.Offset:], uint32(len(texts[f.LenOf])))
		}
	}
	for _, f := range l.Fields {
		if f.Type == FieldUTF16 {
			b = append(b, texts[f.Name]...)
		}
	}
	return append(b, make([]byte, l.Size-minimum)...)
}

// parseText reads the value of a text field as UTF-16LE bytes.
func parseText(value string) ([]byte, error) {
	if digits, ok := strings.CutPrefix(value, "0x"); ok {
		return hex.DecodeString(digits)
	}
	if strings.HasPrefix(value, `"`) {
		s, err := strconv.Unquote(value)
		if err != nil {
			return nil, fmt.Errorf("%s is not a quoted string", value)
		}
		value = s
	}
	return EncodeUTF16(value)
}

// setNested sets a field of the address in b, by the name it has in
// SOCKADDR_IN or SOCKADDR_IN6; ss_family is the family.
func setNested(f Field, name, value string, b []byte) error {
	if f.Type != FieldStorage {
		return fmt.Errorf("the field has no parts, but %q was given", name)
	}
	if strings.EqualFold(name, "ss_family") {
		name = "sin_family"
	}
	var valid []string
	for _, structure := range []string{"SOCKADDR_IN", "SOCKADDR_IN6"} {
		layout, _ := Struct(structure, AMD64)
		if part, err := layout.Field(name); err == nil {
			return AMD64.encodeField(part, value, b[part.Offset:part.Offset+part.Size])
		}
		for _, part := range layout.Fields {
			valid = append(valid, part.Name)
		}
	}
	return &UnknownNameError{What: "part of " + f.Name, Name: name, Valid: valid}
}

// encodeField writes value to b, the bytes of a field of fixed size.
func (t Target) encodeField(f Field, value string, b []byte) error {
	switch f.Type {
	case FieldU16, FieldPort, FieldU32, FieldU64, FieldPointer:
		return encodeNumber(f, value, b)
	case FieldIPv4, FieldIPv6:
		addr, err := netip.ParseAddr(value)
		if err != nil || addr.BitLen() != 8*len(b) || addr.Zone() != "" {
			return fmt.Errorf("%q is not an %v address", value, f.Type)
		}
		copy(b, addr.AsSlice())
		return nil
	case FieldGUID:
		g, err := ParseGUID(value)
		copy(b, g[:])
		return err
	case FieldStorage:
		return encodeStorage(value, b)
	}
	return encodeBytes(value, b)
}

// encodeNumber writes a number or constants, after checking that it fits.
func encodeNumber(f Field, value string, b []byte) error {
	n, err := strconv.ParseUint(value, 0, 64)
	if err != nil {
		var signed int64
		if signed, err = ParseConstant(value); err != nil {
			return err
		}
		// Negative values stand for their bits, in the width of the field.
		n = uint64(signed)
		if signed < 0 && len(b) < 8 {
			if signed < -1<<(8*len(b)-1) {
				return fmt.Errorf("%s does not fit into %d bytes", value, len(b))
			}
			n &= 1<<(8*len(b)) - 1
		}
	}
	if len(b) < 8 && n>>(8*len(b)) != 0 {
		return fmt.Errorf("%s does not fit into %d bytes", value, len(b))
	}
	switch {
	case f.Type == FieldPort:
		be.PutUint16(b, uint16(n))
	case len(b) == 2:
		le.PutUint16(b, uint16(n))
	case len(b) == 4:
		le.PutUint32(b, uint32(n))
	default:
		le.PutUint64(b, n)
	}
	return nil
}

// encodeStorage writes an address in the forms of FormatSockaddr.
func encodeStorage(value string, b []byte) error {
	if value == "0" {
		clear(b)
		return nil
	}
	if strings.HasPrefix(value, "0x") {
		return encodeBytes(value, b)
	}
	ap, err := netip.ParseAddrPort(value)
	if err != nil {
		return fmt.Errorf("%q is not an address and port such as 10.0.0.1:443 or [2001:db8::1]:443, nor 0", value)
	}
	s, err := StorageFrom(ap)
	if err != nil {
		return err
	}
	copy(b, s[:])
	return nil
}

// encodeBytes writes 0x and hexadecimal digits; fewer bytes than the field has
// are followed by zeros.
func encodeBytes(value string, b []byte) error {
	digits, ok := strings.CutPrefix(value, "0x")
	if value == "0" {
		digits, ok = "", true
	}
	raw, err := hex.DecodeString(digits)
	if !ok || err != nil || len(raw) > len(b) {
		return fmt.Errorf("%q is not 0x and at most %d hexadecimal digits in pairs", value, 2*len(b))
	}
	clear(b[copy(b, raw):])
	return nil
}

// UnknownNameError is a name that is not in the list it must come from.
type UnknownNameError struct {
	What  string   // "structure", "field of SOCKADDR_IN"
	Name  string   // what was given
	Valid []string // what there is, in the order of the list
}

// Error names the candidates that are spelled most alike.
func (e *UnknownNameError) Error() string {
	return fmt.Sprintf("%q is not a %s; nearest: %s", e.Name, e.What, strings.Join(Nearest(e.Name, e.Valid, 3), ", "))
}

// Nearest lists the n names of valid that are spelled most like name, the
// nearest first: fewest letters inserted, deleted or replaced, case aside.
// Names of equal distance keep their order.
func Nearest(name string, valid []string, n int) []string {
	type candidate struct {
		name     string
		distance int
	}
	list := make([]candidate, len(valid))
	for i, v := range valid {
		list[i] = candidate{v, editDistance(strings.ToLower(name), strings.ToLower(v))}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return a.distance - b.distance })
	out := make([]string, 0, n)
	for _, c := range list[:min(n, len(list))] {
		out = append(out, c.name)
	}
	return out
}

// editDistance is the Levenshtein distance in bytes, with one row of the table
// kept.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := diagonal
			if a[i-1] != b[j-1] {
				replace++
			}
			diagonal = row[j]
			row[j] = min(replace, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
