package domain

import (
	"slices"
	"strings"
	"time"

	"wsasim/wsa"
)

// Method is a way for two ends to prove who they are.
type Method uint8

// Methods.
const (
	Kerberos Method = iota
	Certificates
)

var methodNames = [...]string{"Kerberos", "certificate"}

func (m Method) String() string { return enumText(methodNames[:], m) }

// DefaultMaxSkew is how far two clocks may be apart: 5 minutes, Windows'
// default (page "Maximum tolerance for computer clock synchronization") and the
// usual value of RFC 4120 3.2.3.
const DefaultMaxSkew = 5 * time.Minute

// Request is one attempt of a client and a server to prove to each other who
// they are.
type Request struct {
	Client, Server Credentials
	// Service is the service principal name that the server must prove. "" is
	// what it says of itself: then any server passes that proves anything.
	Service string
	Now     time.Duration // world time, which is also the domain controllers'
	// MaxSkew is how far clocks may be apart; 0 is DefaultMaxSkew, negative is
	// not at all.
	MaxSkew time.Duration
	// Methods are tried in this order; nil is Kerberos, then certificates.
	Methods []Method
}

// Principal is who one end has proven to be.
type Principal struct {
	// Name is the account's, or the subject of a certificate without account.
	Name string
	// Account is nil for a certificate that is mapped to none.
	Account *Account
	// Issuer is of the certificate; "" with Kerberos.
	Issuer string
}

// Token is what a computer of the domain given, or of the principal's own when
// nil, gets to impersonate the principal with. One without account is anonymous
// to access checks, as Windows makes no token for it (inferred).
func (p Principal) Token(resource *Domain) Token {
	if p.Account == nil {
		return AnonymousToken()
	}
	return p.Account.Token(resource)
}

// Proof is what both ends know after a success.
type Proof struct {
	Method         Method
	Client, Server Principal
	// Service is the name that the server has proven.
	Service string
	// Path is the domains that were asked for the ticket, the client's first;
	// nil with certificates.
	Path []*Domain
}

// Authenticate decides whether client and server can prove to each other who
// they are. It has no clock and changes nothing. The error is an *Error: of the
// first method for which both ends had credentials, otherwise of the first;
// Also has the others.
func Authenticate(r Request) (Proof, error) {
	methods := r.Methods
	if methods == nil {
		methods = []Method{Kerberos, Certificates}
	}
	var refusals []*Error
	for _, m := range methods {
		if int(m) >= len(deciders) {
			refusals = append(refusals, &Error{Failure: NoCredentials, Method: m, Text: "there is no such method"})
			continue
		}
		proof, refusal := deciders[m](&r)
		if refusal == nil {
			return proof, nil
		}
		refusals = append(refusals, refusal)
	}
	if len(refusals) == 0 {
		return Proof{}, fail(NoCredentials, "no method may be tried")
	}
	main := max(0, slices.IndexFunc(refusals, func(e *Error) bool { return e.Failure != NoCredentials }))
	e := refusals[main]
	if len(refusals) > 1 {
		e.Also = slices.Delete(refusals, main, main+1)
	}
	return Proof{}, e
}

// deciders has the decision of each method.
var deciders = [...]func(*Request) (Proof, *Error){
	Kerberos:     (*Request).kerberos,
	Certificates: (*Request).certificates,
}

// kerberos decides as the exchanges of RFC 4120 would, in their order: the
// client proves itself to its domain (AS, 3.1), asks for a ticket to the service
// (TGS, 3.3), and shows it to the server (AP, 3.2), which must be able to read
// it and so proves itself in return.
func (r *Request) kerberos() (Proof, *Error) {
	if refusal := r.logOn(); refusal != nil {
		return Proof{}, refusal
	}
	name, refusal := r.serviceName()
	if refusal != nil {
		return Proof{}, refusal
	}
	client := r.Client.Account
	holder, path, refusal := client.domain.findService(name)
	if refusal != nil {
		return Proof{}, refusal
	}
	if refusal := asService.judge(holder, r.Now); refusal != nil {
		return Proof{}, refusal
	}
	if holder.password.none {
		return Proof{}, fail(NoKey, "%v has no password to seal a ticket with", holder)
	}
	if refusal := r.readTicket(name, holder); refusal != nil {
		return Proof{}, refusal
	}
	return Proof{
		Method: Kerberos, Service: name.String(), Path: path,
		Client: Principal{Name: client.String(), Account: client},
		Server: Principal{Name: holder.String(), Account: holder},
	}, nil
}

// logOn is the client proving itself to its own domain. That the account is
// judged before the password is inferred.
func (r *Request) logOn() *Error {
	a := r.Client.Account
	if a == nil {
		return fail(NoCredentials, "the client is a member of no domain")
	}
	if refusal := asClient.judge(a, r.Now); refusal != nil {
		return refusal
	}
	switch p := &a.password; {
	case p.none:
		return fail(NoKey, "%v has no password", a)
	case p.number != r.Client.Password:
		return fail(PreauthFailed, "the client has password %d of %v, whose password is %d by now", r.Client.Password, a, p.number)
	case p.expiry != 0 && r.Now >= p.expiry:
		return fail(KeyExpired, "the password of %v expired at %v; it is %v", a, p.expiry, r.Now)
	case tooFarApart(r.Client.Skew, 0, r.MaxSkew):
		return fail(ClockSkew, "the client's clock is %v off its domain controller's", r.Client.Skew)
	}
	return nil
}

// standing is how one of the two roles calls what can be wrong with an account.
type standing struct{ disabled, expired, notYet Failure }

// MS-KILE 3.3.5.6.3 has one code for clients that are disabled or have expired.
// For services RFC 4120 7.5.9 has these; that Windows uses them is inferred.
var (
	asClient  = standing{disabled: ClientRevoked, expired: ClientRevoked, notYet: ClientNotYet}
	asService = standing{disabled: ServiceRevoked, expired: ServiceExpired, notYet: ServiceNotYet}
)

// judge refuses an account that may not be used now.
func (s standing) judge(a *Account, now time.Duration) *Error {
	switch p := a.lifetime.at(now); {
	case a.disabled:
		return fail(s.disabled, "%v is disabled", a)
	case p == after:
		return fail(s.expired, "%v expired at %v; it is %v", a, a.lifetime.Until, now)
	case p == before:
		return fail(s.notYet, "%v is valid from %v; it is %v", a, a.lifetime.From, now)
	}
	return nil
}

// serviceName is the name to get a ticket for. With none asked for, the server
// says who it is (inferred: AuthIP lets the responder name itself), and the
// client has no way to know better: that is what a target name is for.
func (r *Request) serviceName() (wsa.SPN, *Error) {
	if r.Service != "" {
		n, err := wsa.ParseSPN(r.Service)
		if err != nil {
			return wsa.SPN{}, fail(ServiceUnknown, "%q is not a service name: %v", clip(r.Service), err)
		}
		return n, nil
	}
	a := r.Server.Account
	switch {
	case a == nil:
		return wsa.SPN{}, fail(NoCredentials, "the server is a member of no domain")
	case len(a.spns) == 0:
		return wsa.SPN{}, fail(ServiceUnknown, "%v holds no service name", a)
	}
	own := wsa.HostSPN(a.dns)
	if slices.ContainsFunc(a.spns, own.Equal) {
		return own, nil
	}
	return a.spns[0], nil
}

// readTicket is the server's part. A ticket is sealed with the password of the
// account that holds the name: who has another account's password, or an older
// one, cannot read it (page "Kerberos authentication problems, SPN issues", part
// 3, and the text of Windows' Kerberos event 4).
func (r *Request) readTicket(name wsa.SPN, holder *Account) *Error {
	s := &r.Server
	switch {
	case s.Account == nil:
		return fail(NoCredentials, "the server is a member of no domain")
	case s.Account != holder:
		return fail(Modified, "%q belongs to %v; the server is %v and cannot read a ticket for it", name.String(), holder, s.Account)
	case s.Password != holder.password.number:
		return fail(Modified, "the server has password %d of %v, whose password is %d by now", s.Password, holder, holder.password.number)
	case tooFarApart(r.Client.Skew, s.Skew, r.MaxSkew):
		return fail(ClockSkew, "the client's clock is %v off world time, the server's %v", r.Client.Skew, s.Skew)
	}
	return nil
}

// tooFarApart compares two clocks.
func tooFarApart(a, b, most time.Duration) bool {
	switch {
	case most == 0:
		most = DefaultMaxSkew
	case most < 0:
		most = 0
	}
	// The difference of two durations that is itself no duration is too large.
	apart := a - b
	overflow := (a > b) != (apart > 0)
	return a != b && (overflow || apart > most || -apart > most)
}

// certificates decides as two ends do that show certificates to each other:
// each must have one from an issuer that the other trusts, and the server's must
// be for the name that is asked for.
func (r *Request) certificates() (Proof, *Error) {
	client, refusal := r.present("client", &r.Client, &r.Server, "", asClient)
	if refusal != nil {
		return Proof{}, refusal
	}
	server, refusal := r.present("server", &r.Server, &r.Client, r.Service, asService)
	if refusal != nil {
		return Proof{}, refusal
	}
	proof := Proof{Method: Certificates, Service: r.Service, Client: client.principal(), Server: server.principal()}
	return proof, nil
}

func (c *Certificate) principal() Principal {
	p := Principal{Name: c.Subject, Account: c.Account, Issuer: c.Issuer}
	if c.Account != nil {
		p.Name = c.Account.String()
	}
	return p
}

// present finds the first certificate of one end that the other accepts. When
// there is none, the failure is that of the first.
func (r *Request) present(end string, from, to *Credentials, service string, as standing) (*Certificate, *Error) {
	if len(from.Certificates) == 0 {
		return nil, &Error{Failure: NoCredentials, Method: Certificates, Text: "the " + end + " has no certificate"}
	}
	var first *Error
	for i := range from.Certificates {
		c := &from.Certificates[i]
		refusal := c.judge(to, r.Now, service, as)
		if refusal == nil {
			return c, nil
		}
		if first == nil {
			refusal.Method, refusal.Text = Certificates, "the "+end+": "+refusal.Text
			first = refusal
		}
	}
	return nil, first
}

// judge is one end's verdict on the other's certificate, by its own clock. Which
// of several faults is reported is inferred.
func (c *Certificate) judge(by *Credentials, now time.Duration, service string, as standing) *Error {
	clock := now + by.Skew
	switch p := c.Valid.at(clock); {
	case !slices.Contains(by.TrustedIssuers, c.Issuer):
		return fail(UntrustedIssuer, "the certificate of %q is from %q; the other end trusts %q", c.Subject, c.Issuer, by.TrustedIssuers)
	case c.Revoked:
		return fail(CertificateRevoked, "the certificate of %q is revoked", c.Subject)
	case p != inside:
		return fail(CertificateExpired, "the certificate of %q is valid %v; the other end's clock says %v", c.Subject, c.Valid, clock)
	case service != "" && !c.Matches(service):
		return fail(NameMismatch, "the certificate of %q is for %q, not for %q", c.Subject, c.Names, service)
	case c.Account != nil:
		return as.judge(c.Account, now)
	}
	return nil
}

// Matches reports whether the certificate is for the computer of a service
// principal name: whether one of its DNS names is the instance of the name,
// without regard to case, a leftmost "*" standing for one label (RFC 6125
// 6.4.3). The service class does not matter, as certificates are for computers
// (inferred).
func (c *Certificate) Matches(service string) bool {
	n, err := wsa.ParseSPN(service)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(c.Names, func(name string) bool {
		if strings.EqualFold(name, n.InstanceName) {
			return true
		}
		label, rest, ok := strings.Cut(n.InstanceName, ".")
		pattern, wild := strings.CutPrefix(name, "*.")
		return ok && wild && label != "" && strings.EqualFold(pattern, rest)
	})
}
