package domain

// The well-known SIDs that do not depend on a domain (page well-known-sids;
// MS-DTYP 2.4.2.4). They are functions since a SID cannot be a constant.

// Everyone is in the token of whoever proved an identity.
func Everyone() SID { return SID{authority: 1, count: 1} }

// CreatorOwner stands in inheritable entries for who will create the object.
func CreatorOwner() SID { return SID{authority: 3, count: 1} }

// OwnerRights stands in a DACL for the object's owner, and takes away what
// owning it gives by itself (page well-known-sids; "SDDL_OWNER_RIGHTS" of page
// sid-strings).
func OwnerRights() SID { return SID{authority: 3, count: 1, sub: [maxSubs]uint32{4}} }

// Network is in the token of whoever came over the network.
func Network() SID { return ntSID(2) }

// Anonymous is who proved nothing.
func Anonymous() SID { return ntSID(7) }

// EnterpriseControllers is in the token of every domain controller.
func EnterpriseControllers() SID { return ntSID(9) }

// AuthenticatedUsers is in the token of every account that proved itself.
func AuthenticatedUsers() SID { return ntSID(11) }

// ThisOrganization is in the token of accounts that the domain's own forest, or
// one that it trusts, vouches for.
func ThisOrganization() SID { return ntSID(15) }

// LocalSystem is the computer itself, seen from inside.
func LocalSystem() SID { return ntSID(18) }

// LocalService is the account of services that go anonymously to the network.
func LocalService() SID { return ntSID(19) }

// NetworkService is the account of services that go to the network as the
// computer.
func NetworkService() SID { return ntSID(20) }

// BuiltinAdministrators are a computer's administrators.
func BuiltinAdministrators() SID { return builtinSID(ridAdministrators) }

// BuiltinUsers are a computer's users.
func BuiltinUsers() SID { return builtinSID(ridUsers) }

// BuiltinGuests are a computer's guests.
func BuiltinGuests() SID { return builtinSID(ridGuests) }

// ntSID is S-1-5-rid.
func ntSID(rid uint32) SID { return SID{authority: ntAuthority, count: 1, sub: [maxSubs]uint32{rid}} }

// builtinSID is S-1-5-32-rid.
func builtinSID(rid uint32) SID { return ntSID(builtinDomain).Child(rid) }

const (
	ntAuthority   = 5
	builtinDomain = 32
	// accountDomain starts the SID of a domain: S-1-5-21-a-b-c.
	accountDomain = 21
)

// RIDs of a domain's own well-known accounts and groups (winnt.h DOMAIN_*_RID_*;
// page well-known-sids). Those of accounts made later start at firstRID.
const (
	ridAdministrator    = 500
	ridGuest            = 501
	ridDomainAdmins     = 512
	ridDomainUsers      = 513
	ridDomainGuests     = 514
	ridDomainComputers  = 515
	ridControllers      = 516
	ridSchemaAdmins     = 518
	ridEnterpriseAdmins = 519
	ridAdministrators   = 544
	ridUsers            = 545
	ridGuests           = 546
	firstRID            = 1000
)

// where says what the RID of an alias hangs on.
type where uint8

const (
	anywhere where = iota // the SID is complete
	inBuiltin
	inDomain
	inRoot // the forest's root domain
)

// sidAliases are the two letters by which SDDL names SIDs (page sid-strings,
// MS-DTYP 2.5.1.1), the common ones. No SID stands twice, so that printing is
// the reverse of parsing.
var sidAliases = []struct {
	alias string
	in    where
	rid   uint32
	sid   SID // when anywhere
}{
	{alias: "AN", sid: Anonymous()},
	{alias: "AO", in: inBuiltin, rid: 548},
	{alias: "AU", sid: AuthenticatedUsers()},
	{alias: "BA", in: inBuiltin, rid: ridAdministrators},
	{alias: "BG", in: inBuiltin, rid: ridGuests},
	{alias: "BO", in: inBuiltin, rid: 551},
	{alias: "BU", in: inBuiltin, rid: ridUsers},
	{alias: "CA", in: inDomain, rid: 517},
	{alias: "CG", sid: SID{authority: 3, count: 1, sub: [maxSubs]uint32{1}}},
	{alias: "CO", sid: CreatorOwner()},
	{alias: "DA", in: inDomain, rid: ridDomainAdmins},
	{alias: "DC", in: inDomain, rid: ridDomainComputers},
	{alias: "DD", in: inDomain, rid: ridControllers},
	{alias: "DG", in: inDomain, rid: ridDomainGuests},
	{alias: "DU", in: inDomain, rid: ridDomainUsers},
	{alias: "EA", in: inRoot, rid: ridEnterpriseAdmins},
	{alias: "ED", sid: EnterpriseControllers()},
	{alias: "IU", sid: ntSID(4)},
	{alias: "LA", in: inDomain, rid: ridAdministrator},
	{alias: "LG", in: inDomain, rid: ridGuest},
	{alias: "LS", sid: LocalService()},
	{alias: "NO", in: inBuiltin, rid: 556},
	{alias: "NS", sid: NetworkService()},
	{alias: "NU", sid: Network()},
	{alias: "OW", sid: OwnerRights()},
	{alias: "PA", in: inDomain, rid: 520},
	{alias: "PO", in: inBuiltin, rid: 550},
	{alias: "PS", sid: ntSID(10)},
	{alias: "PU", in: inBuiltin, rid: 547},
	{alias: "RC", sid: ntSID(12)},
	{alias: "RD", in: inBuiltin, rid: 555},
	{alias: "RE", in: inBuiltin, rid: 552},
	{alias: "RU", in: inBuiltin, rid: 554},
	{alias: "SA", in: inRoot, rid: ridSchemaAdmins},
	{alias: "SO", in: inBuiltin, rid: 549},
	{alias: "SU", sid: ntSID(6)},
	{alias: "SY", sid: LocalSystem()},
	{alias: "WD", sid: Everyone()},
}

// resolveAlias is the SID of row i of sidAliases seen from a domain; no SID when
// it takes a domain and there is none.
func resolveAlias(i int, d *Domain) SID {
	row := &sidAliases[i]
	switch {
	case row.in == anywhere:
		return row.sid
	case row.in == inBuiltin:
		return builtinSID(row.rid)
	case d == nil:
		return SID{}
	case row.in == inRoot:
		return d.root.sid.Child(row.rid)
	}
	return d.sid.Child(row.rid)
}
