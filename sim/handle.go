package sim

import "wsasim/wsa"

// handleTable gives a process its handles: multiples of 4 from 4 on. A closed
// value is issued again at once, last closed first, as Windows tends to do:
// programs that use a closed handle meet somebody else's socket.
type handleTable struct {
	entries []any // handle h is entries[h/4-1]: what it stands for, nil when it is free
	// ready says for each entry what select and WSAPoll would: see
	// readiness.go. It is apart from entries so that thousands of handles are
	// looked at in one run over few bytes.
	ready []uint16
	free  []uint32 // indexes of entries that are free
	open  int
}

func (t *handleTable) add(e any) uintptr {
	t.open++
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.entries[i], t.ready[i] = e, readyOf(e)
		return uintptr(i+1) * 4
	}
	t.entries = append(t.entries, e)
	t.ready = append(t.ready, readyOf(e))
	return uintptr(len(t.entries)) * 4
}

func (t *handleTable) remove(h uintptr) {
	i := h/4 - 1
	t.entries[i], t.ready[i] = nil, wsa.POLLNVAL
	t.free = append(t.free, uint32(i))
	t.open--
}

// readyOf is the first state of a handle: a socket is looked at when somebody
// asks, and nothing else can be polled.
func readyOf(e any) uint16 {
	if _, ok := e.(*socket); ok {
		return readyStale
	}
	return wsa.POLLNVAL
}

// entry is what h stands for; nil when it is not a valid handle.
func (t *handleTable) entry(h uintptr) any {
	if h%4 != 0 || h == 0 || h/4 > uintptr(len(t.entries)) {
		return nil
	}
	return t.entries[h/4-1]
}

func (t *handleTable) socket(s wsa.SOCKET) *socket {
	sock, _ := t.entry(uintptr(s)).(*socket)
	return sock
}

// sockets lists the open sockets in the order of their handles; one with two
// handles is there twice.
func (t *handleTable) sockets() []*socket {
	var all []*socket
	for _, e := range t.entries {
		if s, ok := e.(*socket); ok {
			all = append(all, s)
		}
	}
	return all
}

// handle is the value of the handle at index i.
func handleAt(i int) uintptr { return uintptr(i+1) * 4 }
