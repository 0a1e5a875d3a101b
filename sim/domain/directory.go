package domain

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Directory is all domains of a world, with their accounts, groups, service
// names and trusts. Set it up first, then ask: methods that decide or look up
// change nothing and may run at once; methods that add, set, register or trust
// change it and must run alone.
type Directory struct {
	domains []*Domain // in the order they were added, which is behaviour: lookups follow it
	byName  map[string]*Domain
	bySID   map[SID]any // *Domain, *Account or *Group
	trusts  []Trust
	links   map[*Domain][]link // from an account's domain to those that trust it
	holders map[spnKey][]*Account
	member  map[SID][]*Group // the groups that hold a SID directly
}

// NewDirectory makes an empty directory.
func NewDirectory() *Directory {
	return &Directory{
		byName: make(map[string]*Domain), bySID: make(map[SID]any), links: make(map[*Domain][]link),
		holders: make(map[spnKey][]*Account), member: make(map[SID][]*Group),
	}
}

// Config describes a domain to add.
type Config struct {
	DNS     string // "contoso.com"; required, unique
	NetBIOS string // "CONTOSO"; by default the first label of DNS in capitals, at most 15 characters
	// SID is the domain's: S-1-5-21-a-b-c. By default it is made from the DNS
	// name, the same in every run.
	SID SID
	// Parent makes this a domain of the parent's forest, with the two-way
	// transitive trust that such domains have (page "Understanding Trust
	// Transitivity"). Without it the domain is the root of a forest of its own.
	Parent *Domain
	// Mappings says which service classes a class stands for, for the forest:
	// see [DefaultSPNMappings], which nil means. Only a root may have them.
	Mappings []SPNMapping
}

// Domain is one Active Directory domain.
type Domain struct {
	dir          *Directory
	dns, netbios string
	sid          SID
	root         *Domain // of the forest; itself for a root
	nextRID      uint32
	accounts     []*Account
	groups       []*Group
	byName       map[string]any // *Account or *Group, by folded sAMAccountName: they share one name space
	mappings     []SPNMapping   // of a root
	aliasUnique  bool           // of a root
}

// AddDomain adds a domain with the groups that every domain has. The error says
// what is wrong with the configuration; nothing has changed then.
func (dir *Directory) AddDomain(cfg Config) (*Domain, error) {
	d, err := dir.newDomain(cfg)
	if err != nil {
		return nil, err
	}
	dir.domains = append(dir.domains, d)
	dir.byName[foldName(d.dns)], dir.byName[foldName(d.netbios)] = d, d
	dir.bySID[d.sid] = d
	if cfg.Parent != nil {
		if err := dir.AddTrust(Trust{Trusting: cfg.Parent, Trusted: d, TwoWay: true, Transitive: true}); err != nil {
			panic("domain: a new domain cannot trust its parent: " + err.Error())
		}
	}
	d.addDefaultGroups()
	return d, nil
}

// newDomain judges a configuration and fills in what it leaves open.
func (dir *Directory) newDomain(cfg Config) (*Domain, error) {
	d := &Domain{dir: dir, dns: cfg.DNS, netbios: cfg.NetBIOS, sid: cfg.SID, nextRID: firstRID, byName: make(map[string]any)}
	if err := checkDNS(d.dns); err != nil {
		return nil, fmt.Errorf("domain %q: %w", cfg.DNS, err)
	}
	if d.netbios == "" {
		label, _, _ := strings.Cut(d.dns, ".")
		d.netbios = strings.ToUpper(label[:min(len(label), maxNetBIOS)])
	}
	if err := checkAccountName(d.netbios, maxNetBIOS); err != nil {
		return nil, fmt.Errorf("domain %q: NetBIOS name %w", d.dns, err)
	}
	if d.sid.IsZero() {
		d.sid = derivedSID(d.dns)
	}
	if d.sid.authority != ntAuthority || d.sid.count != 4 || d.sid.sub[0] != accountDomain {
		return nil, fmt.Errorf("domain %q: SID %v is not S-1-5-21-a-b-c", d.dns, d.sid)
	}
	if other, taken := dir.bySID[d.sid]; taken {
		return nil, fmt.Errorf("domain %q: SID %v belongs to %v already", d.dns, d.sid, other)
	}
	for _, name := range []string{d.dns, d.netbios} {
		if other := dir.byName[foldName(name)]; other != nil {
			return nil, fmt.Errorf("domain %q: the name %q belongs to domain %q already", d.dns, name, other.dns)
		}
	}
	d.root = d
	switch {
	case cfg.Parent == nil:
		d.mappings = slices.Clone(cfg.Mappings)
		if cfg.Mappings == nil {
			d.mappings = DefaultSPNMappings()
		}
	case cfg.Mappings != nil:
		return nil, fmt.Errorf("domain %q: mappings belong to the forest's root %q", d.dns, cfg.Parent.root.dns)
	case cfg.Parent.dir != dir:
		return nil, fmt.Errorf("domain %q: its parent %q is in another directory", d.dns, cfg.Parent.dns)
	default:
		d.root = cfg.Parent.root
	}
	return d, nil
}

// derivedSID makes the three numbers of a domain's SID from its name.
func derivedSID(dns string) SID {
	h := fnv.New64a()
	h.Write([]byte(foldName(dns)))
	a := h.Sum64()
	h.Write([]byte{0})
	b := h.Sum64()
	return SID{authority: ntAuthority, count: 4, sub: [maxSubs]uint32{accountDomain, uint32(a >> 32), uint32(a), uint32(b)}}
}

// Domain finds a domain by either of its names; nil when there is none.
func (dir *Directory) Domain(name string) *Domain { return dir.byName[foldName(name)] }

// Domains lists the domains in the order they were added.
func (dir *Directory) Domains() []*Domain { return slices.Clone(dir.domains) }

// Account finds an account by "CONTOSO\alice", "contoso.com\srv$" or
// "alice@contoso.com"; nil when there is none.
func (dir *Directory) Account(name string) *Account {
	if dom, user, ok := strings.Cut(name, `\`); ok {
		if d := dir.Domain(dom); d != nil {
			return d.Account(user)
		}
		return nil
	}
	if at := strings.LastIndexByte(name, '@'); at >= 0 {
		if d := dir.Domain(name[at+1:]); d != nil {
			return d.Account(name[:at])
		}
	}
	return nil
}

// AccountBySID finds the account with a SID; nil when there is none.
func (dir *Directory) AccountBySID(s SID) *Account {
	a, _ := dir.bySID[s].(*Account)
	return a
}

// NameOf is what a SID is called: an account, group or domain of this
// directory, or the SDDL letters of a well-known SID; otherwise its text form.
func (dir *Directory) NameOf(s SID) string {
	if named, ok := dir.bySID[s].(fmt.Stringer); ok {
		return named.String()
	}
	return sidText(s, nil)
}

// DNSName is the domain's DNS name.
func (d *Domain) DNSName() string { return d.dns }

// NetBIOSName is the domain's short name.
func (d *Domain) NetBIOSName() string { return d.netbios }

// SID is the domain's.
func (d *Domain) SID() SID { return d.sid }

// Root is the root of the domain's forest.
func (d *Domain) Root() *Domain { return d.root }

// Directory is where the domain was added.
func (d *Domain) Directory() *Directory { return d.dir }

// Accounts lists the accounts in the order they were added.
func (d *Domain) Accounts() []*Account { return slices.Clone(d.accounts) }

// Groups lists the groups in the order they were added.
func (d *Domain) Groups() []*Group { return slices.Clone(d.groups) }

// Account finds an account by its name in the domain; a computer's ends in "$".
func (d *Domain) Account(name string) *Account {
	a, _ := d.byName[foldName(name)].(*Account)
	return a
}

// Group finds a group by its name in the domain, "Domain Admins".
func (d *Domain) Group(name string) *Group {
	g, _ := d.byName[foldName(name)].(*Group)
	return g
}

func (d *Domain) String() string { return d.dns }

// claim takes a name and the next RID for something new in the domain.
func (d *Domain) claim(name string, rid uint32, thing any) SID {
	if rid == 0 {
		rid = d.nextRID
		d.nextRID++
	}
	s := d.sid.Child(rid)
	d.byName[foldName(name)] = thing
	d.dir.bySID[s] = thing
	return s
}

// Window is a span of world time: time since the world's start. The zero value
// is always. From 0 is no beginning and Until 0 no end, so that something that
// ended before the world began has a negative Until.
type Window struct {
	From  time.Duration // the first instant inside
	Until time.Duration // the first instant after it
}

// phase is where an instant lies to a window.
type phase uint8

const (
	inside phase = iota
	before
	after
)

func (w Window) at(t time.Duration) phase {
	switch {
	case w.From != 0 && t < w.From:
		return before
	case w.Until != 0 && t >= w.Until:
		return after
	}
	return inside
}

// Contains reports whether an instant lies in the window.
func (w Window) Contains(t time.Duration) bool { return w.at(t) == inside }

func (w Window) String() string {
	text := "always"
	switch {
	case w.From != 0 && w.Until != 0:
		text = fmt.Sprintf("from %v until %v", w.From, w.Until)
	case w.From != 0:
		text = fmt.Sprintf("from %v", w.From)
	case w.Until != 0:
		text = fmt.Sprintf("until %v", w.Until)
	}
	return text
}

const (
	// maxNetBIOS is how long a computer's or domain's short name may be; the
	// "$" of a computer's account comes on top.
	maxNetBIOS = 15
	// maxSAMName is how long a user's or group's name may be here. The limit
	// for users is 20 (page a-samaccountname); groups have more room.
	maxSAMName = 64
	// maxDNSName is the length of a DNS name in text form (RFC 1035 2.3.4).
	maxDNSName = 253
)

// checkDNS judges a DNS name only as far as names are told apart by it: labels
// of 1 to 63 bytes (RFC 1035 2.3.4) without the characters that take names of
// accounts and services apart.
func checkDNS(name string) error {
	if len(name) > maxDNSName {
		return fmt.Errorf("a DNS name has at most %d bytes, this one %d", maxDNSName, len(name))
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) == 0 || len(label) > 63 {
			return fmt.Errorf("label %q of the DNS name is not 1 to 63 bytes long", clip(label))
		}
	}
	return checkAccountName(name, maxDNSName)
}

// checkAccountName refuses the characters that an account name cannot have
// (page a-samaccountname).
func checkAccountName(name string, most int) error {
	if name == "" || len(name) > most {
		return fmt.Errorf("%q is not 1 to %d bytes long", clip(name), most)
	}
	bad := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`"/\[]:;|=,+*?<>@`, r) }
	if i := strings.IndexFunc(name, bad); i >= 0 {
		return fmt.Errorf("%q has the character %q, which names cannot have", clip(name), []rune(name[i:])[0])
	}
	return nil
}

// foldName makes names equal that differ in case only: each letter becomes the
// smallest of those that Unicode folds together, which is what
// [strings.EqualFold] compares.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}
