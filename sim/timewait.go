package sim

import (
	"net/netip"
	"time"
)

// pair is the two names of a connection, as one of its ends sees them.
type pair struct{ local, remote netip.AddrPort }

// timeWaits are the pairs of a host whose connections are over and may not be
// made again yet: TIME_WAIT. See Timing.TimeWait.
type timeWaits struct {
	until map[pair]time.Duration
	order []timeWait     // every wait that began, in the order of their ends
	ports map[uint16]int // how many pairs there are of a local port
}

// timeWait is one wait of a pair; a later one of the same pair outdoes it.
type timeWait struct {
	pair
	until time.Duration
}

// add has a pair wait, or wait again, for d from now on. All wait equally long.
func (t *timeWaits) add(p pair, now, d time.Duration) {
	t.expire(now)
	if t.until == nil {
		t.until, t.ports = make(map[pair]time.Duration), make(map[uint16]int)
	}
	if _, again := t.until[p]; !again {
		t.ports[p.local.Port()]++
	}
	t.until[p] = now + d
	t.order = append(t.order, timeWait{p, now + d})
}

// expire forgets what has waited long enough.
func (t *timeWaits) expire(now time.Duration) {
	for len(t.order) > 0 && t.order[0].until <= now {
		first := t.order[0]
		t.order = t.order[1:]
		if t.until[first.pair] > first.until {
			continue // it waits again
		}
		delete(t.until, first.pair)
		port := first.local.Port()
		if t.ports[port]--; t.ports[port] == 0 {
			delete(t.ports, port)
		}
	}
	if len(t.order) == 0 {
		t.order = nil
	}
}

// waits reports whether a pair waits.
func (t *timeWaits) waits(p pair, c *clock) bool {
	if len(t.order) == 0 {
		return false
	}
	t.expire(c.read())
	_, there := t.until[p]
	return there
}

// overFirst is called when both directions of a connection have ended and this
// end was the first to end its own: it is the one that waits.
func (s *stream) overFirst() {
	if w := s.world(); w.timing.TimeWait > 0 {
		s.host.over.add(pair{s.local, s.remote}, w.clock.read(), w.timing.TimeWait)
	}
}

// taken reports whether a socket cannot have a connection between two names, since
// another socket has it or tries to, or since it waits. A socket with
// SO_REUSEADDR does not mind the latter (page connect: the address is in use and
// the socket is not marked so).
func (h *Host) taken(s *socket, p pair) bool {
	for e := h.ports[s.port.key]; e != nil; e = e.next {
		o := e.sock
		if o != s && o.local == p.local && o.peer == p.remote && (o.attempt != nil || o.stream != nil && o.stream.broken == 0) {
			return true
		}
	}
	return s.opts.get(optReuse) == 0 && h.over.waits(p, &h.world.clock)
}
