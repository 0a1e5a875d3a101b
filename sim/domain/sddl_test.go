package domain

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"wsasim/wsa"

	"pgregory.net/rapid"
)

func TestSDDLForms(t *testing.T) {
	f := newFixture(t)
	du, ea := f.europe.SID().Child(ridDomainUsers), f.contoso.SID().Child(ridEnterpriseAdmins)
	acl := func(entries ...ACE) *ACL { return &ACL{Entries: entries} }
	for _, c := range []struct {
		text string
		want SecurityDescriptor
	}{
		{"O:BAG:SYD:", SecurityDescriptor{BuiltinAdministrators(), LocalSystem(), acl()}},
		{"O:BAG:SYD:NO_ACCESS_CONTROL", SecurityDescriptor{BuiltinAdministrators(), LocalSystem(), nil}},
		{"D:PARAI", SecurityDescriptor{DACL: &ACL{Control: Protected | AutoInheritReq | AutoInherited}}},
		{"D:(A;;FA;;;WD)", SecurityDescriptor{DACL: acl(ACE{Allow, 0, fileAll, Everyone()})}},
		{"D:(D;OICINPIOID;0x3f;;;AU)", SecurityDescriptor{DACL: acl(ACE{Deny, 0x1F, 0x3F, AuthenticatedUsers()})}},
		{"D:(A;;RCWDWO;;;OW)", SecurityDescriptor{DACL: acl(
			ACE{Allow, 0, wsa.READ_CONTROL | wsa.WRITE_DAC | wsa.WRITE_OWNER, OwnerRights()})}},
		{"O:DUG:EAD:(A;;GA;;;S-1-5-21-1-2-3-4)", SecurityDescriptor{du, ea, acl(
			ACE{Allow, 0, wsa.GENERIC_ALL, MustSID("S-1-5-21-1-2-3-4")})}},
		// The SID's last digit and the next letter are both hexadecimal.
		{"O:S-1-5-21-1-2-3-9D:(A;;0x0;;;SY)", SecurityDescriptor{Owner: MustSID("S-1-5-21-1-2-3-9"), DACL: acl(ACE{SID: LocalSystem()})}},
	} {
		got, err := ParseSDDL(c.text, f.europe)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if !reflect.DeepEqual(*got, c.want) {
			t.Errorf("%s: read as %+v, want %+v", c.text, *got, c.want)
		}
	}
	// The example of page ace-strings, with the mask that the page gives.
	sd := ok(ParseSDDL("D:(A;;RPWPCCDCLCSWRCWDWOGA;;;S-1-1-0)", nil))(t)
	if got := sd.DACL.Entries[0].Mask; got != 0x100e003f {
		t.Errorf("the page's example has mask %#x", got)
	}
	if got, want := sd.String(), "D:(A;;CCDCLCSWRPWPRCWDWOGA;;;WD)"; got != want {
		t.Errorf("printed as %s, want %s", got, want)
	}
	sd = ok(ParseSDDL("D:(OA;;0X1;;;WD)(OD;;16;;;WD)", nil))(t)
	if got, want := sd.String(), "D:(A;;CC;;;WD)(D;;RP;;;WD)"; got != want {
		t.Errorf("printed as %s, want %s", got, want)
	}
	if sd := ok(ParseSDDL("", nil))(t); sd.DACL != nil {
		t.Error("no text gave a DACL")
	}
}

func TestSDDLRefused(t *testing.T) {
	for _, c := range []struct{ part, text string }{
		{"start", "x"}, {":", "::"}, {"O", "O:"}, {"O", "O:XX"}, {"O", "O:DA"}, {"G", "O:BAG:EA"}, {"O", "O:BAO:SY"},
		{"S", "S:(AU;SA;FA;;;WD)"}, {"X", "X:"}, {"D", "D:Q"}, {"D", "D:NO_ACCESS_CONTROLP"}, {"D", "D:NO_ACCESS_CONTROL(A;;FA;;;WD)"},
		{"D entry 0", "D:("}, {"D entry 0", "D:()"}, {"D entry 0", "D:(A;;FA;;WD)"}, {"D entry 0", "D:(XA;;FA;;;WD)"},
		{"D entry 0", "D:(A;ZZ;FA;;;WD)"}, {"D entry 0", "D:(A;;F;;;WD)"}, {"D entry 0", "D:(A;;0x100000000;;;WD)"},
		{"D entry 0", "D:(A;;FA;bf967aba-0de6-11d0-a285-00aa003049e2;;WD)"}, {"D entry 0", "D:(A;;FA;;;)"},
		{"D entry 1", "D:(A;;FA;;;WD)x"}, {"D entry 1", "D:(A;;FA;;;WD) (A;;FA;;;WD)"}, {"D entry 0", "D:(A;;-1;;;WD)"},
		{"D entry 0", "D:(A;;0x;;;WD)"}, {"D entry 0", "D:(A;;FA;;;wd)"},
	} {
		sd, err := ParseSDDL(c.text, nil)
		wrong, _ := err.(*SDDLError)
		if wrong == nil || wrong.Part != c.part || sd != nil {
			t.Errorf("%s: %v, %v; want an error about %q", c.text, sd, err, c.part)
		} else if !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: the text does not name the part: %v", c.text, err)
		}
	}
}

func TestSIDAliases(t *testing.T) {
	f := newFixture(t)
	seen := make(map[SID]string)
	if !slices.IsSortedFunc(sidAliases, func(a, b struct {
		alias string
		in    where
		rid   uint32
		sid   SID
	}) int {
		return strings.Compare(a.alias, b.alias)
	}) {
		t.Error("the names are not in order")
	}
	for i, row := range sidAliases {
		s := resolveAlias(i, f.contoso)
		if other := seen[s]; s.IsZero() || other != "" {
			t.Errorf("%s is %v, as is %q", row.alias, s, other)
		}
		seen[s] = row.alias
		if got := sidText(s, f.contoso); got != row.alias {
			t.Errorf("%s is printed as %s", row.alias, got)
		}
		if needs := row.in == inDomain || row.in == inRoot; needs != resolveAlias(i, nil).IsZero() {
			t.Errorf("%s without a domain is %v", row.alias, resolveAlias(i, nil))
		}
	}
	for alias, text := range map[string]string{
		"WD": "S-1-1-0", "CO": "S-1-3-0", "CG": "S-1-3-1", "OW": "S-1-3-4", "NU": "S-1-5-2", "IU": "S-1-5-4", "SU": "S-1-5-6",
		"AN": "S-1-5-7", "ED": "S-1-5-9", "PS": "S-1-5-10", "AU": "S-1-5-11", "RC": "S-1-5-12", "SY": "S-1-5-18",
		"LS": "S-1-5-19", "NS": "S-1-5-20", "BA": "S-1-5-32-544", "BU": "S-1-5-32-545", "BG": "S-1-5-32-546", "PU": "S-1-5-32-547",
	} {
		if seen[MustSID(text)] != alias {
			t.Errorf("%s is %q, want %s", text, seen[MustSID(text)], alias)
		}
	}
}

var genACE = rapid.Custom(func(t *rapid.T) ACE {
	return ACE{
		Type:  rapid.SampledFrom([]ACEType{Allow, Deny}).Draw(t, "type"),
		Flags: ACEFlags(rapid.IntRange(0, 0x1F).Draw(t, "flags")),
		Mask: rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(0, 0x1FF),
			rapid.SampledFrom([]uint32{0, fileAll, fileRead, fileWrite, fileExecute, wsa.GENERIC_ALL, 0x20019})).Draw(t, "mask"),
		SID: rapid.OneOf(genSID, rapid.SampledFrom([]SID{Everyone(), LocalSystem(), OwnerRights(), BuiltinUsers()})).Draw(t, "SID"),
	}
})

func TestSDDLRoundTrip(t *testing.T) {
	f := newFixture(t)
	rapid.Check(t, func(t *rapid.T) {
		sd := &SecurityDescriptor{}
		if rapid.Bool().Draw(t, "owner") {
			sd.Owner = genSID.Draw(t, "owner SID")
		}
		if rapid.Bool().Draw(t, "group") {
			sd.Group = f.contoso.SID().Child(rapid.Uint32Range(500, 520).Draw(t, "group RID"))
		}
		if rapid.Bool().Draw(t, "DACL") {
			sd.DACL = &ACL{Control: Control(rapid.IntRange(0, allControlFlags).Draw(t, "control"))}
			if n := rapid.IntRange(0, 4).Draw(t, "entries"); n > 0 {
				sd.DACL.Entries = rapid.SliceOfN(genACE, n, n).Draw(t, "ACEs")
			}
		}
		for _, d := range []*Domain{nil, f.contoso, f.europe} {
			text := sd.SDDL(d)
			back, err := ParseSDDL(text, d)
			if err != nil || !reflect.DeepEqual(back, sd) {
				t.Fatalf("%s was read as %+v (%v), want %+v", text, back, err, sd)
			}
		}
	})
}

func FuzzSID(f *testing.F) {
	for _, s := range []SID{Everyone(), BuiltinAdministrators(), MustSID("S-1-0xFFFFFFFFFFFF-1-2-3")} {
		b, _ := s.MarshalBinary()
		f.Add(b)
		f.Add([]byte(s.String()))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, n, err := DecodeSID(b); err == nil {
			if back, err := s.MarshalBinary(); err != nil || string(back) != string(b[:n]) {
				t.Errorf("% x was written as % x (%v)", b[:n], back, err)
			}
		}
		if s, err := ParseSID(string(b)); err == nil {
			if back, err := ParseSID(s.String()); err != nil || back != s {
				t.Errorf("%q: %v was read back as %v (%v)", b, s, back, err)
			}
		}
	})
}

func FuzzSDDL(f *testing.F) {
	for _, text := range []string{
		"", "O:BAG:SYD:P(A;;FA;;;SY)(D;OICI;0x3;;;S-1-5-21-1-2-3-1104)", "D:NO_ACCESS_CONTROL", "D:PAI", "G:DU", "D:(OA;;GR;;;WD)", "S:",
	} {
		f.Add(text)
	}
	fix := newFixture(f)
	f.Fuzz(func(t *testing.T, text string) {
		sd, err := ParseSDDL(text, fix.europe)
		if err != nil {
			return
		}
		printed := sd.SDDL(fix.europe)
		if back, err := ParseSDDL(printed, fix.europe); err != nil || !reflect.DeepEqual(back, sd) {
			t.Errorf("%q: printed as %q, read back as %+v (%v), want %+v", text, printed, back, err, sd)
		}
	})
}
