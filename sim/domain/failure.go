package domain

import (
	"fmt"
	"strings"
)

// Failure is a reason why two ends could not prove who they are. It is an
// error itself, for errors.Is:
//
//	errors.Is(err, domain.ServiceUnknown)
type Failure uint8

// Failures. The names, numbers and sources that the protocols give them are in
// the table below.
const (
	NoFailure Failure = iota
	ServiceExpired
	ClientUnknown
	ServiceUnknown
	ServiceNotUnique
	NoKey
	ClientRevoked
	ServiceRevoked
	ClientNotYet
	ServiceNotYet
	KeyExpired
	PreauthFailed
	PathNotAccepted
	ClockSkew
	Modified
	NoCredentials
	UntrustedIssuer
	CertificateExpired
	CertificateRevoked
	NameMismatch
	failureCount
)

// failures is the edge where conditions become the protocols' names and
// numbers. Kerberos has its names from RFC 4120 7.5.9; certificates have those
// that Windows' chain policies report (page ns-wincrypt-cert_chain_policy_status),
// as AuthIP's own codes for them are not documented (inferred).
var failures = [failureCount]struct {
	name    string
	number  uint32
	meaning string
}{
	NoFailure:          {"KDC_ERR_NONE", 0, "no error"},
	ServiceExpired:     {"KDC_ERR_SERVICE_EXP", 2, "the service's account has expired"},
	ClientUnknown:      {"KDC_ERR_C_PRINCIPAL_UNKNOWN", 6, "the client has no account"},
	ServiceUnknown:     {"KDC_ERR_S_PRINCIPAL_UNKNOWN", 7, "no account holds the service name"},
	ServiceNotUnique:   {"KDC_ERR_PRINCIPAL_NOT_UNIQUE", 8, "several accounts hold the service name"},
	NoKey:              {"KDC_ERR_NULL_KEY", 9, "the account has no password"},
	ClientRevoked:      {"KDC_ERR_CLIENT_REVOKED", 18, "the client's account is disabled or has expired"},
	ServiceRevoked:     {"KDC_ERR_SERVICE_REVOKED", 19, "the service's account is disabled"},
	ClientNotYet:       {"KDC_ERR_CLIENT_NOTYET", 21, "the client's account is not valid yet"},
	ServiceNotYet:      {"KDC_ERR_SERVICE_NOTYET", 22, "the service's account is not valid yet"},
	KeyExpired:         {"KDC_ERR_KEY_EXPIRED", 23, "the client's password must be changed first"},
	PreauthFailed:      {"KDC_ERR_PREAUTH_FAILED", 24, "the client does not know its account's password"},
	PathNotAccepted:    {"KDC_ERR_PATH_NOT_ACCEPTED", 28, "a trust on the way is not transitive"},
	ClockSkew:          {"KRB_AP_ERR_SKEW", 37, "the clocks differ too much"},
	Modified:           {"KRB_AP_ERR_MODIFIED", 41, "the server cannot read a ticket for that service"},
	NoCredentials:      {"SEC_E_NO_CREDENTIALS", 0x8009030E, "there is nothing to prove an identity with"},
	UntrustedIssuer:    {"CERT_E_UNTRUSTEDROOT", 0x800B0109, "the certificate's issuer is not trusted"},
	CertificateExpired: {"CERT_E_EXPIRED", 0x800B0101, "the certificate is not within its validity"},
	CertificateRevoked: {"CRYPT_E_REVOKED", 0x80092010, "the certificate is revoked"},
	NameMismatch:       {"CERT_E_CN_NO_MATCH", 0x800B010F, "the certificate is for another name"},
}

// Failures lists all failures, NoFailure excepted.
func Failures() []Failure {
	all := make([]Failure, 0, failureCount-1)
	for f := NoFailure + 1; f < failureCount; f++ {
		all = append(all, f)
	}
	return all
}

// String is the protocol's name, "KDC_ERR_S_PRINCIPAL_UNKNOWN".
func (f Failure) String() string {
	if f >= failureCount {
		return fmt.Sprintf("unknown (%d)", uint8(f))
	}
	return failures[f].name
}

// Number is the protocol's number.
func (f Failure) Number() uint32 {
	if f >= failureCount {
		return 0
	}
	return failures[f].number
}

// Meaning says in a few words what it means.
func (f Failure) Meaning() string {
	if f >= failureCount {
		return ""
	}
	return failures[f].meaning
}

func (f Failure) Error() string {
	return fmt.Sprintf("%s (%#x): %s", f.String(), f.Number(), f.Meaning())
}

// Error is why an authentication was refused.
type Error struct {
	Failure Failure
	Method  Method
	Text    string // what was wrong, with the values
	// Also are the failures of the other methods that were tried.
	Also []*Error
}

// Error gives method, protocol name and number, and the text.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v: %s (%#x): %s", e.Method, e.Failure.String(), e.Failure.Number(), e.Text)
	for _, o := range e.Also {
		b.WriteString("; " + o.Error())
	}
	return b.String()
}

// Unwrap is the failure.
func (e *Error) Unwrap() error { return e.Failure }

// fail makes the error of a Kerberos decision; certificates set their method.
func fail(f Failure, format string, args ...any) *Error {
	return &Error{Failure: f, Method: Kerberos, Text: fmt.Sprintf(format, args...)}
}
