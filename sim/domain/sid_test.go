package domain

import (
	"bytes"
	"errors"
	"testing"

	"wsasim/wsa"

	"pgregory.net/rapid"
)

func TestSIDForms(t *testing.T) {
	for _, c := range []struct {
		text, binary string
	}{
		{"S-1-0-0", "\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"S-1-1-0", "\x01\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00"},
		{"S-1-5-18", "\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00"},
		{"S-1-5-32-544", "\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x20\x02\x00\x00"},
		{"S-1-4294967295-1", "\x01\x01\x00\x00\xff\xff\xff\xff\x01\x00\x00\x00"},
		{"S-1-0x000100000000-1", "\x01\x01\x00\x01\x00\x00\x00\x00\x01\x00\x00\x00"},
		{"S-1-0xFFFFFFFFFFFF-4294967295", "\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
	} {
		s, err := ParseSID(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := s.String(); got != c.text {
			t.Errorf("%s: printed as %s", c.text, got)
		}
		if b, err := s.MarshalBinary(); err != nil || string(b) != c.binary {
			t.Errorf("%s: % x (%v), want % x", c.text, b, err, c.binary)
		}
		var back SID
		if err := back.UnmarshalBinary([]byte(c.binary)); err != nil || back != s {
			t.Errorf("%s: read back as %v (%v)", c.text, back, err)
		}
	}
}

func TestSIDTextRefused(t *testing.T) {
	for _, text := range []string{
		"", "S", "S-1", "S-1-5", "S-1-5-", "S-2-5-18", "X-1-5-18", "S-1-5-018", "S-1-05-18", "S-1-5--18", "S-1-5-+18",
		"S-1-5-4294967296", "S-1-4294967296-1", "S-1-0x5-18", "S-1-0x00000000000G-1", "S-1-5-1-", "BA", " S-1-5-18",
		"S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16",
	} {
		if s, err := ParseSID(text); err == nil {
			t.Errorf("%q was read as %v", text, s)
		}
	}
	if s := MustSID("s-1-0x000000000005-18"); s != LocalSystem() {
		t.Errorf("a hexadecimal authority that could be decimal was read as %v", s)
	}
}

func TestSIDBinaryRefused(t *testing.T) {
	good, _ := LocalSystem().MarshalBinary()
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	for _, c := range []struct {
		field string
		b     []byte
	}{
		{"IdentifierAuthority", nil},
		{"IdentifierAuthority", good[:7]},
		{"Revision", change(0, 2)},
		{"SubAuthorityCount", change(1, 0)},
		{"SubAuthorityCount", change(1, 16)},
		{"SubAuthority", good[:11]},
		{"SubAuthorityCount", append(bytes.Clone(good), 0)},
	} {
		s := Everyone()
		var wrong *wsa.DecodeError
		err := s.UnmarshalBinary(c.b)
		if !errors.As(err, &wrong) || wrong.Field != c.field || s != Everyone() {
			t.Errorf("% x: %v, want an error about %s; target %v", c.b, err, c.field, s)
		}
	}
	if _, err := (SID{}).MarshalBinary(); err == nil {
		t.Error("no SID was written")
	}
}

func TestSIDParts(t *testing.T) {
	s := MustSID("S-1-5-21-1-2-3-1104")
	if s.RID() != 1104 || s.Parent() != MustSID("S-1-5-21-1-2-3") || s.Parent().Child(1104) != s {
		t.Errorf("%v: RID %d, parent %v", s, s.RID(), s.Parent())
	}
	full := MustSID("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15")
	if !full.Child(1).IsZero() || !Everyone().Parent().IsZero() || !(SID{}).Child(1).IsZero() || (SID{}).RID() != 0 {
		t.Error("a SID was made that cannot be")
	}
	if _, err := NewSID(1<<48, 1); err == nil {
		t.Error("an authority of 49 bits was taken")
	}
	if _, err := NewSID(5); err == nil {
		t.Error("a SID without sub-authorities was made")
	}
	var text SID
	if err := text.UnmarshalText([]byte("S-1-1-0")); err != nil || text != Everyone() {
		t.Errorf("UnmarshalText: %v (%v)", text, err)
	}
	if err := text.UnmarshalText(nil); err != nil || !text.IsZero() {
		t.Errorf("empty text gave %v (%v)", text, err)
	}
}

var genSID = rapid.Custom(func(t *rapid.T) SID {
	authority := rapid.OneOf(rapid.Uint64Range(0, maxAuthority), rapid.Just[uint64](5)).Draw(t, "authority")
	sub := rapid.SliceOfN(rapid.Uint32(), 1, maxSubs).Draw(t, "sub-authorities")
	s, err := NewSID(authority, sub...)
	if err != nil {
		t.Fatal(err)
	}
	return s
})

func TestSIDRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, o := genSID.Draw(t, "s"), genSID.Draw(t, "o")
		if back, err := ParseSID(s.String()); err != nil || back != s {
			t.Fatalf("text of %v gave %v (%v)", s, back, err)
		}
		b, _ := s.AppendBinary(nil)
		if back, n, err := DecodeSID(append(b, 1, 2, 3)); err != nil || back != s || n != s.BinarySize() {
			t.Fatalf("binary of %v gave %v, %d bytes (%v)", s, back, n, err)
		}
		if (s.Compare(o) == 0) != (s == o) || s.Compare(o) != -o.Compare(s) {
			t.Fatalf("%v and %v: compare %d and %d", s, o, s.Compare(o), o.Compare(s))
		}
	})
}
