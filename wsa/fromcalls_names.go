package wsa

import "slices"

func (f fromCalls) GetAddrInfo(nodeName, serviceName *string, hints *AddrInfo) ([]AddrInfo, error) {
	r := f.answer(GetAddrInfoCall{clone(nodeName), clone(serviceName), clone(hints)})
	if err := r.err(); err != nil {
		return nil, err
	}
	list := make([]AddrInfo, len(r.AddrInfo))
	for i := range r.AddrInfo {
		list[i] = r.AddrInfo[i].AddrInfo
	}
	return list, nil
}

func (f fromCalls) GetAddrInfoEx(name, serviceName *string, nameSpace uint32, nspID *GUID, hints *AddrInfoEx, result *[]AddrInfoEx, timeout *Timeval, overlapped *Overlapped, routine LookupRoutine, nameHandle *HANDLE) error {
	r := f.answer(GetAddrInfoExCall{
		Name: clone(name), ServiceName: clone(serviceName), NameSpace: nameSpace, NspID: clone(nspID), Hints: clone(hints),
		NullResult: result == nil, Timeout: clone(timeout), Overlapped: f.overlappedIn(overlapped), Event: eventIn(overlapped),
		Routine: routine != nil, NameHandle: nameHandle != nil,
	})
	if result != nil {
		*result = slices.Clone(r.AddrInfo)
	}
	if nameHandle != nil {
		*nameHandle = r.Handle
	}
	return r.err()
}

func (f fromCalls) GetAddrInfoExCancel(handle *HANDLE) error {
	return f.answer(GetAddrInfoExCancelCall{clone(handle)}).err()
}

func (f fromCalls) GetAddrInfoExOverlappedResult(overlapped *Overlapped) error {
	return f.answer(GetAddrInfoExOverlappedResultCall{f.overlappedIn(overlapped)}).err()
}

// textRoomIn is the Room that a buffer of text offers.
func textRoomIn(b []uint16) Room {
	if b == nil {
		return NULL
	}
	return Room(len(b))
}

func (f fromCalls) GetNameInfo(sockaddr []byte, node, service []uint16, flags int32) error {
	r := f.answer(GetNameInfoCall{sockaddr, textRoomIn(node), textRoomIn(service), flags})
	if err := r.err(); err != nil {
		return err
	}
	StoreText(node, r.Node)
	StoreText(service, r.Service)
	return nil
}

func (f fromCalls) GetHostName(name []uint16) error {
	r := f.answer(GetHostNameCall{textRoomIn(name)})
	if err := r.err(); err != nil {
		return err
	}
	StoreText(name, r.Node)
	return nil
}

func (f fromCalls) Gethostbyname(name *string) (*HostEnt, error) {
	r := f.answer(GethostbynameCall{clone(name)})
	return r.HostEnt, r.err()
}

func (f fromCalls) Gethostbyaddr(addr []byte, typ int32) (*HostEnt, error) {
	r := f.answer(GethostbyaddrCall{addr, typ})
	return r.HostEnt, r.err()
}

func (f fromCalls) Getservbyname(name, proto *string) (*ServEnt, error) {
	r := f.answer(GetservbynameCall{clone(name), clone(proto)})
	return r.ServEnt, r.err()
}

func (f fromCalls) Getservbyport(port uint16, proto *string) (*ServEnt, error) {
	r := f.answer(GetservbyportCall{port, clone(proto)})
	return r.ServEnt, r.err()
}

func (f fromCalls) Getprotobyname(name *string) (*ProtoEnt, error) {
	r := f.answer(GetprotobynameCall{clone(name)})
	return r.ProtoEnt, r.err()
}

func (f fromCalls) Getprotobynumber(number int32) (*ProtoEnt, error) {
	r := f.answer(GetprotobynumberCall{number})
	return r.ProtoEnt, r.err()
}

func (f fromCalls) InetAddr(cp *string) uint32 { return uint32(f.answer(InetAddrCall{clone(cp)}).N) }
func (f fromCalls) InetNtoa(in uint32) string  { return f.answer(InetNtoaCall{in}).Node }
