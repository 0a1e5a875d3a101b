package sim

import (
	"time"

	"wsasim/wsa"
)

// Keep-alive: an idle connection whose socket has SO_KEEPALIVE on finds out that
// its peer is gone. Probes are sent after the idle time, then at the interval
// until one is answered or as many as TCP_KEEPCNT says were not (pages
// so-keepalive, sio-keepalive-vals).
//
// Probes that are answered change nothing, so they are not sent one by one: only
// when the peer can no longer answer is the moment computed at which that comes
// out. Nothing is scheduled while all is well, and a world in which everybody
// waits is still seen as a deadlock.
//
// Not simulated: probes as packets, in traces and for hooks; links that lose some
// packets lose no probe.

// keepAlive is what a stream with keep-alive on has besides.
type keepAlive struct {
	last  time.Duration // when data was last sent or received; under RealTime to the millisecond
	found *event        // when it comes out that the peer is gone; nil while it answers
}

// keepAlive looks again at whether the peer answers probes. It is called when
// the answer may have changed.
func (s *stream) keepAlive() {
	w := s.world()
	if k := s.keep; k != nil && k.found != nil {
		w.clock.cancel(k.found)
		k.found = nil
	}
	if s.sock == nil || s.broken != 0 || s.sock.opts.get(optKeepAlive) == 0 {
		s.keep = nil
		return
	}
	if s.keep == nil {
		s.keep = &keepAlive{last: w.clock.coarse()}
	}
	silent := w.silent(s.host, s.peer.host) || w.silent(s.peer.host, s.host)
	if !silent && s.peer.broken == 0 {
		return
	}
	o := s.sock.opts
	idle, interval := ms(max(o.keepTime, 1)), ms(max(o.keepInterval, 1))
	first := s.keep.last + idle
	if now := w.clock.read(); first < now {
		// Probes before now were answered, and each begins the idle time anew.
		first += (now - first + idle - 1) / idle * idle
	}
	if silent {
		first += time.Duration(o.get(optKeepCnt)) * interval
	}
	s.keep.found = w.clock.at(first, classRetry, func() {
		s.keep.found = nil
		if silent {
			s.timedOut()
		} else {
			s.wasReset() // the peer knows nothing of the connection
		}
	})
}

// timedOut ends a connection whose peer does not answer: calls in progress fail
// with WSAENETRESET and later ones with WSAENOTCONN (page so-keepalive; the page
// of error codes says WSAECONNRESET for the latter). The overlapped ones end
// with WSAECONNABORTED: no status is known that means WSAENETRESET.
func (s *stream) timedOut() {
	w := s.world()
	for _, q := range []*waitQueue{&s.readers, &s.writers} {
		for x := q.head; x != nil; {
			next := x.next
			if x.op == nil {
				w.wake(x, wokenDead)
			}
			x = next
		}
	}
	s.in.clear()
	s.arrived = 0
	s.fail(wsa.WSAENOTCONN)
}

// active notes that a connection was used.
func (s *stream) active() {
	if s.keep != nil {
		s.used()
	}
}

func (s *stream) used() {
	s.keep.last = s.world().clock.coarse()
	if s.keep.found != nil {
		s.keepAlive()
	}
}

// silent reports whether nothing gets from one host to another.
func (w *World) silent(from, to *Host) bool {
	l := w.link(from, to)
	return !w.reachable(from, to) || l != nil && l.Loss >= 1
}

// keepAlives looks again at every connection with keep-alive on that ends at one
// of the hosts, after the network around them has changed.
func keepAlives(hosts ...*Host) {
	for _, h := range hosts {
		for _, p := range h.processes {
			for _, e := range p.handles.entries {
				if s, ok := e.(*socket); ok && s.stream != nil && s.stream.keep != nil {
					s.stream.keepAlive()
				}
			}
		}
	}
}

// keepAlive looks at the socket's connection, if it has one, after an option has
// changed.
func (s *socket) keepAlive() {
	if s.stream != nil {
		s.stream.keepAlive()
	}
}
