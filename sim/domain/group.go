package domain

import (
	"fmt"
	"slices"
)

// Scope says who may be in a group and where it counts.
type Scope uint8

// Scopes of groups (page "Active Directory security groups", group scope).
const (
	// Global groups hold accounts and global groups of their own domain and
	// count everywhere.
	Global Scope = iota
	// Universal groups hold accounts, global and universal groups of their
	// forest and count everywhere.
	Universal
	// DomainLocal groups hold anything from a domain that theirs trusts, and
	// domain-local groups of their own; they count in their own domain.
	DomainLocal
	// Builtin groups are the local groups that every computer of the domain has,
	// such as Administrators, S-1-5-32-544. Each computer has its own on
	// Windows; here they are those of all computers of a domain together.
	Builtin
)

var scopeNames = [...]string{"global", "universal", "domain-local", "builtin"}

func (s Scope) String() string { return enumText(scopeNames[:], s) }

// Member is what can be in a group: an *Account, a *Group or a [WellKnown].
type Member interface {
	SID() SID
	fmt.Stringer
	in(g *Group) string // why it cannot be in g, "" when it can
}

// WellKnown is a well-known SID as a member: "Authenticated Users" is in every
// computer's Users.
type WellKnown struct{ ID SID }

// SID is the one given.
func (w WellKnown) SID() SID { return w.ID }

func (w WellKnown) String() string { return sidText(w.ID, nil) }

// Group is a named set of accounts and other groups.
type Group struct {
	domain  *Domain
	name    string
	scope   Scope
	sid     SID
	members []Member
}

// AddGroup adds an empty group.
func (d *Domain) AddGroup(name string, scope Scope) (*Group, error) {
	if scope > DomainLocal {
		return nil, fmt.Errorf("group %q of %s: no %v group can be made", clip(name), d.dns, scope)
	}
	if err := checkAccountName(name, maxSAMName); err != nil {
		return nil, fmt.Errorf("group of %s: %w", d.dns, err)
	}
	if other, taken := d.byName[foldName(name)]; taken {
		return nil, fmt.Errorf("group of %s: the name %q belongs to %v already", d.dns, name, other)
	}
	return d.makeGroup(name, scope, 0), nil
}

// makeGroup makes a group whose name is free. A builtin group's SID is the same
// in every domain, so that it is not found by SID.
func (d *Domain) makeGroup(name string, scope Scope, rid uint32) *Group {
	g := &Group{domain: d, name: name, scope: scope}
	if scope == Builtin {
		g.sid = builtinSID(rid)
		d.byName[foldName(name)] = g
	} else {
		g.sid = d.claim(name, rid, g)
	}
	d.groups = append(d.groups, g)
	return g
}

// defaultGroups are those that every domain has, or every root (page "Active
// Directory security groups"), the common ones.
var defaultGroups = []struct {
	name  string
	scope Scope
	rid   uint32
	root  bool // only the forest's root has it
}{
	{"Domain Admins", Global, ridDomainAdmins, false},
	{"Domain Users", Global, ridDomainUsers, false},
	{"Domain Guests", Global, ridDomainGuests, false},
	{"Domain Computers", Global, ridDomainComputers, false},
	{"Domain Controllers", Global, ridControllers, false},
	{"Schema Admins", Universal, ridSchemaAdmins, true},
	{"Enterprise Admins", Universal, ridEnterpriseAdmins, true},
	{"Administrators", Builtin, ridAdministrators, false},
	{"Users", Builtin, ridUsers, false},
	{"Guests", Builtin, ridGuests, false},
}

// addDefaultGroups makes a new domain's groups and puts them into each other as
// Windows does: the domain's administrators into each computer's, and so on.
func (d *Domain) addDefaultGroups() {
	for _, row := range defaultGroups {
		if !row.root || d.root == d {
			d.makeGroup(row.name, row.scope, row.rid)
		}
	}
	for _, pair := range []struct {
		group  string
		member Member
	}{
		{"Administrators", d.Group("Domain Admins")},
		{"Administrators", d.root.Group("Enterprise Admins")},
		{"Users", d.Group("Domain Users")},
		{"Users", WellKnown{AuthenticatedUsers()}},
		{"Guests", d.Group("Domain Guests")},
	} {
		if err := d.Group(pair.group).Add(pair.member); err != nil {
			panic("domain: a default membership is not allowed: " + err.Error())
		}
	}
}

// Name is the group's name in its domain.
func (g *Group) Name() string { return g.name }

// Scope is the group's.
func (g *Group) Scope() Scope { return g.scope }

// SID is the group's.
func (g *Group) SID() SID { return g.sid }

// Domain is where the group is.
func (g *Group) Domain() *Domain { return g.domain }

// Members lists who is in the group directly, in the order they were added.
// Whoever has it as primary group is not in the list (as in the attribute
// "member" of a directory, page a-primarygroupid).
func (g *Group) Members() []Member { return slices.Clone(g.members) }

// String is the group's full name, `CONTOSO\Domain Users` or `BUILTIN\Users`.
func (g *Group) String() string {
	if g.scope == Builtin {
		return `BUILTIN\` + g.name
	}
	return g.domain.netbios + `\` + g.name
}

// Add puts members into the group. It fails without effect when the scopes do
// not allow one of them. Groups may be in each other, even in a circle.
func (g *Group) Add(members ...Member) error {
	for _, m := range members {
		if why := m.in(g); why != "" {
			return fmt.Errorf("%v cannot be in the %v group %v: %s", m, g.scope, g, why)
		}
	}
	for _, m := range members {
		if slices.Contains(g.members, m) {
			continue
		}
		g.members = append(g.members, m)
		g.domain.dir.member[m.SID()] = append(g.domain.dir.member[m.SID()], g)
	}
	return nil
}

// Remove takes members out of the group; those that are not in it do not
// matter.
func (g *Group) Remove(members ...Member) {
	for _, m := range members {
		at := slices.Index(g.members, m)
		if at < 0 {
			continue
		}
		g.members = slices.Delete(g.members, at, at+1)
		of := g.domain.dir.member[m.SID()]
		g.domain.dir.member[m.SID()] = slices.DeleteFunc(of, func(o *Group) bool { return o == g })
	}
}

// reach is from how far away a member may come.
type reach uint8

const (
	never reach = iota
	sameDomain
	sameForest
	trusted // from any domain that the group's trusts
)

// accountReach and groupReach are the table of the page "Active Directory
// security groups": who may be in a group of the scope that is the first index.
// A builtin group may hold what a domain-local one may, and be in none.
var (
	accountReach = [...]reach{Global: sameDomain, Universal: sameForest, DomainLocal: trusted, Builtin: trusted}
	groupReach   = [...][4]reach{
		Global:      {Global: sameDomain},
		Universal:   {Global: sameForest, Universal: sameForest},
		DomainLocal: {Global: trusted, Universal: trusted, DomainLocal: sameDomain},
		Builtin:     {Global: trusted, Universal: trusted, DomainLocal: sameDomain},
	}
)

func (a *Account) in(g *Group) string {
	if a == nil {
		return "there is no such account"
	}
	return tooFar(accountReach[g.scope], a.domain, g.domain, a.kind.String())
}

func (g *Group) in(outer *Group) string {
	if g == nil {
		return "there is no such group"
	}
	return tooFar(groupReach[outer.scope][g.scope], g.domain, outer.domain, g.scope.String()+" group")
}

// in: well-known SIDs can be in the groups that count in one domain only, where
// Windows keeps them as foreign principals.
func (w WellKnown) in(g *Group) string {
	switch {
	case w.ID.IsZero():
		return "it is no SID"
	case g.scope != DomainLocal && g.scope != Builtin:
		return "well-known SIDs can be in domain-local and builtin groups"
	}
	return ""
}

// tooFar says why a member of one domain cannot be in a group of another.
func tooFar(may reach, from, to *Domain, what string) string {
	switch {
	case may == never:
		return "it is a " + what
	case from.dir != to.dir:
		return "it is of another directory"
	case may == sameDomain && from != to:
		return fmt.Sprintf("it is a %s of another domain, %s", what, from.dns)
	case may == sameForest && from.root != to.root:
		return fmt.Sprintf("it is a %s of another forest, %s", what, from.root.dns)
	case may == trusted:
		if path, _ := from.dir.trustPath(from, to); path == nil {
			return fmt.Sprintf("%s does not trust %s", to.dns, from.dns)
		}
	}
	return ""
}
