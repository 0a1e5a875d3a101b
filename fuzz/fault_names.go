package fuzz

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

var lookups = []string{"GetAddrInfo", "GetAddrInfoEx"}

// found changes a lookup that succeeded.
func found(change func(list []wsa.AddrInfoEx) []wsa.AddrInfoEx) func(wsa.Call, *wsa.Return) bool {
	return func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || len(r.AddrInfo) == 0 {
			return false
		}
		r.AddrInfo = change(r.AddrInfo)
		return true
	}
}

// nameFaults are about names.
var nameFaults = []Fault{
	{Name: "a name without addresses of the family does not exist", Rule: rules.GAINodata, Ops: []string{"GetAddrInfo"}, From: wsa.WSANO_DATA, To: wsa.WSAHOST_NOT_FOUND},
	{Name: "an unknown service is an unknown host", Rule: rules.GAIService, Ops: lookups, From: wsa.WSATYPE_NOT_FOUND, To: wsa.WSAHOST_NOT_FOUND},
	{Name: "hints that must be zero are invalid", Rule: rules.GAIHints, Ops: lookups, From: wsa.WSANO_RECOVERY, To: wsa.WSAEINVAL},
	{Name: "one address of a name is forgotten", Rule: rules.GAIFound, Ops: lookups, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || len(r.AddrInfo) < 2 {
			return false
		}
		r.AddrInfo = r.AddrInfo[1:]
		return true
	}},
	{Name: "the port of a service is one too high", Rule: rules.GAIPort, Ops: lookups, Change: found(func(list []wsa.AddrInfoEx) []wsa.AddrInfoEx {
		list[0].Addr[3]++
		return list
	})},
	{Name: "the flags of the hints come back", Rule: rules.GAIFields, Ops: lookups, Change: found(func(list []wsa.AddrInfoEx) []wsa.AddrInfoEx {
		list[0].Flags = wsa.AI_PASSIVE
		return list
	})},
	{Name: "a canonical name that nobody asked for", Rule: rules.GAICanonname, Ops: lookups, Change: func(c wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || len(r.AddrInfo) < 2 {
			return false
		}
		r.AddrInfo[1].CanonName = "server"
		return true
	}},
	{Name: "an address that is too short is of an unknown family", Rule: rules.GNIFault, Ops: []string{"GetNameInfo"}, From: wsa.WSAEFAULT, To: wsa.WSAEAFNOSUPPORT},
	{Name: "gethostbyname gives an address too many", Rule: rules.HOSTName, Ops: []string{"gethostbyname"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || r.HostEnt == nil {
			return false
		}
		r.HostEnt.AddrList = append(r.HostEnt.AddrList, wsa.Bytes{10, 7, 7, 7})
		return true
	}},
	{Name: "a port is in the wrong order", Rule: rules.SERVFound, Ops: []string{"getservbyname", "getservbyport"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || r.ServEnt == nil {
			return false
		}
		r.ServEnt.Port = r.ServEnt.Port<<8 | r.ServEnt.Port>>8
		return true
	}},
	{Name: "the protocol has another number", Rule: rules.PROTOFound, Ops: []string{"getprotobyname"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		if r.Err != 0 || r.ProtoEnt == nil {
			return false
		}
		r.ProtoEnt.Proto++
		return true
	}},
	{Name: "inet_addr is in host order", Rule: rules.INETAddr, Ops: []string{"inet_addr"}, Change: func(_ wsa.Call, r *wsa.Return) bool {
		n := uint32(r.N)
		r.N = int64(n>>24 | n>>8&0xFF00 | n<<8&0xFF0000 | n<<24)
		return r.N != int64(n)
	}},
}
