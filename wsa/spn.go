package wsa

import (
	"net/netip"
	"strconv"
	"strings"
)

// SPN is a service principal name, the name under which a service or computer
// is known to its domain: "class/instance[:port][/service]" (pages
// nf-dsparse-dsmakespnw, nf-dsparse-dscrackspnw). A secure socket's peer is
// named by the SPN of its computer, "host/fqdn" (page
// ns-mstcpip-socket_peer_target_name). The zero value is not a name.
type SPN struct {
	ServiceClass string // "host", "ldap", "MSSQLSvc"; required
	InstanceName string // usually the host's name; required
	InstancePort uint16 // 0: none
	ServiceName  string // empty: the instance stands for the service
}

// HostSPN is the name of the computer with a fully qualified domain name.
func HostSPN(fqdn string) SPN { return SPN{ServiceClass: "host", InstanceName: fqdn} }

// String composes the name without judging its parts.
func (n SPN) String() string {
	var b strings.Builder
	b.Grow(len(n.ServiceClass) + len(n.InstanceName) + len(n.ServiceName) + 8)
	b.WriteString(n.ServiceClass)
	b.WriteByte('/')
	b.WriteString(n.InstanceName)
	if n.InstancePort != 0 {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(int(n.InstancePort)))
	}
	if n.ServiceName != "" {
		b.WriteByte('/')
		b.WriteString(n.ServiceName)
	}
	return b.String()
}

// Validate is nil when String makes a name that ParseSPN reads back, otherwise
// ERROR_INVALID_PARAMETER: class and instance must be there, no part may hold
// "/", and the instance no ":" (which would start a port).
func (n SPN) Validate() error {
	if n.ServiceClass == "" || n.InstanceName == "" ||
		strings.Contains(n.ServiceClass, "/") || strings.ContainsAny(n.InstanceName, "/:") || strings.Contains(n.ServiceName, "/") {
		return ERROR_INVALID_PARAMETER.Err()
	}
	return nil
}

// Equal reports whether two names are the same to the directory: part by part,
// without regard to case. That case does not count is inferred from the
// directory's string syntax, no page on SPNs says so. Letters are folded as
// Unicode folds them, one by one. A missing service is not the same as a
// service equal to the instance: those are two names in the directory, although
// DsCrackSpn reports the same parts for them.
//
// Not modelled: the directory's table that lets "host/..." stand for other
// classes such as cifs and http.
func (n SPN) Equal(other SPN) bool {
	return n.InstancePort == other.InstancePort &&
		strings.EqualFold(n.ServiceClass, other.ServiceClass) &&
		strings.EqualFold(n.InstanceName, other.InstanceName) &&
		strings.EqualFold(n.ServiceName, other.ServiceName)
}

// ParseSPN takes a name apart. Anything that is not
// "class/instance[:port][/service]" fails with ERROR_INVALID_PARAMETER: an
// empty part, a fourth part, a port that is not a decimal number of 16 bits.
// Documented are the form and that the port is a number; that port 0 means none
// and a larger port fails is inferred.
func ParseSPN(text string) (SPN, error) {
	parts := strings.Split(text, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return SPN{}, ERROR_INVALID_PARAMETER.Err()
	}
	n := SPN{ServiceClass: parts[0], InstanceName: parts[1]}
	if host, port, ok := strings.Cut(parts[1], ":"); ok {
		p, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return SPN{}, ERROR_INVALID_PARAMETER.Err()
		}
		n.InstanceName, n.InstancePort = host, uint16(p)
	}
	if len(parts) == 3 {
		if n.ServiceName = parts[2]; n.ServiceName == "" {
			return SPN{}, ERROR_INVALID_PARAMETER.Err()
		}
	}
	if err := n.Validate(); err != nil {
		return SPN{}, err
	}
	return n, nil
}

// DsMakeSpn composes a name as DsMakeSpnW does (page nf-dsparse-dsmakespnw);
// an empty instanceName or referrer is NULL, port 0 is none. With H for the
// instance, or the service where there is no instance, the result is
//
//	class/H[:port]            without instance
//	class/H[:port]/service    with an instance
//	class/H[:port]/referrer   when the service is an IP address and a referrer is given
//
// A missing class or service, and a "/" or a ":" where it would be read as a
// separator, fail with ERROR_INVALID_PARAMETER: the page says that the service
// is required and that "/" is not allowed, not which code that gives
// (inferred). An IP address is what netip.ParseAddr takes (inferred); an IPv6
// address fails, since its colons cannot be told from a port. There is no
// buffer to overflow here.
func DsMakeSpn(serviceClass, serviceName, instanceName string, instancePort uint16, referrer string) (string, error) {
	if serviceName == "" {
		return "", ERROR_INVALID_PARAMETER.Err()
	}
	n := SPN{ServiceClass: serviceClass, InstanceName: instanceName, InstancePort: instancePort}
	if instanceName == "" {
		n.InstanceName = serviceName
	} else {
		n.ServiceName = serviceName
	}
	if _, err := netip.ParseAddr(serviceName); err == nil && referrer != "" {
		n.ServiceName = referrer
	}
	if err := n.Validate(); err != nil {
		return "", err
	}
	return n.String(), nil
}

// DsCrackSpn takes a name apart as DsCrackSpnW does (page
// nf-dsparse-dscrackspnw): the service is the instance when the name has no service
// part, the port is 0 when it has none. It fails as [ParseSPN] does.
func DsCrackSpn(spn string) (serviceClass, serviceName, instanceName string, instancePort uint16, err error) {
	n, err := ParseSPN(spn)
	if err != nil {
		return "", "", "", 0, err
	}
	if n.ServiceName == "" {
		n.ServiceName = n.InstanceName
	}
	return n.ServiceClass, n.ServiceName, n.InstanceName, n.InstancePort, nil
}
