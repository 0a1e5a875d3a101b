package ale

import (
	"fmt"
	"slices"
	"strings"

	"wsasim/model/rules"
)

// Credential is what one computer, and perhaps a user on it, can prove to the
// members of its domain. It must not change while it is in use.
type Credential struct {
	// Computer is the account that the machine token of a peer names.
	Computer string
	// SPNs are the service principal names that the computer can prove.
	SPNs []string
	// User is the account on whose behalf the socket's owner runs; "" for
	// none. It is proven only under a policy with impersonation.
	User string
}

// Proves reports whether the credential's computer owns a principal name; case
// does not tell names apart.
func (c *Credential) Proves(spn string) bool {
	return c != nil && slices.ContainsFunc(c.SPNs, func(own string) bool { return strings.EqualFold(own, spn) })
}

// Party is one end of a negotiation.
type Party struct {
	// State is the socket's, nil when it was never touched.
	State *State
	// TargetName is what this end wants the other to prove, "" for nothing in
	// particular: State.TargetName(peer).
	TargetName string
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
	// Received says that something arrived from the peer under this
	// association. Only datagram sockets use it (rule ISP-CONNECTED).
	Received bool
}

// Outcome is what a negotiation ends in.
type Outcome struct {
	// Established reports whether traffic flows at all; otherwise the attempt
	// was refused and nothing may leave in clear.
	Established bool
	Secured     bool
	Encrypted   bool
	// Rule is what decided, "" when nobody asked for security, and Reason says
	// how, with the values.
	Rule   rules.ID
	Reason string
	// MainMode and QuickMode are the proposals chosen; zero unless Secured.
	MainMode  MainModeProposal
	QuickMode QuickModeProposal
	// Initiator and Responder are what each end then knows. The caller gives
	// each its ids.
	Initiator, Responder Association
}

// Negotiate decides how two sockets come to talk: protected, in clear, or not
// at all. It is immediate: the caller, who has the clock and the network, says
// when the outcome takes effect.
//
// The order is that of the protocol: main mode agrees on how to talk, then the
// ends prove who they are, then quick mode agrees on how traffic is protected.
//
// Not modelled: authentication methods (two credentials can always prove
// themselves to each other), IPSEC_OPTIONAL_PEER_NAME_VERIFICATION,
// _PEER_NAME_IS_RAW_FORMAT, an administrator's policy (rule SEC-CONFLICT).
func Negotiate(initiator, responder Party) Outcome {
	if !initiator.State.Secured() && !responder.State.Secured() {
		return Outcome{Established: true, Reason: "neither end asked for security"}
	}
	if why := cannot(initiator, responder); why != "" {
		return inClear(initiator, responder, why)
	}
	mm, ok := chooseMainMode(initiator, responder)
	if !ok {
		return inClear(initiator, responder, "the ends have no main-mode proposal in common")
	}
	if refused := checkNames(initiator, responder); refused != nil {
		return *refused
	}
	qm, ok := chooseQuickMode(initiator, responder)
	if !ok {
		return inClear(initiator, responder, "the ends have no acceptable quick-mode proposal in common")
	}
	return secured(initiator, responder, mm, qm)
}

// ends names the two parties in texts.
var ends = [2]string{"initiator", "responder"}

// cannot says why no negotiation can take place, "" when it can.
func cannot(initiator, responder Party) string {
	for i, p := range []Party{initiator, responder} {
		switch {
		case !p.State.Secured():
			return "the " + ends[i] + " does not use security"
		case p.Credential == nil:
			return "the " + ends[i] + " has no credential"
		}
	}
	return ""
}

// inClear is the outcome when protection cannot be had: clear text where every
// end that asked for security allows it, otherwise nothing.
func inClear(initiator, responder Party, why string) Outcome {
	parties := [...]Party{initiator, responder}
	for i, p := range parties {
		if s := p.State.Settings(); s != nil && s.GuaranteesEncryption() {
			return Outcome{Rule: rules.SECGuarantee,
				Reason: why + ", and the " + ends[i] + " set GUARANTEE_ENCRYPTION: nothing is sent"}
		}
	}
	for i, p := range parties {
		if s := p.State.Settings(); s != nil && !s.AllowsClear() {
			return Outcome{Rule: rules.SECNoclear,
				Reason: why + ", and the " + ends[i] + " did not set ALLOW_INSECURE: nothing is sent in clear"}
		}
	}
	return Outcome{Established: true, Rule: rules.SECAllow,
		Reason: why + "; ALLOW_INSECURE lets traffic go in clear"}
}

// checkNames refuses a peer that is not who it should be. ALLOW_INSECURE does
// not help such a peer (inferred): it is for peers that cannot negotiate, and
// one that proves to be somebody else could.
func checkNames(initiator, responder Party) *Outcome {
	parties := [...]Party{initiator, responder}
	for i, p := range parties {
		peer := parties[1-i].Credential
		if p.TargetName == "" || peer.Proves(p.TargetName) {
			continue
		}
		return &Outcome{Rule: rules.SECSpn, Reason: fmt.Sprintf(
			"the %s wants %q; the %s is %s and proves %q", ends[i], p.TargetName, ends[1-i], peer.Computer, peer.SPNs)}
	}
	return nil
}

// chooseMainMode is the initiator's most wanted proposal that the responder has
// too.
func chooseMainMode(initiator, responder Party) (MainModeProposal, bool) {
	theirs := responder.State.settings.MainMode.Proposals
	for _, p := range initiator.State.settings.MainMode.Proposals {
		if slices.Contains(theirs, p) {
			return p, true
		}
	}
	return MainModeProposal{}, false
}

// chooseQuickMode is the initiator's most wanted proposal that the responder
// has too and that encrypts if either end must have that.
func chooseQuickMode(initiator, responder Party) (QuickModeProposal, bool) {
	ours, theirs := initiator.State.settings, responder.State.settings
	mustEncrypt := ours.GuaranteesEncryption() || theirs.GuaranteesEncryption()
	for _, p := range ours.QuickMode.Proposals {
		if mustEncrypt && !p.Encrypts() {
			continue
		}
		same := func(q QuickModeProposal) bool { return q.transform() == p.transform() }
		if slices.ContainsFunc(theirs.QuickMode.Proposals, same) {
			return p, true
		}
	}
	return QuickModeProposal{}, false
}

// secured is the outcome of a negotiation that succeeded.
func secured(initiator, responder Party, mm MainModeProposal, qm QuickModeProposal) Outcome {
	// Users prove themselves only where both policies have them do so.
	users := initiator.State.settings.QuickMode.Impersonate && responder.State.settings.QuickMode.Impersonate
	seenBy := func(peer *Credential) Association {
		a := Association{Secured: true, Encrypted: qm.Encrypts(), PeerComputer: peer.Computer}
		if users && peer.User != "" {
			a.PeerUser, a.Impersonated = peer.User, true
		}
		return a
	}
	return Outcome{
		Established: true,
		Secured:     true,
		Encrypted:   qm.Encrypts(),
		Rule:        rules.SECSpn,
		Reason:      fmt.Sprintf("main mode %s; quick mode %s", mm, qm),
		MainMode:    mm,
		QuickMode:   qm,
		Initiator:   seenBy(responder.Credential),
		Responder:   seenBy(initiator.Credential),
	}
}
