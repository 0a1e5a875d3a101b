package model

import (
	"encoding/binary"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Sockets that several descriptors share (WSADuplicateSocket), in one process or
// in several of one host. A socket has one place in the table of sockets for as
// long as it lives; descriptors lead there. Mostly it is the place of the first
// descriptor, so that only others need an entry of their own.
//
// Not modelled: descriptors of one socket that differ in WSA_FLAG_OVERLAPPED; what
// becomes of a structure that nobody has used when the socket is closed.

// alias is a descriptor that leads to another place than its own.
type alias struct {
	pid    int
	handle wsa.SOCKET
	place  uint64
}

func (a *alias) encode(b []byte) []byte {
	return put(append(b, 'A'), uint64(a.pid), uint64(a.handle), a.place)
}

// offer is a WSAPROTOCOL_INFO that WSADuplicateSocket has given.
type offer struct {
	number uint64
	info   Key // its digest
	place  uint64
	target int  // the process that it is for, 0 if that is not known
	taken  bool // it was used, which it can be once
	gone   bool // the socket was closed
}

func (o *offer) encode(b []byte) []byte {
	return append(put(append(b, 'D'), o.number, o.info[0], o.info[1], o.place, uint64(o.target)), flag(o.taken), flag(o.gone))
}

// maxOffers bounds how many are remembered.
const maxOffers = 512

// infoReserved is the place in WSAPROTOCOL_INFOW of dwProviderReserved, which is
// zero in one that is not about a certain socket.
const infoReserved = 112

// placeOf is where the descriptor leads, whether or not it leads anywhere.
func (w *world) placeOf(pid int, h uint64) uint64 {
	k := sockKey(pid, h)
	if a := w.aliases.get(k); a != nil {
		return a.place
	}
	if x := w.sockets.get(k); x != nil && x.moved {
		return 0
	}
	return k
}

// socketAt is the socket of a descriptor, nil for none.
func (w *world) socketAt(pid int, h uint64) *socket {
	if w.aliases.n == 0 {
		if x := w.sockets.get(sockKey(pid, h)); x != nil && !x.moved {
			return x
		}
		return nil
	}
	return w.sockets.get(w.placeOf(pid, h))
}

// adopt stores a new socket under its first descriptor.
func (w *world) adopt(x *socket, h wsa.SOCKET) {
	k := sockKey(x.pid, uint64(h))
	x.handle, x.place, x.moved = h, k, false
	for w.sockets.get(x.place) != nil {
		x.place++ // a socket has outlived its first descriptor, which was this one
	}
	if x.place != k {
		x.moved = true
		w.setAlias(&alias{x.pid, h, x.place})
	}
	w.setSocket(x)
}

func (w *world) setAlias(a *alias) { putEntry(&w.key, &w.aliases, sockKey(a.pid, uint64(a.handle)), a) }

func (w *world) dropAlias(k uint64) {
	w.key = w.key.minus(digestOf(w.aliases.get(k)))
	w.aliases = w.aliases.remove(k)
}

// descriptors lists those of the socket at that place, its first one first.
func (w *world) descriptors(k uint64) (list []alias) {
	x := w.sockets.get(k)
	if !x.moved {
		list = append(list, alias{x.pid, x.handle, k})
	}
	if w.aliases.n > 0 {
		for _, a := range w.aliases.all {
			if a.place == k {
				list = append(list, *a)
			}
		}
	}
	return list
}

// descriptorsOf lists those of a process.
func (w *world) descriptorsOf(pid int) (list []wsa.SOCKET) {
	for _, x := range w.sockets.all {
		if x.pid == pid && !x.moved {
			list = append(list, x.handle)
		}
	}
	for _, a := range w.aliases.all {
		if a.pid == pid {
			list = append(list, a.handle)
		}
	}
	return list
}

// release gives a descriptor back. With the last one the socket is gone.
func (w *world) release(pid int, h wsa.SOCKET) {
	k := w.placeOf(pid, uint64(h))
	left := slices.DeleteFunc(w.descriptors(k), func(a alias) bool { return a.pid == pid && a.handle == h })
	if len(left) == 0 {
		if w.sockets.get(k).typ == wsa.SOCK_STREAM {
			w.noteEnd()
		}
		w.dropSocket(k)
		return
	}
	w.strand(k, pid, h)
	w.unlink(pid, h)
	w.editSocket(k, func(x *socket) {
		if x.pid == pid && x.handle == h {
			x.moved, x.pid, x.handle = true, left[0].pid, left[0].handle
		}
	})
	w.editConn(w.sockets.get(k).conn, func(c *conn) { c.pid = left[0].pid })
}

// unlink makes a descriptor lead nowhere.
func (w *world) unlink(pid int, h wsa.SOCKET) {
	if k := sockKey(pid, uint64(h)); w.aliases.get(k) != nil {
		w.dropAlias(k)
	}
	w.missed(pid, h)
}

// strand marks the calls that wait on a descriptor which is given back while the
// socket has others. Whether they go on nobody says.
func (w *world) strand(k uint64, pid int, h wsa.SOCKET) {
	conn := w.sockets.get(k).conn
	w.editFrames(func(t *thread, f *frame) bool {
		if own, _ := descriptor(f.pending); !f.about(k) || t.pid != pid || own != h || f.stranded {
			return false
		}
		f.stranded = true
		if sends(f.pending) {
			w.tear(conn)
		}
		return true
	})
}

// duplicate judges WSADuplicateSocket.
func (v *verdict) duplicate(c wsa.WSADuplicateSocketCall) {
	target, known := v.w.processNamed(c.ProcessID)
	switch there := known && v.w.procs.get(uint64(target)).host == v.p.host; {
	case !there && (known || v.w.whole):
		v.must(rules.DUPProcess)
		return // the number is judged before the pointer (observed DU2)
	case !there:
		v.may(rules.DUPProcess) // it may be one that is not in the trace
		target = 0
	}
	if c.ProtocolInfo < infoSize {
		v.must(rules.DUPFault)
	}
	v.lacking(rules.RESMfile)
	x := *v.s
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if !x.describedBy(ret.Data) {
			return rules.DUPOk
		}
		n.offer(x.place, target, ret.Data)
		return ""
	}, func(n *world) wsa.Return { return wsa.Return{Data: x.info(uint32(n.numbers + 1))} }, rules.DUPOk)
}

// processNamed is the process that GetCurrentProcessId numbers so: in a simulated
// world they are numbered by it, elsewhere a call must have told.
func (w *world) processNamed(id uint32) (pid int, known bool) {
	if w.whole {
		return int(id), w.procs.get(uint64(id)) != nil
	}
	for _, p := range w.procs.all {
		if p.id != 0 && p.id == int64(id) {
			return p.pid, true
		}
	}
	return 0, false
}

// describedBy reports whether a WSAPROTOCOL_INFO carries the kind of the socket
// (observed DU4).
func (x *socket) describedBy(info []byte) bool {
	if len(info) < infoSize {
		return false
	}
	is := func(at int, want int32) bool { return int32(binary.LittleEndian.Uint32(info[at:])) == want }
	return !x.internet() || x.raw() || x.unclear || is(infoFamily, x.family) && is(infoType, x.typ) && is(infoProtocol, x.proto)
}

// info is an example of such a structure.
func (x *socket) info(reserved uint32) wsa.Bytes {
	b := make(wsa.Bytes, infoSize)
	for at, n := range map[int]uint32{infoFamily: uint32(x.family), infoType: uint32(x.typ), infoProtocol: uint32(x.proto), infoReserved: reserved} {
		binary.LittleEndian.PutUint32(b[at:], n)
	}
	return b
}

func (w *world) setOffer(o *offer) { putEntry(&w.key, &w.offers, o.number, o) }

// offer remembers a structure that was given.
func (w *world) offer(place uint64, target int, info []byte) {
	if w.offers.n >= maxOffers {
		k, o := w.offers.first()
		w.key = w.key.minus(digestOf(o))
		w.offers = w.offers.remove(k)
		w.setFlag(&w.offersLost)
	}
	w.numbers++
	w.setOffer(&offer{number: w.numbers, info: digest(info[:infoSize]), place: place, target: target})
}

// offered finds a structure among those that were given, one that was not used
// first.
func (w *world) offered(info []byte) (found *offer) {
	if w.offers.n == 0 {
		return nil
	}
	sum := digest(info[:infoSize])
	for _, o := range w.offers.all {
		if o.info == sum && (found == nil || found.taken) {
			found = o
		}
	}
	return found
}

// withdraw tells the offers that a socket is closed.
func (w *world) withdraw(k uint64) {
	if w.offers.n == 0 {
		return
	}
	var list []*offer
	for _, o := range w.offers.all {
		if o.place == k && !o.gone {
			list = append(list, o)
		}
	}
	for _, o := range list {
		n := *o
		n.gone = true
		w.setOffer(&n)
	}
}

// takesOffer judges WSASocket with a structure of WSADuplicateSocket, and reports
// whether it is one.
func (v *verdict) takesOffer(c wsa.WSASocketCall) bool {
	o := v.w.offered(c.ProtocolInfo)
	if o == nil {
		if binary.LittleEndian.Uint32(c.ProtocolInfo[infoReserved:]) == 0 || v.w.whole && !v.w.offersLost {
			return false
		}
		v.strange("a structure whose socket is not in the trace")
		return true
	}
	switch {
	case o.taken:
		v.must(rules.SOCKInfoBad, wsa.WSAEINVAL)
	case o.target != 0 && o.target != v.p.pid:
		v.mustAny(rules.SOCKInfoBad) // it is for that process, says the page; no code is given
	case o.gone:
		v.mayAny(rules.SOCKInfoBad)
		v.strange("the socket was closed before")
		return true
	}
	x := v.w.sockets.get(o.place)
	if x != nil && !(asksFor(c.Family, x.family) && asksFor(c.Type, x.typ) && asksFor(c.Protocol, x.proto)) {
		v.mayAny(rules.SOCKInfoBad)
	}
	if c.Group != 0 {
		v.mayAny(rules.SOCKGroupJoin)
	}
	pid, number := v.p.pid, o.number
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if ret.Socket == wsa.INVALID_SOCKET || n.taken(sockKey(pid, uint64(ret.Socket))) {
			return rules.HANDLEFresh
		}
		took := *n.offers.get(number)
		took.taken = true
		n.setOffer(&took)
		n.setAlias(&alias{pid, ret.Socket, took.place})
		if c.Group != 0 {
			n.stray(took.place)
		}
		return ""
	}, func(n *world) wsa.Return { return wsa.Return{Socket: n.lowestFree(pid)} }, rules.SOCKShared, rules.HANDLEFresh)
	return true
}

// asksFor reports whether an argument of WSASocket is what the structure says, or
// leaves it to it.
func asksFor(arg, is int32) bool { return arg == 0 || arg == wsa.FROM_PROTOCOL_INFO || arg == is }

// strange lets everything conform: a socket of which nothing is known.
func (v *verdict) strange(text string) {
	pid, host := v.p.pid, v.p.host
	v.add(Outcome{Kind: Unspecified, Rules: refs[rules.SOCKShared].ids, Text: text, effect: func(n *world, ret *wsa.Return) rules.ID {
		if ret.Err == 0 && ret.Socket != 0 && !n.taken(sockKey(pid, uint64(ret.Socket))) {
			n.adopt(&socket{pid: pid, host: host, unclear: true}, ret.Socket)
		}
		return ""
	}})
}
