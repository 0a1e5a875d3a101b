package sim

import (
	"wsasim/sim/ale"
	"wsasim/wsa"
)

// handleTable gives a process its handles: multiples of 4 from 4 on. A closed
// value is issued again at once, last closed first, as Windows tends to do:
// programs that use a closed handle meet somebody else's socket.
type handleTable struct {
	entries []handleEntry // handle h is entries[h/4-1]
	free    []uint32      // indexes of entries that are free
	open    int
}

// handleEntry is what a handle stands for; both nil when the handle is free.
type handleEntry struct {
	sock  *socket
	token *ale.Token
}

func (t *handleTable) add(e handleEntry) uintptr {
	t.open++
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.entries[i] = e
		return uintptr(i+1) * 4
	}
	t.entries = append(t.entries, e)
	return uintptr(len(t.entries)) * 4
}

func (t *handleTable) remove(h uintptr) {
	i := h/4 - 1
	t.entries[i] = handleEntry{}
	t.free = append(t.free, uint32(i))
	t.open--
}

// entry is what h stands for; the zero entry when it is not a valid handle.
func (t *handleTable) entry(h uintptr) handleEntry {
	if h%4 != 0 || h == 0 || h/4 > uintptr(len(t.entries)) {
		return handleEntry{}
	}
	return t.entries[h/4-1]
}

func (t *handleTable) socket(s wsa.SOCKET) *socket { return t.entry(uintptr(s)).sock }

// sockets lists the open sockets in the order of their handles.
func (t *handleTable) sockets() []*socket {
	var all []*socket
	for _, e := range t.entries {
		if e.sock != nil {
			all = append(all, e.sock)
		}
	}
	return all
}
