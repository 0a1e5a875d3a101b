package wsa

import (
	"runtime"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// nativeAddrInfo is ADDRINFOW. Pointers are numbers: in hints to what is pinned,
// in results to memory of the system.
type nativeAddrInfo struct {
	flags, family, socktype, protocol int32
	addrlen                           uintptr
	canonname, addr, next             uintptr
}

// nativeAddrInfoEx is ADDRINFOEXW.
type nativeAddrInfoEx struct {
	flags, family, socktype, protocol int32
	addrlen                           uintptr
	canonname, addr                   uintptr
	blob, bloblen, provider, next     uintptr
}

// pinIn appends a pointer that stays where it is as long as the pinner says.
func pinIn[T any](c *nativeCall, pins *runtime.Pinner, p *T) {
	if p == nil {
		c.word(0)
		return
	}
	pins.Pin(p)
	c.word(uintptr(unsafe.Pointer(p)))
}

// pinnedAddr is the address of the first element, which is pinned; 0 for nil.
func pinnedAddr[T any](pins *runtime.Pinner, list []T) uintptr {
	if list == nil {
		return 0
	}
	p := unsafe.SliceData(list)
	pins.Pin(p)
	return uintptr(unsafe.Pointer(p))
}

// nativeHints are hints for the system.
func nativeHints(pins *runtime.Pinner, h *AddrInfo) (*nativeAddrInfo, error) {
	n := &nativeAddrInfo{
		flags: h.Flags, family: h.Family, socktype: h.SockType, protocol: h.Protocol,
		addrlen: uintptr(len(h.Addr)), addr: pinnedAddr(pins, h.Addr),
	}
	if h.CanonName == "" {
		return n, nil
	}
	name, err := wideText(&h.CanonName)
	n.canonname = pinnedAddr(pins, name)
	return n, err
}

func nativeHintsEx(pins *runtime.Pinner, h *AddrInfoEx) (*nativeAddrInfoEx, error) {
	plain, err := nativeHints(pins, &h.AddrInfo)
	if err != nil {
		return nil, err
	}
	n := &nativeAddrInfoEx{
		flags: plain.flags, family: plain.family, socktype: plain.socktype, protocol: plain.protocol,
		addrlen: plain.addrlen, canonname: plain.canonname, addr: plain.addr,
		blob: pinnedAddr(pins, h.Blob), bloblen: uintptr(len(h.Blob)),
	}
	if h.Provider != nil {
		n.provider = pinnedAddr(pins, h.Provider[:])
	}
	return n, nil
}

// systemMemory is what lies at an address that the system gave: memory of the
// system, which Go never moves.
func systemMemory[T any](addr uintptr) *T { return *(**T)(unsafe.Pointer(&addr)) }

func bytesAt(addr, n uintptr) Bytes {
	if addr == 0 {
		return nil
	}
	return slices.Clone(unsafe.Slice(systemMemory[byte](addr), n))
}

// cStringAt is text that ends in a NUL; "" at 0.
func cStringAt(addr uintptr) string {
	if addr == 0 {
		return ""
	}
	return windows.BytePtrToString(systemMemory[byte](addr))
}

// wideAt is text of UTF-16 that ends in a NUL; "" at 0.
func wideAt(addr uintptr) string {
	if addr == 0 {
		return ""
	}
	var units []uint16
	for p := systemMemory[uint16](addr); *p != 0; p = systemMemory[uint16](addr) {
		units = append(units, *p)
		addr += 2
	}
	return TextOf(units)
}

// addrInfosAt copies a list of ADDRINFOW.
func addrInfosAt(addr uintptr) []AddrInfo {
	var list []AddrInfo
	for addr != 0 {
		n := systemMemory[nativeAddrInfo](addr)
		list = append(list, AddrInfo{n.flags, n.family, n.socktype, n.protocol, wideAt(n.canonname), bytesAt(n.addr, n.addrlen)})
		addr = n.next
	}
	return list
}

// addrInfosExAt copies a list of ADDRINFOEXW.
func addrInfosExAt(addr uintptr) []AddrInfoEx {
	var list []AddrInfoEx
	for addr != 0 {
		n := systemMemory[nativeAddrInfoEx](addr)
		a := AddrInfoEx{
			AddrInfo: AddrInfo{n.flags, n.family, n.socktype, n.protocol, wideAt(n.canonname), bytesAt(n.addr, n.addrlen)},
			Blob:     bytesAt(n.blob, n.bloblen),
		}
		if n.provider != 0 {
			a.Provider = clone(systemMemory[GUID](n.provider))
		}
		list = append(list, a)
		addr = n.next
	}
	return list
}

// callFree frees a list from whatever thread the caller runs on.
func (p *SystemProcess) callFree(free procID, addr uintptr) {
	if fn, err := p.find(free); err == nil {
		_, _, _ = syscall.SyscallN(fn, addr)
	}
}

// nativeHostEnt is HOSTENT.
type nativeHostEnt struct {
	name, aliases    uintptr
	addrType, length int16
	addrList         uintptr
}

// pointersAt are the pointers of an array that ends in NULL.
func pointersAt(addr uintptr) []uintptr {
	var list []uintptr
	for addr != 0 {
		p := *systemMemory[uintptr](addr)
		if p == 0 {
			break
		}
		list = append(list, p)
		addr += unsafe.Sizeof(p)
	}
	return list
}

func textsAt(addr uintptr) []string {
	var list []string
	for _, p := range pointersAt(addr) {
		list = append(list, cStringAt(p))
	}
	return list
}

func hostEntAt(addr uintptr) HostEnt {
	n := systemMemory[nativeHostEnt](addr)
	e := HostEnt{Name: cStringAt(n.name), Aliases: textsAt(n.aliases), AddrType: n.addrType}
	for _, p := range pointersAt(n.addrList) {
		e.AddrList = append(e.AddrList, bytesAt(p, uintptr(n.length)))
	}
	return e
}

// nativeServEnt64 and nativeServEnt32 are SERVENT, whose last two members stand
// the other way round on 64-bit systems.
type (
	nativeServEnt64 struct {
		name, aliases, proto uintptr
		port                 uint16
	}
	nativeServEnt32 struct {
		name, aliases uintptr
		port          uint16
		proto         uintptr
	}
)

func servEntAt(addr uintptr) ServEnt {
	n := systemMemory[nativeServEnt64](addr)
	name, aliases, proto, port := n.name, n.aliases, n.proto, n.port
	if unsafe.Sizeof(addr) == 4 {
		n := systemMemory[nativeServEnt32](addr)
		name, aliases, proto, port = n.name, n.aliases, n.proto, n.port
	}
	return ServEnt{cStringAt(name), textsAt(aliases), port>>8 | port<<8, cStringAt(proto)}
}

// nativeProtoEnt is PROTOENT.
type nativeProtoEnt struct {
	name, aliases uintptr
	proto         int16
}

func protoEntAt(addr uintptr) ProtoEnt {
	n := systemMemory[nativeProtoEnt](addr)
	return ProtoEnt{cStringAt(n.name), textsAt(n.aliases), n.proto}
}
