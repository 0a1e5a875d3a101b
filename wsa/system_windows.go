package wsa

import (
	"errors"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/windows"
)

// SystemProcess is this process with the system's own Winsock. There is one
// value, since there is one process; it may be used by any number of
// goroutines.
type SystemProcess struct {
	procs      [procCount]*windows.LazyProc
	extensions [procCount]atomic.Uintptr // addresses of extension functions, 0 before they are known
	wine       string
	flights    flights

	// The functions of this package that the system calls: what it takes for
	// every completion routine, APC and condition function.
	routine, apc, condition, lookup uintptr
	apcs                            waiting[func()]
	conditions                      waiting[ConditionFunc]
	lookups                         lookups
}

// System gives the system's own Winsock. It fails with *ProcError when there is
// no ws2_32.dll. Other functions that are missing fail when they are called.
func System() (*SystemProcess, error) { return system() }

// system makes the value once: a process may make a limited number of functions
// that the system can call, and the map of operations in flight is by address.
var system = sync.OnceValues(func() (*SystemProcess, error) {
	p := &SystemProcess{wine: wineVersion()}
	dlls := make(map[string]*windows.LazyDLL)
	for i, d := range declarations {
		dll := dlls[d.dll]
		if dll == nil {
			// Not from the folder of the program, where others may put DLLs.
			dll = windows.NewLazySystemDLL(d.dll)
			dlls[d.dll] = dll
		}
		p.procs[i] = dll.NewProc(d.name)
	}
	p.routine = windows.NewCallback(p.completed)
	p.apc = windows.NewCallback(p.called)
	p.condition = windows.NewCallback(p.judged)
	p.lookup = windows.NewCallback(p.lookedUp)
	_, err := p.find(procWSAStartup)
	if err != nil {
		return nil, err
	}
	return p, nil
})

// find is the address of a function.
func (p *SystemProcess) find(id procID) (uintptr, error) {
	d := &declarations[id]
	if d.dll == fwpuclnt && p.wine != "" {
		return 0, &ProcError{d.dll, d.name, errStub}
	}
	if err := p.procs[id].Find(); err != nil {
		return 0, &ProcError{d.dll, d.name, err}
	}
	return p.procs[id].Addr(), nil
}

// find is the address of a function. An extension function is asked for once,
// through a socket that is made for it; the last error stays what it is.
func (t *SystemThread) find(id procID) (uintptr, error) {
	if extensions[id] == "" {
		return t.process.find(id)
	}
	if addr := t.process.extensions[id].Load(); addr != 0 {
		return addr, nil
	}
	last := t.last
	addr, err := t.askExtension(id)
	if err != nil {
		return 0, err
	}
	t.last = last
	t.process.extensions[id].Store(addr)
	return addr, nil
}

// askExtension asks for an extension function. Without WSAStartup the error is
// Winsock's own.
func (t *SystemThread) askExtension(id procID) (uintptr, error) {
	guid, err := ParseGUID(extensions[id])
	if err != nil {
		return 0, err
	}
	typ := int32(SOCK_STREAM)
	if id == procWSARecvMsg {
		typ = SOCK_DGRAM
	}
	s, err := t.Socket(AF_INET, typ, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = t.Closesocket(s) }()
	out := make([]byte, 8) // zero behind a pointer of 4 bytes
	if err := t.WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, guid[:], out[:bits.UintSize/8], new(uint32), nil, nil); err != nil {
		d := &declarations[id]
		return 0, &ProcError{d.dll, d.name, err}
	}
	return uintptr(le.Uint64(out)), nil
}

// Wine is the version of Wine, or empty on Windows.
func (p *SystemProcess) Wine() string { return p.wine }

// SystemThread is a thread of this process as an [API]: an operating system
// thread that makes the calls and nothing else, so that last error,
// impersonation and completion routines are its own.
//
// As with every [API], it is for one goroutine at a time. A call goes to the
// thread and back, unless the caller runs on it: in completion routines and in
// [SystemThread.Do], which is many times faster.
type SystemThread struct {
	process *SystemProcess
	id      uint32
	work    chan task     // what to do next
	done    chan struct{} // that it is done
	ended   chan struct{} // closed when the thread has ended
	closing atomic.Bool
	last    uintptr     // the last error
	spare   *nativeCall // the call that ended last, to be used again
	// entries are what gethostbyname and its kin gave last.
	hosts  entryOf[HostEnt]
	servs  entryOf[ServEnt]
	protos entryOf[ProtoEnt]
}

var _ API = (*SystemThread)(nil)

// errStub is why a function that Wine lists and does not have is not called.
var errStub = errors.New("Wine has a stub that ends the program")

// task is a call to make, or else a function to run.
type task struct {
	frame *frame
	body  func()
}

// NewThread starts a thread, which [SystemThread.Close] ends.
func (p *SystemProcess) NewThread() *SystemThread {
	t := &SystemThread{process: p, work: make(chan task), done: make(chan struct{}), ended: make(chan struct{})}
	go t.run()
	<-t.done
	return t
}

// run is what the thread does. The lock is never undone, so the operating
// system's thread ends with the goroutine and takes with it what it was
// impersonating.
func (t *SystemThread) run() {
	runtime.LockOSThread()
	defer close(t.ended)
	t.id = osThreadID()
	t.done <- struct{}{}
	for w := range t.work {
		if w.frame != nil {
			w.frame.call()
		} else {
			w.body()
		}
		t.done <- struct{}{}
	}
}

// here reports whether the caller runs on the thread: only t.run's goroutine
// ever does, and so this cannot become wrong after it was asked.
func (t *SystemThread) here() bool { return osThreadID() == t.id }

// hand gives the thread something to do and waits until it is done; false when
// the thread ends instead.
func (t *SystemThread) hand(w task) bool {
	if t.closing.Load() {
		return false
	}
	select {
	case t.work <- w:
	case <-t.ended:
		return false
	}
	select {
	case <-t.done:
		return true
	case <-t.ended:
		return false
	}
}

// perform makes a call on the thread; false when the thread has ended.
func (t *SystemThread) perform(f *frame) bool {
	if t.here() {
		f.call()
		return true
	}
	return t.hand(task{frame: f})
}

// Do runs body on the thread, where calls cost no way to the thread and back.
// If body ends its goroutine (as testing.T.FailNow does), the thread ends and
// the caller's goroutine too. On a closed thread body does not run.
func (t *SystemThread) Do(body func()) {
	if t.here() {
		body()
		return
	}
	if t.closing.Load() {
		return
	}
	if !t.hand(task{body: body}) {
		t.closing.Store(true)
		runtime.Goexit()
	}
}

// Close ends the thread; a second Close does nothing. It must not be called
// during a call. What the thread's operations still have in flight goes on.
func (t *SystemThread) Close() {
	if t.closing.Swap(true) {
		return
	}
	close(t.work)
	if !t.here() {
		<-t.ended
	}
}
