package domain

import (
	"fmt"
	"slices"
	"strings"

	"wsasim/wsa"
)

// SPNMapping is one value of the attribute sPNMappings of a forest: a service
// class and those that it stands for when nobody holds them by name (MS-ADA3
// 2.276, MS-DRSR 4.1.4.2.19). With host=cifs,http whoever holds
// "host/srv.contoso.com" is "cifs/srv.contoso.com" too.
type SPNMapping struct {
	Class  string
	Stands []string
}

// ParseSPNMapping reads the directory's form, "host=alerter,appmgmt,cisvc"
// (MS-DRSR 4.1.4.2.19).
func ParseSPNMapping(value string) (SPNMapping, error) {
	class, list, ok := strings.Cut(value, "=")
	m := SPNMapping{Class: class, Stands: strings.Split(list, ",")}
	if !ok || class == "" || slices.Contains(m.Stands, "") || strings.Contains(value, "/") || strings.Contains(list, "=") {
		return SPNMapping{}, fmt.Errorf("SPN mapping %q is not \"class=class,class\"", clip(value))
	}
	return m, nil
}

// String is the directory's form.
func (m SPNMapping) String() string { return m.Class + "=" + strings.Join(m.Stands, ",") }

// DefaultSPNMappings is what a new forest has, as public listings of the
// attribute sPNMappings of "CN=Directory Service,CN=Windows NT,CN=Services" in
// new forests agree on (one is in Samba's notes on CVE-2021-42282 / KB5008382);
// Microsoft's pages document the attribute, not its value.
func DefaultSPNMappings() []SPNMapping {
	m, err := ParseSPNMapping("host=alerter,appmgmt,cisvc,clipsrv,browser,dhcp,dnscache,replicator,eventlog," +
		"eventsystem,policyagent,oakley,dmserver,dns,mcsvc,fax,msiserver,ias,messenger,netlogon,netman,netdde," +
		"netddedsm,nmagent,plugplay,protectedstorage,rasman,rpclocator,rpc,rpcss,remoteaccess,rsvp,samss,scardsvr," +
		"scesrv,seclogon,scm,dcom,cifs,spooler,snmp,schedule,tapisrv,trksvr,trkwks,ups,time,wins,www,http,w3svc," +
		"iisadmin,msdtc")
	if err != nil {
		panic("domain: the default SPN mapping cannot be read: " + err.Error())
	}
	return []SPNMapping{m}
}

// spnKey is a service name as the key of a map; two names have one key exactly
// when [wsa.SPN.Equal].
type spnKey struct {
	class, instance, service string
	port                     uint16
}

func keyOf(n wsa.SPN) spnKey {
	return spnKey{foldName(n.ServiceClass), foldName(n.InstanceName), foldName(n.ServiceName), n.InstancePort}
}

// DuplicateSPNError says that a service name belongs to another account of the
// forest. Windows' code for it is ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST,
// 8647 (page "SPN and UPN uniqueness").
type DuplicateSPNError struct {
	SPN    string   // the one to register
	Held   string   // the one that is in its way: the same, or an alias of it
	Holder *Account // who holds it
}

func (e *DuplicateSPNError) Error() string {
	text := fmt.Sprintf("service name %q belongs to %v already", e.SPN, e.Holder)
	if e.Held != e.SPN {
		text = fmt.Sprintf("service name %q: its alias %q belongs to %v already", e.SPN, e.Held, e.Holder)
	}
	return text
}

// Unwrap is Windows' code.
func (e *DuplicateSPNError) Unwrap() error { return wsa.Errno(8647) }

// RequireUniqueAliases makes the forest of the domain refuse names of which
// another account holds an alias, as domain controllers with KB5008382 do for
// whoever is no administrator (MS-ADTS 3.1.1.5.1.3). It is off by default, since
// administrators who give "http/srv" to a service's account beside the
// computer's "host/srv" are common.
func (d *Domain) RequireUniqueAliases(on bool) { d.root.aliasUnique = on }

// RegisterSPN gives the account a service name. The directory refuses one that
// another account of the forest holds (MS-ADTS 3.1.1.5.1.3; case does not
// count), with a *DuplicateSPNError; a name that the account has already changes
// nothing (inferred).
func (a *Account) RegisterSPN(name string) error {
	n, err := wsa.ParseSPN(name)
	if err != nil {
		return fmt.Errorf("service name %q of %v: %w", clip(name), a, err)
	}
	if err := a.domain.checkUnique(n, a); err != nil {
		return err
	}
	a.hold(n)
	return nil
}

// ForceSPN gives the account a service name that others may hold already, as
// directories before Windows Server 2012 R2 let it happen (page "SPN and UPN
// uniqueness"). Who asks for such a name is refused: it says no more who
// answers.
func (a *Account) ForceSPN(name string) error {
	n, err := wsa.ParseSPN(name)
	if err != nil {
		return fmt.Errorf("service name %q of %v: %w", clip(name), a, err)
	}
	a.hold(n)
	return nil
}

// UnregisterSPN takes a service name away and says whether the account had it.
func (a *Account) UnregisterSPN(name string) bool {
	n, err := wsa.ParseSPN(name)
	at := slices.IndexFunc(a.spns, n.Equal)
	if err != nil || at < 0 {
		return false
	}
	a.spns = slices.Delete(a.spns, at, at+1)
	dir, key := a.domain.dir, keyOf(n)
	dir.holders[key] = slices.DeleteFunc(dir.holders[key], func(o *Account) bool { return o == a })
	return true
}

// hold adds a name to the account and the index.
func (a *Account) hold(n wsa.SPN) {
	if slices.ContainsFunc(a.spns, n.Equal) {
		return
	}
	a.spns = append(a.spns, n)
	dir, key := a.domain.dir, keyOf(n)
	dir.holders[key] = append(dir.holders[key], a)
}

// checkUnique refuses a name that another account of the forest than the given
// one holds.
func (d *Domain) checkUnique(n wsa.SPN, but *Account) error {
	names := []wsa.SPN{n}
	if d.root.aliasUnique {
		names = append(names, d.root.aliasesOf(n)...)
	}
	for _, held := range names {
		for _, holder := range d.holdersIn(held) {
			if holder != but {
				return &DuplicateSPNError{SPN: n.String(), Held: held.String(), Holder: holder}
			}
		}
	}
	return nil
}

// holdersIn lists the accounts of the domain's forest that hold a name.
func (d *Domain) holdersIn(n wsa.SPN) []*Account {
	var in []*Account
	for _, a := range d.dir.holders[keyOf(n)] {
		if a.domain.root == d.root {
			in = append(in, a)
		}
	}
	return in
}

// mapped is the name under which a lookup goes on when nobody holds n itself
// (MS-DRSR 4.1.4.2.19); false when no class stands for that of n.
func (d *Domain) mapped(n wsa.SPN) (wsa.SPN, bool) {
	for _, m := range d.root.mappings {
		if slices.ContainsFunc(m.Stands, func(c string) bool { return strings.EqualFold(c, n.ServiceClass) }) {
			n.ServiceClass = m.Class
			return n, true
		}
	}
	return wsa.SPN{}, false
}

// aliasesOf lists the names that a lookup could confuse with n: the one that
// stands for it, and those for which it stands itself. Two classes that "host"
// stands for are not aliases of each other.
func (d *Domain) aliasesOf(n wsa.SPN) []wsa.SPN {
	var all []wsa.SPN
	if m, ok := d.mapped(n); ok && !m.Equal(n) {
		all = append(all, m)
	}
	for _, m := range d.root.mappings {
		if !strings.EqualFold(m.Class, n.ServiceClass) {
			continue
		}
		for _, class := range m.Stands {
			alias := n
			alias.ServiceClass = class
			if !alias.Equal(n) {
				all = append(all, alias)
			}
		}
	}
	return all
}

// lookup finds who holds a name in the domain's forest: the name itself first,
// then the class that stands for it (MS-DRSR 4.1.4.2.14). More than one account
// means that the name is not unique.
func (d *Domain) lookup(n wsa.SPN) (holders []*Account, found wsa.SPN) {
	if holders := d.holdersIn(n); holders != nil {
		return holders, n
	}
	if alias, ok := d.mapped(n); ok {
		return d.holdersIn(alias), alias
	}
	return nil, n
}

// ServiceAccount finds the account that a service name means to a client of the
// domain: in the domain's own forest, then in the forests that trust it, in the
// order in which their roots were added. The error is an *Error, as a ticket
// request for the name would give.
func (d *Domain) ServiceAccount(name string) (*Account, error) {
	n, err := wsa.ParseSPN(name)
	if err != nil {
		return nil, fail(ServiceUnknown, "%q is not a service name: %v", clip(name), err)
	}
	holder, _, refusal := d.findService(n)
	if refusal != nil {
		return nil, refusal
	}
	return holder, nil
}

// findService finds the holder of a name and the path of domains to it.
func (d *Domain) findService(n wsa.SPN) (*Account, []*Domain, *Error) {
	blocked := fail(ServiceUnknown, "no account that %v can see holds %q", d, n.String())
	for _, root := range d.forests() {
		holders, found := root.lookup(n)
		if len(holders) == 0 {
			continue
		}
		path, refused := d.dir.trustPath(d, holders[0].domain)
		switch {
		case path != nil && len(holders) > 1:
			return nil, nil, fail(ServiceNotUnique, "%q is held by %v", found.String(), holders)
		case path != nil:
			return holders[0], path, nil
		case refused != nil:
			blocked = fail(PathNotAccepted, "%q belongs to %v, and a trust on the way %v is not transitive", n.String(), holders[0], refused)
		case blocked.Failure == ServiceUnknown:
			blocked = fail(ServiceUnknown, "%q belongs to %v, and %v does not trust %v", n.String(), holders[0], holders[0].domain, d)
		}
	}
	return nil, nil, blocked
}

// forests lists the roots of all forests, the domain's own first.
func (d *Domain) forests() []*Domain {
	roots := []*Domain{d.root}
	for _, o := range d.dir.domains {
		if o.root == o && o != d.root {
			roots = append(roots, o)
		}
	}
	return roots
}
