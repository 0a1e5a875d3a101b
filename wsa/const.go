package wsa

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind says what a constant's value means, so that a number can be printed by
// the name that fits: 1 is SOCK_STREAM as a type and SD_SEND as a direction.
type Kind string

// The kinds, in the order in which Constants lists them. A kind's text is what
// help texts and the command line print.
const (
	KindFamily           Kind = "address family"
	KindType             Kind = "socket type"
	KindProtocol         Kind = "protocol"
	KindLevel            Kind = "option level" // SOL_SOCKET; protocols are found too
	KindAddress          Kind = "IPv4 address"
	KindBacklog          Kind = "backlog"
	KindGroup            Kind = "socket group"
	KindSentinel         Kind = "sentinel"
	KindLimit            Kind = "limit"
	KindShutdown         Kind = "shutdown direction"
	KindMessageFlag      Kind = "message flag"
	KindSocketFlag       Kind = "socket flag"
	KindAcceptCondition  Kind = "accept condition"
	KindTransmitFlag     Kind = "transmit flag"
	KindServiceFlag      Kind = "service flag"
	KindProviderFlag     Kind = "provider flag"
	KindNetworkEvent     Kind = "network event"
	KindNetworkEventBit  Kind = "network event index"
	KindPoll             Kind = "poll condition"
	KindSocketOption     Kind = "SOL_SOCKET option"
	KindOpenType         Kind = "SO_OPENTYPE value"
	KindTCPOption        Kind = "IPPROTO_TCP option"
	KindUDPOption        Kind = "IPPROTO_UDP option"
	KindIPOption         Kind = "IPPROTO_IP option"
	KindMTUDiscovery     Kind = "IP_MTU_DISCOVER value"
	KindHopLimit         Kind = "hop limit"
	KindIPv6Option       Kind = "IPPROTO_IPV6 option"
	KindProtectionLevel  Kind = "IPV6_PROTECTION_LEVEL value"
	KindIoctlPart        Kind = "part of a control code"
	KindReceiveAll       Kind = "SIO_RCVALL value"
	KindIoctl            Kind = "control code"
	KindTCPState         Kind = "TCP state"
	KindSecurityProtocol Kind = "security protocol"
	KindSettingsFlag     Kind = "security settings flag"
	KindIPsecFlag        Kind = "IPsec settings flag"
	KindInfoFlag         Kind = "security information flag"
	KindTemplateFlag     Kind = "query template flag"
	KindFieldMask        Kind = "query field mask"
	KindAccess           Kind = "access right"
	KindWait             Kind = "wait result"
	KindTimeout          Kind = "timeout"
	KindStatus           Kind = "NTSTATUS"
	KindNotificationMode Kind = "notification mode"
	KindAddrInfoFlag     Kind = "getaddrinfo flag"
	KindNameInfoFlag     Kind = "getnameinfo flag"
	KindNameSpace        Kind = "namespace"
	KindError            Kind = "error code"
)

// Flags reports whether values of the kind are sets of bits that are joined
// with "|".
func (k Kind) Flags() bool {
	switch k {
	case KindMessageFlag, KindSocketFlag, KindTransmitFlag, KindServiceFlag, KindProviderFlag,
		KindNetworkEvent, KindPoll, KindSettingsFlag, KindIPsecFlag, KindInfoFlag, KindTemplateFlag,
		KindFieldMask, KindAccess, KindNotificationMode, KindAddrInfoFlag, KindNameInfoFlag, KindOpenType:
		return true
	}
	return false
}

// OptionKind is the kind of the options of a level that getsockopt and
// setsockopt take; empty for a level without a table.
func OptionKind(level int32) Kind {
	switch level {
	case SOL_SOCKET:
		return KindSocketOption
	case IPPROTO_TCP:
		return KindTCPOption
	case IPPROTO_UDP:
		return KindUDPOption
	case IPPROTO_IP:
		return KindIPOption
	case IPPROTO_IPV6:
		return KindIPv6Option
	}
	return ""
}

// Constant is one integer constant of the headers. Values are those of the C
// type the constant is used with: SO_DONTLINGER is -129, SIO_SET_SECURITY
// 2550137032. All of them have 32 significant bits.
type Constant struct {
	Name  string // as the header spells it
	Kind  Kind   // what the value is used for
	Value int64
}

type constantKey struct {
	kind  Kind
	value uint32
}

// constantNames finds the printed name: the first row of the kind with the
// value. Values are compared as 32 bits, so that -129 and 0xFFFFFF7F are one.
var constantNames = func() map[constantKey]string {
	m := make(map[constantKey]string, len(constantTable))
	for _, c := range constantTable {
		key := constantKey{c.Kind, uint32(c.Value)}
		if _, taken := m[key]; !taken {
			m[key] = c.Name
		}
	}
	return m
}()

var constantsByName = func() map[string]Constant {
	m := make(map[string]Constant, len(constantTable)+len(errnoByName))
	for name, code := range errnoByName {
		m[name] = Constant{name, KindError, int64(code)}
	}
	for _, c := range constantTable {
		m[c.Name] = c
	}
	return m
}()

// Constants lists every integer constant of the headers that this package
// defines, grouped by kind, error codes last. The slice is the caller's.
func Constants() []Constant {
	list := make([]Constant, 0, len(constantTable)+len(errnoTable)+len(errnoAliases))
	list = append(list, constantTable[:]...)
	for _, row := range errnoTable {
		list = append(list, Constant{row.name, KindError, int64(row.code)})
	}
	for _, alias := range errnoAliases {
		list = append(list, Constant{alias.name, KindError, int64(alias.code)})
	}
	return list
}

// ConstantByName finds a constant by its name, spelled exactly.
func ConstantByName(name string) (Constant, bool) {
	c, ok := constantsByName[name]
	return c, ok
}

// ConstantName is the name of value as a constant of the kind; ok is false when
// it has none. Only the low 32 bits of value count. For KindLevel, protocols
// are found as well, since they are the levels of their options.
func ConstantName(kind Kind, value int64) (name string, ok bool) {
	if kind == KindError {
		name = Errno(uint32(value)).Name()
		return name, name != ""
	}
	name, ok = constantNames[constantKey{kind, uint32(value)}]
	if !ok && kind == KindLevel {
		name, ok = constantNames[constantKey{KindProtocol, uint32(value)}]
	}
	return name, ok
}

// FormatConstant writes value symbolically: the name that ConstantName gives,
// else for a kind of flags the names of its bits joined with "|" (what has no
// name as one hexadecimal number), else a number. [ParseConstant] reads all of
// these.
func FormatConstant(kind Kind, value int64) string {
	if name, ok := ConstantName(kind, value); ok {
		return name
	}
	if !kind.Flags() || value == 0 {
		if value > 0xFFFF {
			return "0x" + strings.ToUpper(strconv.FormatInt(value, 16))
		}
		return strconv.FormatInt(value, 10)
	}
	var parts []string
	rest := uint32(value)
	for _, c := range constantTable {
		bits := uint32(c.Value)
		if c.Kind == kind && bits != 0 && bits&(bits-1) == 0 && rest&bits != 0 {
			parts = append(parts, c.Name)
			rest &^= bits
		}
	}
	if rest != 0 {
		parts = append(parts, "0x"+strings.ToUpper(strconv.FormatUint(uint64(rest), 16)))
	}
	return strings.Join(parts, "|")
}

// ParseConstant reads a number (decimal, 0x hexadecimal, with sign), the name
// of any constant, or several of these joined with "|". It fails for a name
// that does not exist and for a number of more than 32 bits.
func ParseConstant(text string) (int64, error) {
	var value int64
	for i, part := range strings.Split(text, "|") {
		v, err := parseTerm(strings.TrimSpace(part))
		if err != nil {
			return 0, err
		}
		if i == 0 {
			value = v
		} else {
			value = int64(uint32(value) | uint32(v))
		}
	}
	return value, nil
}

// nearestConstants ends a message about what may have been meant for the name of a
// constant: those that differ in less than a third of their letters.
func nearestConstants(text string) string {
	var names []string
	for _, c := range Constants() {
		if 3*editDistance(strings.ToLower(text), strings.ToLower(c.Name)) < len(c.Name) {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; nearest: " + strings.Join(Nearest(text, names, 3), ", ")
}

func parseTerm(text string) (int64, error) {
	if c, ok := constantsByName[text]; ok {
		return c.Value, nil
	}
	v, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is neither a number nor the name of a constant%s", text, nearestConstants(text))
	}
	if v < -1<<31 || v > 1<<32-1 {
		return 0, fmt.Errorf("%s does not fit into 32 bits", text)
	}
	return v, nil
}
