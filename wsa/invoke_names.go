package wsa

import "slices"

// addrInfos is a list as Return holds it.
func addrInfos(list []AddrInfo) []AddrInfoEx {
	out := make([]AddrInfoEx, len(list))
	for i, a := range list {
		out[i].AddrInfo = a
	}
	return out
}

// textRoom makes the output buffer of text that r stands for.
func textRoom(r Room) []uint16 {
	if r < 0 {
		return nil
	}
	b := make([]uint16, r)
	for i := range b {
		b[i] = poison<<8 | poison
	}
	return b
}

func (c GetAddrInfoCall) invoke(a *invocation) Return {
	list, err := a.GetAddrInfo(c.NodeName, c.ServiceName, clone(c.Hints))
	r := result(err)
	if err == nil {
		r.AddrInfo = addrInfos(list)
	}
	return r
}

func (c GetAddrInfoExCall) invoke(a *invocation) Return {
	var list *[]AddrInfoEx
	if !c.NullResult {
		list = a.lookup(c.Overlapped)
	}
	var handle *HANDLE
	if c.NameHandle {
		handle = new(HANDLE)
	}
	r := result(a.GetAddrInfoEx(c.Name, c.ServiceName, c.NameSpace, clone(c.NspID), clone(c.Hints), list, clone(c.Timeout),
		a.overlapped(c.Overlapped, c.Event), a.lookupRoutine(c.Routine), handle))
	if r.Err == 0 && list != nil {
		r.AddrInfo = slices.Clone(*list)
	}
	if handle != nil {
		r.Handle = *handle
	}
	return r
}

// lookup is where the lookup of an id is to store what it finds.
func (a *invocation) lookup(id OverlappedID) *[]AddrInfoEx {
	list := new([]AddrInfoEx)
	if a.table != nil && id != 0 {
		a.table.ids.record(id).found = list
	}
	return list
}

func (a *invocation) lookupRoutine(given bool) LookupRoutine {
	if !given {
		return nil
	}
	if a.table == nil {
		return func(Errno, uint32, *Overlapped) {}
	}
	ids := a.table.ids
	return func(err Errno, n uint32, o *Overlapped) {
		r := ids.record(ids.ids[o])
		r.routines = append(r.routines, Completion{err, n, 0})
	}
}

func (c GetAddrInfoExCancelCall) invoke(a *invocation) Return {
	return result(a.GetAddrInfoExCancel(clone(c.Handle)))
}

func (c GetAddrInfoExOverlappedResultCall) invoke(a *invocation) Return {
	r := result(a.GetAddrInfoExOverlappedResult(a.existing(c.Overlapped)))
	if r.Err == 0 && a.table != nil {
		r.AddrInfo = a.table.Found(c.Overlapped)
	}
	return r
}

func (c GetNameInfoCall) invoke(a *invocation) Return {
	node, service := textRoom(c.Node), textRoom(c.Service)
	r := result(a.GetNameInfo(c.Sockaddr, node, service, c.Flags))
	if r.Err == 0 && r.Failure == "" {
		r.Node, r.Service = TextOf(node), TextOf(service)
	}
	return r
}

func (c GetHostNameCall) invoke(a *invocation) Return {
	name := textRoom(c.Name)
	r := result(a.GetHostName(name))
	if r.Err == 0 && r.Failure == "" {
		r.Node = TextOf(name)
	}
	return r
}

func hostResult(e *HostEnt, err error) Return {
	r := result(err)
	if err == nil {
		r.HostEnt = clone(e)
	}
	return r
}

func servResult(e *ServEnt, err error) Return {
	r := result(err)
	if err == nil {
		r.ServEnt = clone(e)
	}
	return r
}

func protoResult(e *ProtoEnt, err error) Return {
	r := result(err)
	if err == nil {
		r.ProtoEnt = clone(e)
	}
	return r
}

func (c GethostbynameCall) invoke(a *invocation) Return { return hostResult(a.Gethostbyname(c.Name)) }

func (c GethostbyaddrCall) invoke(a *invocation) Return {
	return hostResult(a.Gethostbyaddr(c.Addr, c.Type))
}

func (c GetservbynameCall) invoke(a *invocation) Return {
	return servResult(a.Getservbyname(c.Name, c.Proto))
}

func (c GetservbyportCall) invoke(a *invocation) Return {
	return servResult(a.Getservbyport(c.Port, c.Proto))
}

func (c GetprotobynameCall) invoke(a *invocation) Return {
	return protoResult(a.Getprotobyname(c.Name))
}

func (c GetprotobynumberCall) invoke(a *invocation) Return {
	return protoResult(a.Getprotobynumber(c.Number))
}

func (c InetAddrCall) invoke(a *invocation) Return { return Return{N: int64(a.InetAddr(c.CP))} }
func (c InetNtoaCall) invoke(a *invocation) Return { return Return{Node: a.InetNtoa(c.In)} }
