package ale

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wsasim/model/rules"
)

// Authority judges what accounts can prove to each other, as a domain
// controller and chains of certificates would. Its answers must depend on its
// arguments and on what its administrator changed, and on nothing else.
type Authority interface {
	// Prove is the method of those given by which prover can prove itself to
	// verifier and, unless name is empty, to be the owner of name: a service
	// principal name, or an account's own name when raw. begins says that
	// prover began the negotiation. The error says why none will do.
	Prove(prover, verifier *Credential, begins bool, by []Method, name string, raw bool) (Method, error)
	// ProveUser is nil when prover's user can prove itself to verifier.
	ProveUser(prover, verifier *Credential, by []Method) error
}

// Credential is what one computer, and perhaps a user on it, can prove to
// others. It must not change while it is in use.
type Credential struct {
	// Computer is the account that the machine token of a peer names.
	Computer string
	// SPNs are the service principal names that the computer can prove.
	SPNs []string
	// User is the account on whose behalf the socket's owner runs; "" for
	// none. It is proven only under a policy with impersonation.
	User string
	// Authority judges proofs; nil believes every credential, by its SPNs.
	Authority Authority
	// ComputerIdentity and UserIdentity are what a token for the accounts
	// refers to, of no interest to the engine.
	ComputerIdentity, UserIdentity any
}

// Proves reports whether the credential's computer owns a principal name; case
// does not tell names apart.
func (c *Credential) Proves(spn string) bool {
	return c != nil && slices.ContainsFunc(c.SPNs, func(own string) bool { return strings.EqualFold(own, spn) })
}

// prove judges whether c proves itself, and a name, to verifier. Without an
// authority Kerberos is what works where it is allowed.
func (c *Credential) prove(verifier *Credential, begins bool, by []Method, name string, raw bool) (Method, error) {
	method := by[0]
	if slices.Contains(by, Kerberos) {
		method = Kerberos
	}
	switch {
	case verifier.Authority != nil:
		return verifier.Authority.Prove(c, verifier, begins, by, name, raw)
	case name == "", raw && strings.EqualFold(name, c.Computer), !raw && c.Proves(name):
		return method, nil
	case raw:
		return NoMethod, fmt.Errorf("%q is not its account's name", name)
	}
	return NoMethod, fmt.Errorf("it proves %q", c.SPNs)
}

// proveUser judges whether the user of c, if it has one, proves itself.
func (c *Credential) proveUser(verifier *Credential, by []Method) error {
	if c.User == "" || verifier.Authority == nil {
		return nil
	}
	return verifier.Authority.ProveUser(c, verifier, by)
}

// Party is one end of a negotiation.
type Party struct {
	Need Need
	// Credential is the computer's, nil for a computer outside the domain and
	// without a certificate.
	Credential *Credential
}

// Association is what one end of a connection, or of a datagram exchange with
// one peer, knows about its protection. The zero value is traffic in clear.
type Association struct {
	Secured      bool   // traffic is authenticated
	Encrypted    bool   // and cannot be read
	Impersonated bool   // the peer's user proved itself and may be impersonated
	PeerComputer string // the peer's computer account, "" when unknown
	PeerUser     string // the peer's user account, "" when it proved none
	MMID, QMID   uint64 // ids of the main-mode and quick-mode associations
	// Winerr says why there is no association, or none yet.
	Winerr Winerr
	// Received says that something arrived from the peer under this
	// association. Only datagram sockets use it (rule ISP-CONNECTED).
	Received bool
	// Peer is the credential behind the names, nil in clear.
	Peer *Credential
}

// Outcome is what a negotiation ends in.
type Outcome struct {
	// Established reports whether traffic flows at all; otherwise the attempt
	// was refused and nothing may leave in clear.
	Established bool
	Secured     bool
	Encrypted   bool
	// Rule is what decided, "" when nobody asked for security, and Reason says
	// how, with the values; Winerr is the code of a refusal.
	Rule   rules.ID
	Reason string
	Winerr Winerr
	// MainMode and QuickMode are the proposals chosen, Method is how the ends
	// proved themselves; zero unless Secured.
	MainMode  MainModeProposal
	QuickMode QuickModeProposal
	Method    Method
	// Life is how long the associations are good.
	Life Life
	// Initiator and Responder are what each end then knows. The caller gives
	// each its ids.
	Initiator, Responder Association
}

// Negotiate decides how two sockets come to talk: protected, in clear, or not
// at all. It knows both ends and takes no time; [Keying] does the same with
// messages, each end knowing only itself, and a property test holds the one
// against the other.
//
// The order is that of the protocol: main mode agrees on how to talk, then the
// ends prove who they are, then quick mode agrees on how traffic is protected.
func Negotiate(initiator, responder Party) Outcome {
	parties := [2]Party{initiator, responder}
	for i := range parties {
		if parties[i].Need.Blocked {
			return Outcome{Rule: rules.SECConflict, Winerr: IKENegotiationOff,
				Reason: "the administrator of the " + ends[i] + " blocks this traffic"}
		}
	}
	if !initiator.Need.Secured && !responder.Need.Secured {
		return Outcome{Established: true, Reason: "neither end asked for security"}
	}
	if why, code := cannot(initiator, responder); why != "" {
		return inClear(initiator, responder, why, code)
	}
	mm, ok := chooseMainMode(initiator.Need.Settings.MainMode.Proposals, responder.Need.Settings.MainMode.Proposals)
	if !ok {
		return inClear(initiator, responder, noMainMode, IKEPolicyMatch)
	}
	by := common(methods(&initiator.Need.Settings), methods(&responder.Need.Settings))
	if len(by) == 0 {
		return inClear(initiator, responder, noMethod, IKEAuthFail)
	}
	var method Method
	for i := range parties {
		var refused *Outcome
		if method, refused = checkProof(&parties[i], parties[1-i].Credential, by, i); refused != nil {
			return *refused
		}
	}
	qm, ok := chooseQuickMode(offerOf(&initiator.Need), offerOf(&responder.Need))
	if !ok {
		return inClear(initiator, responder, noQuickMode, IKEPolicyMatch)
	}
	if initiator.users(&responder) {
		for i := range parties {
			if refused := checkUser(&parties[i], parties[1-i].Credential, by, i); refused != nil {
				return *refused
			}
		}
	}
	return secured(initiator, responder, mm, qm, method)
}

// users reports whether users prove themselves: where both policies have them
// do so.
func (p *Party) users(peer *Party) bool {
	return p.Need.Settings.QuickMode.Impersonate && peer.Need.Settings.QuickMode.Impersonate
}

// ends names the two parties in texts.
var ends = [2]string{"initiator", "responder"}

const (
	noMainMode  = "the ends have no main-mode proposal in common"
	noMethod    = "the ends have no authentication method in common"
	noQuickMode = "the ends have no acceptable quick-mode proposal in common"
)

// cannot says why no negotiation can take place, "" when it can.
func cannot(initiator, responder Party) (string, Winerr) {
	codes := [2][2]Winerr{{IKENegotiationOff, IKENoCert}, {IKENoPolicy, IKEAuthFail}}
	for i, p := range []Party{initiator, responder} {
		switch {
		case !p.Need.Secured:
			return "the " + ends[i] + " does not use security", codes[i][0]
		case !p.Need.Negotiates():
			return "the " + ends[i] + " does not negotiate", codes[i][0]
		case p.Credential == nil:
			return "the " + ends[i] + " has no credential", codes[i][1]
		}
	}
	return "", 0
}

// inClear is the outcome when protection cannot be had: clear text where every
// end that asked for security allows it, otherwise nothing. A guarantee is
// named before a mere prohibition.
func inClear(initiator, responder Party, why string, code Winerr) Outcome {
	parties := [...]Party{initiator, responder}
	for _, rule := range [...]rules.ID{rules.SECGuarantee, rules.SECNoclear} {
		for i, p := range parties {
			if ok, by := p.Need.MayClear(); !ok && by == rule {
				return Outcome{Rule: rule, Reason: why + stays(rule, ends[i]), Winerr: code}
			}
		}
	}
	a := Association{Winerr: code}
	return Outcome{Established: true, Rule: rules.SECAllow, Winerr: code, Initiator: a, Responder: a,
		Reason: why + "; ALLOW_INSECURE lets traffic go in clear"}
}

// stays says why an end does not send in clear.
func stays(rule rules.ID, end string) string {
	if rule == rules.SECGuarantee {
		return ", and the " + end + " set GUARANTEE_ENCRYPTION: nothing is sent"
	}
	return ", and the " + end + " did not set ALLOW_INSECURE: nothing is sent in clear"
}

// checkProof judges what the peer of end i proves to it, nil when that will do.
// ALLOW_INSECURE does not help a peer that is not who it should be (inferred):
// it is for peers that cannot negotiate, and one that proves to be somebody
// else could.
func checkProof(p *Party, peer *Credential, by []Method, i int) (Method, *Outcome) {
	name, raw := p.Need.demands()
	refuse := func(format string, args ...any) (Method, *Outcome) {
		return NoMethod, &Outcome{Rule: rules.SECSpn, Winerr: IKEAuthFail, Reason: fmt.Sprintf(format, args...)}
	}
	if by[0] == Anonymous {
		if name != "" {
			return refuse("the %s wants %q; the %s proves nothing: authentication is anonymous", ends[i], name, ends[1-i])
		}
		return Anonymous, nil
	}
	method, err := peer.prove(p.Credential, i == 1, by, name, raw)
	switch {
	case err == nil:
		return method, nil
	case name == "":
		return refuse("the %s does not accept the %s, %s: %v", ends[i], ends[1-i], peer.Computer, err)
	}
	return refuse("the %s wants %q; the %s is %s: %v", ends[i], name, ends[1-i], peer.Computer, err)
}

// checkUser judges the user behind the peer of end i, nil when that will do.
func checkUser(p *Party, peer *Credential, by []Method, i int) *Outcome {
	err := peer.proveUser(p.Credential, by)
	if err == nil {
		return nil
	}
	return &Outcome{Rule: rules.SECSpn, Winerr: IKEAuthFail, Reason: fmt.Sprintf(
		"the %s does not accept the user of the %s, %s: %v", ends[i], ends[1-i], peer.User, err)}
}

// chooseMainMode is the initiator's most wanted proposal that the responder has
// too.
func chooseMainMode(ours, theirs []MainModeProposal) (MainModeProposal, bool) {
	for _, p := range ours {
		if slices.Contains(theirs, p) {
			return p, true
		}
	}
	return MainModeProposal{}, false
}

// methods lists how an end accepts and gives proof: by main mode, and where
// that is anonymous by extended mode.
func methods(s *Settings) []Method {
	var list []Method
	for _, m := range s.MainMode.Methods {
		if m != Anonymous {
			list = append(list, m)
		}
	}
	list = append(list, s.QuickMode.UserMethods...)
	if len(list) == 0 && slices.Contains(s.MainMode.Methods, Anonymous) {
		list = append(list, Anonymous)
	}
	return list
}

// common is the initiator's methods that the responder has too, in the
// initiator's order. Which of them works is up to who has what.
func common(ours, theirs []Method) []Method {
	var both []Method
	for _, m := range ours {
		if slices.Contains(theirs, m) && !slices.Contains(both, m) {
			both = append(both, m)
		}
	}
	return both
}

// offer is what quick mode tells about an end.
type offer struct {
	proposals []QuickModeProposal
	encrypt   bool // only proposals that encrypt will do
	pfs       bool
	users     bool // users prove themselves and may be impersonated
	idle      time.Duration
	failover  time.Duration
	mainMode  time.Duration // lifetime
	quicks    uint32        // quick modes for each main mode
}

func offerOf(n *Need) offer {
	s := &n.Settings
	q := s.QuickMode
	return offer{q.Proposals, s.GuaranteesEncryption(), q.PFS, q.Impersonate, q.IdleTimeout, q.FailoverTimeout, s.MainMode.Lifetime, s.MainMode.QuickModes}
}

// chooseQuickMode is the initiator's most wanted proposal that the responder
// has too and that encrypts if either end must have that. The shorter
// lifetime of the two ends holds.
func chooseQuickMode(ours, theirs offer) (QuickModeProposal, bool) {
	if ours.pfs != theirs.pfs {
		return QuickModeProposal{}, false
	}
	for _, p := range ours.proposals {
		if (ours.encrypt || theirs.encrypt) && !p.Encrypts() {
			continue
		}
		for _, q := range theirs.proposals {
			if q.transform() == p.transform() {
				p.Lifetime = shorter(p.Lifetime, q.Lifetime)
				p.Kilobytes = shorter(p.Kilobytes, q.Kilobytes)
				return p, true
			}
		}
	}
	return QuickModeProposal{}, false
}

// shorter is the smaller of two limits, of which 0 is none.
func shorter[N time.Duration | uint32](a, b N) N {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// lifeOf is how long associations are good under what both ends offered.
func lifeOf(a, b offer, q QuickModeProposal) Life {
	return Life{
		MainMode:   shorter(a.mainMode, b.mainMode),
		QuickModes: shorter(a.quicks, b.quicks),
		QuickMode:  q.Lifetime,
		Bytes:      uint64(q.Kilobytes) << 10,
		Idle:       shorter(a.idle, b.idle),
		Failover:   shorter(a.failover, b.failover),
	}
}

// secured is the outcome of a negotiation that succeeded.
func secured(initiator, responder Party, mm MainModeProposal, qm QuickModeProposal, by Method) Outcome {
	ours, theirs := offerOf(&initiator.Need), offerOf(&responder.Need)
	users := initiator.users(&responder)
	o := success(mm, qm, by)
	o.Life = lifeOf(ours, theirs, qm)
	o.Initiator = knows(responder.Credential, qm, by, users)
	o.Responder = knows(initiator.Credential, qm, by, users)
	return o
}

// success is what both ends of a successful negotiation say of it.
func success(mm MainModeProposal, qm QuickModeProposal, by Method) Outcome {
	return Outcome{
		Established: true, Secured: true, Encrypted: qm.Encrypts(),
		Rule: rules.SECSpn, Reason: fmt.Sprintf("main mode %s; quick mode %s; %s", mm, qm, by),
		MainMode: mm, QuickMode: qm, Method: by,
	}
}

// knows is what an end knows about its peer. Users prove themselves only where
// both policies have them do so, and nobody does under anonymous
// authentication.
func knows(peer *Credential, qm QuickModeProposal, by Method, users bool) Association {
	a := Association{Secured: true, Encrypted: qm.Encrypts()}
	if by == Anonymous {
		return a
	}
	a.PeerComputer, a.Peer = peer.Computer, peer
	if users && peer.User != "" {
		a.PeerUser, a.Impersonated = peer.User, true
	}
	return a
}
