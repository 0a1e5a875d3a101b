package domain

import (
	"fmt"
	"slices"

	"wsasim/wsa"
)

// SecurityDescriptor says who may do what with an object (page
// security-descriptors).
//
// Not modelled: the system list (auditing, integrity labels), object entries,
// conditional entries, inheritance itself: entries are taken as they stand.
type SecurityDescriptor struct {
	Owner, Group SID
	// DACL is who may do what. nil is the NULL DACL, which lets everybody do
	// everything; one without entries lets nobody do anything.
	DACL *ACL
}

// ACL is a list of entries, whose order matters.
type ACL struct {
	Control Control
	Entries []ACE
}

// Control are the flags of a list that SDDL shows; access checks ignore them.
type Control uint8

// Flags of a list (SE_DACL_* of page security-descriptor-control).
const (
	Protected       Control = 1 << iota // the parent's entries are not inherited
	AutoInheritReq                      // inheritance was asked for
	AutoInherited                       // inheritance was done
	allControlFlags = 1<<iota - 1
)

// ACEType is what an entry does.
type ACEType uint8

// Types of entries.
const (
	Allow ACEType = iota
	Deny
)

var aceTypeNames = [...]string{"allow", "deny"}

func (t ACEType) String() string { return enumText(aceTypeNames[:], t) }

// ACEFlags say how an entry is inherited (page ns-winnt-ace_header).
type ACEFlags uint8

// Flags of entries.
const (
	ObjectInherit    ACEFlags = 0x01
	ContainerInherit ACEFlags = 0x02
	NoPropagate      ACEFlags = 0x04
	InheritOnly      ACEFlags = 0x08 // the entry is for children only, not for this object
	Inherited        ACEFlags = 0x10 // the entry came from the parent
)

// ACE is one entry.
type ACE struct {
	Type  ACEType
	Flags ACEFlags
	Mask  uint32
	SID   SID
}

// GenericMapping says what the generic rights mean for a kind of object (page
// ns-winnt-generic_mapping).
type GenericMapping struct{ Read, Write, Execute, All uint32 }

// Rights of files that the mapping below is made of (page
// file-access-rights-constants).
const (
	fileRead    = 0x120089
	fileWrite   = 0x120116
	fileExecute = 0x1200A0
	fileAll     = 0x1F01FF
)

// FileMapping is that of files, which servers that protect objects of their own
// often borrow.
func FileMapping() GenericMapping {
	return GenericMapping{Read: fileRead, Write: fileWrite, Execute: fileExecute, All: fileAll}
}

const genericRights = wsa.GENERIC_ALL | wsa.GENERIC_EXECUTE | wsa.GENERIC_WRITE | wsa.GENERIC_READ

// Map replaces generic rights by what they mean, as MapGenericMask does (page
// nf-securitybaseapi-mapgenericmask).
func (m GenericMapping) Map(mask uint32) uint32 {
	for _, g := range [...]struct{ bit, means uint32 }{
		{wsa.GENERIC_READ, m.Read}, {wsa.GENERIC_WRITE, m.Write}, {wsa.GENERIC_EXECUTE, m.Execute}, {wsa.GENERIC_ALL, m.All},
	} {
		if mask&g.bit != 0 {
			mask |= g.means
		}
	}
	return mask &^ genericRights
}

// Codes of Windows that an access check fails with besides
// ERROR_ACCESS_DENIED and ERROR_PRIVILEGE_NOT_HELD (winerror.h).
const (
	ErrorInvalidSecurityDescr wsa.Errno = 1338
	ErrorGenericNotMapped     wsa.Errno = 1360
)

// AccessError is why an access check failed; errors.Is finds its code.
type AccessError struct {
	Code wsa.Errno
	Text string // what was wrong, with the values
}

func (e *AccessError) Error() string { return e.Code.String() + ": " + e.Text }

// Unwrap is the code.
func (e *AccessError) Unwrap() error { return e.Code.Err() }

func accessError(code wsa.Errno, format string, args ...any) *AccessError {
	return &AccessError{Code: code, Text: fmt.Sprintf(format, args...)}
}

// AccessCheck decides what a token may do with an object whose rights are those
// of files: [GenericMapping.AccessCheck] with [FileMapping].
func AccessCheck(sd *SecurityDescriptor, t *Token, desired uint32) (granted uint32, err error) {
	return FileMapping().AccessCheck(sd, t, desired)
}

// AccessCheck decides what a token may do with an object, as Windows' function
// of that name (page nf-securitybaseapi-accesscheck; MS-DTYP 2.5.3.2). Entries
// are taken in the order in which they stand, canonical or not, and for each
// right the first that is about the token decides. On success the result is what
// was asked for; with MAXIMUM_ALLOWED, everything that would be granted. The
// error is an *AccessError:
//
//   - ERROR_ACCESS_DENIED: some right that was asked for is not granted, or
//     none is (MAXIMUM_ALLOWED). Asking for nothing is denied (inferred).
//   - ERROR_PRIVILEGE_NOT_HELD: ACCESS_SYSTEM_SECURITY takes
//     SeSecurityPrivilege; entries cannot grant it.
//   - ERROR_INVALID_SECURITY_DESCR: owner or group is missing.
//   - ERROR_GENERIC_NOT_MAPPED: generic rights were asked for, which must be
//     mapped first. The page has the rule, the code is inferred.
//
// The owner has READ_CONTROL and WRITE_DAC whatever the entries say, unless one
// of them is about OWNER RIGHTS, S-1-3-4, which then decides.
func (m GenericMapping) AccessCheck(sd *SecurityDescriptor, t *Token, desired uint32) (granted uint32, err error) {
	switch {
	case desired&genericRights != 0:
		return 0, accessError(ErrorGenericNotMapped, "%#x asks for generic rights", desired)
	case sd.Owner.IsZero() || sd.Group.IsZero():
		return 0, accessError(ErrorInvalidSecurityDescr, "owner %q, group %q: both are required", sd.Owner, sd.Group)
	case desired == 0:
		return 0, accessError(wsa.ERROR_ACCESS_DENIED, "nothing was asked for")
	}
	maximum, want := desired&wsa.MAXIMUM_ALLOWED != 0, desired&^wsa.MAXIMUM_ALLOWED
	granted, missing := byPrivilege(t, want)
	if missing {
		return 0, accessError(wsa.ERROR_PRIVILEGE_NOT_HELD, "%s asks for ACCESS_SYSTEM_SECURITY without SeSecurityPrivilege", t.Name)
	}
	refused := -1
	if sd.DACL == nil {
		granted |= want
		if maximum {
			granted |= m.Map(wsa.GENERIC_ALL)
		}
	} else {
		granted, refused = m.walk(sd, t, want, granted)
	}
	switch {
	case want&^granted != 0, granted == 0:
		return 0, accessError(wsa.ERROR_ACCESS_DENIED, "%s", whyDenied(sd, t, want, granted, refused))
	case maximum:
		return granted, nil
	}
	return want, nil
}

// byPrivilege is what the token's privileges grant of the rights wanted, and
// whether one that is needed is missing. MAXIMUM_ALLOWED uses no privilege (page
// nf-wdm-seaccesscheck).
func byPrivilege(t *Token, want uint32) (granted uint32, missing bool) {
	if want&wsa.ACCESS_SYSTEM_SECURITY != 0 {
		if t.Privileges&SecurityPrivilege == 0 {
			return 0, true
		}
		granted |= wsa.ACCESS_SYSTEM_SECURITY
	}
	if t.Privileges&TakeOwnershipPrivilege != 0 {
		granted |= want & wsa.WRITE_OWNER
	}
	return granted, false
}

// walk goes through the entries. Deciding each right by the first entry about it
// comes to the same as Windows' early ends: a right that is denied before it is
// granted stays denied, one that is granted first stays granted. refused is the
// entry that first denied a wanted right, or -1.
func (m GenericMapping) walk(sd *SecurityDescriptor, t *Token, want, before uint32) (granted uint32, refused int) {
	owns := t.Has(sd.Owner)
	granted, denied, refused := before, uint32(0), -1
	if owns && !sd.DACL.about(OwnerRights()) {
		granted |= wsa.READ_CONTROL | wsa.WRITE_DAC
	}
	for i := range sd.DACL.Entries {
		e := &sd.DACL.Entries[i]
		if e.Flags&InheritOnly != 0 || !(t.Has(e.SID) || owns && e.SID == OwnerRights()) {
			continue
		}
		mask := m.Map(e.Mask) &^ (wsa.ACCESS_SYSTEM_SECURITY | wsa.MAXIMUM_ALLOWED)
		switch e.Type {
		case Allow:
			granted |= mask &^ denied
		case Deny:
			if refused < 0 && mask&want&^granted&^denied != 0 {
				refused = i
			}
			denied |= mask
		}
	}
	return granted, refused
}

// about reports whether an entry that counts for the object itself names a SID.
func (l *ACL) about(s SID) bool {
	return slices.ContainsFunc(l.Entries, func(e ACE) bool { return e.SID == s && e.Flags&InheritOnly == 0 })
}

// whyDenied is the text of a denial.
func whyDenied(sd *SecurityDescriptor, t *Token, want, granted uint32, refused int) string {
	if refused >= 0 {
		return fmt.Sprintf("%s asks for %#x, and entry %d, %v, denies it", t.Name, want, refused, sd.DACL.Entries[refused])
	}
	return fmt.Sprintf("%s asks for %#x, and no entry grants %#x of it", t.Name, want, want&^granted)
}

// IsCanonical reports whether the entries stand in the order that Windows'
// tools keep (page order-of-aces-in-a-dacl): the object's own before inherited
// ones, and denials first among its own. Access checks work on any order. The
// order among inherited entries is not judged, since an entry does not say from
// which generation it is.
func (l *ACL) IsCanonical() bool { return slices.IsSortedFunc(l.Entries, canonical) }

// Canonical is a copy in that order; entries of one kind stay as they were.
func (l *ACL) Canonical() *ACL {
	sorted := &ACL{Control: l.Control, Entries: slices.Clone(l.Entries)}
	slices.SortStableFunc(sorted.Entries, canonical)
	return sorted
}

// canonical orders entries by kind: own denials, own grants, inherited.
func canonical(a, b ACE) int { return a.kind() - b.kind() }

func (e ACE) kind() int {
	switch {
	case e.Flags&Inherited != 0:
		return 2
	case e.Type == Deny:
		return 0
	}
	return 1
}
