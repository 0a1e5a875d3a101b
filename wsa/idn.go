package wsa

import (
	"math"
	"strings"
	"unicode/utf8"
)

// ASCIIName is a host name as it stands in the directory: each label that is
// not ASCII in Punycode behind "xn--" (RFC 3492), letters in lower case, without
// the dot at the end. GetAddrInfo does this to names since Windows 8, unless
// AI_DISABLE_IDN_ENCODING is set (page nf-ws2tcpip-getaddrinfow; observed GA16).
// ok is false for a name that has no such form: a label that is empty or longer
// than 63 bytes, more than 253 bytes in all, text that is not UTF-8.
//
// Not modelled: the mappings of Nameprep other than lower case.
func ASCIIName(name string) (ascii string, ok bool) {
	if !utf8.ValidString(name) {
		return "", false
	}
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(name, ".")), ".")
	for i, label := range labels {
		if strings.IndexFunc(label, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			label = "xn--" + punycode([]rune(label))
		}
		if label == "" || len(label) > 63 {
			return "", false
		}
		labels[i] = label
	}
	ascii = strings.Join(labels, ".")
	return ascii, len(ascii) <= 253
}

// The parameters of Punycode (RFC 3492, section 5).
const (
	punyBase  = 36
	punyTMin  = 1
	punyTMax  = 26
	punySkew  = 38
	punyDamp  = 700
	punyBias  = 72
	punyFirst = 0x80
)

// punycode encodes one label (RFC 3492, section 6.3).
func punycode(label []rune) string {
	var out []byte
	for _, r := range label {
		if r < punyFirst {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	next, delta, bias := rune(punyFirst), 0, punyBias
	for done := basic; done < len(label); {
		least := rune(math.MaxInt32)
		for _, r := range label {
			if r >= next {
				least = min(least, r)
			}
		}
		delta += int(least-next) * (done + 1)
		next = least
		for _, r := range label {
			switch {
			case r < next:
				delta++
			case r == next:
				out = appendPuny(out, delta, bias)
				bias = punyAdapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		next++
	}
	return string(out)
}

// appendPuny writes one difference as digits of growing weight.
func appendPuny(out []byte, delta, bias int) []byte {
	for k := punyBase; ; k += punyBase {
		t := min(max(k-bias, punyTMin), punyTMax)
		if delta < t {
			return append(out, punyDigit(delta))
		}
		out = append(out, punyDigit(t+(delta-t)%(punyBase-t)))
		delta = (delta - t) / (punyBase - t)
	}
}

func punyDigit(d int) byte {
	if d < 26 {
		return byte('a' + d)
	}
	return byte('0' + d - 26)
}

// punyAdapt is the next bias (RFC 3492, section 6.1).
func punyAdapt(delta, points int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for delta > (punyBase-punyTMin)*punyTMax/2 {
		delta /= punyBase - punyTMin
		k += punyBase
	}
	return k + (punyBase-punyTMin+1)*delta/(delta+punySkew)
}
