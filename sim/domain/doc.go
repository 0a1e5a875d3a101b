// Package domain decides who can prove to be whom, and who may do what: it is
// the Active Directory of a simulated world, with its computers, users, groups,
// service names, trusts and certificates, and the access check of Windows. There
// is no cryptography in it. What Kerberos, certificates and AccessCheck would
// decide is exact; tickets, keys and signatures are only told apart.
//
// # Use
//
// Make a [Directory], put domains into it, accounts into the domains, and hand
// each end the [Credentials] that it has on its disk:
//
//	dir := domain.NewDirectory()
//	contoso, err := dir.AddDomain(domain.Config{DNS: "contoso.com"})
//	server, err := contoso.AddComputer("server") // holds host/server and host/server.contoso.com
//	ann, err := contoso.AddUser("ann")
//
// Then ask, as often as wanted:
//
//	proof, err := domain.Authenticate(domain.Request{
//		Client:  ann.Credentials(),
//		Server:  server.Credentials(),
//		Service: "host/server.contoso.com",
//		Now:     now, // world time
//	})
//	token := proof.Client.Token(server.Domain())
//	granted, err := domain.AccessCheck(sd, &token, desired)
//
// The error of Authenticate is an [*Error] with a [Failure] that has the
// protocol's own name and number, and a text with the values. That of
// AccessCheck is an [*AccessError] around a wsa.Errno. Both are found by
// errors.Is.
//
// Setting up is done by methods named Add, Set, Register, Force, Remove, Reset,
// Clear, Require and Unregister. They change the directory and must run alone.
// Everything else only reads and may run at once. Nothing here has a clock,
// draws at random, locks or starts a goroutine; the same calls in the same order
// give the same results, domain SIDs included. A call that fails has changed
// nothing.
//
// # Words
//
//   - A domain is a set of accounts and groups under one authority; a forest is
//     one or more domains with a common root, which all trust each other.
//   - A SID names an account or group to access checks: its domain's SID and a
//     number of its own, the RID.
//   - An SPN, service principal name, names a service or computer to its
//     clients: "host/server.contoso.com". One account holds it.
//   - A trust lets accounts of the trusted domain be authenticated in the
//     trusting one. A transitive trust may be one of several in a row.
//   - A token is an account and all its groups, as access checks want them.
//   - A security descriptor says who owns an object and who may do what with it:
//     its DACL is a list of entries (ACEs), each of which allows or denies rights
//     to one SID. SDDL is its text form.
//
// Times are world time: the span since the world's start. [Window] limits
// accounts and certificates.
//
// # Why a service name stops a man in the middle
//
// The domain's controller seals a ticket with the password of the account that
// holds the name asked for. Another computer of the domain, however honestly a
// member, has another password and cannot read it: [Modified],
// KRB_AP_ERR_MODIFIED. When no name is asked for, the server says who it is,
// gets a ticket for that, and the same computer succeeds. See the example of
// [Authenticate].
//
// # The order of decisions
//
// With Kerberos, the client's account (is it there, disabled, within its
// lifetime), its password and clock; then the service name (is it one, who holds
// it, is that one account, does a chain of trusts lead there); then the holder's
// account; then the server: is it that account, with the current password, and a
// clock that agrees. With certificates, first the client's, then the server's:
// issuer, revocation, validity by the other end's clock, name, mapped account.
//
// # Sources and what is inferred
//
// Comments name the source: an RFC, a section of Microsoft's open
// specifications (MS-...), or a page of Microsoft's documentation by its file
// name. Where no source decides, the comment says "inferred":
//
//   - The server names itself when the client asks for no name.
//   - Codes for a service's account that is disabled, expired or not valid yet
//     are RFC 4120's.
//   - A name that several accounts hold is [ServiceNotUnique],
//     KDC_ERR_PRINCIPAL_NOT_UNIQUE (RFC 4120 7.5.9). Reports from the field also
//     have KDC_ERR_S_PRINCIPAL_UNKNOWN from Windows for it.
//   - A name in a forest without trust is unknown; one behind a trust that is
//     not transitive is [PathNotAccepted] (compare the KDC's event about a "trust
//     link" that "is non transitive", page "Active Directory Domain Services Trust
//     Configuration").
//   - Which failure is reported when certificates have several faults, that
//     certificates match by host name only, and their codes.
//   - A certificate that no account is mapped to gives the anonymous token.
//   - AccessCheck: asking for nothing is denied; the code for generic rights.
//
// Not modelled: ticket lifetimes and caches (each attempt starts anew),
// encryption types, delegation, user-to-user, locked accounts and logon hours,
// renaming and deleting accounts, replication between controllers, SID
// filtering and selective authentication, chains of certificate authorities,
// and what the comments of the types say.
package domain
