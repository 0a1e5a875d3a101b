package fuzz_test

import (
	"wsasim/fuzz"
	"wsasim/sim"
	"wsasim/wsa"
)

// nameSituations are what matters to the functions for names.
func nameSituations() []situation {
	list := []situation{
		{name: "names", reach: startedOnly},
		{name: "names, not started", reach: func(*fuzz.Machine) (int, wsa.SOCKET) { return gridClient, 0 }},
		{name: "names", reach: startedOnly, lacks: sim.NoMemory},
		{name: "names", reach: startedOnly, lacks: sim.NoNetwork},
	}
	for _, e := range []wsa.Errno{wsa.WSATRY_AGAIN, wsa.WSANO_RECOVERY, wsa.WSANO_DATA} {
		list = append(list, situation{name: "names that end in " + e.Name(), reach: func(m *fuzz.Machine) (int, wsa.SOCKET) {
			if err := m.World.Hosts()[gridClient].SetLookups(sim.Lookups{Error: e}); err != nil {
				panic(err)
			}
			return startedOnly(m)
		}})
	}
	for i := range list {
		list[i].calls = nameCalls
	}
	return list
}

func startedOnly(m *fuzz.Machine) (int, wsa.SOCKET) {
	do(m, gridClient, wsa.WSAStartupCall{Version: 0x0202})
	return gridClient, 0
}

// lookupCalls are calls of GetAddrInfo and GetAddrInfoEx with the same
// arguments.
func lookupCalls(name, service *string, hints wsa.AddrInfo) []wsa.Call {
	return []wsa.Call{
		wsa.GetAddrInfoCall{NodeName: name, ServiceName: service, Hints: &hints},
		wsa.GetAddrInfoExCall{Name: name, ServiceName: service, Hints: &wsa.AddrInfoEx{AddrInfo: hints}},
	}
}

// nameCalls are calls of the functions for names; they have no socket.
func nameCalls(wsa.SOCKET) []wsa.Call {
	server, nobody, http := value("server"), value("nobody"), value("http")
	var calls []wsa.Call
	for _, hints := range []wsa.AddrInfo{
		{}, {Family: 99}, {SockType: 99}, {Flags: wsa.AI_FQDN | wsa.AI_CANONNAME}, {CanonName: "x"}, {Flags: wsa.AI_NUMERICHOST}, {Flags: wsa.AI_NUMERICSERV},
	} {
		calls = append(calls, lookupCalls(server, http, hints)...)
	}
	calls = append(calls, lookupCalls(nil, nil, wsa.AddrInfo{})...)
	calls = append(calls, lookupCalls(nobody, nil, wsa.AddrInfo{})...)
	calls = append(calls, lookupCalls(nil, http, wsa.AddrInfo{Flags: wsa.AI_CANONNAME})...)
	calls = append(calls, lookupCalls(server, value("no such service"), wsa.AddrInfo{})...)
	return append(calls,
		wsa.GetAddrInfoExCall{Name: server, NameSpace: 77}, wsa.GetAddrInfoExCall{Name: server, NameSpace: wsa.NS_PNRPNAME},
		wsa.GetAddrInfoExCall{Name: server, Overlapped: 1, Event: 0x7774, NameHandle: true},
		wsa.GetAddrInfoExCancelCall{Handle: value(wsa.HANDLE(0x7774))}, wsa.GetAddrInfoExOverlappedResultCall{}, wsa.GetAddrInfoExOverlappedResultCall{Overlapped: 5},
		wsa.GetNameInfoCall{Sockaddr: at("10.0.0.2:80"), Node: 64, Service: 64}, wsa.GetNameInfoCall{Sockaddr: foreign(), Node: 64, Service: 64},
		wsa.GetNameInfoCall{Node: 64, Service: 64}, wsa.GetNameInfoCall{Sockaddr: at("10.9.9.9:80"), Node: 64, Service: 64, Flags: wsa.NI_NAMEREQD},
		wsa.GetNameInfoCall{Sockaddr: at("10.0.0.2:80"), Node: wsa.NULL, Service: wsa.NULL}, wsa.GetNameInfoCall{Sockaddr: at("10.0.0.2:80"), Node: 64, Service: 64, Flags: 0x4000},
		wsa.GetHostNameCall{Name: 64}, wsa.GetHostNameCall{Name: 1}, wsa.GethostbynameCall{Name: server}, wsa.GethostbynameCall{Name: nobody}, wsa.GethostbynameCall{Name: value("1.2.3.4.5")},
		wsa.GethostbynameCall{Name: value("fd00::2")},
		wsa.GethostbyaddrCall{Addr: wsa.Bytes{10, 0, 0, 2}, Type: wsa.AF_INET}, wsa.GethostbyaddrCall{Addr: wsa.Bytes{10, 9, 9, 9}, Type: wsa.AF_INET},
		wsa.GethostbyaddrCall{Type: wsa.AF_INET}, wsa.GethostbyaddrCall{Addr: wsa.Bytes{10, 0, 0, 2}, Type: 99}, wsa.GethostbyaddrCall{Addr: make(wsa.Bytes, 17), Type: wsa.AF_INET6},
		wsa.GetservbynameCall{Name: http}, wsa.GetservbynameCall{Name: nobody}, wsa.GetservbyportCall{Port: 1}, wsa.GetprotobynameCall{Name: nobody}, wsa.GetprotobynumberCall{Number: 254})
}
