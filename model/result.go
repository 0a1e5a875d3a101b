package model

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// What a WSAOVERLAPPED says about its operation, and the calls that ask it or
// cancel the operation.

// told is the content of one structure of a process.
type told struct {
	pid     int
	id      wsa.OverlappedID
	running int  // operations in flight with it
	lost    bool // what it says is not known
	status  wsa.NTStatus
	n       uint32
}

func (r *told) encode(b []byte) []byte {
	return append(put(append(b, 'R'), uint64(r.pid), uint64(r.id), uint64(r.running), uint64(r.status), uint64(r.n)), flag(r.lost))
}

func resultKey(pid int, id wsa.OverlappedID) uint64 { return uint64(pid)<<40 ^ uint64(id) }

func (w *world) editResult(pid int, id wsa.OverlappedID, edit func(*told)) {
	if id == 0 {
		return
	}
	r := told{pid: pid, id: id}
	if old := w.results.get(resultKey(pid, id)); old != nil {
		r = *old
	}
	edit(&r)
	putEntry(&w.key, &w.results, resultKey(pid, id), &r)
}

// startResult notes that an operation was started with the structure. With two,
// what it says is no longer known (rule OV-REUSE).
func (w *world) startResult(pid int, id wsa.OverlappedID) {
	w.editResult(pid, id, func(r *told) {
		r.lost = r.running > 0
		r.running++
		r.status, r.n = 0, 0
	})
}

func (w *world) endResult(pid int, id wsa.OverlappedID, status wsa.NTStatus, n uint32) {
	w.editResult(pid, id, func(r *told) {
		r.running = max(r.running-1, 0)
		r.status, r.n = status, n
	})
}

// loseResult gives up following what the structure says.
func (w *world) loseResult(pid int, id wsa.OverlappedID) {
	w.editResult(pid, id, func(r *told) { r.lost = true })
}

// resultAsk is what WSAGetOverlappedResult and GetOverlappedResult have in common.
type resultAsk struct {
	id    wsa.OverlappedID
	wait  bool
	code  func(wsa.NTStatus) wsa.Errno
	fault bool
}

func (v *verdict) wsaResult(c wsa.WSAGetOverlappedResultCall) {
	v.askResult(resultAsk{c.Overlapped, c.Wait, wsa.NTStatus.Winsock, c.Overlapped == 0 || c.NullTransfer || c.NullFlags})
}

func (v *verdict) kernelResult(c wsa.GetOverlappedResultCall) {
	if v.w.socketAt(v.p.pid, uint64(c.File)) == nil {
		// Whether the handle is looked at is not said.
		v.may(rules.OVResultHandle)
		v.mayAny(rules.OVResultHandle)
	}
	v.askResult(resultAsk{c.Overlapped, c.Wait, wsa.NTStatus.Win32, c.Overlapped == 0})
	v.environment()
}

func (v *verdict) askResult(a resultAsk) {
	if a.fault {
		v.must(rules.OVResultFault)
		return
	}
	r := v.w.results.get(resultKey(v.p.pid, a.id))
	if r == nil || r.lost || !v.w.whole {
		v.open(Unspecified, rules.OVResultOk, "what the structure says is not known")
		if a.wait {
			v.block(rules.OVResultWaits, nil)
		}
		return
	}
	if r.running > 0 {
		v.stillRuns(a)
		return
	}
	want := *r
	if want.status.Failed() {
		v.must(rules.OVResultStatus, a.code(want.status))
		return
	}
	n := want.n
	v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
		if ret.Count == nil || *ret.Count != n {
			return rules.OVResultOk
		}
		return ""
	}, func(*world) wsa.Return { return wsa.Return{Count: &n} }, rules.OVResultOk)
}

// stillRuns judges a question about an operation in flight.
func (v *verdict) stillRuns(a resultAsk) {
	if !a.wait {
		v.must(rules.OVResultIncomplete)
		return
	}
	var event wsa.HANDLE
	routine := false
	for _, number := range v.w.find(func(o *operation) bool { return o.pid == v.p.pid && o.id == a.id }) {
		o := v.w.operations.get(number)
		event, routine = overlappedOf(o.call).event, o.routine
	}
	if routine || v.w.events.get(sockKey(v.p.pid, uint64(event&^1))) == nil {
		// To wait needs an event, and none that a routine's operation ignores.
		v.may(rules.OVResultHandle)
		v.mayAny(rules.OVResultHandle)
	}
	if routine {
		v.open(Unspecified, rules.OVResultWaits, "a wait for an operation that has a routine")
	}
	v.block(rules.OVResultWaits, nil)
}

// cancelIo judges CancelIo and CancelIoEx: file, and which operations are meant.
func (v *verdict) cancelIo(file wsa.HANDLE, which func(*operation) bool, needs bool) {
	x := v.w.socketAt(v.p.pid, uint64(file))
	if x == nil {
		v.mustAny(rules.CANCELHandle)
		if v.w.taken(sockKey(v.p.pid, uint64(file))) || v.mayBeOther(file) {
			v.open(Unspecified, rules.CANCELHandle, "a handle of another kind")
		}
		return
	}
	k, pid := x.place, v.p.pid
	meant := func(o *operation) bool { return o.on == k && o.pid == pid && !o.gone && !o.done && which(o) }
	known := v.w.whole && !v.w.operationsLost
	if some := v.w.operates(meant); needs && !some {
		if known {
			v.must(rules.CANCELNone)
		} else {
			v.may(rules.CANCELNone)
		}
	}
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.cancel(meant, func(*operation) {})
		return ""
	}, nil, rules.CANCELOk)
	v.environment()
}
