package domain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wsasim/wsa"
)

// Kind tells accounts apart.
type Kind uint8

// Kinds of accounts.
const (
	User Kind = iota
	Computer
)

var kindNames = [...]string{"user", "computer"}

func (k Kind) String() string { return enumText(kindNames[:], k) }

// enumText is the text of an enumeration's value.
func enumText[E ~uint8](names []string, v E) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("unknown (%d)", v)
}

// Account is a user or computer of a domain. Its name, kind and SID never
// change; the rest is changed by the methods that say so, which must run alone.
type Account struct {
	domain   *Domain
	kind     Kind
	name     string // sAMAccountName
	dns      string // a computer's DNS name
	sid      SID
	primary  *Group
	spns     []wsa.SPN
	disabled bool
	lifetime Window
	password password
}

// password stands for the account's secret, of which only sameness matters.
type password struct {
	number uint32 // counts the resets, so that an old one never fits again
	text   string // what is typed to log on; "" for one that nobody can type
	none   bool
	expiry time.Duration // world time from which it must be changed first; 0: never
}

// AddUser adds a user, in "Domain Users".
func (d *Domain) AddUser(name string) (*Account, error) {
	return d.addAccount(User, name, name, "", ridDomainUsers)
}

// AddComputer adds a computer, in "Domain Computers", with the account name
// NAME$, the DNS name name.domain and the service names host/NAME and
// host/name.domain (for the two names see page nf-ntdsapi-dsserverregisterspnw
// and MS-ADTS 3.1.1.5.3.1.1.4). It fails without effect when another account of
// the forest holds one of them.
//
// Not modelled: the class RestrictedKrbHost, which a member registers as well.
func (d *Domain) AddComputer(name string) (*Account, error) {
	return d.addComputer(name, ridDomainComputers)
}

// AddController adds a computer that is a domain controller: in "Domain
// Controllers" instead of "Domain Computers".
func (d *Domain) AddController(name string) (*Account, error) {
	return d.addComputer(name, ridControllers)
}

func (d *Domain) addComputer(name string, primary uint32) (*Account, error) {
	if err := checkAccountName(name, maxNetBIOS); err != nil {
		return nil, fmt.Errorf("computer of %s: %w", d.dns, err)
	}
	if strings.ContainsAny(name, ".$") {
		return nil, fmt.Errorf("computer of %s: %q has a \".\" or \"$\": it must be the short name alone", d.dns, name)
	}
	dns := strings.ToLower(name) + "." + d.dns
	names := []wsa.SPN{wsa.HostSPN(name), wsa.HostSPN(dns)}
	for _, n := range names {
		if err := d.checkUnique(n, nil); err != nil {
			return nil, fmt.Errorf("computer %q of %s: %w", name, d.dns, err)
		}
	}
	a, err := d.addAccount(Computer, name, strings.ToUpper(name)+"$", dns, primary)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		a.hold(n)
	}
	return a, nil
}

func (d *Domain) addAccount(kind Kind, given, name, dns string, primary uint32) (*Account, error) {
	if err := checkAccountName(given, maxSAMName); err != nil {
		return nil, fmt.Errorf("%v of %s: %w", kind, d.dns, err)
	}
	if other, taken := d.byName[foldName(name)]; taken {
		return nil, fmt.Errorf("%v of %s: the name %q belongs to %v already", kind, d.dns, name, other)
	}
	a := &Account{domain: d, kind: kind, name: name, dns: dns, password: password{number: 1}}
	a.primary, _ = d.dir.bySID[d.sid.Child(primary)].(*Group)
	a.sid = d.claim(name, 0, a)
	d.accounts = append(d.accounts, a)
	return a, nil
}

// Name is the account's name in its domain; a computer's ends in "$".
func (a *Account) Name() string { return a.name }

// DNSName is a computer's DNS name, "" for a user.
func (a *Account) DNSName() string { return a.dns }

// Kind is user or computer.
func (a *Account) Kind() Kind { return a.kind }

// SID is the account's.
func (a *Account) SID() SID { return a.sid }

// Domain is where the account is.
func (a *Account) Domain() *Domain { return a.domain }

// PrimaryGroup is the group that the account is in by its kind.
func (a *Account) PrimaryGroup() *Group { return a.primary }

// SPNs lists the service names that the account holds, in the order of
// registration.
func (a *Account) SPNs() []wsa.SPN { return slices.Clone(a.spns) }

// String is the account's full name, `CONTOSO\alice`; "no account" for nil.
func (a *Account) String() string {
	if a == nil {
		return "no account"
	}
	return a.domain.netbios + `\` + a.name
}

// SetDisabled turns the account off or on again.
func (a *Account) SetDisabled(disabled bool) { a.disabled = disabled }

// Disabled reports whether the account is turned off.
func (a *Account) Disabled() bool { return a.disabled }

// SetLifetime limits when the account may be used.
func (a *Account) SetLifetime(w Window) { a.lifetime = w }

// Lifetime is when the account may be used.
func (a *Account) Lifetime() Window { return a.lifetime }

// SetPasswordExpiry says from when the account must change its password before
// it can log on; 0 is never, and a time before the world's start at once.
// Windows lets the passwords of users expire, never those of computers.
func (a *Account) SetPasswordExpiry(at time.Duration) { a.password.expiry = at }

// ResetPassword gives the account a new password that does not expire.
// Credentials handed out before no longer match: a computer whose account was
// reset behind its back cannot read the tickets that are issued for it any more.
func (a *Account) ResetPassword() { a.password = password{number: a.password.number + 1} }

// SetPassword gives the account a new password that does not expire and that can
// be typed ([Domain.LogOn]); credentials handed out before no longer match. ""
// is ResetPassword.
func (a *Account) SetPassword(text string) {
	a.ResetPassword()
	a.password.text = text
}

// LogOn is what somebody holds who gives a name and a password, as in the
// explicit credentials of a socket (page ns-mstcpip-socket_security_settings_ipsec)
// on a computer of this domain: the account's credentials. domain is either name
// of a domain, "" for the one of a user given as "alice@contoso.com", otherwise
// this one (inferred, after the structure SEC_WINNT_AUTH_IDENTITY). The error is
// an *Error: ClientUnknown when there is no such account, PreauthFailed when the
// password is another one or cannot be typed. Whether the account may be used is
// decided when it authenticates.
func (d *Domain) LogOn(domain, user, password string) (Credentials, error) {
	var a *Account
	switch in := d.dir.Domain(domain); {
	case domain == "" && strings.Contains(user, "@"):
		a = d.dir.Account(user)
	case domain == "":
		a = d.Account(user)
	case in != nil:
		a = in.Account(user)
	}
	switch {
	case a == nil:
		return Credentials{}, fail(ClientUnknown, "there is no account %q of %q", clip(user), clip(domain))
	case password == "" || a.password.none || a.password.text != password:
		return Credentials{}, fail(PreauthFailed, "the password given is not that of %v", a)
	}
	return a.Credentials(), nil
}

// ClearPassword leaves the account without a password until the next
// ResetPassword: nothing can be issued to it or for it.
func (a *Account) ClearPassword() { a.password.none = true }

// Credentials are what one end holds to prove who it is. The zero value proves
// nothing. It is a value: copies are independent, nothing changes it.
type Credentials struct {
	// Account is the domain account, for a computer its membership; nil for
	// none.
	Account *Account
	// Password is which of the account's passwords the holder knows.
	Password uint32
	// Certificates are tried in this order.
	Certificates []Certificate
	// TrustedIssuers are the names of the certificate authorities whose
	// certificates the holder accepts from others.
	TrustedIssuers []string
	// Skew is how far the holder's clock is ahead of world time.
	Skew time.Duration
}

// Credentials are what somebody with the account's current password holds.
func (a *Account) Credentials() Credentials {
	return Credentials{Account: a, Password: a.password.number}
}

// Certificate binds names to who holds it. Keys do not exist here: to have the
// value is to have the private key.
type Certificate struct {
	Issuer  string   // the certificate authority; case counts, as in no other name here
	Subject string   // what the holder is called in texts
	Names   []string // DNS names, "*.example.com" among them, and user names "alice@example.com"
	Valid   Window
	Revoked bool
	// Account is the domain account that the certificate is mapped to; nil for
	// none: then its holder is known by name only and has no token.
	Account *Account
}
