package wsa

import (
	"runtime"
	"sync"
)

// GetAddrInfo is GetAddrInfoW of ws2_32.dll. What it allocates is copied and
// freed before the call returns.
func (t *SystemThread) GetAddrInfo(nodeName, serviceName *string, hints *AddrInfo) ([]AddrInfo, error) {
	node, err := wideText(nodeName)
	if err != nil {
		return nil, err
	}
	service, err := wideText(serviceName)
	if err != nil {
		return nil, err
	}
	c := t.begin(procGetAddrInfo)
	var native *nativeAddrInfo
	if hints != nil {
		if native, err = nativeHints(&c.pins, hints); err != nil {
			c.finish()
			return nil, err
		}
	}
	found := new(uintptr) // a number, since the memory is the system's
	err = pin(pin(pinSlice(pinSlice(c, node), service), native), found).err()
	list := addrInfosAt(*found)
	t.release(procFreeAddrInfo, *found)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// release frees what a lookup has allocated; the last error stays what it is.
func (t *SystemThread) release(free procID, found uintptr) {
	if found == 0 {
		return
	}
	last := t.last
	_, _ = t.begin(free).word(found).do()
	t.last = last
}

// lookups are the overlapped lookups that go on, by the addresses of their
// structures.
type lookups struct {
	mu     sync.Mutex
	byAddr map[uintptr]*systemLookup
}

// systemLookup is one of them. Everything that it points to stays where it is
// until it has ended.
type systemLookup struct {
	overlapped *Overlapped
	routine    LookupRoutine
	result     *[]AddrInfoEx
	found      *uintptr // where the system stores what it found
	pins       runtime.Pinner
}

func (l *lookups) add(x *systemLookup) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byAddr == nil {
		l.byAddr = make(map[uintptr]*systemLookup)
	}
	l.byAddr[address(x.overlapped)] = x
}

// take takes a lookup off; nil for none.
func (l *lookups) take(addr uintptr) *systemLookup {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.byAddr[addr]
	delete(l.byAddr, addr)
	return x
}

// GetAddrInfoEx is GetAddrInfoExW of ws2_32.dll. What an overlapped lookup with
// an event has found is stored when GetAddrInfoExOverlappedResult is called.
func (t *SystemThread) GetAddrInfoEx(name, serviceName *string, nameSpace uint32, nspID *GUID, hints *AddrInfoEx, result *[]AddrInfoEx, timeout *Timeval, overlapped *Overlapped, routine LookupRoutine, nameHandle *HANDLE) error {
	node, err := wideText(name)
	if err != nil {
		return err
	}
	service, err := wideText(serviceName)
	if err != nil {
		return err
	}
	x := &systemLookup{overlapped: overlapped, routine: routine, result: result}
	c := t.begin(procGetAddrInfoEx)
	pinSlice(pinSlice(c, node), service).uint(nameSpace)
	pinIn(c, &x.pins, nspID)
	var native *nativeAddrInfoEx
	if hints != nil {
		if native, err = nativeHintsEx(&x.pins, hints); err != nil {
			c.finish()
			return err
		}
	}
	pinIn(c, &x.pins, native)
	if result != nil {
		*result, x.found = nil, new(uintptr)
	}
	pinIn(c, &x.pins, x.found)
	pinIn(c, &x.pins, timeout)
	pinIn(c, &x.pins, overlapped)
	told := uintptr(0)
	if routine != nil {
		told = t.process.lookup
	}
	c.word(told)
	handle := new(uintptr)
	if nameHandle == nil {
		handle = nil
	}
	pinIn(c, &x.pins, handle)
	if overlapped != nil {
		t.process.lookups.add(x)
	}
	err = c.err()
	if nameHandle != nil {
		*nameHandle = HANDLE(*handle)
	}
	if overlapped != nil && err == WSA_IO_PENDING {
		return err
	}
	if overlapped != nil {
		t.process.lookups.take(address(overlapped))
	}
	last := t.last
	x.land(t.process)
	t.last = last
	return err
}

// land stores what a lookup has found, frees the system's copy and lets go of
// the memory.
func (x *systemLookup) land(p *SystemProcess) {
	if x.found != nil && *x.found != 0 {
		*x.result = addrInfosExAt(*x.found)
		p.callFree(procFreeAddrInfoEx, *x.found)
		*x.found = 0
	}
	x.pins.Unpin()
}

// lookedUp is the routine that the system is given, for every lookup. It runs on
// a thread of the system's own.
func (p *SystemProcess) lookedUp(err, n uint32, overlapped uintptr) uintptr {
	if x := p.lookups.take(overlapped); x != nil {
		x.land(p)
		x.routine(Errno(err), n, x.overlapped)
	}
	return 0
}

// GetAddrInfoExCancel is GetAddrInfoExCancel of ws2_32.dll.
func (t *SystemThread) GetAddrInfoExCancel(handle *HANDLE) error {
	return pin(t.begin(procGetAddrInfoExCancel), handle).err()
}

// GetAddrInfoExOverlappedResult is GetAddrInfoExOverlappedResult of ws2_32.dll.
func (t *SystemThread) GetAddrInfoExOverlappedResult(overlapped *Overlapped) error {
	err := pin(t.begin(procGetAddrInfoExOverlappedResult), overlapped).err()
	if overlapped == nil || err == WSAEINPROGRESS {
		return err
	}
	if x := t.process.lookups.takeEvent(address(overlapped)); x != nil {
		x.land(t.process)
	}
	return err
}

// takeEvent is take for a lookup whose end is not told to a routine.
func (l *lookups) takeEvent(addr uintptr) *systemLookup {
	l.mu.Lock()
	x := l.byAddr[addr]
	l.mu.Unlock()
	if x == nil || x.routine != nil {
		return nil
	}
	return l.take(addr)
}

// GetNameInfo is GetNameInfoW of ws2_32.dll.
func (t *SystemThread) GetNameInfo(sockaddr []byte, node, service []uint16, flags int32) error {
	c := pinSlice(t.begin(procGetNameInfo).bytes(sockaddr), node).uint(uint32(len(node)))
	return pinSlice(c, service).uint(uint32(len(service))).int(flags).err()
}

// GetHostName is GetHostNameW of ws2_32.dll.
func (t *SystemThread) GetHostName(name []uint16) error {
	return pinSlice(t.begin(procGetHostName), name).int(int32(len(name))).err()
}

// Gethostbyname is gethostbyname of ws2_32.dll.
func (t *SystemThread) Gethostbyname(name *string) (*HostEnt, error) {
	at, err := pinSlice(t.begin(procGethostbyname), narrowText(name)).do()
	return t.hosts.store(at, err, hostEntAt)
}

// Gethostbyaddr is gethostbyaddr of ws2_32.dll.
func (t *SystemThread) Gethostbyaddr(addr []byte, typ int32) (*HostEnt, error) {
	at, err := t.begin(procGethostbyaddr).bytes(addr).int(typ).do()
	return t.hosts.store(at, err, hostEntAt)
}

// Getservbyname is getservbyname of ws2_32.dll.
func (t *SystemThread) Getservbyname(name, proto *string) (*ServEnt, error) {
	if name == nil {
		return nil, &CrashError{"getservbyname"}
	}
	at, err := pinSlice(pinSlice(t.begin(procGetservbyname), narrowText(name)), narrowText(proto)).do()
	return t.servs.store(at, err, servEntAt)
}

// Getservbyport is getservbyport of ws2_32.dll.
func (t *SystemThread) Getservbyport(port uint16, proto *string) (*ServEnt, error) {
	c := t.begin(procGetservbyport).int(int32(port>>8 | port<<8)) // network order
	at, err := pinSlice(c, narrowText(proto)).do()
	return t.servs.store(at, err, servEntAt)
}

// Getprotobyname is getprotobyname of ws2_32.dll.
func (t *SystemThread) Getprotobyname(name *string) (*ProtoEnt, error) {
	if name == nil {
		return nil, &CrashError{"getprotobyname"}
	}
	at, err := pinSlice(t.begin(procGetprotobyname), narrowText(name)).do()
	return t.protos.store(at, err, protoEntAt)
}

// Getprotobynumber is getprotobynumber of ws2_32.dll.
func (t *SystemThread) Getprotobynumber(number int32) (*ProtoEnt, error) {
	at, err := t.begin(procGetprotobynumber).int(number).do()
	return t.protos.store(at, err, protoEntAt)
}

// InetAddr is inet_addr of ws2_32.dll; INADDR_NONE on a closed thread, and for
// nil, which is not handed on.
func (t *SystemThread) InetAddr(cp *string) uint32 {
	if cp == nil {
		return INADDR_NONE
	}
	n, err := pinSlice(t.begin(procInetAddr), narrowText(cp)).do()
	if err != nil {
		return INADDR_NONE
	}
	return uint32(n)
}

// InetNtoa is inet_ntoa of ws2_32.dll; "" on a closed thread.
func (t *SystemThread) InetNtoa(in uint32) string {
	at, err := t.begin(procInetNtoa).uint(in).do()
	if err != nil {
		return ""
	}
	return cStringAt(at)
}

// entryOf is a structure that the system has for the thread: the same address
// gives the same pointer, since its content is overwritten as the system's is.
type entryOf[T any] struct {
	addr  uintptr
	entry *T
}

// store copies the structure at an address that a call gave.
func (e *entryOf[T]) store(addr uintptr, err error, read func(uintptr) T) (*T, error) {
	if err != nil {
		return nil, err
	}
	if e.entry == nil || e.addr != addr {
		e.addr, e.entry = addr, new(T)
	}
	*e.entry = read(addr)
	return e.entry, nil
}

// wideText is text as the functions with a W take it: UTF-16 with a NUL; nil
// for nil. It fails with *EncodeError for what is not WTF-8.
func wideText(s *string) ([]uint16, error) {
	if s == nil {
		return nil, nil
	}
	b, err := EncodeUTF16(*s)
	if err != nil {
		return nil, err
	}
	units := make([]uint16, len(b)/2+1)
	for i := range len(b) / 2 {
		units[i] = le.Uint16(b[2*i:])
	}
	return units, nil
}

// narrowText is text as the functions of old take it: bytes with a NUL; nil for
// nil.
func narrowText(s *string) []byte {
	if s == nil {
		return nil
	}
	return append([]byte(*s), 0)
}
