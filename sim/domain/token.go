package domain

import "slices"

// Privilege is a set of the privileges that an access check asks about.
type Privilege uint8

// Privileges (page privilege-constants).
const (
	// SecurityPrivilege, SeSecurityPrivilege, allows ACCESS_SYSTEM_SECURITY.
	SecurityPrivilege Privilege = 1 << iota
	// TakeOwnershipPrivilege, SeTakeOwnershipPrivilege, allows WRITE_OWNER.
	TakeOwnershipPrivilege
)

// Token is who an access check is about: an account with its groups, as a
// server sees it that impersonates the peer of a socket. It is a value, but for
// the list of groups, which must not be changed.
//
// Not modelled: disabled, deny-only and restricted groups, integrity levels,
// logon sessions, claims.
type Token struct {
	Name   string // of the account, for texts
	User   SID
	Groups []SID // ascending, each once
	// Computer says that the account is a computer's: what WSAImpersonateSocketPeer
	// gives when the peer proved no user.
	Computer   bool
	Privileges Privilege
}

// Token is what the account gets on a computer of the domain given, or of its
// own domain when nil, after it came over the network: its groups, groups of
// its groups and so on, and the SIDs of everybody who proved an identity there.
//
// Global groups count when they are of the account's domain, universal ones
// when they are of its forest, domain-local and builtin ones when they are of
// the domain given (page "Active Directory security groups"). Members of
// Administrators get the privileges that these have by default.
//
// Not modelled: S-1-18-1, which Windows 8 and later add; SID history and
// filtering.
func (a *Account) Token(resource *Domain) Token {
	if resource == nil {
		resource = a.domain
	}
	seen := map[SID]bool{a.sid: true}
	queue := []SID{a.sid, a.primary.sid, Everyone(), AuthenticatedUsers(), Network(), ThisOrganization()}
	if a.primary.sid == a.domain.sid.Child(ridControllers) {
		queue = append(queue, EnterpriseControllers())
	}
	for _, s := range queue {
		seen[s] = true
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, g := range a.domain.dir.member[queue[0]] {
			if !seen[g.sid] && g.counts(a, resource) {
				seen[g.sid] = true
				queue = append(queue, g.sid)
			}
		}
	}
	delete(seen, a.sid)
	t := Token{Name: a.String(), User: a.sid, Computer: a.kind == Computer, Groups: make([]SID, 0, len(seen))}
	for s := range seen {
		t.Groups = append(t.Groups, s)
	}
	slices.SortFunc(t.Groups, SID.Compare)
	if t.Has(BuiltinAdministrators()) {
		t.Privileges = SecurityPrivilege | TakeOwnershipPrivilege
	}
	return t
}

// counts reports whether a group is in the account's token on a computer of the
// domain given.
func (g *Group) counts(a *Account, resource *Domain) bool {
	switch g.scope {
	case Global:
		return g.domain == a.domain
	case Universal:
		return g.domain.root == a.domain.root
	}
	return g.domain == resource
}

// AnonymousToken is of somebody who proved nothing. Everyone is not among its
// groups (page "Network access: Let Everyone permissions apply to anonymous
// users", off by default).
func AnonymousToken() Token {
	return Token{Name: "anonymous", User: Anonymous(), Groups: []SID{Network()}}
}

// Has reports whether the token is the SID's user or in its group.
func (t *Token) Has(s SID) bool {
	if s.IsZero() {
		return false
	}
	_, found := slices.BinarySearchFunc(t.Groups, s, SID.Compare)
	return found || t.User == s
}
