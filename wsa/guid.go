package wsa

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// GUID is a GUID as its 16 bytes in memory: the first three groups are
// little-endian numbers, the rest is bytes (guiddef.h).
type GUID [16]byte

// guidOrder is where each byte of the text form stands in memory.
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

// String is the usual text, without braces and in lower case:
// "25a207b9-ddf3-4660-8ee9-76e58c74063e".
func (g GUID) String() string {
	var raw [16]byte
	for i, at := range guidOrder {
		raw[i] = g[at]
	}
	h := hex.EncodeToString(raw[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// IsZero reports whether all bytes are zero, which the security settings take
// as "no key".
func (g GUID) IsZero() bool { return g == GUID{} }

// ParseGUID reads the text form, with or without braces, in either case. "0" is
// the GUID of zeros.
func ParseGUID(text string) (GUID, error) {
	if text == "0" {
		return GUID{}, nil
	}
	s := text
	if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
		s = s[1 : len(s)-1]
	}
	var g GUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return g, fmt.Errorf("%q is not a GUID: expected 8-4-4-4-12 hexadecimal digits", text)
	}
	raw, err := hex.DecodeString(s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:])
	if err != nil {
		return g, fmt.Errorf("%q is not a GUID: %w", text, err)
	}
	for i, at := range guidOrder {
		g[at] = raw[i]
	}
	return g, nil
}

// MarshalText writes the form of String.
func (g GUID) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads what [ParseGUID] reads.
func (g *GUID) UnmarshalText(text []byte) error {
	parsed, err := ParseGUID(string(text))
	if err == nil {
		*g = parsed
	}
	return err
}
