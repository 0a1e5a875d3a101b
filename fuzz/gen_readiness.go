package fuzz

import (
	"reflect"
	"slices"

	"wsasim/wsa"
)

// How the calls of readiness, events, waits and sharing are drawn.

// event draws the handle of an event: mostly an open one.
func (g source) event() wsa.HANDLE {
	if len(g.p.Events) > 0 && !g.once(10, "no event") {
		return pick(g, "event", g.p.Events...)
	}
	return pick(g, "bogus event", wsa.HANDLE(0), wsa.HANDLE(g.socket()), 0x7FFFFFFC)
}

func (g source) waitForEvents() wsa.Call {
	c := wsa.WSAWaitForMultipleEventsCall{WaitAll: g.once(3, "all"), Timeout: g.timeout(), Alertable: g.once(3, "alertable")}
	n := pick(g, "events", 1, 2, 3, 0)
	if g.once(40, "too many") {
		n = 65
	}
	for range n {
		c.Events = append(c.Events, g.event())
	}
	return c
}

// timeout draws how long a wait for several things lasts, mostly not long.
func (g source) timeout() uint32 {
	return pick(g, "timeout", uint32(0), 0, 1, 50, 5000, wsa.WSA_INFINITE)
}

func (g source) eventSelect() wsa.Call {
	c := wsa.WSAEventSelectCall{S: g.socket(), EventObject: g.event(), NetworkEvents: pick(g, "mask", int32(wsa.FD_ALL_EVENTS),
		wsa.FD_READ|wsa.FD_WRITE|wsa.FD_CLOSE|wsa.FD_CONNECT|wsa.FD_ACCEPT, wsa.FD_READ, wsa.FD_ACCEPT, wsa.FD_WRITE|wsa.FD_CONNECT, wsa.FD_CLOSE|wsa.FD_READ, 0)}
	if g.once(20, "odd mask") {
		c.NetworkEvents = pick(g, "mask", int32(-1), 0x400, wsa.FD_QOS)
	}
	return c
}

func (g source) enumEvents() wsa.Call {
	c := wsa.WSAEnumNetworkEventsCall{S: g.socket(), NullEvents: g.once(20, "no room")}
	if g.once(2, "with an event") {
		c.EventObject = g.event()
	}
	return c
}

// set draws an fd_set.
func (g source) set() wsa.FDSet {
	n := pick(g, "set", 1, 0, 2, 3, -1)
	if n < 0 {
		return nil
	}
	s := make(wsa.FDSet, n)
	for i := range s {
		s[i] = g.watched()
	}
	return s
}

// watched draws a descriptor to look at: one in thirty is none, since a single
// one spoils the whole call.
func (g source) watched() wsa.SOCKET {
	if len(g.p.Sockets) == 0 || g.once(30, "any socket") {
		return g.socket()
	}
	return pick(g, "socket", g.p.Sockets...)
}

func (g source) selectSockets() wsa.Call {
	c := wsa.SelectCall{Nfds: int32(g.upTo(3, "nfds")), Readfds: g.set(), Writefds: g.set(), Exceptfds: g.set(), Same: g.once(10, "same set")}
	if c.Same && c.Readfds != nil {
		c.Writefds = nil
		c.Writefds = append(wsa.FDSet{}, c.Readfds...)
	} else {
		c.Same = false
	}
	switch g.upTo(11, "timeout") {
	case 0:
	case 1:
		c.Timeout = &wsa.Timeval{Sec: 2}
	case 2:
		c.Timeout = &wsa.Timeval{Sec: pick(g, "seconds", int32(0), -1), Usec: pick(g, "microseconds", int32(-1), 100, 1_000_000)}
	default:
		c.Timeout = &wsa.Timeval{Usec: pick(g, "microseconds", int32(0), 0, 0, 500)}
	}
	return c
}

func (g source) poll() wsa.Call {
	c := wsa.WSAPollCall{Timeout: pick(g, "timeout", int32(0), 0, 0, 1, 100, 3000, -1)}
	if g.once(20, "no array") {
		return c
	}
	for range pick(g, "entries", 1, 2, 3, 5) {
		f := wsa.PollFD{FD: g.watched(), Events: int16(pick(g, "events", wsa.POLLRDNORM|wsa.POLLRDBAND|wsa.POLLWRNORM, wsa.POLLRDNORM, wsa.POLLWRNORM, 0))}
		if g.once(30, "odd events") {
			f.Events = int16(pick(g, "flag", wsa.POLLPRI, wsa.POLLERR, wsa.POLLWRBAND, 8, 0x800))
		}
		c.FDArray = append(c.FDArray, f)
	}
	return c
}

func (g source) wsaAccept() wsa.Call {
	c := wsa.WSAAcceptCall{S: g.socket()}
	c.Addr, c.Addrlen = g.addressRoom()
	if !g.once(4, "no condition") {
		answer := pick(g, "answer", int32(wsa.CF_ACCEPT), wsa.CF_DEFER, wsa.CF_REJECT, wsa.CF_DEFER, 7)
		c.Answer = &answer
		if len(g.p.Groups) > 0 && g.once(4, "into a group") {
			c.Group = g.group()
		}
	}
	return c
}

// disconnectData draws what WSASendDisconnect and WSARecvDisconnect take.
func (g source) disconnectData() wsa.Bytes {
	if g.once(3, "data") {
		return make(wsa.Bytes, 4)
	}
	return nil
}

func (g source) enumProtocols() wsa.Call {
	c := wsa.WSAEnumProtocolsCall{ProtocolBuffer: pick(g, "room", wsa.Room(8*wsa.ProtocolInfoSize), wsa.ProtocolInfoSize, 0, wsa.NULL)}
	if g.once(2, "some") {
		c.Protocols = []int32{pick(g, "protocol", int32(wsa.IPPROTO_TCP), wsa.IPPROTO_UDP, 250), 0}
	}
	if !g.once(12, "no length") {
		n := uint32(max(c.ProtocolBuffer, 0))
		c.BufferLength = &n
	}
	return c
}

// duplicate draws a socket to share: mostly with a process of the world.
func (g source) duplicate() wsa.Call {
	c := wsa.WSADuplicateSocketCall{S: g.socket(), ProtocolInfo: wsa.ProtocolInfoSize}
	if len(g.p.PIDs) > 0 {
		c.ProcessID = pick(g, "process", g.p.PIDs...)
	}
	if g.once(12, "odd process") {
		c.ProcessID = pick(g, "process", uint32(0), 0xFFFFFFFF, 77)
	}
	if g.once(12, "odd room") {
		c.ProtocolInfo = pick(g, "room", wsa.NULL, 0, wsa.ProtocolInfoSize-1)
	}
	return c
}

// takeDuplicate draws the call that makes a descriptor of what was duplicated.
func (g source) takeDuplicate() wsa.Call {
	c := wsa.WSASocketCall{
		Family: wsa.FROM_PROTOCOL_INFO, Type: wsa.FROM_PROTOCOL_INFO, Protocol: wsa.FROM_PROTOCOL_INFO,
		ProtocolInfo: pick(g, "info", g.p.Infos...), Flags: wsa.WSA_FLAG_OVERLAPPED,
	}
	if len(g.p.Groups) > 0 && g.once(16, "in a group") {
		c.Group = g.group()
	}
	switch g.upTo(15, "arguments") {
	case 15:
		c.Family, c.Type, c.Protocol = g.kind()
	case 14:
		c.ProtocolInfo = slices.Clone(c.ProtocolInfo)
		c.ProtocolInfo[g.upTo(len(c.ProtocolInfo)-1, "changed byte")] ^= 1
	case 12, 13:
		c.Family, c.Type, c.Protocol, c.Flags = 0, 0, 0, 0
	}
	return c
}

// The slots of events: what a handle in a script stands for (see slotBase).
const (
	newestEvent = wsa.HANDLE(endSlot) + 4*iota
	oldestEvent
	endEventSlot
)

// resolveEvent is the event that a slot stands for.
func (p *Pool) resolveEvent(h wsa.HANDLE) wsa.HANDLE {
	switch n := len(p.Events); {
	case h < newestEvent || h >= endEventSlot:
		return h
	case n == 0:
		return 0
	case h == oldestEvent:
		return p.Events[0]
	default:
		return p.Events[n-1]
	}
}

// resolved is the call with what its slots stand for now.
func (p *Pool) resolved(c wsa.Call) wsa.Call {
	v := reflect.New(reflect.TypeOf(c)).Elem()
	v.Set(reflect.ValueOf(c))
	p.resolveIn(v)
	return v.Interface().(wsa.Call)
}

// resolveIn replaces the slots in a value, in slices of its own.
func (p *Pool) resolveIn(v reflect.Value) {
	switch x := v.Interface().(type) {
	case wsa.SOCKET:
		v.Set(reflect.ValueOf(p.resolve(x)))
		return
	case wsa.HANDLE:
		v.Set(reflect.ValueOf(p.resolveEvent(wsa.HANDLE(p.resolve(wsa.SOCKET(x))))))
		return
	case wsa.Bytes:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			p.resolveIn(v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		for i := range own.Len() {
			p.resolveIn(own.Index(i))
		}
	}
}
