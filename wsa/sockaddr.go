package wsa

import (
	"fmt"
	"net/netip"
	"strconv"
)

// Sizes in bytes of the socket address structures, alike on every target
// (ws2def.h, ws2ipdef.h).
const (
	SockaddrInSize      = 16
	SockaddrIn6Size     = 28
	SockaddrStorageSize = 128
)

// SockaddrIn is SOCKADDR_IN (ws2def.h; page sockaddr_in): an IPv4 address and
// port. Layout: family 0 (2 bytes), port 2 (big-endian), address 4, zero 8.
type SockaddrIn struct {
	Family uint16  // sin_family: AF_INET
	Port   uint16  // sin_port, as a number
	Addr   [4]byte // sin_addr, in the order it is written
	Zero   [8]byte // sin_zero: should be zero, kept as it is
}

// AppendBinary appends the 16 bytes; it never fails.
func (a *SockaddrIn) AppendBinary(dst []byte) ([]byte, error) {
	var b [SockaddrInSize]byte
	le.PutUint16(b[:], a.Family)
	be.PutUint16(b[2:], a.Port)
	copy(b[4:], a.Addr[:])
	copy(b[8:], a.Zero[:])
	return append(dst, b[:]...), nil
}

// UnmarshalBinary reads 16 bytes. It does not judge the family.
func (a *SockaddrIn) UnmarshalBinary(b []byte) error {
	if len(b) < SockaddrInSize {
		return short("SOCKADDR_IN", len(b))
	}
	*a = SockaddrIn{le.Uint16(b), be.Uint16(b[2:]), [4]byte(b[4:8]), [8]byte(b[8:16])}
	return nil
}

// SockaddrIn6 is SOCKADDR_IN6 (ws2ipdef.h; page sockaddr_in6_lh): an IPv6
// address, port and scope. Layout: family 0, port 2 (big-endian), flow
// information 4, address 8, scope 24.
type SockaddrIn6 struct {
	Family   uint16   // sin6_family: AF_INET6
	Port     uint16   // sin6_port, as a number
	Flowinfo uint32   // sin6_flowinfo, as the little-endian number its bytes make
	Addr     [16]byte // sin6_addr
	ScopeID  uint32   // sin6_scope_id: index of the interface, 0 for none
}

// AppendBinary appends the 28 bytes; it never fails.
func (a *SockaddrIn6) AppendBinary(dst []byte) ([]byte, error) {
	var b [SockaddrIn6Size]byte
	le.PutUint16(b[:], a.Family)
	be.PutUint16(b[2:], a.Port)
	le.PutUint32(b[4:], a.Flowinfo)
	copy(b[8:], a.Addr[:])
	le.PutUint32(b[24:], a.ScopeID)
	return append(dst, b[:]...), nil
}

// UnmarshalBinary reads 28 bytes. It does not judge the family.
func (a *SockaddrIn6) UnmarshalBinary(b []byte) error {
	if len(b) < SockaddrIn6Size {
		return short("SOCKADDR_IN6", len(b))
	}
	*a = SockaddrIn6{le.Uint16(b), be.Uint16(b[2:]), le.Uint32(b[4:]), [16]byte(b[8:24]), le.Uint32(b[24:])}
	return nil
}

// SockaddrStorage is SOCKADDR_STORAGE (ws2def.h; page
// sockaddr_storage_lh): 128 bytes that hold an address of any family. All
// bytes are kept, so that a decoded one encodes to what it was. The zero value
// is "no address" (AF_UNSPEC).
type SockaddrStorage [SockaddrStorageSize]byte

// StorageFrom makes the storage of an address and port; the zero AddrPort
// makes the zero storage. The zone must be a decimal scope id, else it fails
// with *EncodeError.
func StorageFrom(ap netip.AddrPort) (SockaddrStorage, error) {
	var s SockaddrStorage
	if ap == (netip.AddrPort{}) {
		return s, nil
	}
	_, err := AppendSockaddr(s[:0], ap)
	if err != nil {
		return SockaddrStorage{}, err
	}
	return s, nil
}

// Family is ss_family, the first two bytes.
func (s *SockaddrStorage) Family() int32 { return int32(le.Uint16(s[:])) }

// AddrPort is the IPv4 or IPv6 address in the storage; it fails with
// *DecodeError for any other family.
func (s *SockaddrStorage) AddrPort() (netip.AddrPort, error) { return ParseSockaddr(s[:]) }

// IsZero reports whether every byte is zero.
func (s *SockaddrStorage) IsZero() bool { return *s == SockaddrStorage{} }

// AppendBinary appends the 128 bytes; it never fails.
func (s *SockaddrStorage) AppendBinary(dst []byte) ([]byte, error) { return append(dst, s[:]...), nil }

// UnmarshalBinary reads the first 128 bytes. It fails with *DecodeError when b is
// shorter, and judges nothing.
func (s *SockaddrStorage) UnmarshalBinary(b []byte) error {
	if len(b) < SockaddrStorageSize {
		return short("SOCKADDR_STORAGE", len(b))
	}
	copy(s[:], b)
	return nil
}

// AppendSockaddr appends the SOCKADDR_IN (16 bytes) or SOCKADDR_IN6 (28 bytes)
// of ap. An IPv6 zone must be a decimal scope id ("fe80::1%3"); an IPv4-mapped
// IPv6 address stays AF_INET6. It fails with *EncodeError, for another zone and
// for an AddrPort without address; dst is returned as it was then.
func AppendSockaddr(dst []byte, ap netip.AddrPort) ([]byte, error) {
	addr := ap.Addr()
	switch {
	case addr.Is4():
		a := SockaddrIn{Family: AF_INET, Port: ap.Port(), Addr: addr.As4()}
		return a.AppendBinary(dst)
	case addr.Is6():
		a := SockaddrIn6{Family: AF_INET6, Port: ap.Port(), Addr: addr.As16()}
		if zone := addr.Zone(); zone != "" {
			scope, err := strconv.ParseUint(zone, 10, 32)
			if err != nil {
				return dst, &EncodeError{"SOCKADDR_IN6", "sin6_scope_id", fmt.Sprintf("zone %q is not a decimal scope id of 32 bits", zone)}
			}
			a.ScopeID = uint32(scope)
		}
		return a.AppendBinary(dst)
	}
	return dst, &EncodeError{"SOCKADDR", "sa_family", "there is no address"}
}

// Sockaddr is the SOCKADDR of ap, for arguments such as Bind's. It panics where
// [AppendSockaddr] fails: use that for addresses that come from outside.
func Sockaddr(ap netip.AddrPort) []byte {
	b, err := AppendSockaddr(make([]byte, 0, SockaddrIn6Size), ap)
	if err != nil {
		panic("wsa: Sockaddr: " + err.Error())
	}
	return b
}

// ParseSockaddr reads a SOCKADDR_IN or SOCKADDR_IN6 and ignores what follows
// it. A scope id other than 0 becomes a decimal zone. It fails with *DecodeError
// for a buffer that is too short or holds another family. Flow information
// and the padding of SOCKADDR_IN are not part of the result.
func ParseSockaddr(b []byte) (netip.AddrPort, error) {
	if len(b) < 2 {
		return netip.AddrPort{}, &DecodeError{Struct: "SOCKADDR", Field: "sa_family", Need: 2, Have: len(b)}
	}
	switch family := le.Uint16(b); family {
	case AF_INET:
		if len(b) < SockaddrInSize {
			return netip.AddrPort{}, short("SOCKADDR_IN", len(b))
		}
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), be.Uint16(b[2:])), nil
	case AF_INET6:
		if len(b) < SockaddrIn6Size {
			return netip.AddrPort{}, short("SOCKADDR_IN6", len(b))
		}
		addr := netip.AddrFrom16([16]byte(b[8:24]))
		if scope := le.Uint32(b[24:]); scope != 0 {
			// netip drops the zone of an IPv4-mapped address: no zone there.
			addr = addr.WithZone(strconv.FormatUint(uint64(scope), 10))
		}
		return netip.AddrPortFrom(addr, be.Uint16(b[2:])), nil
	default:
		return netip.AddrPort{}, &DecodeError{
			Struct: "SOCKADDR", Field: "sa_family", Have: len(b),
			Reason: "expected AF_INET or AF_INET6, found " + FormatConstant(KindFamily, int64(family)),
		}
	}
}

// SockaddrFamily is the family of a SOCKADDR, or -1 when b is too short to
// have one. It does not allocate.
func SockaddrFamily(b []byte) int32 {
	if len(b) < 2 {
		return -1
	}
	return int32(le.Uint16(b))
}
