package wsa

// bool appends a BOOL.
func (c *nativeCall) bool(v bool) *nativeCall {
	if v {
		return c.uint(1)
	}
	return c.uint(0)
}

func (c *nativeCall) handle(h HANDLE) *nativeCall { return c.word(uintptr(h)) }

// opened makes a call that gives a handle.
func (c *nativeCall) opened() (HANDLE, error) {
	h, err := c.do()
	if err != nil {
		return 0, err
	}
	return HANDLE(h), nil
}

// currentThread is what GetCurrentThread gives: a number that means the thread
// which uses it.
const currentThread = ^uintptr(1)

// QueueUserAPC is QueueUserAPC of kernel32.dll, for the thread itself.
func (t *SystemThread) QueueUserAPC(routine func()) error {
	id := t.process.apcs.add(routine)
	err := t.begin(procQueueUserAPC).word(t.process.apc).word(currentThread).word(id).err()
	if err != nil {
		t.process.apcs.take(id)
	}
	return err
}

// Select is select of ws2_32.dll.
func (t *SystemThread) Select(nfds int32, readfds, writefds, exceptfds *FDSet, timeout *Timeval) (int, error) {
	c := t.begin(procSelect).int(nfds)
	sets := [3]*FDSet{readfds, writefds, exceptfds}
	var native [3][]uintptr
	for i, set := range sets {
		if set == nil {
			c.word(0)
			continue
		}
		for j := range i {
			if sets[j] == set { // one set for the system too (observed SL11)
				native[i] = native[j]
			}
		}
		if native[i] == nil {
			native[i] = nativeSet(*set)
		}
		pin(c, &native[i][0])
	}
	n, err := pin(c, timeout).count()
	for i, set := range sets {
		if set != nil {
			copySet(set, native[i])
		}
	}
	return n, err
}

// nativeSet is an fd_set: the count, on every target padded to a machine word,
// and the sockets. The system believes a count above FD_SETSIZE.
func nativeSet(set FDSet) []uintptr {
	words := make([]uintptr, 1, 1+len(set))
	words[0] = uintptr(len(set))
	for _, s := range set {
		words = append(words, uintptr(s))
	}
	return words
}

// copySet stores what an fd_set has become. It never has more sockets than
// before.
func copySet(set *FDSet, words []uintptr) {
	n := min(int(uint32(words[0])), len(words)-1)
	*set = (*set)[:min(n, len(*set))]
	for i := range *set {
		(*set)[i] = SOCKET(words[1+i])
	}
}

// WSAPoll is WSAPoll of ws2_32.dll.
func (t *SystemThread) WSAPoll(fdArray []PollFD, timeout int32) (int, error) {
	return pinSlice(t.begin(procWSAPoll), fdArray).uint(uint32(len(fdArray))).int(timeout).count()
}

// WSACreateEvent is WSACreateEvent of ws2_32.dll.
func (t *SystemThread) WSACreateEvent() (HANDLE, error) { return t.begin(procWSACreateEvent).opened() }

// WSASetEvent is WSASetEvent of ws2_32.dll.
func (t *SystemThread) WSASetEvent(event HANDLE) error {
	return t.begin(procWSASetEvent).handle(event).err()
}

// WSAResetEvent is WSAResetEvent of ws2_32.dll.
func (t *SystemThread) WSAResetEvent(event HANDLE) error {
	return t.begin(procWSAResetEvent).handle(event).err()
}

// WSACloseEvent is WSACloseEvent of ws2_32.dll.
func (t *SystemThread) WSACloseEvent(event HANDLE) error {
	return t.begin(procWSACloseEvent).handle(event).err()
}

// WSAWaitForMultipleEvents is WSAWaitForMultipleEvents of ws2_32.dll.
func (t *SystemThread) WSAWaitForMultipleEvents(events []HANDLE, waitAll bool, timeout uint32, alertable bool) (uint32, error) {
	c := pinSlice(t.begin(procWSAWaitForMultipleEvents).uint(uint32(len(events))), events)
	which, err := c.bool(waitAll).uint(timeout).bool(alertable).do()
	if err != nil {
		return WSA_WAIT_FAILED, err
	}
	return uint32(which), nil
}

// WSAEventSelect is WSAEventSelect of ws2_32.dll.
func (t *SystemThread) WSAEventSelect(s SOCKET, event HANDLE, networkEvents int32) error {
	return t.begin(procWSAEventSelect).socket(s).handle(event).int(networkEvents).err()
}

// WSAEnumNetworkEvents is WSAEnumNetworkEvents of ws2_32.dll.
func (t *SystemThread) WSAEnumNetworkEvents(s SOCKET, event HANDLE, networkEvents *NetworkEvents) error {
	return pin(t.begin(procWSAEnumNetworkEvents).socket(s).handle(event), networkEvents).err()
}

// WSAGetOverlappedResult is WSAGetOverlappedResult of ws2_32.dll.
func (t *SystemThread) WSAGetOverlappedResult(s SOCKET, overlapped *Overlapped, transfer *uint32, wait bool, flags *uint32) error {
	c := pin(pin(t.begin(procWSAGetOverlappedResult).socket(s), overlapped), transfer)
	err := pin(c.bool(wait), flags).err()
	t.process.flights.seen(overlapped)
	return err
}

// GetOverlappedResult is GetOverlappedResult of kernel32.dll.
func (t *SystemThread) GetOverlappedResult(file HANDLE, overlapped *Overlapped, transferred *uint32, wait bool) error {
	if overlapped == nil || transferred == nil {
		return &CrashError{"GetOverlappedResult"}
	}
	err := pin(pin(t.begin(procGetOverlappedResult).handle(file), overlapped), transferred).bool(wait).err()
	t.process.flights.seen(overlapped)
	return err
}

// CancelIo is CancelIo of kernel32.dll.
func (t *SystemThread) CancelIo(file HANDLE) error {
	return t.begin(procCancelIo).handle(file).err()
}

// CancelIoEx is CancelIoEx of kernel32.dll.
func (t *SystemThread) CancelIoEx(file HANDLE, overlapped *Overlapped) error {
	return pin(t.begin(procCancelIoEx).handle(file), overlapped).err()
}

// CreateIoCompletionPort is CreateIoCompletionPort of kernel32.dll.
func (t *SystemThread) CreateIoCompletionPort(file, existingPort HANDLE, key uintptr, concurrentThreads uint32) (HANDLE, error) {
	port, err := t.begin(procCreateIoCompletionPort).handle(file).handle(existingPort).word(key).uint(concurrentThreads).opened()
	if err == nil && file != INVALID_HANDLE_VALUE {
		t.process.flights.join(file)
	}
	return port, err
}

// GetQueuedCompletionStatus is GetQueuedCompletionStatus of kernel32.dll.
func (t *SystemThread) GetQueuedCompletionStatus(port HANDLE, transferred *uint32, key *uintptr, overlapped **Overlapped, milliseconds uint32) error {
	if transferred == nil || key == nil || overlapped == nil {
		return &CrashError{"GetQueuedCompletionStatus"}
	}
	// The system must not write a pointer into Go's memory, for the garbage
	// collector to miss: it writes a number. That is NULL when no packet was
	// taken (page getqueuedcompletionstatus).
	native := new(uintptr)
	c := pin(pin(t.begin(procGetQueuedCompletionStatus).handle(port), transferred), key)
	err := pin(c, native).uint(milliseconds).err()
	*overlapped, _ = t.process.flights.land(*native)
	return err
}

// nativeEntry is OVERLAPPED_ENTRY.
type nativeEntry struct {
	key, overlapped, internal uintptr
	transferred               uint32
}

// GetQueuedCompletionStatusEx is GetQueuedCompletionStatusEx of kernel32.dll.
func (t *SystemThread) GetQueuedCompletionStatusEx(port HANDLE, entries []OverlappedEntry, removed *uint32, milliseconds uint32, alertable bool) error {
	if removed == nil {
		return &CrashError{"GetQueuedCompletionStatusEx"}
	}
	native := make([]nativeEntry, len(entries))
	c := pinSlice(t.begin(procGetQueuedCompletionStatusEx).handle(port), native).uint(uint32(len(entries)))
	err := pin(c, removed).uint(milliseconds).bool(alertable).err()
	if err != nil {
		return err
	}
	for i, e := range native[:min(int(*removed), len(native))] {
		o, _ := t.process.flights.land(e.overlapped)
		entries[i] = OverlappedEntry{e.key, o, e.internal, e.transferred}
	}
	return nil
}

// PostQueuedCompletionStatus is PostQueuedCompletionStatus of kernel32.dll.
func (t *SystemThread) PostQueuedCompletionStatus(port HANDLE, transferred uint32, key uintptr, overlapped *Overlapped) error {
	c := t.begin(procPostQueuedCompletionStatus).handle(port).uint(transferred).word(key).overlapped(overlapped)
	c.packet = overlapped != nil
	return c.err()
}

// SetFileCompletionNotificationModes is SetFileCompletionNotificationModes of
// kernel32.dll.
func (t *SystemThread) SetFileCompletionNotificationModes(file HANDLE, flags uint8) error {
	err := t.begin(procSetFileCompletionNotificationModes).handle(file).uint(uint32(flags)).err()
	if err == nil {
		t.process.flights.mode(file, flags)
	}
	return err
}
