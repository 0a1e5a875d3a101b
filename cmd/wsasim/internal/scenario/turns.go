package scenario

import (
	"slices"
	"sync"
	"time"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// atOnce are the calls that do not wait. closesocket waits on a socket that
// lingers alone, and then not for ever.
var atOnce = []string{
	"socket", "WSASocket", "bind", "listen", "shutdown", "closesocket", "getsockname", "getpeername", "getsockopt", "setsockopt",
	"ioctlsocket", "WSAGetLastError", "WSASetLastError", "WSACreateEvent", "WSACloseEvent", "WSASetEvent", "WSAResetEvent",
	"WSAEventSelect", "WSAEnumNetworkEvents", "CloseHandle", "WSAStartup", "WSACleanup",
}

// serial is the API of a thread that lets the other threads of the script go on
// while it waits, and only then.
func (m *machine) serial(api wsa.API) wsa.API {
	return wsa.FromCalls(func(c wsa.Call) wsa.Return {
		if !slices.Contains(atOnce, c.Op()) {
			m.lock.Unlock()
			defer m.lock.Lock()
		}
		return wsa.Invoke(api, c)
	})
}

// turns makes threads begin and end their calls in the order of another run.
type turns struct {
	changed *sync.Cond // its lock guards the rest
	order   []*trace.Record
	late    *time.Timer
}

// parted is how long a thread waits for its turn before the runs are taken to do
// different things, and every thread goes on as it likes.
const parted = 2 * time.Second

// newTurns follows the calls of a trace; without a trace every thread goes on.
func newTurns(lock *sync.Mutex, records []*trace.Record) *turns {
	t := &turns{changed: sync.NewCond(lock)}
	for _, r := range records {
		if r.Kind == trace.CallMade || r.Kind == trace.Returned {
			t.order = append(t.order, r)
		}
	}
	if t.order != nil {
		t.late = time.AfterFunc(parted, func() {
			lock.Lock()
			defer lock.Unlock()
			t.order = nil
			t.changed.Broadcast()
		})
	}
	return t
}

// await waits, without the lock, until it is the turn of the thread.
func (t *turns) await(kind trace.Kind, tid int) {
	for len(t.order) > 0 && (t.order[0].Kind != kind || t.order[0].TID != tid) {
		t.changed.Wait()
	}
}

// take waits for the turn of the thread and takes it.
func (t *turns) take(kind trace.Kind, tid int) {
	t.await(kind, tid)
	if len(t.order) == 0 {
		return
	}
	if t.order = t.order[1:]; len(t.order) == 0 {
		t.late.Stop()
	} else {
		t.late.Reset(parted)
	}
	t.changed.Broadcast()
}

// end stops waiting for turns that do not come.
func (t *turns) end() {
	if t.late != nil {
		t.late.Stop()
	}
}
