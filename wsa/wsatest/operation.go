package wsatest

import (
	"wsasim/wsa"
)

// patience is how many milliseconds something that must happen may take.
const patience = 5000

// atEnd has something done when the test has ended.
func (c *context) atEnd(do func()) { c.ends = append(c.ends, do) }

// event is a new event object that is not set.
func (c *context) event() wsa.HANDLE {
	var h wsa.HANDLE
	c.call(success, "WSACreateEvent", func() (err error) {
		h, err = c.api.WSACreateEvent()
		return err
	})
	c.atEnd(func() { _ = c.api.WSACloseEvent(h) })
	return h
}

// overlapped is the structure of an operation that sets an event at its end.
func (c *context) overlapped() *wsa.Overlapped { return &wsa.Overlapped{HEvent: c.event()} }

// set reports whether an event is set, or becomes set within milliseconds.
func (t thread) isSet(event wsa.HANDLE, milliseconds uint32) bool {
	got, err := t.api.WSAWaitForMultipleEvents([]wsa.HANDLE{event}, true, milliseconds, false)
	if err != nil {
		t.r.fatalf("WSAWaitForMultipleEvents: %v", err)
	}
	return got == wsa.WSA_WAIT_EVENT_0
}

// recvInto is WSARecv with overlapped parameters; the count starts poisoned.
func (t thread) recvInto(want wsa.Errno, s wsa.SOCKET, buf []byte, ov *wsa.Overlapped, routine wsa.CompletionRoutine) (received uint32) {
	received, flags := uint32(poisonCount), uint32(0)
	t.call(want, "overlapped WSARecv", func() error {
		return t.api.WSARecv(s, [][]byte{buf}, &received, &flags, ov, routine)
	})
	return received
}

// ended waits for the end of an operation that has an event and checks what
// WSAGetOverlappedResult says of it.
func (t thread) ended(want wsa.Errno, s wsa.SOCKET, ov *wsa.Overlapped, n uint32) {
	if !t.isSet(ov.HEvent, patience) {
		t.r.fatalf("the operation has not ended; wanted %s", name(want))
	}
	moved, flags := uint32(poisonCount), uint32(poisonCount)
	t.call(want, "WSAGetOverlappedResult", func() error {
		return t.api.WSAGetOverlappedResult(s, ov, &moved, false, &flags)
	})
	if want == success {
		equal(t, "the bytes moved", moved, n)
		equal(t, "the flags", flags, 0)
	}
}

// endedInKernel is ended with what GetOverlappedResult says.
func (t thread) endedInKernel(want wsa.Errno, s wsa.SOCKET, ov *wsa.Overlapped, n uint32) {
	if !t.isSet(ov.HEvent, patience) {
		t.r.fatalf("the operation has not ended; wanted %s", name(want))
	}
	moved := uint32(poisonCount)
	t.call(want, "GetOverlappedResult", func() error {
		return t.api.GetOverlappedResult(wsa.HANDLE(s), ov, &moved, false)
	})
	equal(t, "the bytes moved", moved, n)
}

// runs checks that an operation has not ended.
func (t thread) runs(s wsa.SOCKET, ov *wsa.Overlapped) {
	moved, flags := uint32(poisonCount), uint32(0)
	t.call(wsa.WSA_IO_INCOMPLETE, "WSAGetOverlappedResult", func() error {
		return t.api.WSAGetOverlappedResult(s, ov, &moved, false, &flags)
	})
}

// routine is a completion routine that counts how often it runs and keeps what
// it was told last.
type routine struct {
	ran         int
	err         wsa.Errno
	transferred uint32
}

func (r *routine) call(err wsa.Errno, n uint32, _ *wsa.Overlapped, _ uint32) {
	r.ran, r.err, r.transferred = r.ran+1, err, n
}

// apc queues an APC to the thread and returns how often it has run.
func (t thread) apc() *int {
	ran := new(int)
	t.call(success, "QueueUserAPC", func() error { return t.api.QueueUserAPC(func() { *ran++ }) })
	return ran
}

// port is a new completion port, perhaps with a socket.
func (c *context) port() wsa.HANDLE {
	var h wsa.HANDLE
	c.call(success, "CreateIoCompletionPort", func() (err error) {
		h, err = c.api.CreateIoCompletionPort(wsa.INVALID_HANDLE_VALUE, 0, 0, 0)
		return err
	})
	c.atEnd(func() { _ = c.api.CloseHandle(h) })
	return h
}

// reports has the operations of a socket reported at a port under a key.
func (t thread) reports(s wsa.SOCKET, port wsa.HANDLE, key uintptr) {
	t.call(success, "CreateIoCompletionPort", func() error {
		_, err := t.api.CreateIoCompletionPort(wsa.HANDLE(s), port, key, 0)
		return err
	})
}

// packet takes the next packet from a port and checks it: how its operation
// ended, as a Win32 error, and how many bytes it moved.
func (t thread) packet(port wsa.HANDLE, key uintptr, ov *wsa.Overlapped, want wsa.Errno, n uint32) {
	var moved uint32
	var gotKey uintptr
	var got *wsa.Overlapped
	t.call(want, "GetQueuedCompletionStatus", func() error {
		return t.api.GetQueuedCompletionStatus(port, &moved, &gotKey, &got, patience)
	})
	equal(t, "the packet's key", gotKey, key)
	equal(t, "the packet's OVERLAPPED", got, ov)
	equal(t, "the packet's bytes", moved, n)
}

// noPacket checks that a port has no packet.
func (t thread) noPacket(port wsa.HANDLE) {
	var moved uint32
	var key uintptr
	var got *wsa.Overlapped
	t.call(wsa.WAIT_TIMEOUT, "GetQueuedCompletionStatus", func() error {
		return t.api.GetQueuedCompletionStatus(port, &moved, &key, &got, 100)
	})
	equal(t, "the OVERLAPPED", got, nil)
}
