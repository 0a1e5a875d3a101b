package scenario

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"wsasim/sim"
	"wsasim/wsa"
)

// socketArgs reads (thread, socket).
func socketArgs(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, optional bool) (*Thread, *wsa.SOCKET, error) {
	var tv starlark.Value
	var sv starlark.Value = starlark.None
	second := "socket"
	if optional {
		second += "?"
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "thread", &tv, second, &sv); err != nil {
		return nil, nil, err
	}
	t, err := asThread(b.Name(), tv)
	if err != nil || sv == starlark.None {
		return t, nil, err
	}
	n, ok := sv.(starlark.Int)
	if !ok {
		return nil, nil, usagef("%s: expected a socket, got %s", b.Name(), sv.Type())
	}
	i, _ := n.Int64()
	s := wsa.SOCKET(i)
	return t, &s, nil
}

func doState(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	t, s, err := socketArgs(b, args, kwargs, false)
	if err != nil {
		return nil, err
	}
	info, ok := t.sim.SocketInfo(*s)
	if !ok {
		return nil, usagef("state: %d is not a socket of %s", *s, t.name)
	}
	names := starlark.NewDict(len(info.Names))
	for _, n := range info.Names {
		peer := ""
		if n.Peer.IsValid() {
			peer = n.Peer.String()
		}
		_ = names.SetKey(starlark.String(peer), starlark.String(n.Name)) // a new dict is not frozen
	}
	return starlarkstruct.FromStringDict(starlark.String("socket"), starlark.StringDict{
		"state": starlark.String(info.State), "bound": starlark.Bool(info.Bound),
		"local": addrText(info.Local.String(), info.Local.IsValid()), "peer": addrText(info.Peer.String(), info.Peer.IsValid()),
		"overlapped": starlark.Bool(info.Overlapped), "nonblocking": starlark.Bool(info.Nonblocking),
		"readable": starlark.MakeInt(info.Readable), "pending": starlark.MakeInt(info.Pending), "broken": Error(info.Broken),
		"secured": starlark.Bool(info.Secured), "names": names, "group": starlark.MakeUint64(uint64(info.Group)),
		"protected": starlark.Bool(info.Association.Secured), "encrypted": starlark.Bool(info.Association.Encrypted),
		"peer_computer": starlark.String(info.Association.PeerComputer), "peer_user": starlark.String(info.Association.PeerUser),
	}), nil
}

func addrText(text string, ok bool) starlark.Value {
	if !ok {
		return starlark.None
	}
	return starlark.String(text)
}

func doShow(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	t, s, err := socketArgs(b, args, kwargs, true)
	if err != nil {
		return nil, err
	}
	sockets := t.sim.Process().Sockets()
	if s != nil {
		sockets = []wsa.SOCKET{*s}
	}
	if len(sockets) == 0 {
		e.script.Say(e.now(), t.name+" has no sockets")
	}
	for _, s := range sockets {
		info, ok := t.sim.SocketInfo(s)
		if !ok {
			return nil, usagef("show: %d is not a socket of %s", s, t.name)
		}
		e.script.Say(e.now(), describe(&info))
	}
	return starlark.None, nil
}

// describe is the state of a socket for people: what it is, where it stands,
// and how it is protected.
func describe(i *sim.SocketInfo) string {
	var b strings.Builder
	fmt.Fprintf(&b, "socket %d  %s %s %s", i.Socket, wsa.FormatConstant(wsa.KindFamily, int64(i.Family)),
		wsa.FormatConstant(wsa.KindType, int64(i.Type)), wsa.FormatConstant(wsa.KindProtocol, int64(i.Protocol)))
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "\n  %-12s%s", label, fmt.Sprintf(format, args...))
	}
	modes := []string{"blocking"}
	if i.Nonblocking {
		modes[0] = "nonblocking"
	}
	if i.Overlapped {
		modes = append(modes, "overlapped")
	}
	line("state", "%s, %s", i.State, strings.Join(modes, ", "))
	if i.Local.IsValid() && i.Bound {
		line("local", "%s", i.Local)
	} else {
		line("local", "not bound")
	}
	if i.Peer.IsValid() {
		line("peer", "%s", i.Peer)
	}
	if i.State == "listening" {
		line("waiting", "%d connections to accept", i.Pending)
	} else {
		line("readable", "%d bytes", i.Readable)
	}
	if i.Broken != 0 {
		line("broken", "%v", i.Broken)
	}
	if i.Group != 0 {
		line("group", "%d", i.Group)
	}
	security := "off"
	if i.Secured {
		security = "on"
	}
	for _, n := range i.Names {
		security += fmt.Sprintf("; %q", n.Name)
		if n.Peer.IsValid() {
			security += fmt.Sprintf(" for %s", n.Peer)
		}
	}
	line("security", "%s", security)
	if a := i.Association; a.Secured {
		kind := "authenticated"
		if a.Encrypted {
			kind = "authenticated and encrypted"
		}
		line("protection", "%s; peer computer %q, peer user %q", kind, a.PeerComputer, a.PeerUser)
	}
	return b.String()
}
