package sim

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/sim/domain"
	"wsasim/wsa"
)

// Two kinds of hosts can prove who they are. The simple one has names
// (HostConfig.Principals) and is believed; the other has credentials of a
// domain (HostConfig.Computer), and package sim/domain decides. The two do not
// prove anything to each other.

// account is what a credential refers to: the credentials behind it, and the
// name and kind that a host without a domain goes by.
type account struct {
	credentials domain.Credentials
	name        string
	computer    bool
	typed       *typed // the user is whoever this logs on as; nil for one who is logged on
}

// typed is what WSASetSocketSecurity was given to prove a user with, on a host
// with credentials of its own.
type typed struct {
	base                   *ale.Credential
	user, domain, password string
}

// makeCredential is what a process on the host can prove that runs on behalf of
// a user: one that is just a name, or one of a domain. It is nil for nothing.
func (h *Host) makeCredential(user string, owner domain.Credentials) *ale.Credential {
	c := &ale.Credential{User: user}
	if owner.Account != nil {
		c.User = owner.Account.String()
	}
	c.UserIdentity = &account{credentials: owner, name: c.User}
	own := h.cfg.Computer
	switch {
	case own.Account != nil:
		c.Computer, c.SPNs = own.Account.String(), h.cfg.Principals
	case len(own.Certificates) > 0:
		c.Computer, c.SPNs = own.Certificates[0].Subject, h.cfg.Principals
	case len(h.cfg.Principals) > 0:
		c.Computer, c.SPNs = h.cfg.Name, h.cfg.Principals
		c.ComputerIdentity = &account{name: c.Computer, computer: true}
		c.Authority = names{}
		return c
	default:
		return nil
	}
	c.ComputerIdentity = &account{credentials: own, name: c.Computer, computer: true}
	c.Authority = authority{h.world}
	return c
}

// explicit is what a socket proves that was given a user name by
// WSASetSocketSecurity: the host's computer, with that user in place of the
// process's (rule SSS-STRINGS). Only who begins a negotiation uses it (MS-AIPS
// 2.2.3.1, GSS_EXPLICIT_CREDENTIALS). Sockets that were given the same share it,
// so that they share main modes.
func (h *Host) explicit(base *ale.Credential, s *ale.Settings) *ale.Credential {
	if base == nil || s == nil || s.User == "" {
		return base
	}
	key := typed{base, s.User, s.Domain, s.Password}
	if c := h.typed[key]; c != nil {
		return c
	}
	c := *base
	c.User = s.User
	if s.Domain != "" {
		c.User = s.Domain + `\` + s.User
	}
	c.UserIdentity = &account{name: c.User, typed: &key}
	if h.typed == nil {
		h.typed = make(map[typed]*ale.Credential)
	}
	h.typed[key] = &c
	return &c
}

// logOn has the domain of the host decide who the user is that was typed. A
// host without a domain believes what it is told, as it is believed itself.
func (a *account) logOn() error {
	k := a.typed
	own, _ := k.base.ComputerIdentity.(*account)
	if own == nil || own.credentials.Account == nil {
		return fmt.Errorf("the computer is a member of no domain that could judge the password of %q", a.name)
	}
	c, err := own.credentials.Account.Domain().LogOn(k.domain, k.user, k.password)
	if err != nil {
		return err
	}
	a.credentials = c
	return nil
}

// principals is the names that a host can prove, for the trace: those given, or
// those of its account, or of its certificates' computers.
func (c *HostConfig) principals() []string {
	if len(c.Principals) > 0 {
		return slices.Clone(c.Principals)
	}
	var list []string
	if a := c.Computer.Account; a != nil {
		for _, n := range a.SPNs() {
			list = append(list, n.String())
		}
	}
	for _, cert := range c.Computer.Certificates {
		for _, n := range cert.Names {
			if name := wsa.HostSPN(n).String(); !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// names is what the host's computer can prove now: the directory may have
// changed since the host was added.
func (h *Host) names() []string {
	c := h.cfg
	if c.Computer.Account != nil || len(c.Computer.Certificates) > 0 {
		c.Principals = nil
	}
	return c.principals()
}

// SetCredentials replaces what the host's computer holds: a new password, a
// certificate that was renewed. What was negotiated stays until it is renewed.
func (h *Host) SetCredentials(c domain.Credentials) {
	defer h.world.unlockAfter(h.world.lock())
	h.cfg.Computer = c
	h.credential = h.makeCredential(h.cfg.User, h.cfg.Owner)
	h.world.event("%s has other credentials", h.cfg.Name)
}

// Administer changes the directory of a world while the world runs: everything
// that decides by it waits meanwhile. change must not call the world.
func (w *World) Administer(change func()) {
	defer w.unlockAfter(w.lock())
	w.outside(change)
}

// names is the authority among hosts without a domain: who says to have a name
// has it. Whoever has a domain proves nothing here.
type names struct{}

var errStranger = errors.New("one of the two has credentials of a domain and the other has not")

func (names) Prove(prover, _ *ale.Credential, _ bool, by []ale.Method, name string, raw bool) (ale.Method, error) {
	method := by[0]
	if slices.Contains(by, ale.Kerberos) {
		method = ale.Kerberos
	}
	if _, simple := prover.Authority.(names); !simple {
		return 0, errStranger
	}
	switch {
	case name == "", raw && strings.EqualFold(name, prover.Computer), !raw && prover.Proves(name):
		return method, nil
	case raw:
		return 0, fmt.Errorf("%q is not its account's name", name)
	}
	return 0, fmt.Errorf("it proves %q", prover.SPNs)
}

func (names) ProveUser(_, _ *ale.Credential, _ []ale.Method) error { return nil }

// authority asks package domain.
type authority struct{ w *World }

// domainMethods is the engine's methods as the domain has them.
func domainMethods(by []ale.Method) []domain.Method {
	list := []domain.Method{}
	for _, m := range by {
		switch m {
		case ale.Kerberos:
			list = append(list, domain.Kerberos)
		case ale.Certificate:
			list = append(list, domain.Certificates)
		}
	}
	return list
}

// Prove implements ale.Authority. The one who begins is the client of the
// protocol. A name that the other end demands of it is judged as if it were
// the server, since only servers have names (inferred: AuthIP's peers are both
// members of the domain).
func (a authority) Prove(prover, verifier *ale.Credential, begins bool, by []ale.Method, name string, raw bool) (ale.Method, error) {
	p, ok := prover.ComputerIdentity.(*account)
	v := verifier.ComputerIdentity.(*account)
	if _, domained := prover.Authority.(authority); !ok || !domained {
		return 0, errStranger
	}
	service := name
	if raw {
		service = ""
		if !strings.EqualFold(name, prover.Computer) {
			return 0, fmt.Errorf("%q is not its account's name", name)
		}
	}
	if begins {
		if method, err := a.ask(p, v, "", by); err != nil || service == "" {
			return method, err
		}
	}
	return a.ask(v, p, service, by)
}

// ProveUser implements ale.Authority.
func (a authority) ProveUser(prover, verifier *ale.Credential, by []ale.Method) error {
	p := prover.UserIdentity.(*account)
	if p.typed != nil {
		if err := p.logOn(); err != nil {
			return err
		}
	}
	if p.credentials.Account == nil && len(p.credentials.Certificates) == 0 {
		return fmt.Errorf("%s has no credentials", p.name)
	}
	_, err := a.ask(p, verifier.ComputerIdentity.(*account), "", by)
	return err
}

// ask has the domain decide.
func (a authority) ask(client, server *account, service string, by []ale.Method) (ale.Method, error) {
	proof, err := domain.Authenticate(domain.Request{
		Client: client.credentials, Server: server.credentials, Service: service,
		Now: a.w.clock.read(), Methods: domainMethods(by),
	})
	if err != nil {
		return 0, err
	}
	if proof.Method == domain.Certificates {
		return ale.Certificate, nil
	}
	return ale.Kerberos, nil
}

// SID is the security identifier of an account by its name: the one that the
// world's hosts have from a domain, or one made from the name for hosts and
// users that are just names.
func SID(principal string) domain.SID {
	h := fnv.New64a()
	h.Write([]byte(fold(principal)))
	sum := h.Sum64()
	sid, err := domain.NewSID(5, 21, uint32(sum>>40), uint32(sum>>16)&0xffffff, 1<<16|uint32(sum)&0xffff)
	if err != nil {
		panic("sim: " + err.Error())
	}
	return sid
}

// token is the account's on a computer of a domain, nil for its own.
func (a *account) token(resource *domain.Domain) domain.Token {
	switch {
	case a == nil || a.name == "":
		return domain.AnonymousToken()
	case a.credentials.Account != nil:
		return a.credentials.Account.Token(resource)
	case len(a.credentials.Certificates) > 0:
		if mapped := a.credentials.Certificates[0].Account; mapped != nil {
			return mapped.Token(resource)
		}
		return domain.AnonymousToken()
	}
	groups := []domain.SID{domain.Everyone(), domain.AuthenticatedUsers(), domain.Network()}
	slices.SortFunc(groups, domain.SID.Compare)
	return domain.Token{Name: a.name, User: SID(a.name), Groups: groups, Computer: a.computer}
}

// Domain is the domain that the host is a member of, nil for none.
func (h *Host) Domain() *domain.Domain {
	defer h.world.unlockAfter(h.world.lock())
	return h.realm()
}

func (h *Host) realm() *domain.Domain {
	if a := h.cfg.Computer.Account; a != nil {
		return a.Domain()
	}
	return nil
}

// Token is who the thread is to an access check: the peer that it impersonates,
// or its own process's user, or without one its computer.
func (t *Thread) Token() domain.Token {
	defer t.world.unlockAfter(t.world.lock())
	return t.token()
}

func (t *Thread) token() domain.Token {
	h := t.proc.host
	if t.impersonating != nil {
		a, _ := t.impersonating.Identity.(*account)
		return a.token(h.realm())
	}
	c := t.proc.credential
	if c == nil {
		c = h.credential
	}
	if c == nil {
		own := &account{name: h.cfg.User}
		if own.name == "" {
			own.name, own.computer = h.cfg.Name, true
		}
		return own.token(nil)
	}
	who, _ := c.UserIdentity.(*account)
	if who == nil || who.name == "" {
		who, _ = c.ComputerIdentity.(*account)
	}
	return who.token(h.realm())
}

// AccessCheck decides what the thread may do with an object, as the peer that it
// impersonates or as itself: domain.AccessCheck with the thread's Token. It is
// not a call of Winsock and leaves no trace of one.
func (t *Thread) AccessCheck(sd *domain.SecurityDescriptor, desired uint32) (granted uint32, err error) {
	defer t.world.unlockAfter(t.world.lock())
	token := t.token()
	return domain.AccessCheck(sd, &token, desired)
}

// AccessCheckToken is AccessCheck for the account behind a token handle, which
// must be open for TOKEN_QUERY (page nf-securitybaseapi-accesscheck). The error
// is WSA_INVALID_HANDLE for a handle that is no token's.
func (t *Thread) AccessCheckToken(h wsa.HANDLE, sd *domain.SecurityDescriptor, desired uint32) (granted uint32, err error) {
	defer t.world.unlockAfter(t.world.lock())
	e, _ := t.proc.handles.entry(uintptr(h)).(*ale.Token)
	switch {
	case e == nil:
		return 0, wsa.WSA_INVALID_HANDLE
	case e.AccessMask&(wsa.TOKEN_QUERY|wsa.MAXIMUM_ALLOWED|wsa.GENERIC_READ|wsa.GENERIC_ALL) == 0:
		return 0, wsa.ERROR_ACCESS_DENIED
	}
	a, _ := e.Identity.(*account)
	token := a.token(t.proc.host.realm())
	return domain.AccessCheck(sd, &token, desired)
}

// reportTokens gives an advisory for each token handle that is still open when
// the world ends.
func (w *World) reportTokens() {
	for _, h := range w.hosts {
		for _, p := range h.processes {
			p.reportTokens()
		}
	}
}

// reportTokens reports the token handles that the process never closed (rule
// QSS-TOKENS).
func (p *Process) reportTokens() {
	if p.ended {
		return
	}
	for i, e := range p.handles.entries {
		if token, ok := e.(*ale.Token); ok {
			p.advise(rules.QSSTokens, ale.AdviseToken(*token, uint64(handleAt(i))))
		}
	}
}
