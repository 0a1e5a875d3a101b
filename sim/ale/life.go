package ale

import "time"

// Life is how long a pair of associations is good. A zero field is no limit.
type Life struct {
	MainMode   time.Duration // the main mode: its keys and proofs
	QuickModes uint32        // quick modes that one main mode carries
	QuickMode  time.Duration // the quick mode: the protection of traffic
	Bytes      uint64        // what the quick mode may carry, both directions together
	Idle       time.Duration // without traffic; Failover on systems that fail over
	Failover   time.Duration
}

// Usage counts what an association has carried. The zero Usage is unlimited.
// It decides; whoever has the clock acts.
type Usage struct {
	left    int64 // bytes until the limit
	limited bool
	expires time.Duration // world time; 0 never
	idle    time.Duration
	last    time.Duration // when it was used last
}

// NewUsage begins to count at a time. failover takes the shorter idle time.
func NewUsage(l Life, now time.Duration, failover bool) Usage {
	u := Usage{left: int64(l.Bytes), limited: l.Bytes > 0, idle: l.Idle, last: now}
	if failover && l.Failover > 0 {
		u.idle = l.Failover
	}
	if l.QuickMode > 0 {
		u.expires = now + l.QuickMode
	}
	return u
}

// Expiry says why an association can carry nothing more.
type Expiry uint8

// Expiries.
const (
	Alive Expiry = iota
	ExpiredIdle
	ExpiredTime
	ExpiredBytes
)

var expiryNames = [...]string{"alive", "idle", "lifetime in time over", "lifetime in bytes over"}

func (e Expiry) String() string { return nameOf(expiryNames[:], e) }

// Check says whether the association can carry something at a time.
func (u *Usage) Check(now time.Duration) Expiry {
	switch {
	case u.idle > 0 && now-u.last >= u.idle:
		return ExpiredIdle
	case u.expires > 0 && now >= u.expires:
		return ExpiredTime
	case u.limited && u.left <= 0:
		return ExpiredBytes
	}
	return Alive
}

// Spend counts n bytes. The last packet may go over the limit: what follows
// needs a new association.
func (u *Usage) Spend(n int, now time.Duration) {
	u.last = now
	u.left -= int64(n)
}

// Window is the anti-replay window of one direction of an association: it
// accepts each sequence number once, and none that lies 64 or more behind the
// highest (RFC 4303, section 3.4.3, with its default size).
type Window struct {
	highest uint64
	seen    uint64 // bit i: highest-i was seen
}

// windowSize is how far behind a sequence number may be.
const windowSize = 64

// Accept reports whether a sequence number, from 1 on, is new, and notes it.
func (w *Window) Accept(seq uint64) bool {
	if seq > w.highest {
		if shift := seq - w.highest; shift < windowSize {
			w.seen = w.seen<<shift | 1
		} else {
			w.seen = 1
		}
		w.highest = seq
		return true
	}
	behind := w.highest - seq
	if behind >= windowSize || w.seen>>behind&1 != 0 {
		return false
	}
	w.seen |= 1 << behind
	return true
}
