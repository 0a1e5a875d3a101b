package domain

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wsasim/wsa"

	"pgregory.net/rapid"
)

const ownerImplied = wsa.READ_CONTROL | wsa.WRITE_DAC

func TestAccessCheck(t *testing.T) {
	f := newFixture(t)
	bob := ok(f.contoso.AddUser("bob"))(t)
	admin := ok(f.contoso.AddUser("root"))(t)
	noError(t, f.contoso.Group("Domain Admins").Add(admin))
	const max = wsa.MAXIMUM_ALLOWED
	for _, c := range []struct {
		name, sddl    string // ANN stands for ann's SID
		who           *Account
		desired, want uint32
		code          wsa.Errno
	}{
		{"a grant", "O:BAG:BAD:(A;;0x3;;;ANN)", f.ann, 1, 1, 0},
		{"part of what is asked for", "O:BAG:BAD:(A;;0x3;;;ANN)", f.ann, 5, 0, wsa.ERROR_ACCESS_DENIED},
		{"two grants together", "O:BAG:BAD:(A;;0x1;;;ANN)(A;;0x4;;;DU)", f.ann, 5, 5, 0},
		{"for somebody else", "O:BAG:BAD:(A;;0x1;;;ANN)", bob, 1, 0, wsa.ERROR_ACCESS_DENIED},
		{"denied before granted", "O:BAG:BAD:(D;;0x1;;;ANN)(A;;0x3;;;DU)", f.ann, 3, 0, wsa.ERROR_ACCESS_DENIED},
		{"the right that is not denied", "O:BAG:BAD:(D;;0x1;;;ANN)(A;;0x3;;;DU)", f.ann, 2, 2, 0},
		{"not canonical: granted before denied", "O:BAG:BAD:(A;;0x3;;;DU)(D;;0x1;;;ANN)", f.ann, 3, 3, 0},
		{"inherit-only does not count", "O:BAG:BAD:(D;IO;0x1;;;ANN)(A;;0x1;;;DU)", f.ann, 1, 1, 0},
		{"inherit-only grants nothing", "O:BAG:BAD:(A;OIIO;0x1;;;DU)", f.ann, 1, 0, wsa.ERROR_ACCESS_DENIED},
		{"empty DACL", "O:BAG:BAD:", f.ann, 1, 0, wsa.ERROR_ACCESS_DENIED},
		{"NULL DACL", "O:BAG:BAD:NO_ACCESS_CONTROL", f.ann, 0xFFFF, 0xFFFF, 0},
		{"NULL DACL, everything", "O:BAG:BAD:NO_ACCESS_CONTROL", f.ann, max, fileAll, 0},
		{"owner of an empty DACL", "O:ANNG:BAD:", f.ann, ownerImplied, ownerImplied, 0},
		{"owner, more than is implied", "O:ANNG:BAD:", f.ann, ownerImplied | 1, 0, wsa.ERROR_ACCESS_DENIED},
		{"owner, denied what is implied", "O:ANNG:BAD:(D;;RC;;;ANN)", f.ann, wsa.READ_CONTROL, wsa.READ_CONTROL, 0},
		{"owner through a group", "O:DUG:BAD:", f.ann, wsa.WRITE_DAC, wsa.WRITE_DAC, 0},
		{"owner rights replace what is implied", "O:ANNG:BAD:(A;;RC;;;OW)", f.ann, wsa.WRITE_DAC, 0, wsa.ERROR_ACCESS_DENIED},
		{"owner rights grant", "O:ANNG:BAD:(A;;0x1;;;OW)", f.ann, 1, 1, 0},
		{"owner rights are for owners", "O:ANNG:BAD:(A;;0x1;;;OW)", bob, 1, 0, wsa.ERROR_ACCESS_DENIED},
		{"inherit-only owner rights", "O:ANNG:BAD:(A;IO;RC;;;OW)", f.ann, wsa.WRITE_DAC, wsa.WRITE_DAC, 0},
		{"maximum", "O:BAG:BAD:(D;;0x1;;;ANN)(A;;0x7;;;DU)(D;;0x2;;;DU)", f.ann, max, 6, 0},
		{"maximum of an owner", "O:ANNG:BAD:(A;;0x1;;;WD)", f.ann, max, ownerImplied | 1, 0},
		{"maximum, and one that is granted", "O:BAG:BAD:(A;;0x7;;;DU)", f.ann, max | 2, 7, 0},
		{"maximum, and one that is not", "O:BAG:BAD:(A;;0x7;;;DU)", f.ann, max | 8, 0, wsa.ERROR_ACCESS_DENIED},
		{"maximum of nothing", "O:BAG:BAD:(A;;0x7;;;DA)", f.ann, max, 0, wsa.ERROR_ACCESS_DENIED},
		{"generic rights in an entry", "O:BAG:BAD:(A;;GR;;;DU)", f.ann, fileRead, fileRead, 0},
		{"generic rights asked for", "O:BAG:BAD:(A;;GR;;;DU)", f.ann, wsa.GENERIC_READ, 0, ErrorGenericNotMapped},
		{"no owner", "G:BAD:(A;;FA;;;WD)", f.ann, 1, 0, ErrorInvalidSecurityDescr},
		{"no group", "O:BAD:(A;;FA;;;WD)", f.ann, 1, 0, ErrorInvalidSecurityDescr},
		{"nothing asked for", "O:BAG:BAD:(A;;FA;;;WD)", f.ann, 0, 0, wsa.ERROR_ACCESS_DENIED},
		{"system list without privilege", "O:BAG:BAD:(A;;0x1000000;;;WD)", f.ann, wsa.ACCESS_SYSTEM_SECURITY, 0, wsa.ERROR_PRIVILEGE_NOT_HELD},
		{"system list of a NULL DACL", "O:BAG:BAD:NO_ACCESS_CONTROL", f.ann, wsa.ACCESS_SYSTEM_SECURITY, 0, wsa.ERROR_PRIVILEGE_NOT_HELD},
		{"system list with privilege", "O:SYG:BAD:", admin, wsa.ACCESS_SYSTEM_SECURITY, wsa.ACCESS_SYSTEM_SECURITY, 0},
		{"taking ownership", "O:SYG:BAD:(D;;WO;;;BA)", admin, wsa.WRITE_OWNER, wsa.WRITE_OWNER, 0},
		{"maximum uses no privilege", "O:SYG:BAD:(A;;0x1;;;BA)", admin, max, 1, 0},
		{"a computer", "O:BAG:BAD:(A;;0x1;;;DC)", f.server, 1, 1, 0},
		{"a computer is no domain user", "O:BAG:BAD:(A;;0x1;;;DU)", f.server, 1, 0, wsa.ERROR_ACCESS_DENIED},
		{"a computer is authenticated", "O:BAG:BAD:(A;;0x1;;;AU)", f.server, 1, 1, 0},
	} {
		sd := ok(ParseSDDL(strings.ReplaceAll(c.sddl, "ANN", f.ann.SID().String()), f.contoso))(t)
		token := c.who.Token(nil)
		got, err := AccessCheck(sd, &token, c.desired)
		if got != c.want || !errors.Is(err, c.code.Err()) || (err == nil) != (c.code == 0) {
			t.Errorf("%s: %#x, %v; want %#x, %v", c.name, got, err, c.want, c.code)
		}
	}
	nobody := AnonymousToken()
	sd := ok(ParseSDDL("O:BAG:BAD:(A;;0x1;;;WD)(A;;0x1;;;AU)", nil))(t)
	if _, err := AccessCheck(sd, &nobody, 1); !errors.Is(err, wsa.ERROR_ACCESS_DENIED) {
		t.Errorf("the anonymous token is everyone: %v", err)
	}
}

func TestAccessErrorNamesTheEntry(t *testing.T) {
	f := newFixture(t)
	token := f.ann.Token(nil)
	sd := ok(ParseSDDL("O:BAG:BAD:(A;;0x1;;;WD)(D;;0x2;;;AU)(A;;0x2;;;WD)", nil))(t)
	for desired, want := range map[uint32]string{
		3: "entry 1, (D;;DC;;;AU), denies it",
		5: "no entry grants 0x4 of it",
	} {
		if _, err := AccessCheck(sd, &token, desired); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%#x: %v, want a text with %q", desired, err, want)
		}
	}
}

func TestMapGeneric(t *testing.T) {
	m := GenericMapping{Read: 1, Write: 2, Execute: 4, All: 0xF}
	for in, want := range map[uint32]uint32{
		0: 0, 8: 8, wsa.GENERIC_READ: 1, wsa.GENERIC_WRITE | 8: 0xA, wsa.GENERIC_EXECUTE | wsa.GENERIC_READ: 5, wsa.GENERIC_ALL: 0xF,
	} {
		if got := m.Map(in); got != want {
			t.Errorf("%#x: %#x, want %#x", in, got, want)
		}
	}
}

func TestCanonicalOrder(t *testing.T) {
	l := ok(ParseSDDL("D:PAI(A;ID;0x1;;;WD)(A;;0x1;;;WD)(D;ID;0x1;;;WD)(D;;0x1;;;BU)(A;;0x2;;;WD)(D;;0x1;;;WD)", nil))(t).DACL
	before := slices.Clone(l.Entries)
	c := l.Canonical()
	got := (&SecurityDescriptor{DACL: c}).String()
	want := "D:PAI(D;;CC;;;BU)(D;;CC;;;WD)(A;;CC;;;WD)(A;;DC;;;WD)(A;ID;CC;;;WD)(D;ID;CC;;;WD)"
	if got != want || l.IsCanonical() || !c.IsCanonical() || !reflect.DeepEqual(l.Entries, before) {
		t.Errorf("%s, want %s; canonical before %t, after %t", got, want, l.IsCanonical(), c.IsCanonical())
	}
}

// naive decides each right by itself: the first entry about it and the token.
func naive(m GenericMapping, sd *SecurityDescriptor, t *Token, bit uint32) bool {
	owner := t.Has(sd.Owner)
	special := false
	for _, e := range sd.DACL.Entries {
		special = special || e.SID == OwnerRights() && e.Flags&InheritOnly == 0
	}
	if owner && !special && bit&ownerImplied != 0 {
		return true
	}
	if bit&(wsa.ACCESS_SYSTEM_SECURITY|wsa.MAXIMUM_ALLOWED) != 0 {
		return false
	}
	for _, e := range sd.DACL.Entries {
		match := t.Has(e.SID) || owner && e.SID == OwnerRights()
		if match && e.Flags&InheritOnly == 0 && m.Map(e.Mask)&bit != 0 {
			return e.Type == Allow
		}
	}
	return false
}

// windows is the loop with early ends of page how-dacls-control-access-to-an-object.
func windows(m GenericMapping, sd *SecurityDescriptor, t *Token, want uint32) bool {
	left := want
	owner := t.Has(sd.Owner)
	if owner && !sd.DACL.about(OwnerRights()) {
		left &^= ownerImplied
	}
	for _, e := range sd.DACL.Entries {
		if left == 0 {
			break
		}
		if e.Flags&InheritOnly != 0 || !(t.Has(e.SID) || owner && e.SID == OwnerRights()) {
			continue
		}
		if e.Type == Deny {
			if m.Map(e.Mask)&left != 0 {
				return false
			}
		} else {
			left &^= m.Map(e.Mask)
		}
	}
	return left == 0
}

func TestAccessCheckAgainstTwoReferences(t *testing.T) {
	f := newFixture(t)
	token := f.ann.Token(nil)
	sids := []SID{f.ann.SID(), f.rogue.SID(), Everyone(), OwnerRights(), BuiltinUsers(), BuiltinAdministrators()}
	genMask := rapid.SampledFrom([]uint32{1, 2, 3, 4, 6, ownerImplied, wsa.WRITE_DAC, wsa.WRITE_OWNER | 1, wsa.GENERIC_READ, wsa.GENERIC_ALL})
	m := FileMapping()
	rapid.Check(t, func(t *rapid.T) {
		sd := &SecurityDescriptor{Owner: rapid.SampledFrom(sids).Draw(t, "owner"), Group: Everyone(), DACL: &ACL{}}
		for range rapid.IntRange(0, 6).Draw(t, "entries") {
			sd.DACL.Entries = append(sd.DACL.Entries, ACE{
				Type:  rapid.SampledFrom([]ACEType{Allow, Deny}).Draw(t, "type"),
				Flags: rapid.SampledFrom([]ACEFlags{0, 0, 0, InheritOnly, Inherited, ObjectInherit}).Draw(t, "flags"),
				Mask:  genMask.Draw(t, "mask"), SID: rapid.SampledFrom(sids).Draw(t, "SID"),
			})
		}
		want := m.Map(genMask.Draw(t, "desired"))
		granted, err := AccessCheck(sd, &token, want)
		if yes := windows(m, sd, &token, want); yes != (err == nil) || yes && granted != want {
			t.Fatalf("%v, %#x: %#x, %v; the loop says %t", sd, want, granted, err, yes)
		}
		var most uint32
		for bit := uint32(1); bit != 0; bit <<= 1 {
			if bit&genericRights == 0 && naive(m, sd, &token, bit) {
				most |= bit
			}
		}
		granted, err = AccessCheck(sd, &token, wsa.MAXIMUM_ALLOWED)
		if granted != most || (err == nil) != (most != 0) {
			t.Fatalf("%v, maximum: %#x, %v; right by right it is %#x", sd, granted, err, most)
		}
	})
}
