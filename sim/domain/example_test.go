package domain_test

import (
	"errors"
	"fmt"

	"wsasim/sim/domain"
	"wsasim/wsa"
)

// must keeps the examples short: what they set up cannot fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A computer of the domain that answers in another's place is found out when the
// client names whom it wants, and only then.
func ExampleAuthenticate() {
	dir := domain.NewDirectory()
	contoso := must(dir.AddDomain(domain.Config{DNS: "contoso.com"}))
	client := must(contoso.AddComputer("client"))
	must(contoso.AddComputer("server"))
	rogue := must(contoso.AddComputer("rogue"))

	attempt := domain.Request{
		Client: client.Credentials(), Server: rogue.Credentials(), Methods: []domain.Method{domain.Kerberos},
	}
	proof, err := domain.Authenticate(attempt)
	fmt.Println("no name:", proof.Server.Name, proof.Service, err)

	attempt.Service = "host/server.contoso.com"
	_, err = domain.Authenticate(attempt)
	fmt.Println("named:", err)
	fmt.Println(errors.Is(err, domain.Modified))
	// Output:
	// no name: CONTOSO\ROGUE$ host/rogue.contoso.com <nil>
	// named: Kerberos: KRB_AP_ERR_MODIFIED (0x29): "host/server.contoso.com" belongs to CONTOSO\SERVER$; the server is CONTOSO\ROGUE$ and cannot read a ticket for it
	// true
}

// A server judges the peer that it impersonates.
func ExampleAccessCheck() {
	dir := domain.NewDirectory()
	contoso := must(dir.AddDomain(domain.Config{DNS: "contoso.com"}))
	ann := must(contoso.AddUser("ann"))
	bob := must(contoso.AddUser("bob"))
	auditors := must(contoso.AddGroup("Auditors", domain.Global))
	if err := auditors.Add(bob); err != nil {
		panic(err)
	}

	text := fmt.Sprintf("O:BAG:SYD:(D;;FW;;;%v)(A;;FR;;;DU)(A;;FW;;;DU)", auditors.SID())
	sd := must(domain.ParseSDDL(text, contoso))
	const read, write = 0x1, 0x2
	for _, a := range []*domain.Account{ann, bob} {
		token := a.Token(nil)
		granted, err := domain.AccessCheck(sd, &token, read|write)
		fmt.Printf("%s: %#x, denied: %t\n", token.Name, granted, errors.Is(err, wsa.ERROR_ACCESS_DENIED))
	}
	// Output:
	// CONTOSO\ann: 0x3, denied: false
	// CONTOSO\bob: 0x0, denied: true
}

func ExampleAccount_RegisterSPN() {
	dir := domain.NewDirectory()
	contoso := must(dir.AddDomain(domain.Config{DNS: "contoso.com"}))
	web := must(contoso.AddComputer("web"))
	sql := must(contoso.AddComputer("sql"))
	fmt.Println(web.RegisterSPN("http/www.contoso.com"))
	fmt.Println(sql.RegisterSPN("HTTP/WWW.contoso.com"))
	holder, err := contoso.ServiceAccount("cifs/sql.contoso.com") // host stands for cifs
	fmt.Println(holder, err)
	// Output:
	// <nil>
	// service name "HTTP/WWW.contoso.com" belongs to CONTOSO\WEB$ already
	// CONTOSO\SQL$ <nil>
}

func ExampleParseSID() {
	s := must(domain.ParseSID("S-1-5-32-544"))
	b := must(s.MarshalBinary())
	fmt.Printf("%v % x\n", s, b)
	// Output: S-1-5-32-544 01 02 00 00 00 00 00 05 20 00 00 00 20 02 00 00
}
