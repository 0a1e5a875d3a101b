package sim

import (
	"encoding/binary"
	"net/netip"
)

// addressTable says which host has an address; zones do not count. Every packet
// looks here, so the keys are of the kinds that maps are fast with.
type addressTable struct {
	four map[uint32]*Host
	six  map[[16]byte]*Host
}

func newAddressTable() addressTable {
	return addressTable{make(map[uint32]*Host), make(map[[16]byte]*Host)}
}

// host is the host at an address, nil for none.
func (t *addressTable) host(a netip.Addr) *Host {
	if a.Is4() {
		return t.four[fourKey(a)]
	}
	return t.six[a.As16()]
}

// set gives an address to a host.
func (t *addressTable) set(a netip.Addr, h *Host) {
	if a.Is4() {
		t.four[fourKey(a)] = h
	} else {
		t.six[a.As16()] = h
	}
}

func fourKey(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}
