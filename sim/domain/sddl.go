package domain

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"wsasim/wsa"
)

// letters is a code of SDDL and the number it stands for.
type letters struct {
	code string
	bits uint32
}

// rightLetters are the codes of rights (page ace-strings, MS-DTYP 2.5.1.1). A
// mask that is exactly one of those with several bits is printed as the first
// such code; otherwise each of its bits must have a code, or it is printed as a
// number. CC to CR are the directory's names of the lowest bits, which mean
// something else for each kind of object.
var rightLetters = []letters{
	{"FA", fileAll}, {"FR", fileRead}, {"FW", fileWrite}, {"FX", fileExecute},
	{"KA", 0xF003F}, {"KR", 0x20019}, {"KW", 0x20006}, {"KX", 0x20019},
	{"CC", 0x001}, {"DC", 0x002}, {"LC", 0x004}, {"SW", 0x008}, {"RP", 0x010},
	{"WP", 0x020}, {"DT", 0x040}, {"LO", 0x080}, {"CR", 0x100},
	{"SD", wsa.DELETE}, {"RC", wsa.READ_CONTROL}, {"WD", wsa.WRITE_DAC}, {"WO", wsa.WRITE_OWNER},
	{"GA", wsa.GENERIC_ALL}, {"GX", wsa.GENERIC_EXECUTE}, {"GW", wsa.GENERIC_WRITE}, {"GR", wsa.GENERIC_READ},
}

// flagLetters are the codes of entry flags (page ace-strings).
var flagLetters = []letters{
	{"OI", uint32(ObjectInherit)}, {"CI", uint32(ContainerInherit)}, {"NP", uint32(NoPropagate)},
	{"IO", uint32(InheritOnly)}, {"ID", uint32(Inherited)},
}

// controlLetters are the codes of list flags (page
// security-descriptor-string-format).
var controlLetters = []letters{
	{"P", uint32(Protected)}, {"AR", uint32(AutoInheritReq)}, {"AI", uint32(AutoInherited)},
}

// typeLetters are the codes of entries. An object entry without its GUIDs is a
// plain one (page ace-strings says so of "OA").
var typeLetters = map[string]ACEType{"A": Allow, "D": Deny, "OA": Allow, "OD": Deny}

// nullACL is a DACL that lets everybody do everything (Windows 7 on; page
// security-descriptor-string-format).
const nullACL = "NO_ACCESS_CONTROL"

// SDDLError says what is wrong with a text, and where.
type SDDLError struct {
	Part string // "O", "G", "D", or "D entry 2"
	Text string // that part of the text, or its beginning
	Why  string
}

func (e *SDDLError) Error() string { return fmt.Sprintf("SDDL %s: %q: %s", e.Part, e.Text, e.Why) }

func sddlError(part, text, format string, args ...any) error {
	return &SDDLError{Part: part, Text: clip(text), Why: fmt.Sprintf(format, args...)}
}

// ParseSDDL reads the text form of a security descriptor, such as
// "O:BAG:SYD:P(A;;GA;;;SY)(A;;0x3;;;S-1-5-21-1-2-3-1104)" (page
// security-descriptor-string-format, MS-DTYP 2.5.1). The domain gives names such
// as DU (Domain Users) their SIDs; without one they are an error. The components
// may come in any order, each once (inferred). No "D:" is the NULL DACL, as
// access checks treat both alike.
//
// Not modelled, and refused: the system list "S:", object and conditional
// entries.
func ParseSDDL(text string, d *Domain) (*SecurityDescriptor, error) {
	sd := new(SecurityDescriptor)
	seen := ""
	for rest := text; rest != ""; {
		if len(rest) < 2 || rest[1] != ':' {
			return nil, sddlError("start", rest, "expected \"O:\", \"G:\" or \"D:\"")
		}
		part, value := rest[:1], rest[2:]
		rest = ""
		// No value has a ":" in it, so the next one ends the value, but for the
		// letter before it.
		if i := strings.IndexByte(value, ':'); i > 0 {
			value, rest = value[:i-1], value[i-1:]
		}
		if strings.Contains(seen, part) {
			return nil, sddlError(part, value, "stands twice")
		}
		seen += part
		if err := sd.parsePart(part, value, d); err != nil {
			return nil, err
		}
	}
	return sd, nil
}

func (sd *SecurityDescriptor) parsePart(part, value string, d *Domain) (err error) {
	switch part {
	case "O":
		sd.Owner, err = parseSIDString(part, value, d)
	case "G":
		sd.Group, err = parseSIDString(part, value, d)
	case "D":
		sd.DACL, err = parseACL(value, d)
	case "S":
		return sddlError(part, value, "system lists are not modelled")
	default:
		return sddlError(part, value, "no such component; expected O, G or D")
	}
	return err
}

// parseSIDString reads a SID or one of the names of sidAliases.
func parseSIDString(part, text string, d *Domain) (SID, error) {
	for i := range sidAliases {
		if sidAliases[i].alias != text {
			continue
		}
		s := resolveAlias(i, d)
		if s.IsZero() {
			return SID{}, sddlError(part, text, "takes a domain, and none was given")
		}
		return s, nil
	}
	s, err := ParseSID(text)
	if err != nil {
		return SID{}, sddlError(part, text, "neither a SID nor the name of one")
	}
	return s, nil
}

func parseACL(text string, d *Domain) (*ACL, error) {
	if text == nullACL {
		return nil, nil
	}
	flags, entries := text, ""
	if i := strings.IndexByte(text, '('); i >= 0 {
		flags, entries = text[:i], text[i:]
	}
	control, ok := parseLetters(flags, controlLetters)
	if !ok {
		return nil, sddlError("D", flags, "flags are P, AR and AI")
	}
	l := &ACL{Control: Control(control)}
	for n := 0; entries != ""; n++ {
		part := fmt.Sprintf("D entry %d", n)
		end := strings.IndexByte(entries, ')')
		if entries[0] != '(' || end < 0 {
			return nil, sddlError(part, entries, "an entry stands in parentheses")
		}
		e, err := parseACE(part, entries[1:end], d)
		if err != nil {
			return nil, err
		}
		l.Entries, entries = append(l.Entries, e), entries[end+1:]
	}
	return l, nil
}

func parseACE(part, text string, d *Domain) (ACE, error) {
	f := strings.Split(text, ";")
	if len(f) != 6 {
		return ACE{}, sddlError(part, text, "%d fields; there are 6: type, flags, rights, two GUIDs, SID", len(f))
	}
	var e ACE
	var ok bool
	if e.Type, ok = typeLetters[f[0]]; !ok {
		return ACE{}, sddlError(part, f[0], "type; only A and D are modelled")
	}
	flags, ok := parseLetters(f[1], flagLetters)
	if !ok {
		return ACE{}, sddlError(part, f[1], "flags are OI, CI, NP, IO and ID")
	}
	e.Flags = ACEFlags(flags)
	if e.Mask, ok = parseRights(f[2]); !ok {
		return ACE{}, sddlError(part, f[2], "rights are two-letter codes or one number")
	}
	if f[3] != "" || f[4] != "" {
		return ACE{}, sddlError(part, f[3]+";"+f[4], "object entries are not modelled")
	}
	var err error
	e.SID, err = parseSIDString(part, f[5], d)
	return e, err
}

// parseRights reads a number, "0x" and hexadecimal digits or decimal, or codes.
func parseRights(text string) (uint32, bool) {
	digits, base := text, 10
	if hex, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		digits, base = hex, 16
	}
	if n, err := strconv.ParseUint(digits, base, 32); err == nil {
		return uint32(n), true
	}
	return parseLetters(text, rightLetters)
}

// parseLetters reads codes that stand one after the other. No code of a table
// is the beginning of another.
func parseLetters(text string, table []letters) (uint32, bool) {
	var sum uint32
next:
	for text != "" {
		for _, row := range table {
			if rest, ok := strings.CutPrefix(text, row.code); ok {
				sum, text = sum|row.bits, rest
				continue next
			}
		}
		return 0, false
	}
	return sum, true
}

// appendLetters adds the codes of the bits; the table must have them all.
func appendLetters(b []byte, set uint32, table []letters) []byte {
	for _, row := range table {
		if bits.OnesCount32(row.bits) == 1 && set&row.bits != 0 {
			b = append(b, row.code...)
		}
	}
	return b
}

// appendRights adds a mask in the shortest form that SDDL has for it.
func appendRights(b []byte, mask uint32) []byte {
	var coded uint32
	for _, row := range rightLetters {
		if row.bits == mask {
			return append(b, row.code...)
		}
		if bits.OnesCount32(row.bits) == 1 {
			coded |= row.bits
		}
	}
	if mask == 0 || mask&^coded != 0 {
		return fmt.Appendf(b, "%#x", mask)
	}
	return appendLetters(b, mask, rightLetters)
}

// sidText is a SID as SDDL writes it: by its name where it has one.
func sidText(s SID, d *Domain) string {
	for i := range sidAliases {
		if resolveAlias(i, d) == s && !s.IsZero() {
			return sidAliases[i].alias
		}
	}
	return s.String()
}

// SDDL is the text form, with the names of the domain's own SIDs when one is
// given. A NULL DACL is "D:NO_ACCESS_CONTROL"; a missing owner or group is left
// out.
func (sd *SecurityDescriptor) SDDL(d *Domain) string {
	var b []byte
	if !sd.Owner.IsZero() {
		b = append(append(b, "O:"...), sidText(sd.Owner, d)...)
	}
	if !sd.Group.IsZero() {
		b = append(append(b, "G:"...), sidText(sd.Group, d)...)
	}
	b = append(b, "D:"...)
	if sd.DACL == nil {
		return string(append(b, nullACL...))
	}
	b = appendLetters(b, uint32(sd.DACL.Control), controlLetters)
	for _, e := range sd.DACL.Entries {
		b = e.appendSDDL(b, d)
	}
	return string(b)
}

// String is the text form without a domain's names.
func (sd *SecurityDescriptor) String() string { return sd.SDDL(nil) }

// String is the entry as SDDL writes it, "(A;;FR;;;WD)".
func (e ACE) String() string { return string(e.appendSDDL(nil, nil)) }

func (e ACE) appendSDDL(b []byte, d *Domain) []byte {
	code := "(A;"
	if e.Type == Deny {
		code = "(D;"
	}
	b = append(b, code...)
	b = append(appendLetters(b, uint32(e.Flags), flagLetters), ';')
	b = append(appendRights(b, e.Mask), ";;;"...)
	return append(append(b, sidText(e.SID, d)...), ')')
}
