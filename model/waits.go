package model

import (
	"wsasim/model/rules"
	"wsasim/wsa"
)

// Routines that are queued to a thread, and the waits that they end. What runs in
// a wait of Winsock's nests in its call (see frames.go) and does not end it;
// SleepEx and WSAWaitForMultipleEvents end.

func (v *verdict) sleep(c wsa.SleepExCall) {
	queued := no
	if c.Alertable {
		queued = v.t.queued
	}
	if queued != yes {
		v.succeed(func(_ *world, ret *wsa.Return) rules.ID {
			if ret.N == 0 {
				return ""
			}
			return mismatch
		}, nil, rules.SLEEPOk)
	}
	if queued != no {
		v.ioCompletion(rules.SLEEPApc, wsa.WAIT_IO_COMPLETION)
	}
	v.block(rules.SLEEPOk, nil)
}

// ioCompletion is the end of an alertable wait because routines ran: all that were
// queued, those included that they queued themselves (inferred), so that after
// that it is not said whether one is left.
func (v *verdict) ioCompletion(id rules.ID, code int64) {
	tid, left := v.tid, no
	if v.t.routines || v.t.requeued {
		left = maybe
	}
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if ret.N != code {
			return mismatch
		}
		n.editThread(tid, func(t *thread) { t.queued = left })
		return ""
	}, func(*world) wsa.Return { return wsa.Return{N: code} }, id)
}

func (w *world) editThread(tid int, edit func(*thread)) {
	t := *w.threads.get(uint64(tid))
	edit(&t)
	w.setThread(&t)
}

// queueAPC judges QueueUserAPC.
func (v *verdict) queueAPC() {
	tid := v.tid
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.editThread(tid, func(t *thread) {
			t.queued = yes
			if t.outer != nil {
				// The wait that runs routines may run this one too.
				outer := *t.outer
				outer.requeued = true
				t.outer, t.queued = &outer, maybe
			}
		})
		return ""
	}, nil, rules.APCQueue)
	v.environment()
}

// threads adds what any call may do to routines and to events: a call that may
// have waited may have run what was queued, and an operation sets its event and
// queues its routine when it ends.
func (v *verdict) threads(call wsa.Call) {
	switch call.(type) {
	case wsa.SleepExCall, wsa.WSAWaitForMultipleEventsCall, wsa.GetQueuedCompletionStatusExCall:
	default:
		if v.t.queued == yes && nests(call) {
			v.mayRun()
		}
	}
	if event, routine := startsOperation(call); event != 0 || routine {
		k, tid := sockKey(v.p.pid, uint64(event&^1)), v.tid // its low bit is for ports
		v.also(func(n *world) {
			n.useEvent(k)
			if routine {
				n.editThread(tid, func(t *thread) { t.routines, t.queued = true, max(t.queued, maybe) })
			}
		})
	}
}

// also has every outcome do something besides.
func (v *verdict) also(change func(*world)) {
	for i := range v.out {
		o := &v.out[i]
		before := o.effect
		o.effect = func(n *world, ret *wsa.Return) rules.ID {
			change(n)
			if before != nil {
				return before(n, ret)
			}
			return ""
		}
	}
}

// startsOperation gives the event and the routine of a call that may start an
// overlapped operation.
func startsOperation(call wsa.Call) (event wsa.HANDLE, routine bool) {
	switch c := call.(type) {
	case wsa.WSASendCall:
		return c.Event, c.Routine
	case wsa.WSASendToCall:
		return c.Event, c.Routine
	case wsa.WSARecvCall:
		return c.Event, c.Routine
	case wsa.WSARecvFromCall:
		return c.Event, c.Routine
	case wsa.WSASendMsgCall:
		return c.Event, c.Routine
	case wsa.WSARecvMsgCall:
		return c.Event, c.Routine
	case wsa.WSAIoctlCall:
		return c.Event, c.Routine
	case wsa.WSASetSocketSecurityCall:
		return c.Event, c.Routine
	case wsa.WSASetSocketPeerTargetNameCall:
		return c.Event, c.Routine
	case wsa.WSADeleteSocketPeerTargetNameCall:
		return c.Event, c.Routine
	case wsa.WSAQuerySocketSecurityCall:
		return c.Event, c.Routine
	case wsa.AcceptExCall:
		return c.Event, false
	case wsa.ConnectExCall:
		return c.Event, false
	case wsa.DisconnectExCall:
		return c.Event, false
	case wsa.TransmitFileCall:
		return c.Event, false
	case wsa.GetAddrInfoExCall:
		return c.Event, false // its routine runs on a thread of the system's
	}
	return 0, false
}

// mayRun makes it open whether the routines are left that were queued, after a
// call that may have waited (observed SL9: one that did not wait runs none).
func (v *verdict) mayRun() {
	tid := v.tid
	v.also(func(n *world) { n.editThread(tid, func(t *thread) { t.queued = maybe }) })
}

// processID judges GetCurrentProcessId: the number that WSADuplicateSocket takes.
// A simulated world names its processes by it.
func (v *verdict) processID() {
	pid, known, whole := v.p.pid, v.p.id, v.w.whole
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if whole && ret.N != int64(pid) || known != 0 && ret.N != known {
			return rules.PROCESSId
		}
		if known == 0 {
			p := *n.procs.get(uint64(pid))
			p.id = ret.N
			n.setProcess(&p)
		}
		return ""
	}, func(*world) wsa.Return { return wsa.Return{N: int64(pid)} }, rules.PROCESSId)
	v.quiet()
}
