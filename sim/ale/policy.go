package ale

import (
	"slices"
	"time"

	"wsasim/wsa"
)

// The vocabulary of policies. Values are the engine's own: policies reach it as
// data, never as the structures of fwptypes.h.
type (
	// Cipher encrypts; the zero value does not.
	Cipher uint8
	// Integrity proves that a packet was not changed.
	Integrity uint8
	// Exchange is the group of a main-mode key exchange.
	Exchange uint8
	// Protocol is the IPsec protocol of a quick-mode proposal.
	Protocol uint8
	// Method is a way for two ends to prove who they are.
	Method uint8
)

// Ciphers.
const (
	NoCipher Cipher = iota
	TripleDES
	AES128
)

// Integrity algorithms.
const (
	NoIntegrity Integrity = iota
	SHA1                  // HMAC-SHA1-96 in quick mode
)

// Key exchange groups.
const (
	NoExchange Exchange = iota
	DH2
	ECP256
)

// IPsec protocols.
const (
	NoProtocol Protocol = iota
	ESP
	AH
)

// Authentication methods.
const (
	NoMethod Method = iota
	Anonymous
	Kerberos
	Certificate // an SSL certificate
)

var (
	cipherNames    = [...]string{"no encryption", "3DES", "AES-128"}
	integrityNames = [...]string{"no integrity", "SHA-1"}
	exchangeNames  = [...]string{"no key exchange", "DH group 2", "ECP-256"}
	protocolNames  = [...]string{"no protocol", "ESP", "AH"}
	methodNames    = [...]string{"no method", "anonymous", "Kerberos", "certificate"}
)

// nameOf is the text of an enumeration's value.
func nameOf[E ~uint8](names []string, v E) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}

func (c Cipher) String() string    { return nameOf(cipherNames[:], c) }
func (i Integrity) String() string { return nameOf(integrityNames[:], i) }
func (e Exchange) String() string  { return nameOf(exchangeNames[:], e) }
func (p Protocol) String() string  { return nameOf(protocolNames[:], p) }
func (m Method) String() string    { return nameOf(methodNames[:], m) }

// MainModeProposal is one way to protect the negotiation itself.
type MainModeProposal struct {
	Cipher    Cipher
	Integrity Integrity
	Exchange  Exchange
}

func (p MainModeProposal) String() string {
	return p.Cipher.String() + " + " + p.Integrity.String() + " + " + p.Exchange.String()
}

// QuickModeProposal is one way to protect traffic, and for how long.
type QuickModeProposal struct {
	Protocol  Protocol
	Integrity Integrity
	Cipher    Cipher
	// Lifetime and Kilobytes are how long one association may live and how
	// much it may carry before it is replaced; 0 is no limit.
	Lifetime  time.Duration
	Kilobytes uint32
}

// Encrypts reports whether traffic under this proposal cannot be read.
func (p QuickModeProposal) Encrypts() bool { return p.Protocol == ESP && p.Cipher != NoCipher }

// transform is the proposal without its lifetimes, which each end keeps to
// itself: two ends agree when their transforms are the same.
func (p QuickModeProposal) transform() QuickModeProposal {
	return QuickModeProposal{Protocol: p.Protocol, Integrity: p.Integrity, Cipher: p.Cipher}
}

func (p QuickModeProposal) String() string {
	return p.Protocol.String() + " " + p.Integrity.String() + ", " + p.Cipher.String()
}

// MainModePolicy says how two computers prove who they are and agree on keys.
type MainModePolicy struct {
	Methods   []Method
	Proposals []MainModeProposal // the most wanted first
	Lifetime  time.Duration
	// QuickModes is how many quick modes one main mode may carry; 0: no limit.
	QuickModes uint32
}

// QuickModePolicy says how traffic is protected.
type QuickModePolicy struct {
	Proposals []QuickModeProposal // the most wanted first
	// PFS wants a fresh key exchange for each quick mode. Both ends must want
	// it or neither (inferred: it is part of what they propose).
	PFS bool
	// Discovery finds out whether the peer can negotiate at all: one that has
	// not answered after ClearAfter is talked to in clear, where the socket
	// allows clear text. Without it, or with ClearAfter 0, only an answer that
	// refuses lets clear text flow. Boundary accepts peers that begin in clear
	// under the same condition.
	Discovery  bool
	Boundary   bool
	ClearAfter time.Duration
	// IdleTimeout ends an association that carries nothing; FailoverTimeout
	// is the shorter one on systems that fail over.
	IdleTimeout     time.Duration
	FailoverTimeout time.Duration
	// UserMethods are those of extended mode, where users prove themselves.
	UserMethods []Method
	// Impersonate lets the ends act as each other's user (rule ISP-TOKEN).
	Impersonate bool
}

// defaultMainMode is the documented main-mode policy, in force when settings
// name no other (rule SSS-NULL). It must not be changed.
var defaultMainMode = MainModePolicy{
	Methods: []Method{Anonymous},
	Proposals: []MainModeProposal{
		{AES128, SHA1, ECP256},
		{TripleDES, SHA1, DH2},
	},
	Lifetime: 2 * time.Hour,
}

// gigabytes55 is 55 GB in kilobytes.
const gigabytes55 = 55 << 20

// defaultQuickMode is the documented quick-mode policy. Its first proposal
// does not encrypt: with nothing else asked, traffic is authenticated only. It
// must not be changed.
var defaultQuickMode = QuickModePolicy{
	Proposals: []QuickModeProposal{
		{ESP, SHA1, NoCipher, time.Hour, gigabytes55},
		{ESP, SHA1, AES128, time.Hour, gigabytes55},
		{ESP, SHA1, TripleDES, time.Hour, gigabytes55},
		{AH, SHA1, NoCipher, time.Hour, gigabytes55},
	},
	Discovery:       true,
	Boundary:        true,
	ClearAfter:      10 * time.Second,
	IdleTimeout:     5 * time.Minute,
	FailoverTimeout: time.Minute,
	UserMethods:     []Method{Certificate, Kerberos, Certificate},
}

// DefaultMainMode is a copy of the default main-mode policy, to build others
// from.
func DefaultMainMode() MainModePolicy {
	p := defaultMainMode
	p.Methods, p.Proposals = slices.Clone(p.Methods), slices.Clone(p.Proposals)
	return p
}

// DefaultQuickMode is a copy of the default quick-mode policy, to build others
// from.
func DefaultQuickMode() QuickModePolicy {
	p := defaultQuickMode
	p.Proposals, p.UserMethods = slices.Clone(p.Proposals), slices.Clone(p.UserMethods)
	return p
}

// Contexts finds the provider contexts registered on a host, which the policy
// keys of SOCKET_SECURITY_SETTINGS_IPSEC name (rule SSS-POLICY-KEYS). Both
// results are nil for a key that is not registered.
type Contexts interface {
	MainMode(key wsa.GUID) *MainModePolicy
	QuickMode(key wsa.GUID) *QuickModePolicy
}
