package model

import (
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// WSAEventSelect and the record of network events. A record is kept whether or
// not anybody has asked for it (observed EA5, EA7, EC3, ER5, ECL7), so changing
// the mask clears nothing, against the page (EA6 and others). READ, OOB, ACCEPT
// and CLOSE follow from what the socket is (look.go); CONNECT and WRITE from what
// has happened.
//
// Not modelled: FD_QOS and the changes of routes and addresses.

// selection is what an event selection and the record of a socket are known to be.
type selection struct {
	event uint64 // the place of the event, 0 for none
	mask  uint16
	// told are the network events that were enumerated and that nothing has made
	// happen again; still are those of which nobody can have made them happen.
	told, still uint16
	// mayHave and has are what may be and what is recorded of CONNECT and WRITE.
	mayHave, has uint16
	// fresh: the event was reset, or signalled, together with the record: what is
	// recorded now and asked for has set it.
	fresh bool
	// starved: a send was refused for want of room; unfed: no FD_WRITE was told
	// since.
	starved, unfed bool
}

// closedEvent is the place of an event whose handle was closed: a socket may still
// set it, and nobody sees it.
const closedEvent = ^uint64(0)

const (
	// levels are recorded again while they hold, edges when they come to hold.
	levels = wsa.FD_READ | wsa.FD_OOB | wsa.FD_ACCEPT
	// unmodelledEvents may be recorded any time, except in a simulated world, whose
	// routes and addresses make none.
	unmodelledEvents = wsa.FD_ROUTING_INTERFACE_CHANGE | wsa.FD_ADDRESS_LIST_CHANGE
)

func (c *selection) encode(b []byte) []byte {
	if *c == (selection{}) {
		return append(b, 0)
	}
	b = put(append(b, 1), c.event, uint64(c.mask), uint64(c.told), uint64(c.still), uint64(c.mayHave), uint64(c.has))
	return append(b, flag(c.fresh), flag(c.starved), flag(c.unfed))
}

// happened notes that a network event was recorded, for certain or maybe.
func (c *selection) happened(certain tri, bits uint16) {
	c.mayHave |= bits
	c.still &^= bits
	c.told &^= bits
	if certain == yes {
		c.has |= bits
	}
}

// unsaid leaves open what a connection records that AcceptEx or ConnectEx made: the
// page speaks of connect and accept.
func (c *selection) unsaid() {
	const bits = wsa.FD_CONNECT | wsa.FD_WRITE
	c.mayHave |= bits
	c.has &^= bits
	c.still &^= bits
	c.told &^= bits
}

// record is one way in which the record of a socket may be.
type record struct {
	must, may uint16
	connect   tri // whether FD_CONNECT comes with an error
	closing   tri // whether FD_CLOSE does
	learn     func(*world)
}

// records gives the ways in which the record may be. While an attempt to connect
// is under way, they are those of each way in which it may have ended.
func (w *world) records(x *socket) []record {
	k := x.place
	if !x.internet() || x.raw() || x.unclear || w.inUse(k, x.conn) {
		return []record{{may: wsa.FD_ALL_EVENTS, connect: maybe, closing: maybe}}
	}
	if x.status != connecting {
		return []record{w.networkRecord(x, k)}
	}
	var out []record
	for i, variant := range unfold(w, x) {
		y := variant.sockets.get(k)
		r := variant.networkRecord(y, k)
		if i > 0 {
			r.learn = func(n *world) { n.editSocket(k, func(x *socket) { *x = *y }) }
		}
		out = append(out, r)
	}
	return out
}

func (w *world) networkRecord(x *socket, k uint64) record {
	r := record{may: x.sel.mayHave, must: x.sel.has, connect: maybe, closing: maybe}
	if !w.whole {
		r.may |= unmodelledEvents
	}
	add := func(certain tri, bit uint16) {
		if certain != no {
			r.may |= bit
		}
		if certain == yes {
			r.must |= bit
		}
	}
	switch {
	case x.typ == wsa.SOCK_DGRAM:
		add(w.letterWaits(x, k), wsa.FD_READ)
		if x.shutRecv {
			r.must &^= wsa.FD_READ
		}
		r.connect = no
	case x.status == listening:
		add(w.callerWaits(x), wsa.FD_ACCEPT)
		if x.failure != failedNever {
			r.may |= wsa.FD_CONNECT
		}
	case x.status == connected:
		w.recordConnected(&r, x, k)
	case x.failure == failedLoudly || x.failure == failedSilently:
		r.connect = yes
	}
	if x.sel.starved {
		r.may |= wsa.FD_WRITE
	}
	r.must &^= x.sel.told
	r.may &^= x.sel.told &^ (levels | x.starvedBits())
	if w.calm() {
		r.may &^= x.sel.still
	}
	r.may |= r.must
	return r
}

func (x *socket) starvedBits() uint16 {
	if x.sel.starved {
		return wsa.FD_WRITE
	}
	return 0
}

// recordConnected adds what a connection records.
func (w *world) recordConnected(r *record, x *socket, k uint64) {
	c := w.conns.get(x.conn)
	breaks := x.deadRecv || x.deadSend || w.mayBreak(x, c)
	bytes, end := w.bytesWait(x, c, k), w.endWaits(x, c)
	if bytes != no || x.shutRecv || x.deadRecv || x.deadSend {
		r.may |= wsa.FD_READ
	}
	if bytes == yes && !breaks {
		r.must |= wsa.FD_READ
	}
	if w.urgentPossible(c) {
		r.may |= wsa.FD_OOB | wsa.FD_READ
	}
	if end != no || breaks {
		r.may |= wsa.FD_CLOSE
	}
	if end == yes {
		r.must |= wsa.FD_CLOSE
	}
	if x.sel.unfed && !breaks && w.prompt(x) && w.canSend(x, c) == yes {
		r.must |= wsa.FD_WRITE
	}
	r.connect = no
	switch {
	case !breaks:
		r.closing = no
	case x.wasReset && !x.eof && end == no:
		r.closing = yes
	}
}

// calm reports whether nothing is under way that could make something happen
// later.
func (w *world) calm() bool {
	if !w.undisturbed() {
		return false
	}
	for _, f := range w.calls {
		if _, ok := descriptor(f.pending); ok {
			return false
		}
	}
	return true
}

// eventSelect judges WSAEventSelect. The socket becomes nonblocking in any case.
func (v *verdict) eventSelect(c wsa.WSAEventSelectCall) {
	ev := sockKey(v.p.pid, uint64(c.EventObject))
	if c.NetworkEvents != 0 {
		if v.w.events.get(ev) == nil {
			v.must(rules.EVSELParam)
			if v.mayBeOther(c.EventObject) {
				v.open(Unspecified, rules.EVSELParam, "the handle may be that of an event which is not in the trace")
			}
		}
		if c.NetworkEvents&^int32(wsa.FD_ALL_EVENTS) != 0 {
			v.must(rules.EVSELParam)
		}
	}
	k := v.s.place
	ids := []rules.ID{rules.EVSELNonblock, rules.EVSELReplace}
	if c.NetworkEvents != 0 {
		ids = append(ids, rules.EVSELHolds)
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) {
			// What holds already is recorded, says the page; of data that was told
			// the opposite is observed (ER1).
			x.sel.still &^= wsa.FD_ACCEPT | wsa.FD_OOB
			x.selects(ev, c.NetworkEvents)
		})
		n.signal(k)
		return ""
	}, nil, ids...)
}

// selects replaces what the socket sets and for what; 0 for nothing.
func (x *socket) selects(event uint64, mask int32) {
	x.nonblocking = yes
	x.sel.event, x.sel.mask, x.sel.fresh = 0, 0, false
	if mask != 0 {
		x.sel.event, x.sel.mask, x.sel.fresh = event, uint16(mask), true
	}
}

// signal sets the event of a socket, as far as what is recorded and asked for sets
// it.
func (w *world) signal(k uint64) {
	x := w.sockets.get(k)
	if x == nil || x.sel.event == 0 || x.sel.event == closedEvent {
		return
	}
	may, must := uint16(0), x.sel.mask
	for _, r := range w.records(x) {
		may |= r.may
		must &= r.must
	}
	switch {
	case must != 0:
		w.editEvent(x.sel.event, func(e *event) { e.set = yes })
	case may&x.sel.mask != 0:
		w.editEvent(x.sel.event, func(e *event) {
			if e.set == no {
				e.set = maybe
			}
		})
	}
}

// selectors ranges over the sockets that set an event.
func (w *world) selectors(k uint64) func(yield func(*socket) bool) {
	return func(yield func(*socket) bool) {
		if w.selected == 0 {
			return
		}
		for _, x := range w.sockets.all {
			if x.sel.event == k && !yield(x) {
				return
			}
		}
	}
}

// setBySockets tells whether sockets have set an event that was not set when last
// heard of.
func (w *world) setBySockets(k uint64) tri {
	out := no
	for x := range w.selectors(k) {
		if !w.calm() {
			out = maybe
		}
		may, must := uint16(0), x.sel.mask
		for _, r := range w.records(x) {
			may |= r.may
			must &= r.must
		}
		if must != 0 && x.sel.fresh {
			return yes
		}
		if may&x.sel.mask != 0 {
			out = maybe
		}
	}
	return out
}

// resetSelectors is what resetting an event does to what is known of the sockets
// that set it: what they have recorded no longer shows.
func (w *world) resetSelectors(k uint64) {
	var list []uint64
	for x := range w.selectors(k) {
		list = append(list, x.place)
	}
	for _, s := range list {
		w.editSelection(s, func(x *selection) { x.fresh = false })
	}
}

// stirs reports whether a call may make something happen that is recorded.
func stirs(call wsa.Call) bool {
	switch call.(type) {
	case wsa.WSAEventSelectCall, wsa.WSAEnumNetworkEventsCall, wsa.GetsocknameCall, wsa.GetpeernameCall, wsa.GetsockoptCall:
		return false
	}
	return true
}

// stirring makes it open whether events are set and which network events have
// happened again, after a call that may have made some happen.
func (v *verdict) stirring(call wsa.Call) {
	if (v.w.selected > 0 || len(v.w.quiet) > 0) && stirs(call) {
		v.also((*world).stir)
	}
}

func (w *world) stir() {
	for _, k := range w.quiet {
		w.editSocket(k, func(x *socket) { x.sel.still &^= levels })
	}
	w.quiet = nil
	if w.selected == 0 {
		return
	}
	var list []uint64
	for k, e := range w.events.all {
		if e.set == no {
			list = append(list, k)
		}
	}
	for _, k := range list {
		for range w.selectors(k) {
			w.editEvent(k, func(e *event) { e.set = maybe })
			break
		}
	}
}

// enumEvents judges WSAEnumNetworkEvents.
func (v *verdict) enumEvents(c wsa.WSAEnumNetworkEventsCall) {
	ev := sockKey(v.p.pid, uint64(c.EventObject))
	if c.EventObject != 0 && v.w.events.get(ev) == nil {
		v.must(rules.EVENUMEvent)
		if v.mayBeOther(c.EventObject) {
			v.open(Unspecified, rules.EVENUMEvent, "the handle may be that of an event which is not in the trace")
		}
	}
	if c.NullEvents {
		v.must(rules.EVENUMFault)
	}
	list := v.w.records(v.s)
	k, mask := v.s.place, v.s.sel.mask
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if ret.NetworkEvents == nil {
			return rules.EVENUMEvents
		}
		if broken := n.judgeRecord(k, list, mask, ret.NetworkEvents); broken != "" {
			return broken
		}
		if c.EventObject != 0 {
			n.resetEvent(ev)
			if x := n.sockets.get(k); x.sel.event == ev {
				n.editSocket(k, func(x *socket) { x.sel.fresh = true })
			}
		}
		return ""
	}, func(*world) wsa.Return { return recordReturn(list, mask) }, v.recordRules(c, list, mask)...)
}

// recordRules names the rules behind what may be enumerated.
func (v *verdict) recordRules(c wsa.WSAEnumNetworkEventsCall, list []record, mask uint16) []rules.ID {
	ids := append(make([]rules.ID, 0, 8), rules.EVENUMEvents)
	if c.EventObject != 0 {
		ids = append(ids, rules.EVENUMReset)
	}
	var may uint16
	for _, r := range list {
		may |= r.may & mask
	}
	for _, row := range eventRules {
		if may&row.bit != 0 {
			ids = append(ids, row.rule)
		}
	}
	if may&(wsa.FD_CONNECT|wsa.FD_CLOSE) != 0 {
		ids = append(ids, rules.EVENUMCode)
	}
	if v.w.undisturbed() {
		ids = append(ids, rules.NETPrompt)
	}
	return ids
}

var eventRules = []struct {
	bit  uint16
	rule rules.ID
}{
	{wsa.FD_READ, rules.EVRead}, {wsa.FD_WRITE, rules.EVWrite}, {wsa.FD_OOB, rules.EVOob},
	{wsa.FD_ACCEPT, rules.EVAccept}, {wsa.FD_CONNECT, rules.EVConnect}, {wsa.FD_CLOSE, rules.EVClose},
}

// judgeRecord compares what was enumerated with what may be recorded, and notes
// what it tells.
func (w *world) judgeRecord(k uint64, list []record, mask uint16, got *wsa.NetworkEvents) rules.ID {
	bits := uint16(got.NetworkEvents)
	if got.NetworkEvents&^int32(wsa.FD_ALL_EVENTS) != 0 {
		return rules.EVENUMEvents
	}
	broken := rules.ID("")
	var left []*record
	for i := range list {
		r := &list[i]
		if id := r.judge(bits, mask, got); id == "" {
			left = append(left, r)
		} else if broken == "" {
			broken = id
		}
	}
	if len(left) == 0 {
		return broken
	}
	if len(left) == 1 && left[0].learn != nil {
		left[0].learn(w)
	}
	calm := w.calm()
	w.editSocket(k, func(x *socket) {
		c := &x.sel
		c.told |= bits
		c.mayHave &^= bits
		c.has &^= bits
		if bits&wsa.FD_WRITE != 0 {
			c.unfed = false
		}
		if calm && w.prompt(x) {
			// What is recorded of what was asked for is known now.
			c.still |= mask & levels
		}
	})
	if calm {
		w.quiet = addNew(slices.Clip(w.quiet), k)
	}
	return ""
}

// judge compares an enumeration with one way in which the record may be.
func (r *record) judge(bits, mask uint16, got *wsa.NetworkEvents) rules.ID {
	wrong := r.must&mask&^bits | bits&^(r.may&mask)
	for _, row := range eventRules {
		if wrong&row.bit != 0 {
			return row.rule
		}
	}
	if wrong != 0 {
		return rules.EVENUMEvents
	}
	for bit := range wsa.FD_MAX_EVENTS {
		if bits&(1<<bit) == 0 {
			continue // left as it was (observed EV5)
		}
		if !r.errorFits(bit, wsa.Errno(got.ErrorCode[bit])) {
			return rules.EVENUMCode
		}
	}
	return ""
}

// errorFits judges the error that comes with a network event.
func (r *record) errorFits(bit int, e wsa.Errno) bool {
	failed, codes := maybe, networkDown
	switch bit {
	case wsa.FD_CONNECT_BIT:
		failed, codes = r.connect, connectCodes
	case wsa.FD_CLOSE_BIT:
		failed, codes = r.closing, closeCodes
	}
	if e == 0 {
		return failed != yes
	}
	return failed != no && slices.Contains(codes, e)
}

// The errors that come with network events, from the table of the page.
var (
	networkDown  = []wsa.Errno{wsa.WSAENETDOWN, wsa.WSAENETUNREACH}
	connectCodes = []wsa.Errno{wsa.WSAEAFNOSUPPORT, wsa.WSAECONNREFUSED, wsa.WSAENETUNREACH, wsa.WSAEHOSTUNREACH, wsa.WSAENOBUFS, wsa.WSAETIMEDOUT,
		wsa.WSAECONNRESET, wsa.WSAECONNABORTED, wsa.WSAENETDOWN}
	closeCodes = []wsa.Errno{wsa.WSAENETDOWN, wsa.WSAECONNRESET, wsa.WSAECONNABORTED}
)

// recordReturn is an example of what is enumerated.
func recordReturn(list []record, mask uint16) wsa.Return {
	r := &list[len(list)-1]
	got := &wsa.NetworkEvents{NetworkEvents: int32((r.must | r.may) & mask &^ unmodelledEvents)}
	if r.connect == yes {
		got.ErrorCode[wsa.FD_CONNECT_BIT] = int32(wsa.WSAECONNREFUSED)
	}
	if r.closing == yes {
		got.ErrorCode[wsa.FD_CLOSE_BIT] = int32(wsa.WSAECONNABORTED)
	}
	return wsa.Return{NetworkEvents: got}
}

// editSelection changes what is known of a record, if that changes anything.
func (w *world) editSelection(k uint64, edit func(*selection)) {
	old := w.sockets.get(k)
	if old == nil {
		return
	}
	c := old.sel
	if edit(&c); c != old.sel {
		w.editSocket(k, func(x *socket) { x.sel = c })
	}
}
