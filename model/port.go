package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Completion ports: which packets are queued, and what may be taken.
//
// A port may hold its packets back while as many threads as it was made for serve
// what they took from it. Not modelled: that it must, and which of the waiting
// threads gets a packet.

// completionPort is one port.
type completionPort struct {
	pid     int
	handle  wsa.HANDLE
	packets []packet
	loose   bool // what is queued is not known
	// limit is how many threads may serve packets at the same time, 0 for as many
	// as there are processors; serving are those that took one and have not asked
	// again.
	limit   uint32
	serving []int
}

// packet is an entry of a port's queue.
type packet struct {
	key    uint64
	id     wsa.OverlappedID
	status wsa.NTStatus
	n      uint32
	posted bool // by PostQueuedCompletionStatus
	unsure bool // it may not be there
	// asked are the calls one of which has cancelled its operation, none for another end.
	asked asking
}

// together reports whether no source says which of the two packets comes first.
func (x *packet) together(y *packet) bool { return x.asked.meets(y.asked) }

// maxPackets bounds how many packets of a port are followed.
const maxPackets = 256

func (p *completionPort) encode(b []byte) []byte {
	b = append(put(append(b, 'Q'), uint64(p.pid), uint64(p.handle), uint64(p.limit), uint64(len(p.serving))), flag(p.loose))
	for _, tid := range p.serving {
		b = put(b, uint64(tid))
	}
	for _, k := range p.packets {
		b = append(put(b, k.key, uint64(k.id), uint64(k.status), uint64(k.n), uint64(len(k.asked))), flag(k.posted), flag(k.unsure))
		b = put(b, k.asked...)
	}
	return b
}

func (w *world) setPort(p *completionPort) {
	putEntry(&w.key, &w.completionPorts, sockKey(p.pid, uint64(p.handle)), p)
}

func (w *world) dropPort(k uint64) {
	old := w.completionPorts.get(k)
	w.key = w.key.minus(digestOf(old))
	w.completionPorts = w.completionPorts.remove(k)
	w.missed(old.pid, wsa.SOCKET(old.handle))
	// What is reported there is not seen any more, also when a new handle of
	// the same value comes.
	for _, x := range w.sockets.all {
		if x.port == k {
			w.editSocket(x.place, func(x *socket) { x.port = nowhere })
		}
	}
	w.editOperations(func(o *operation) bool { return o.port == k }, func(o *operation) { o.port = nowhere })
}

// nowhere is the place of a port whose handle was closed.
const nowhere = ^uint64(0)

// queue appends a packet.
func (w *world) queue(k uint64, p packet) {
	old := w.completionPorts.get(k)
	if old == nil || old.loose {
		return
	}
	n := *old
	if len(n.packets) == maxPackets {
		n.packets, n.loose = nil, true
	} else {
		n.packets = append(slices.Clip(n.packets), p)
	}
	w.setPort(&n)
}

// loosen gives up following what is queued at a port.
func (w *world) loosen(k uint64) {
	if old := w.completionPorts.get(k); old != nil && !old.loose {
		n := *old
		n.packets, n.loose = nil, true
		w.setPort(&n)
	}
}

func (w *world) loosenAll() {
	var all []uint64
	for k := range w.completionPorts.all {
		all = append(all, k)
	}
	for _, k := range all {
		w.loosen(k)
	}
}

// portCall judges the calls about ports. They need no Winsock.
func (v *verdict) portCall(call wsa.Call) {
	switch c := call.(type) {
	case wsa.CreateIoCompletionPortCall:
		v.createPort(c)
	case wsa.GetQueuedCompletionStatusCall:
		v.dequeue(dequeueArgs{port: c.CompletionPort, milliseconds: c.Milliseconds, most: 1, one: true})
	case wsa.GetQueuedCompletionStatusExCall:
		v.dequeue(dequeueArgs{port: c.CompletionPort, milliseconds: c.Milliseconds, most: int(min(c.Count, 1<<20)), alertable: c.Alertable})
	case wsa.PostQueuedCompletionStatusCall:
		v.postPacket(c)
	case wsa.SetFileCompletionNotificationModesCall:
		v.setModes(c)
	}
	v.environment()
}

// noPort judges a handle that is not one of a port in the trace.
func (v *verdict) noPort(h wsa.HANDLE) {
	v.mustAny(rules.PORTHandle)
	if v.mayBeOther(h) {
		v.open(Unspecified, rules.PORTHandle, "the handle may be that of a port which is not in the trace")
	}
}

func (v *verdict) createPort(c wsa.CreateIoCompletionPortCall) {
	k, file := v.w.placeOf(v.p.pid, uint64(c.FileHandle)), c.FileHandle != wsa.INVALID_HANDLE_VALUE
	at := sockKey(v.p.pid, uint64(c.ExistingCompletionPort))
	switch x := v.w.sockets.get(k); {
	case !file && c.ExistingCompletionPort != 0:
		v.mustAny(rules.PORTFile)
	case file && x == nil:
		v.mustAny(rules.PORTHandle)
		if v.w.taken(sockKey(v.p.pid, uint64(c.FileHandle))) || v.mayBeOther(c.FileHandle) {
			v.open(Unspecified, rules.PORTFile, "a file of another kind")
		}
	case file && (x.port != 0 || !x.overlapped):
		v.mustAny(rules.PORTFile)
	}
	if c.ExistingCompletionPort != 0 && v.w.completionPorts.get(at) == nil {
		v.noPort(c.ExistingCompletionPort)
	}
	pid := v.p.pid
	ids := []rules.ID{rules.PORTCreate}
	if file {
		ids = []rules.ID{rules.PORTBind}
	}
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		place := at
		if c.ExistingCompletionPort == 0 {
			place = sockKey(pid, uint64(ret.Handle))
			if ret.Handle == 0 || n.taken(place) {
				return rules.HANDLEFresh
			}
			n.setPort(&completionPort{pid: pid, handle: ret.Handle, loose: !n.whole, limit: c.NumberOfConcurrentThreads})
		} else if ret.Handle != c.ExistingCompletionPort {
			return rules.PORTBind
		}
		if file {
			n.editSocket(k, func(x *socket) { x.port, x.portKey = place, uint64(c.CompletionKey) })
			n.editOperations(func(o *operation) bool { return o.on == k && !o.gone }, func(o *operation) {
				o.port, o.key, o.unsure = place, uint64(c.CompletionKey), true
			})
		}
		return ""
	}, func(n *world) wsa.Return {
		if c.ExistingCompletionPort != 0 {
			return wsa.Return{Handle: c.ExistingCompletionPort}
		}
		return wsa.Return{Handle: wsa.HANDLE(n.lowestFree(pid))}
	}, ids...)
}

func (v *verdict) postPacket(c wsa.PostQueuedCompletionStatusCall) {
	k := sockKey(v.p.pid, uint64(c.CompletionPort))
	if v.w.completionPorts.get(k) == nil {
		v.noPort(c.CompletionPort)
		return
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.queue(k, packet{key: uint64(c.CompletionKey), id: c.Overlapped, n: c.NumberOfBytesTransferred, posted: true})
		return ""
	}, nil, rules.PORTPost)
}

func (v *verdict) setModes(c wsa.SetFileCompletionNotificationModesCall) {
	k := v.w.placeOf(v.p.pid, uint64(c.FileHandle))
	if v.w.sockets.get(k) == nil {
		v.mustAny(rules.PORTHandle)
		if v.w.taken(sockKey(v.p.pid, uint64(c.FileHandle))) || v.mayBeOther(c.FileHandle) {
			v.open(Unspecified, rules.PORTHandle, "a handle of another kind")
		}
		return
	}
	if c.Flags&^(wsa.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS|wsa.FILE_SKIP_SET_EVENT_ON_HANDLE) != 0 {
		v.mayAny(rules.PORTFile)
	}
	v.succeed(v.changeAt(k, func(x *socket) { x.modes |= c.Flags }), nil, rules.MODESOk)
}

// changeAt is change for the socket at that place.
func (v *verdict) changeAt(k uint64, edit func(*socket)) effect {
	return func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, edit)
		return ""
	}
}

// dequeueArgs is what the two calls that take packets have in common.
type dequeueArgs struct {
	port         wsa.HANDLE
	milliseconds uint32
	most         int
	one          bool // GetQueuedCompletionStatus: the packet's failure is the call's
	alertable    bool
}

func (v *verdict) dequeue(a dequeueArgs) {
	k := sockKey(v.p.pid, uint64(a.port))
	p := v.w.completionPorts.get(k)
	if v.resume && (p == nil || slices.Contains(v.t.gone, wsa.SOCKET(a.port))) {
		v.may(rules.PORTAbandoned)
		v.mayAny(rules.PORTHandle)
		if a.milliseconds != wsa.WSA_INFINITE {
			v.may(rules.PORTTimeout)
		}
		return
	}
	if p == nil {
		v.noPort(a.port)
		return
	}
	if a.most == 0 {
		v.mustAny(rules.PORTFile)
		return
	}
	certain := !p.holdsBack(v.tid) && slices.ContainsFunc(p.packets, func(x packet) bool { return !x.unsure })
	v.takes(k, p, a)
	queued := a.alertable && v.t.queued != no
	if queued {
		tid := v.tid
		v.mayThen(rules.PORTApc, func(n *world, _ *wsa.Return) rules.ID {
			n.editThread(tid, func(t *thread) { t.queued = maybe })
			return ""
		})
		if v.t.queued == yes && !certain && !p.loose {
			return // the routine ends the wait, unless an unsure packet does
		}
	}
	if (!certain || v.resume) && a.milliseconds != wsa.WSA_INFINITE {
		v.may(rules.PORTTimeout)
	}
	if !certain && a.milliseconds != 0 {
		v.block(rules.PORTWaits, nil)
	}
}

// takes adds the packets that may be taken.
func (v *verdict) takes(k uint64, p *completionPort, a dequeueArgs) {
	if p.loose {
		v.add(Outcome{Kind: Success, Rules: refs[rules.PORTPacket].ids})
		v.mayAny(rules.PORTStatus)
		return
	}
	tid := v.tid
	take := func(n *world, ret *wsa.Return) rules.ID { return n.takePackets(k, tid, a, ret) }
	never := func(*world) bool { return len(p.packets) == 0 }
	ids := []rules.ID{rules.PORTPacket, rules.PORTOrder}
	v.add(Outcome{Kind: Success, Rules: append(ids, p.besides(v.w, k)...), effect: take, none: never, example: func(*world) wsa.Return { return p.example(a, false) }})
	if a.one {
		var errs []wsa.Errno
		for _, x := range p.packets {
			if x.status.Failed() {
				errs = addNew(errs, x.status.Win32())
			}
			if !x.unsure {
				break
			}
		}
		if len(errs) > 0 {
			v.add(Outcome{Kind: Failure, Rules: refs[rules.PORTStatus].ids, Errors: errs, effect: take, example: func(*world) wsa.Return { return p.example(a, true) }})
		}
		if first := p.first(false); first < 0 {
			last := &v.out[len(v.out)-1]
			if len(errs) > 0 {
				last = &v.out[len(v.out)-2]
			}
			last.none = func(*world) bool { return true }
		}
	}
}

// besides names the rules about packets that are not queued, or are in no order, where
// they have a say.
func (p *completionPort) besides(w *world, k uint64) []rules.ID {
	ids := p.skipRules(w, k)
	for i := range p.packets {
		if i > 0 && p.packets[i].together(&p.packets[i-1]) {
			return append(slices.Clip(ids), rules.PORTTogether)
		}
	}
	return ids
}

// skipRules names the rule about packets that are not queued, where it has a say.
func (p *completionPort) skipRules(w *world, k uint64) []rules.ID {
	for _, x := range w.sockets.all {
		if x.port == k && x.modes&wsa.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS != 0 {
			return []rules.ID{rules.PORTSkip}
		}
	}
	return nil
}

// first is the index of the first packet of an operation that failed, or did not,
// among those that may be taken; -1: none.
func (p *completionPort) first(failed bool) int {
	for i, x := range p.packets {
		if x.status.Failed() == failed {
			return i
		}
		if !x.unsure {
			break
		}
	}
	return -1
}

func (p *completionPort) example(a dequeueArgs, failed bool) wsa.Return {
	i := p.first(failed)
	if !a.one {
		i = 0
	}
	if i < 0 || i >= len(p.packets) {
		return wsa.Return{}
	}
	x := p.packets[i]
	r := wsa.Return{Packets: []wsa.Packet{{Key: uintptr(x.key), Overlapped: x.id, Status: x.status, Transferred: x.n}}}
	if !a.one {
		r.Count = ptrTo(uint32(1))
	}
	return r
}

// is reports whether what was taken is the packet.
func (x *packet) is(got *wsa.Packet) bool {
	return uint64(got.Key) == x.key && got.Overlapped == x.id && got.Transferred == x.n && (x.posted || got.Status == x.status)
}

// takePackets judges the packets that a call took.
func (w *world) takePackets(k uint64, tid int, a dequeueArgs, ret *wsa.Return) rules.ID {
	old := w.completionPorts.get(k)
	n := *old
	if len(ret.Packets) == 0 || len(ret.Packets) > a.most || !a.one && ret.Count != nil && int(*ret.Count) != len(ret.Packets) {
		return rules.PORTPacket
	}
	for i := range ret.Packets {
		got := &ret.Packets[i]
		at := 0
		for at < len(n.packets) && !n.packets[at].is(got) {
			at++
		}
		if at == len(n.packets) {
			return n.wrong(w, k, got)
		}
		var passed []packet // those that are still there
		for j := range n.packets[:at] {
			switch x := &n.packets[j]; {
			case x.together(&n.packets[at]):
				passed = append(passed, *x)
			case !x.unsure:
				return n.wrong(w, k, got)
			}
		}
		if x := &n.packets[at]; a.one && (x.status.Failed() != (ret.Err != 0) || ret.Err != 0 && ret.Err != x.status.Win32()) {
			return rules.PORTStatus
		}
		rest := slices.Clone(n.packets[at+1:])
		if n.packets[at].unsure {
			mayRemain(rest, got)
		}
		n.packets = append(passed, rest...)
	}
	n.serving = addNew(slices.Clip(n.serving), tid)
	w.setPort(&n)
	return ""
}

// holdsBack reports whether other threads than the one that asks may be as many as
// the port lets run.
func (p *completionPort) holdsBack(tid int) bool {
	others := len(p.serving)
	if slices.Contains(p.serving, tid) {
		others--
	}
	return p.limit > 0 && others >= int(p.limit)
}

// mayRemain leaves open whether a packet like the one that was taken is still there,
// where the one that was thought to be it may never have been.
func mayRemain(rest []packet, got *wsa.Packet) {
	for i := range rest {
		sure := !rest[i].unsure
		if rest[i].is(got) {
			rest[i].unsure = true
			return
		}
		if sure {
			return
		}
	}
}

// wrong names the rule that a packet breaks which is not the next one.
func (p *completionPort) wrong(w *world, k uint64, got *wsa.Packet) rules.ID {
	if slices.ContainsFunc(p.packets, func(x packet) bool { return x.is(got) }) {
		return rules.PORTOrder
	}
	if len(p.packets) == 0 && got.Status == 0 && len(p.skipRules(w, k)) > 0 {
		return rules.PORTSkip
	}
	return rules.PORTPacket
}
