package wsa

import "slices"

// Protocols lists the protocols that getprotobyname and getprotobynumber know
// on every Windows (observed NH10). The slice is the caller's.
func Protocols() []ProtoEnt {
	list := make([]ProtoEnt, len(protocolTable))
	for i, p := range protocolTable {
		list[i] = ProtoEnt{p.name, []string{p.alias}, p.number}
	}
	return list
}

var protocolTable = [...]struct {
	name, alias string
	number      int16
}{
	{"ip", "IP", 0}, {"icmp", "ICMP", 1}, {"ggp", "GGP", 3}, {"tcp", "TCP", 6}, {"egp", "EGP", 8}, {"pup", "PUP", 12},
	{"udp", "UDP", 17}, {"hmp", "HMP", 20}, {"xns-idp", "XNS-IDP", 22}, {"rdp", "RDP", 27}, {"ipv6", "IPv6", 41},
	{"ipv6-route", "IPv6-Route", 43}, {"ipv6-frag", "IPv6-Frag", 44}, {"esp", "ESP", 50}, {"ah", "AH", 51},
	{"ipv6-icmp", "IPv6-ICMP", 58}, {"ipv6-nonxt", "IPv6-NoNxt", 59}, {"ipv6-opts", "IPv6-Opts", 60}, {"rvd", "RVD", 66},
}

// Services lists well-known services that every Windows names in its file
// system32\drivers\etc\services, which has more and which an administrator may
// change. Names and ports are IANA's. The slice is the caller's.
func Services() []ServEnt {
	var list []ServEnt
	for _, s := range serviceTable {
		for _, proto := range s.protos {
			list = append(list, ServEnt{s.name, slices.Clone(s.aliases), s.port, proto})
		}
	}
	return list
}

var (
	overTCP = []string{"tcp"}
	overUDP = []string{"udp"}
	overTwo = []string{"tcp", "udp"}
)

var serviceTable = [...]struct {
	name    string
	port    uint16
	protos  []string
	aliases []string
}{
	{"echo", 7, overTwo, nil},
	{"discard", 9, overTwo, []string{"sink", "null"}},
	{"daytime", 13, overTwo, nil},
	{"ftp-data", 20, overTCP, nil},
	{"ftp", 21, overTCP, nil},
	{"telnet", 23, overTCP, nil},
	{"smtp", 25, overTCP, []string{"mail"}},
	{"time", 37, overTwo, []string{"timserver"}},
	{"domain", 53, overTwo, nil},
	{"tftp", 69, overUDP, nil},
	{"http", 80, overTCP, []string{"www", "www-http"}},
	{"kerberos", 88, overTwo, []string{"krb5", "kerberos-sec"}},
	{"pop3", 110, overTCP, nil},
	{"ntp", 123, overUDP, nil},
	{"imap", 143, overTCP, []string{"imap4"}},
	{"snmp", 161, overUDP, nil},
	{"ldap", 389, overTCP, nil},
	{"https", 443, overTwo, []string{"MCom"}},
	{"isakmp", 500, overUDP, []string{"ike"}},
	{"ldaps", 636, overTCP, []string{"sldap"}},
	{"imaps", 993, overTCP, nil},
	{"pop3s", 995, overTCP, nil},
}
