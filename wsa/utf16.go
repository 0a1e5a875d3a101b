package wsa

import (
	"unicode/utf8"
)

// Strings in the structures are UTF-16 without a terminator. Go strings hold
// them as WTF-8: UTF-8 in which a surrogate that has no partner keeps its three
// bytes, so that any sequence of units survives decoding and encoding. A NUL
// is a unit like any other.

const (
	surrogateLow  = 0xDC00 // first low surrogate
	surrogateHigh = 0xD800 // first high surrogate
	surrogateEnd  = 0xE000 // first unit past the surrogates
	supplementary = 0x10000
)

// appendUTF16 appends the UTF-16LE bytes of the WTF-8 string s. On failure bad
// is the byte index in s of what is not WTF-8; otherwise it is -1. It allocates
// only when dst has less room than 2*len(s) bytes.
func appendUTF16(dst []byte, s string) (out []byte, bad int) {
	start := len(dst)
	out = extend(dst, 2*len(s)) // a unit comes from at least one byte
	n, i := putASCII(out[start:], s)
	if i == len(s) {
		return out, -1
	}
	n, bad = putUTF16(out[start:], n, s, i)
	return out[:start+n], bad
}

// putASCII writes the leading ASCII characters of s as UTF-16LE, four at a
// time while it can. It returns the bytes written and the characters read.
func putASCII(dst []byte, s string) (n, i int) {
	for ; i+4 <= len(s); i += 4 {
		x := fourBytes(s, i)
		if x&0x80808080 != 0 {
			break
		}
		le.PutUint64(dst[2*i:], widen(x))
	}
	// The last few once more with the characters before them: cheaper than one
	// by one.
	if left := len(s) - i; left > 0 && left < 4 && i >= 4 {
		if x := fourBytes(s, len(s)-4); x&0x80808080 == 0 {
			le.PutUint64(dst[2*(len(s)-4):], widen(x))
			return 2 * len(s), len(s)
		}
	}
	for ; i < len(s) && s[i] < utf8.RuneSelf; i++ {
		dst[2*i], dst[2*i+1] = s[i], 0
	}
	return 2 * i, i
}

// fourBytes is s[i:i+4] as a little-endian number.
func fourBytes(s string, i int) uint64 {
	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24
}

// widen puts a zero byte behind each of the four bytes of x.
func widen(x uint64) uint64 {
	x = (x | x<<16) & 0x0000FFFF0000FFFF
	return (x | x<<8) & 0x00FF00FF00FF00FF
}

// narrow is the inverse of widen.
func narrow(x uint64) uint32 {
	x = (x | x>>8) & 0x0000FFFF0000FFFF
	return uint32(x | x>>16)
}

// notASCII has the bits set that an ASCII character leaves clear, in each of
// four UTF-16 units.
const notASCII = 0xFF80FF80FF80FF80

// narrowASCII writes the ASCII text in the UTF-16LE bytes b, of even length, to
// dst, which has room for it. It is false when there are other characters; then
// what dst holds means nothing.
func narrowASCII(dst, b []byte) bool {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := le.Uint64(b[i:])
		if x&notASCII != 0 {
			return false
		}
		le.PutUint32(dst[i/2:], narrow(x))
	}
	if i == len(b) {
		return true
	}
	if i >= 8 { // the last few once more with those before them
		i = len(b) - 8
		x := le.Uint64(b[i:])
		le.PutUint32(dst[i/2:], narrow(x))
		return x&notASCII == 0
	}
	for ; i < len(b); i += 2 {
		if b[i] >= utf8.RuneSelf || b[i+1] != 0 {
			return false
		}
		dst[i/2] = b[i]
	}
	return true
}

// putUTF16 continues at byte n of dst with byte i of s.
func putUTF16(dst []byte, n int, s string, i int) (written, bad int) {
	for i < len(s) {
		r, size := decodeWTF8(s[i:])
		switch {
		case size == 0:
			return n, i
		case r >= supplementary:
			r -= supplementary
			le.PutUint16(dst[n:], uint16(surrogateHigh+r>>10))
			le.PutUint16(dst[n+2:], uint16(surrogateLow+r&0x3FF))
			n += 4
		default:
			le.PutUint16(dst[n:], uint16(r))
			n += 2
		}
		i += size
	}
	return n, -1
}

// decodeWTF8 is utf8.DecodeRuneInString that takes surrogates too; size is 0
// for bytes that are neither.
func decodeWTF8(s string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(s)
	if r != utf8.RuneError || size != 1 {
		return r, size
	}
	if len(s) >= 3 && s[0] == 0xED && s[1]&0xE0 == 0xA0 && s[2]&0xC0 == 0x80 {
		return surrogateHigh | rune(s[1]&0x1F)<<6 | rune(s[2]&0x3F), 3
	}
	return 0, 0
}

// DecodeUTF16 is the string in the UTF-16LE bytes b, as WTF-8 (a surrogate
// without partner keeps its own three bytes). An odd last byte is ignored. The
// result is the only allocation for text of up to 64 ASCII characters.
func DecodeUTF16(b []byte) string {
	b = b[:len(b)&^1]
	var stack [64]byte
	if n := len(b) / 2; n <= len(stack) && narrowASCII(stack[:], b) {
		return string(stack[:n])
	}
	return decodeUTF16(b)
}

// decodeUTF16 does any text, of even length.
func decodeUTF16(b []byte) string {
	text := make([]byte, len(b)/2, len(b)/2+len(b)/4)
	if narrowASCII(text, b) {
		return string(text)
	}
	text = text[:0]
	for i := 0; i < len(b); {
		u := rune(le.Uint16(b[i:]))
		i += 2
		switch {
		case u < utf8.RuneSelf:
			text = append(text, byte(u))
		case u < surrogateHigh || u >= surrogateEnd:
			text = utf8.AppendRune(text, u)
		default:
			if u < surrogateLow && i < len(b) {
				if low := rune(le.Uint16(b[i:])); low >= surrogateLow && low < surrogateEnd {
					text = utf8.AppendRune(text, supplementary+(u-surrogateHigh)<<10+(low-surrogateLow))
					i += 2
					continue
				}
			}
			text = append(text, 0xED, 0x80|byte(u>>6)&0x3F, 0x80|byte(u)&0x3F)
		}
	}
	return string(text)
}

// EncodeUTF16 is the UTF-16LE bytes of the WTF-8 string s, the inverse of
// [DecodeUTF16]. It fails when s has bytes that are not WTF-8, and says where.
func EncodeUTF16(s string) ([]byte, error) {
	b, bad := appendUTF16(nil, s)
	if bad >= 0 {
		return nil, &EncodeError{"UTF-16 text", "string", notWTF8(bad)}
	}
	return b, nil
}
