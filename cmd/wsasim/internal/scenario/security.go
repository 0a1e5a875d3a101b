package scenario

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"wsasim/sim"
	"wsasim/sim/ale"
	"wsasim/sim/attack"
	"wsasim/sim/domain"
	"wsasim/wsa"
)

// securityBuiltins is the language about domains, administrators and attackers.
func securityBuiltins() []builtin {
	return []builtin{
		{"domain", "domain(dns, netbios=\"\")", "adds a domain; d.computer(name), d.user(name) and d.group(name, [member, ...]) add accounts, d.trusts(other) trusts another domain; an account has name, sid, spns, register(spn), disable(), enable(), reset_password(), set_password(text), expires(when), which is counted from the beginning of the world", doDomain},
		{"certificate", "certificate(subject, issuer, names=[], valid_from=0, valid_until=0, revoked=False, account=None)", "a certificate, for host(certificates=[...]) and h.set_credentials(...); names are DNS names, \"*.example.com\" among them; times are counted from the beginning of the world, 0 is no limit; account is the account of a domain that it is mapped to", doCertificate},
		{"admin_rule", "admin_rule(action, port=0, remote_port=0, remote=\"\", protocol=0, encrypt=False)", "a rule of a host's administrator: \"require\", \"request\", \"bypass\" or \"block\"; for host(policy=[...]) and h.set_policy([...])", doAdminRule},
		{"access_check", "access_check(thread, sddl, desired, token=0)", "whether the thread, or the account behind a token handle, gets the access: by the peer it impersonates, or as itself", doAccessCheck},
		{"associations", "associations()", "the security associations, as structs with mm, qm, initiator, responder, encrypted and users", doAssociations},
		{"dropped", "dropped(host)", "what the host's security has dropped, as a struct with integrity, replay, clear_text and unknown", doDropped},
		{"take_over", "take_over(addr, host)", "an attack: a host takes another's address", doTakeOver},
		{"poison", "poison(name, host)", "an attack: a name resolves to the attacker; the result ends it", doPoison},
		{"downgrade", "downgrade(a, b)", "an attack: keying messages between two hosts are lost; the result ends it", doDowngrade},
		{"tamper", "tamper(old, new, source=None, target=None, protocol=\"\")", "an attack: a text in packets is replaced by another; the result ends it", doTamper},
		{"replay", "replay(after, source=None, target=None, protocol=\"\")", "an attack: packets are sent again after a while; the result ends it", doReplay},
		{"forge", "forge(host, source, target, data)", "an attack: the host makes up a datagram, in clear, from any address", doForge},
		{"forge_reset", "forge_reset(host, source, target)", "an attack: the host makes up a reset, in clear, of the connection between two addresses", doForgeReset},
	}
}

// Domain is a domain in a script, Account one of its computers or users.
type Domain struct {
	object
	domain *domain.Domain
}

// Account is a computer, user or group of a domain in a script.
type Account struct {
	object
	account *domain.Account // nil for a group
	member  domain.Member
}

func doDomain(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var cfg domain.Config
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "dns", &cfg.DNS, "netbios?", &cfg.NetBIOS); err != nil {
		return nil, err
	}
	e.ensureWorld()
	if e.directory == nil {
		e.directory = domain.NewDirectory()
	}
	d, err := e.directory.AddDomain(cfg)
	if err != nil {
		return nil, usagef("%v", err)
	}
	v := &Domain{object{kind: "domain", name: d.DNSName()}, d}
	v.attrs = map[string]func() (starlark.Value, error){
		"name":     constant(starlark.String(d.DNSName())),
		"computer": v.adds("computer", d.AddComputer, e),
		"user":     v.adds("user", d.AddUser, e),
		"group":    method("group", v.group(e)),
		"trusts":   method("trusts", v.trusts(e)),
	}
	return v, nil
}

// adds is a method that adds an account.
func (v *Domain) adds(kind string, add func(string) (*domain.Account, error), e *Engine) func() (starlark.Value, error) {
	return method(kind, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var name string
		if err := starlark.UnpackArgs(kind, args, kwargs, "name", &name); err != nil {
			return nil, err
		}
		var a *domain.Account
		var err error
		e.world.Administer(func() { a, err = add(name) })
		if err != nil {
			return nil, usagef("%v", err)
		}
		return e.newAccount(kind, a), nil
	})
}

func (e *Engine) newAccount(kind string, a *domain.Account) *Account {
	v := &Account{object{kind: kind, name: a.String()}, a, a}
	does := func(name string, do func()) func() (starlark.Value, error) {
		return method(name, func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if err := starlark.UnpackArgs(name, args, kwargs); err != nil {
				return nil, err
			}
			e.world.Administer(do)
			return starlark.None, nil
		})
	}
	v.attrs = map[string]func() (starlark.Value, error){
		"name": constant(starlark.String(a.String())),
		"sid":  constant(starlark.String(a.SID().String())),
		"spns": func() (starlark.Value, error) {
			var list []starlark.Value
			for _, n := range a.SPNs() {
				list = append(list, starlark.String(n.String()))
			}
			return starlark.Tuple(list), nil
		},
		"disable":        does("disable", func() { a.SetDisabled(true) }),
		"enable":         does("enable", func() { a.SetDisabled(false) }),
		"reset_password": does("reset_password", a.ResetPassword),
		"set_password":   method("set_password", setPassword(e, a)),
		"expires":        method("expires", expires(e, a)),
		"register": method("register", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var spn string
			if err := starlark.UnpackArgs("register", args, kwargs, "spn", &spn); err != nil {
				return nil, err
			}
			var err error
			e.world.Administer(func() { err = a.RegisterSPN(spn) })
			if err != nil {
				return nil, usagef("%v", err)
			}
			return starlark.None, nil
		}),
	}
	return v
}

// setPassword is a method of an account: a new password, which can be typed.
func setPassword(e *Engine, a *domain.Account) func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var text string
		if err := starlark.UnpackArgs("set_password", args, kwargs, "text", &text); err != nil {
			return nil, err
		}
		e.world.Administer(func() { a.SetPassword(text) })
		return starlark.None, nil
	}
}

// expires is a method of an account: from a time of the world on it may not be
// used.
func expires(e *Engine, a *domain.Account) func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var when starlark.Value
		if err := starlark.UnpackArgs("expires", args, kwargs, "when", &when); err != nil {
			return nil, err
		}
		d, err := duration(when)
		if err != nil {
			return nil, err
		}
		e.world.Administer(func() { a.SetLifetime(domain.Window{Until: d}) })
		return starlark.None, nil
	}
}

func (v *Domain) group(e *Engine) func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var name string
		var members *starlark.List
		if err := starlark.UnpackArgs("group", args, kwargs, "name", &name, "members?", &members); err != nil {
			return nil, err
		}
		var list []domain.Member
		for i := 0; members != nil && i < members.Len(); i++ {
			a, ok := members.Index(i).(*Account)
			if !ok {
				return nil, usagef("group: expected accounts, got %s", members.Index(i).Type())
			}
			list = append(list, a.member)
		}
		var g *domain.Group
		var err error
		e.world.Administer(func() {
			if g, err = v.domain.AddGroup(name, domain.Global); err == nil {
				err = g.Add(list...)
			}
		})
		if err != nil {
			return nil, usagef("%v", err)
		}
		a := &Account{object{kind: "group", name: g.String()}, nil, g}
		a.attrs = map[string]func() (starlark.Value, error){
			"name": constant(starlark.String(g.String())), "sid": constant(starlark.String(g.SID().String())),
		}
		return a, nil
	}
}

func (v *Domain) trusts(e *Engine) func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var other starlark.Value
		if err := starlark.UnpackArgs("trusts", args, kwargs, "other", &other); err != nil {
			return nil, err
		}
		trusted, ok := other.(*Domain)
		if !ok {
			return nil, usagef("trusts: expected a domain, got %s", other.Type())
		}
		var err error
		e.world.Administer(func() { err = e.directory.AddTrust(domain.Trust{Trusting: v.domain, Trusted: trusted.domain}) })
		if err != nil {
			return nil, usagef("%v", err)
		}
		return starlark.None, nil
	}
}

// credentials reads an account that a host or its owner has, None for none.
func credentials(name string, v starlark.Value) (c domain.Credentials, err error) {
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return c, nil
	case *Account:
		if v.account != nil {
			return v.account.Credentials(), nil
		}
	}
	return c, usagef("host: %s: expected an account of a domain, got %s", name, v.Type())
}

// identity is what a script says that a computer holds.
type identity struct{ account, certificates, trusted starlark.Value }

// computer reads what a computer holds: an account of a domain, certificates and
// the issuers whose certificates it accepts, each or none.
func (i *identity) computer() (c domain.Credentials, err error) {
	if c, err = credentials("account", i.account); err != nil {
		return c, err
	}
	if i.certificates != nil && i.certificates != starlark.None {
		list, ok := i.certificates.(*starlark.List)
		if !ok {
			return c, usagef("host: certificates: expected a list of certificate(...), got %s", i.certificates.Type())
		}
		for k := range list.Len() {
			cert, ok := list.Index(k).(*Certificate)
			if !ok {
				return c, usagef("host: certificates: expected a list of certificate(...), found %s in it", list.Index(k).Type())
			}
			c.Certificates = append(c.Certificates, cert.certificate)
		}
	}
	if i.trusted != nil && i.trusted != starlark.None {
		c.TrustedIssuers, err = stringList("trusted_issuers", i.trusted)
	}
	return c, err
}

// given reports whether anything was said.
func (i *identity) given() bool {
	return i.account != nil || i.certificates != nil || i.trusted != nil
}

// identities reads who a host is, and its administrator's rules. A host without
// an account and without a word about certificates is believed to be the one it says.
func identities(cfg *sim.HostConfig, own identity, owner, policy starlark.Value) (err error) {
	if cfg.Computer, err = own.computer(); err != nil {
		return err
	}
	if cfg.Owner, err = credentials("owner", owner); err != nil {
		return err
	}
	if cfg.Computer.Account == nil && (own.certificates == nil || own.certificates == starlark.None) {
		cfg.Principals = []string{"host/" + strings.ToLower(cfg.Name)}
	}
	cfg.Policy, err = adminPolicy(policy)
	return err
}

// setCredentials is a method of a host: what its computer holds from now on.
func setCredentials(h *sim.Host) func() (starlark.Value, error) {
	return method("set_credentials", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var i identity
		if err := starlark.UnpackArgs("set_credentials", args, kwargs, "account?", &i.account, "certificates?", &i.certificates, "trusted_issuers?", &i.trusted); err != nil {
			return nil, err
		}
		c, err := i.computer()
		if err != nil {
			return nil, err
		}
		h.SetCredentials(c)
		return starlark.None, nil
	})
}

// Certificate is a certificate in a script.
type Certificate struct {
	object
	certificate domain.Certificate
}

func doCertificate(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var c domain.Certificate
	var names, from, until, mapped starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "subject", &c.Subject, "issuer", &c.Issuer, "names?", &names,
		"valid_from?", &from, "valid_until?", &until, "revoked?", &c.Revoked, "account?", &mapped); err != nil {
		return nil, err
	}
	var err error
	if names != nil {
		if c.Names, err = stringList("names", names); err != nil {
			return nil, err
		}
	}
	if c.Valid.From, err = duration(from); err != nil {
		return nil, err
	}
	if c.Valid.Until, err = duration(until); err != nil {
		return nil, err
	}
	who, err := credentials("account", mapped)
	if err != nil {
		return nil, err
	}
	c.Account = who.Account
	return &Certificate{object{kind: "certificate", name: c.Subject}, c}, nil
}

// adminRule is a rule in a script.
type adminRule struct {
	object
	rule ale.AdminRule
}

func doAdminRule(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var action, remote string
	var port, remotePort, protocol int
	r := ale.AdminRule{}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "action", &action, "port?", &port, "remote_port?", &remotePort,
		"remote?", &remote, "protocol?", &protocol, "encrypt?", &r.Encrypt); err != nil {
		return nil, err
	}
	known := false
	for _, a := range []ale.Action{ale.Request, ale.Require, ale.Bypass, ale.Block} {
		if a.String() == action {
			r.Action, known = a, true
		}
	}
	if !known {
		return nil, usagef("admin_rule: %q is none of \"request\", \"require\", \"bypass\" and \"block\"", action)
	}
	if remote != "" {
		p, err := netip.ParsePrefix(remote)
		if err != nil {
			return nil, usagef("admin_rule: expected addresses such as 10.0.0.0/24, got %q", remote)
		}
		r.Remote = p
	}
	if port < 0 || port > 65535 || remotePort < 0 || remotePort > 65535 {
		return nil, usagef("admin_rule: a port is a number from 0 to 65535")
	}
	r.Protocol, r.LocalPort, r.RemotePort = int32(protocol), uint16(port), uint16(remotePort)
	return &adminRule{object{kind: "admin_rule", name: action}, r}, nil
}

// adminPolicy reads a list of rules.
func adminPolicy(v starlark.Value) (ale.AdminPolicy, error) {
	if v == nil || v == starlark.None {
		return nil, nil
	}
	list, ok := v.(*starlark.List)
	if !ok {
		return nil, usagef("policy: expected a list of admin_rule(...), got %s", v.Type())
	}
	var p ale.AdminPolicy
	for i := range list.Len() {
		r, ok := list.Index(i).(*adminRule)
		if !ok {
			return nil, usagef("policy: expected a list of admin_rule(...), found %s in it", list.Index(i).Type())
		}
		p = append(p, r.rule)
	}
	return p, nil
}

// setPolicy is a method of a host.
func setPolicy(h *sim.Host) func() (starlark.Value, error) {
	return method("set_policy", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var v starlark.Value
		if err := starlark.UnpackArgs("set_policy", args, kwargs, "rules", &v); err != nil {
			return nil, err
		}
		p, err := adminPolicy(v)
		if err != nil {
			return nil, err
		}
		h.SetPolicy(p)
		return starlark.None, nil
	})
}

func doAccessCheck(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var tv starlark.Value
	var sddl string
	var desired, token int64
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "thread", &tv, "sddl", &sddl, "desired", &desired, "token?", &token); err != nil {
		return nil, err
	}
	t, err := asThread("access_check", tv)
	if err != nil {
		return nil, err
	}
	sd, err := domain.ParseSDDL(sddl, t.sim.Process().Host().Domain())
	if err != nil {
		return nil, usagef("access_check: %v", err)
	}
	if token != 0 {
		_, err = t.sim.AccessCheckToken(wsa.HANDLE(token), sd, uint32(desired))
	} else {
		_, err = t.sim.AccessCheck(sd, uint32(desired))
	}
	if err != nil && !errors.Is(err, wsa.ERROR_ACCESS_DENIED) {
		return nil, usagef("access_check: %v", err)
	}
	return starlark.Bool(err == nil), nil
}

// record is a struct of a script.
func record(kind string, fields starlark.StringDict) starlark.Value {
	return starlarkstruct.FromStringDict(starlark.String(kind), fields)
}

func doAssociations(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	list := []starlark.Value{}
	for _, a := range e.ensureWorld().Associations() {
		list = append(list, record("association", starlark.StringDict{
			"mm": starlark.MakeUint64(a.MMID), "qm": starlark.MakeUint64(a.QMID), "users": starlark.MakeInt(a.Users),
			"initiator": starlark.String(a.Initiator.Name()), "responder": starlark.String(a.Responder.Name()),
			"encrypted": starlark.Bool(a.Encrypted),
		}))
	}
	return starlark.NewList(list), nil
}

func doDropped(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "host", &v); err != nil {
		return nil, err
	}
	h, err := asHost("dropped", v)
	if err != nil {
		return nil, err
	}
	d := h.sim.Dropped()
	return record("dropped", starlark.StringDict{
		"integrity": starlark.MakeInt(d.Integrity), "replay": starlark.MakeInt(d.Replay),
		"clear_text": starlark.MakeInt(d.ClearText), "unknown": starlark.MakeInt(d.Unknown),
	}), nil
}

// parseAddr reads an address.
func parseAddr(what, text string) (netip.Addr, error) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return a, usagef("%s: expected an address such as 10.0.0.1 or fd00::1, got %q", what, text)
	}
	return a, nil
}

// stopper is a function that ends an attack.
func stopper(name string, stop func()) starlark.Value {
	return starlark.NewBuiltin("stop "+name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
			return nil, err
		}
		stop()
		return starlark.None, nil
	})
}

func doTakeOver(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "addr", &text, "host", &v); err != nil {
		return nil, err
	}
	h, err := asHost("take_over", v)
	if err != nil {
		return nil, err
	}
	a, err := parseAddr("take_over", text)
	if err != nil {
		return nil, err
	}
	if err := attack.TakeOver(e.world, a, h.sim); err != nil {
		return nil, usagef("%v", err)
	}
	return starlark.None, nil
}

func doPoison(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name, "host", &v); err != nil {
		return nil, err
	}
	h, err := asHost("poison", v)
	if err != nil {
		return nil, err
	}
	return stopper("poison", attack.Poison(e.world, name, h.sim)), nil
}

func doDowngrade(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, u starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &v, "b", &u); err != nil {
		return nil, err
	}
	x, err := asHost("downgrade", v)
	if err != nil {
		return nil, err
	}
	y, err := asHost("downgrade", u)
	if err != nil {
		return nil, err
	}
	return stopper("downgrade", attack.Downgrade(e.world, x.sim, y.sim)), nil
}

// filter reads which packets an attack is about.
func filter(what string, from, to starlark.Value, protocol string) (f attack.Filter, err error) {
	f.Protocol = protocol
	for _, end := range []struct {
		v  starlark.Value
		to **sim.Host
	}{{from, &f.From}, {to, &f.To}} {
		if end.v == nil || end.v == starlark.None {
			continue
		}
		h, err := asHost(what, end.v)
		if err != nil {
			return f, err
		}
		*end.to = h.sim
	}
	return f, nil
}

func doTamper(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var before, after, protocol string
	var from, to starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "old", &before, "new", &after, "source?", &from, "target?", &to, "protocol?", &protocol); err != nil {
		return nil, err
	}
	f, err := filter("tamper", from, to, protocol)
	if err != nil {
		return nil, err
	}
	f.Data = true
	return stopper("tamper", attack.Tamper(e.ensureWorld(), f, func(data []byte) []byte {
		if !strings.Contains(string(data), before) {
			return nil
		}
		return []byte(strings.ReplaceAll(string(data), before, after))
	})), nil
}

func doReplay(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var after, from, to starlark.Value
	var protocol string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "after", &after, "source?", &from, "target?", &to, "protocol?", &protocol); err != nil {
		return nil, err
	}
	d, err := duration(after)
	if err != nil {
		return nil, err
	}
	f, err := filter("replay", from, to, protocol)
	if err != nil {
		return nil, err
	}
	f.Data = true
	return stopper("replay", attack.Replay(e.ensureWorld(), f, d)), nil
}

// forgery reads a host and two addresses.
func forgery(name string, v starlark.Value, texts ...string) (*Host, []netip.AddrPort, error) {
	h, err := asHost(name, v)
	if err != nil {
		return nil, nil, err
	}
	var list []netip.AddrPort
	for _, text := range texts {
		a, err := netip.ParseAddrPort(text)
		if err != nil {
			return nil, nil, usagef("%s: expected an address such as 10.0.0.1:80, got %q", name, text)
		}
		list = append(list, a)
	}
	return h, list, nil
}

func doForge(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, data starlark.Value
	var source, target string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "host", &v, "source", &source, "target", &target, "data", &data); err != nil {
		return nil, err
	}
	h, at, err := forgery("forge", v, source, target)
	if err != nil {
		return nil, err
	}
	var text []byte
	switch data := data.(type) {
	case starlark.String:
		text = []byte(data)
	case starlark.Bytes:
		text = []byte(data)
	default:
		return nil, usagef("forge: expected a text or bytes, got %s", data.Type())
	}
	e.world.Forge(h.sim, at[0], at[1], text)
	return starlark.None, nil
}

func doForgeReset(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	var source, target string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "host", &v, "source", &source, "target", &target); err != nil {
		return nil, err
	}
	h, at, err := forgery("forge_reset", v, source, target)
	if err != nil {
		return nil, err
	}
	e.world.ForgeReset(h.sim, at[0], at[1])
	return starlark.None, nil
}

// securityWord changes a quick-mode policy by one word of policy_keys; it is
// false for a word that it does not know.
func securityWord(word string, q *ale.QuickModePolicy) (known bool, err error) {
	name, value, _ := strings.Cut(word, "=")
	switch name {
	case "pfs":
		q.PFS = true
	case "kilobytes":
		var n uint32
		if _, err := fmt.Sscan(value, &n); err != nil {
			return true, usagef("policy_keys: %q: expected a number", word)
		}
		for i := range q.Proposals {
			q.Proposals[i].Kilobytes = n
		}
	case "lifetime", "idle":
		d, err := duration(starlark.String(value))
		if err != nil {
			return true, err
		}
		if name == "idle" {
			q.IdleTimeout = d
			return true, nil
		}
		for i := range q.Proposals {
			q.Proposals[i].Lifetime = d
		}
	default:
		return false, nil
	}
	return true, nil
}
