package model

import (
	"encoding/binary"
	"net/netip"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// WSASendMsg and WSARecvMsg, and the control messages of datagrams.

// controls has a bit for each kind of control message that an option asks for.
type controls uint8

const (
	askInfo controls = 1 << iota
	askTTL
	askClass
	askInfo6
	askHops6
	askClass6
)

// controlOptions are the options that ask for control messages, and the messages.
var controlOptions = []struct {
	level, name int32
	ask         controls
	types       [2]int32 // of the message; some versions use another one
	size        int
}{
	{wsa.IPPROTO_IP, wsa.IP_PKTINFO, askInfo, [2]int32{wsa.IP_PKTINFO}, 8},
	{wsa.IPPROTO_IP, wsa.IP_RECVTTL, askTTL, [2]int32{wsa.IP_TTL}, 4},
	{wsa.IPPROTO_IP, wsa.IP_RECVTOS, askClass, [2]int32{wsa.IP_TOS, wsa.IP_TCLASS}, 4},
	{wsa.IPPROTO_IPV6, wsa.IPV6_PKTINFO, askInfo6, [2]int32{wsa.IPV6_PKTINFO}, 20},
	{wsa.IPPROTO_IPV6, wsa.IPV6_HOPLIMIT, askHops6, [2]int32{wsa.IPV6_HOPLIMIT}, 4},
	{wsa.IPPROTO_IPV6, wsa.IPV6_RECVTCLASS, askClass6, [2]int32{wsa.IPV6_TCLASS}, 4},
}

// asks is an effect by which a socket asks for control messages, or no longer
// does; nil for other options.
func (v *verdict) asks(c wsa.SetsockoptCall) effect {
	for _, o := range controlOptions {
		if o.level != c.Level || o.name != c.Optname {
			continue
		}
		on := !zeroAddress(c.Optval)
		sure := len(c.Optval) == 4 && (!on || c.Optval[0] != 0)
		return v.change(func(x *socket) {
			x.wants, x.wantsMaybe = x.wants&^o.ask, x.wantsMaybe&^o.ask
			switch {
			case !sure:
				x.wantsMaybe |= o.ask
			case on:
				x.wants |= o.ask
			}
		})
	}
	return nil
}

func (v *verdict) sendMsg(c wsa.WSASendMsgCall) {
	if c.NullMsg {
		v.must(rules.MSGFault) // and binds nothing (SM4)
		return
	}
	if v.s.typ == wsa.SOCK_STREAM {
		v.must(rules.MSGType)
		v.mustAny(rules.MSGType)
		return
	}
	if c.MsgFlags != 0 {
		v.may(rules.SENDOob) // the page says both that they are ignored and that they are judged
	}
	if len(c.Control) > 0 {
		v.may(rules.MSGControl)
		v.may(rules.MSGFault)
	}
	v.send(sending(c))
}

func (v *verdict) recvMsg(c wsa.WSARecvMsgCall) {
	if c.NullMsg || c.Name == wsa.NULL && c.Namelen != 0 || c.Control == wsa.NULL && c.ControlLen != 0 {
		v.must(rules.MSGFault)
		if c.NullMsg {
			return
		}
	}
	if v.s.typ == wsa.SOCK_STREAM {
		v.must(rules.MSGType)
		v.mustAny(rules.MSGType)
		return
	}
	a := receiving(c)
	base := len(v.out)
	v.receive(a)
	k, s := v.s.place, v.s
	for i := base; i < len(v.out); i++ {
		o := &v.out[i]
		cut := o.Kind == Failure && contains(o.Rules, rules.RECVMsgsize)
		if !cut && o.Kind != Success {
			continue
		}
		o.Rules = append(o.Rules[:len(o.Rules):len(o.Rules)], rules.MSGInfo)
		if cut {
			o.Rules = []rules.ID{rules.RECVMsgsize, rules.MSGTruncated}
			o.effect = v.messageCut(a, k, s)
			which := uint32(wsa.MSG_TRUNC)
			if s.wants|s.wantsMaybe != 0 {
				which, o.none = wsa.MSG_CTRUNC, nil
			}
			o.example = func(*world) wsa.Return { return wsa.Return{MsgFlags: &which, Count: ptrTo(uint32(0))} }
			continue
		}
		before := o.effect
		o.effect = func(n *world, ret *wsa.Return) rules.ID {
			if broken := judgeMessage(n, s, ret, false, &arrival{x: s}); broken != "" {
				return broken
			}
			return before(n, ret)
		}
		example := o.example
		o.example = func(w *world) wsa.Return {
			r := example(w)
			r.MsgFlags = ptrTo(uint32(0))
			r.Control = exampleControl(w, s)
			return r
		}
	}
}

// messageCut judges WSAEMSGSIZE: data or control messages were left out.
func (v *verdict) messageCut(a recvArgs, k uint64, s *socket) effect {
	data := v.cutEffect(a)
	return func(n *world, ret *wsa.Return) rules.ID {
		if broken := judgeMessage(n, s, ret, true, &arrival{x: s}); broken != "" {
			return broken
		}
		if ret.MsgFlags != nil && *ret.MsgFlags&wsa.MSG_TRUNC != 0 {
			return data(n, ret)
		}
		return ""
	}
}

// judgeMessage judges the flags and the control messages that came with a
// datagram.
func judgeMessage(w *world, x *socket, ret *wsa.Return, cut bool, _ *arrival) rules.ID {
	if ret.MsgFlags == nil {
		return "" // the call did not tell
	}
	if truncated := *ret.MsgFlags&(wsa.MSG_TRUNC|wsa.MSG_CTRUNC) != 0; truncated != cut {
		return rules.MSGTruncated
	}
	if *ret.MsgFlags&wsa.MSG_CTRUNC != 0 {
		if x.wants|x.wantsMaybe == 0 {
			return rules.MSGInfo // there was nothing to cut
		}
		return ""
	}
	return w.judgeControl(x, ret.Control)
}

// judgeControl judges the control messages of one datagram.
func (w *world) judgeControl(x *socket, control []byte) rules.ID {
	list, err := wsa.ParseControl(control)
	if err != nil {
		return rules.MSGInfo
	}
	var got controls
	for _, m := range list {
		ask := controls(0)
		for _, o := range controlOptions {
			if m.Level == o.level && (m.Type == o.types[0] || m.Type == o.types[1] && o.types[1] != 0) && len(m.Data) == o.size {
				ask = o.ask
			}
		}
		if ask == 0 || got&ask != 0 || (x.wants|x.wantsMaybe)&ask == 0 || !w.plausible(x, ask, m.Data) {
			return rules.MSGInfo
		}
		got |= ask
	}
	// Of the two families, those of one came: that of the datagram.
	const four, six = askInfo | askTTL | askClass, askInfo6 | askHops6 | askClass6
	missing := x.wants &^ got
	if x.family == wsa.AF_INET && missing&four != 0 || x.family == wsa.AF_INET6 && missing&four != 0 && missing&six != 0 {
		return rules.MSGInfo
	}
	return ""
}

// plausible judges the content of a control message.
func (w *world) plausible(x *socket, ask controls, data []byte) bool {
	switch ask {
	case askInfo:
		return w.arrivesAt(x, netip.AddrFrom4([4]byte(data[:4])))
	case askInfo6:
		return w.arrivesAt(x, netip.AddrFrom16([16]byte(data[:16])))
	}
	return binary.LittleEndian.Uint32(data) <= 255
}

// arrivesAt reports whether a datagram to the address may come to the socket.
func (w *world) arrivesAt(x *socket, a netip.Addr) bool {
	return a.IsLoopback() || a.IsMulticast() || a.Is4() && mayBroadcast(a) || w.faulty || w.hosts[x.host].owns(a)
}

// exampleControl is what the options of the socket ask for.
func exampleControl(w *world, x *socket) wsa.Bytes {
	var out []byte
	for _, o := range controlOptions {
		if x.wants&o.ask == 0 || (o.level == wsa.IPPROTO_IP) != (x.family == wsa.AF_INET) {
			continue
		}
		data := make([]byte, o.size)
		switch o.ask {
		case askInfo:
			copy(data, []byte{127, 0, 0, 1})
		case askInfo6:
			data[15] = 1
		}
		out = wsa.AppendControl(out, wsa.ControlMessage{Level: o.level, Type: o.types[0], Data: data})
	}
	return out
}
