package ale

import "strconv"

// Winerr is a Win32 code of a negotiation, as NegotiationWinerr of
// SOCKET_SECURITY_QUERY_INFO_IPSEC2 gives it (header winerror.h). Which code
// belongs to which refusal is inferred from the codes' names.
type Winerr uint32

// The codes that are used.
const (
	NegotiationOK         Winerr = 0
	IKEAuthFail           Winerr = 13801 // ERROR_IPSEC_IKE_AUTH_FAIL: an identity was not proven or not the one wanted
	IKETimedOut           Winerr = 13805 // ERROR_IPSEC_IKE_TIMED_OUT: no answer
	IKENoCert             Winerr = 13806 // ERROR_IPSEC_IKE_NO_CERT: this end has no credential
	IKENoPolicy           Winerr = 13825 // ERROR_IPSEC_IKE_NO_POLICY: the peer does not use security
	IKEPolicyMatch        Winerr = 13868 // ERROR_IPSEC_IKE_POLICY_MATCH: no proposal in common
	IKENegotiationOff     Winerr = 13883 // ERROR_IPSEC_IKE_NEGOTIATION_DISABLED: this end may not negotiate
	IPsecBadSPI           Winerr = 13910 // ERROR_IPSEC_BAD_SPI: under an association that the host does not have
	IPsecLifetimeExpired  Winerr = 13911 // ERROR_IPSEC_SA_LIFETIME_EXPIRED
	IPsecReplay           Winerr = 13913 // ERROR_IPSEC_REPLAY_CHECK_FAILED
	IPsecIntegrity        Winerr = 13915 // ERROR_IPSEC_INTEGRITY_CHECK_FAILED
	IPsecClearTextDropped Winerr = 13916 // ERROR_IPSEC_CLEAR_TEXT_DROP
)

var winerrNames = map[Winerr]string{
	NegotiationOK:         "ERROR_SUCCESS",
	IKEAuthFail:           "ERROR_IPSEC_IKE_AUTH_FAIL",
	IKETimedOut:           "ERROR_IPSEC_IKE_TIMED_OUT",
	IKENoCert:             "ERROR_IPSEC_IKE_NO_CERT",
	IKENoPolicy:           "ERROR_IPSEC_IKE_NO_POLICY",
	IKEPolicyMatch:        "ERROR_IPSEC_IKE_POLICY_MATCH",
	IKENegotiationOff:     "ERROR_IPSEC_IKE_NEGOTIATION_DISABLED",
	IPsecBadSPI:           "ERROR_IPSEC_BAD_SPI",
	IPsecLifetimeExpired:  "ERROR_IPSEC_SA_LIFETIME_EXPIRED",
	IPsecReplay:           "ERROR_IPSEC_REPLAY_CHECK_FAILED",
	IPsecIntegrity:        "ERROR_IPSEC_INTEGRITY_CHECK_FAILED",
	IPsecClearTextDropped: "ERROR_IPSEC_CLEAR_TEXT_DROP",
}

func (w Winerr) String() string {
	if name, ok := winerrNames[w]; ok {
		return name
	}
	return strconv.FormatUint(uint64(w), 10)
}
