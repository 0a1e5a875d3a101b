package scenario

import (
	"net/netip"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"wsasim/sim"
	"wsasim/wsa"
)

// directoryBuiltins is the language about what names stand for.
func directoryBuiltins() []builtin {
	return []builtin{
		{"set_name", "set_name(name, addr, ...)", "makes a name resolve to addresses; none: it is forgotten, and a host's own name is its addresses again", doSetName},
		{"set_alias", "set_alias(name, canonical)", "makes a name another name for canonical", doSetAlias},
		{"set_reverse", "set_reverse(addr, name)", "says which name an address has, \"\" for that of its host", doSetReverse},
		{"set_lookups", "set_lookups(host, name=\"\", delay=0, error=None, times=0)", "says how lookups by a host go, or those of one name: how long they take, and whether they fail: with WSAHOST_NOT_FOUND, WSANO_DATA, WSATRY_AGAIN or WSANO_RECOVERY, always or the given number of times", doSetLookups},
		{"resolve", "resolve(name)", "the addresses that a name resolves to; it takes no time", doResolve},
	}
}

func doSetName(e *Engine, _ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	texts, err := stringList("set_name", args)
	if err != nil || len(texts) == 0 {
		return nil, usagef("set_name: expected a name and addresses, as in set_name(\"server\", \"10.0.0.2\")")
	}
	var addrs []netip.Addr
	for _, text := range texts[1:] {
		a, err := parseAddr("set_name", text)
		if err != nil {
			return nil, err
		}
		addrs = append(addrs, a)
	}
	e.ensureWorld().SetName(texts[0], addrs...)
	return starlark.None, nil
}

func doResolve(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name); err != nil {
		return nil, err
	}
	list := []starlark.Value{}
	for _, a := range e.ensureWorld().Resolve(name) {
		list = append(list, starlark.String(a.String()))
	}
	return starlark.NewList(list), nil
}

func doSetAlias(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name, canonical string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name, "canonical", &canonical); err != nil {
		return nil, err
	}
	e.ensureWorld().SetAlias(name, canonical)
	return starlark.None, nil
}

func doSetReverse(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text, name string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "addr", &text, "name", &name); err != nil {
		return nil, err
	}
	a, err := parseAddr("set_reverse", text)
	if err != nil {
		return nil, err
	}
	e.ensureWorld().SetReverse(a, name)
	return starlark.None, nil
}

func doSetLookups(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var host, delay, failure starlark.Value
	var name string
	var l sim.Lookups
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "host", &host, "name?", &name, "delay?", &delay, "error?", &failure, "times?", &l.Times); err != nil {
		return nil, err
	}
	h, err := asHost("set_lookups", host)
	if err != nil {
		return nil, err
	}
	if l.Delay, err = duration(delay); err != nil {
		return nil, err
	}
	switch v := failure.(type) {
	case nil, starlark.NoneType:
	case Error:
		l.Error = wsa.Errno(v)
	default:
		return nil, usagef("set_lookups: expected an error such as WSATRY_AGAIN, got %s", v.Type())
	}
	if name == "" {
		err = h.sim.SetLookups(l)
	} else {
		err = h.sim.SetLookupsOf(name, l)
	}
	if err != nil {
		return nil, usagef("set_lookups: %v", err)
	}
	return starlark.None, nil
}

// addrInfoResult is what a lookup found, as structs whose addr a call takes.
func addrInfoResult(list []wsa.AddrInfoEx) starlark.Value {
	out := make([]starlark.Value, len(list))
	for i, a := range list {
		out[i] = starlarkstruct.FromStringDict(starlark.String("addrinfo"), starlark.StringDict{
			"flags": starlark.MakeInt(int(a.Flags)), "family": starlark.MakeInt(int(a.Family)), "socktype": starlark.MakeInt(int(a.SockType)),
			"protocol": starlark.MakeInt(int(a.Protocol)), "canonname": starlark.String(a.CanonName), "addr": addrOrNone(a.Addr),
		})
	}
	return starlark.NewList(out)
}

func stringsOf(list []string) starlark.Value {
	out := make([]starlark.Value, len(list))
	for i, s := range list {
		out[i] = starlark.String(s)
	}
	return starlark.NewList(out)
}

// hostResult is a HOSTENT.
func hostResult(e *wsa.HostEnt) starlark.Value {
	if e == nil {
		return starlark.None
	}
	return starlarkstruct.FromStringDict(starlark.String("hostent"), starlark.StringDict{
		"name": starlark.String(e.Name), "aliases": stringsOf(e.Aliases), "addrtype": starlark.MakeInt(int(e.AddrType)), "addrs": stringsOf(addrTexts(e)),
	})
}

// addrTexts are the addresses of a HOSTENT as text.
func addrTexts(e *wsa.HostEnt) []string {
	var texts []string
	for _, b := range e.AddrList {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			texts = append(texts, formatData(b))
			continue
		}
		texts = append(texts, a.String())
	}
	return texts
}

// servResult is a SERVENT.
func servResult(e *wsa.ServEnt) starlark.Value {
	if e == nil {
		return starlark.None
	}
	return starlarkstruct.FromStringDict(starlark.String("servent"), starlark.StringDict{
		"name": starlark.String(e.Name), "aliases": stringsOf(e.Aliases), "port": starlark.MakeInt(int(e.Port)), "proto": starlark.String(e.Proto),
	})
}

// protoResult is a PROTOENT.
func protoResult(e *wsa.ProtoEnt) starlark.Value {
	if e == nil {
		return starlark.None
	}
	return starlarkstruct.FromStringDict(starlark.String("protoent"), starlark.StringDict{
		"name": starlark.String(e.Name), "aliases": stringsOf(e.Aliases), "proto": starlark.MakeInt(int(e.Proto)),
	})
}

// nameResult is the result of a call of Names; nil for another call.
func nameResult(call wsa.Call, ret *wsa.Return) starlark.Value {
	switch call.(type) {
	case wsa.GetAddrInfoCall, wsa.GetAddrInfoExCall, wsa.GetAddrInfoExOverlappedResultCall:
		return addrInfoResult(ret.AddrInfo)
	case wsa.GetNameInfoCall:
		return starlark.Tuple{starlark.String(ret.Node), starlark.String(ret.Service)}
	case wsa.GetHostNameCall, wsa.InetNtoaCall:
		return starlark.String(ret.Node)
	case wsa.GethostbynameCall, wsa.GethostbyaddrCall:
		return hostResult(ret.HostEnt)
	case wsa.GetservbynameCall, wsa.GetservbyportCall:
		return servResult(ret.ServEnt)
	case wsa.GetprotobynameCall, wsa.GetprotobynumberCall:
		return protoResult(ret.ProtoEnt)
	case wsa.InetAddrCall:
		return starlark.MakeInt64(ret.N)
	}
	return nil
}
