package wsa

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The target that this test is built for.
func thisTarget(t *testing.T) Target {
	t.Helper()
	target, err := ParseTarget(runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// TestSystemLayouts: what the system is given as it is has the layout that the
// description of the structures says, which a C compiler was asked about.
func TestSystemLayouts(t *testing.T) {
	var o Overlapped
	var b windows.WSABuf
	for _, c := range []struct {
		name    string
		size    uintptr
		offsets []uintptr
	}{
		{"WSAOVERLAPPED", unsafe.Sizeof(o), []uintptr{
			unsafe.Offsetof(o.Internal), unsafe.Offsetof(o.InternalHigh), unsafe.Offsetof(o.Offset), unsafe.Offsetof(o.OffsetHigh), unsafe.Offsetof(o.HEvent),
		}},
		{"WSABUF", unsafe.Sizeof(b), []uintptr{unsafe.Offsetof(b.Len), unsafe.Offsetof(b.Buf)}},
	} {
		layout, err := Struct(c.name, thisTarget(t))
		if err != nil {
			t.Fatal(err)
		}
		if layout.Size != int(c.size) {
			t.Errorf("%s has %d bytes, not %d", c.name, c.size, layout.Size)
		}
		for i, f := range layout.Fields {
			if f.Offset != int(c.offsets[i]) {
				t.Errorf("%s.%s is at %d, not %d", c.name, f.Name, c.offsets[i], f.Offset)
			}
		}
	}
	wsadata := map[Target]uintptr{AMD64: 408, I386: 400, ARM64: 408}[thisTarget(t)]
	if size := unsafe.Sizeof(windows.WSAData{}); size != wsadata {
		t.Errorf("WSADATA has %d bytes, not %d", size, wsadata)
	}
}

// TestNativeMsg: WSAMSG lies as the headers of mingw-w64 lay it out. Its last member
// but one is a WSABUF, aligned as one.
func TestNativeMsg(t *testing.T) {
	var m nativeMsg
	got := [...]uintptr{
		unsafe.Offsetof(m.name), unsafe.Offsetof(m.namelen), unsafe.Offsetof(m.buffers), unsafe.Offsetof(m.count),
		unsafe.Offsetof(m.control), unsafe.Offsetof(m.flags), unsafe.Sizeof(m),
	}
	want := [...]uintptr{0, 8, 16, 24, 32, 48, 56}
	if thisTarget(t) == I386 {
		want = [...]uintptr{0, 4, 8, 12, 16, 24, 28}
	}
	if got != want {
		t.Errorf("offsets and size are %d, not %d", got, want)
	}
}

// TestSystemDeclarations: every row is filled in, and every method puts together
// as many words as its function has (otherwise do panics).
func TestSystemDeclarations(t *testing.T) {
	seen := make(map[string]bool)
	for i, d := range declarations {
		if d.dll == "" || d.name == "" || seen[d.name] || d.words > maxWords {
			t.Errorf("declaration %d is %+v", i, d)
		}
		seen[d.name] = true
	}
}

func TestSystemFailures(t *testing.T) {
	garbage := ^uintptr(0) - math.MaxUint32 // the upper half on 64 bits, 0 on 32
	for _, c := range []struct {
		fails  failure
		result uintptr
		want   bool
	}{
		{neverFails, 0, false}, {neverFails, ^uintptr(0), false},
		{socketError, 0xFFFFFFFF, true}, {socketError, ^uintptr(0), true}, {socketError, 0, false}, {socketError, garbage, false},
		{invalidSocket, ^uintptr(0), true}, {invalidSocket, 4, false},
		{falseResult, 0, true}, {falseResult, garbage, true}, {falseResult, 1, false},
		{codeItself, 0, false}, {codeItself, garbage, false}, {codeItself, 10014, true},
	} {
		if got := c.fails.holds(c.result); got != c.want {
			t.Errorf("%d holds for %#x: %t", c.fails, c.result, got)
		}
	}
	d := declaration{name: "f", fails: socketError}
	if err := d.judge(0xFFFFFFFF, 0); err == nil || !strings.Contains(err.Error(), "last error is 0") {
		t.Errorf("a failure without an error is %v", err)
	}
}

// TestSystemMissing: a function that the system lacks is an error with names.
func TestSystemMissing(t *testing.T) {
	p, err := System()
	if err != nil {
		t.Fatal(err)
	}
	for _, dll := range []string{"ws2_32.dll", "no such.dll"} {
		q := &SystemProcess{}
		q.procs[procBind] = windows.NewLazySystemDLL(dll).NewProc("NoSuchFunction")
		_, err = q.find(procBind)
		var missing *ProcError
		if !errors.As(err, &missing) || missing.DLL == "" || missing.Func == "" || missing.Err == nil {
			t.Errorf("%v", err)
		}
	}
	if p.Wine() == "" {
		return
	}
	thread := p.NewThread()
	defer thread.Close()
	for _, err := range []error{
		thread.WSASetSocketSecurity(4, nil, nil, nil),
		thread.WSASetSocketPeerTargetName(4, nil, nil, nil),
		thread.WSADeleteSocketPeerTargetName(4, nil, nil, nil),
		thread.WSAQuerySocketSecurity(4, nil, nil, nil, nil, nil),
		thread.WSAImpersonateSocketPeer(4, nil),
		thread.WSARevertImpersonation(),
	} {
		var missing *ProcError
		if !errors.As(err, &missing) || missing.DLL != "fwpuclnt.dll" {
			t.Errorf("under Wine: %v", err)
		}
	}
}

// TestSystemLastError: the last error lives with the thread, and a call that
// does not change it leaves it alone.
func TestSystemLastError(t *testing.T) {
	p, err := System()
	if err != nil {
		t.Fatal(err)
	}
	a, b := p.NewThread(), p.NewThread()
	defer a.Close()
	defer b.Close()
	a.WSASetLastError(0xDEADBEEF)
	b.WSASetLastError(WSAEFAULT)
	if id := windows.GetCurrentThreadId(); id == a.id || id == b.id || a.id == b.id {
		t.Fatalf("threads %d, %d and %d are to be three", id, a.id, b.id)
	}
	a.SleepEx(0, false)
	if e := a.WSAGetLastError(); e != 0xDEADBEEF {
		t.Errorf("the last error is %v", e)
	}
	if e := b.WSAGetLastError(); e != WSAEFAULT {
		t.Errorf("the other's last error is %v", e)
	}
	a.Do(func() {
		runtime.GC()
		if e := a.WSAGetLastError(); e != 0xDEADBEEF || osThreadID() != windows.GetCurrentThreadId() {
			t.Errorf("on the thread itself it is %v", e)
		}
		a.WSASetLastError(WSAEINVAL)
	})
	if e := a.WSAGetLastError(); e != WSAEINVAL {
		t.Errorf("the last error set there is %v", e)
	}
}

// TestSystemFlights: memory of operations that ended unseen is let go, and that
// of others kept.
func TestSystemFlights(t *testing.T) {
	f := new(flights)
	thread := &SystemThread{process: &SystemProcess{}}
	start := func(o *Overlapped, err error) *nativeCall {
		c := thread.begin(procWSARecv).overlapped(o)
		f.add(c)
		if !f.settle(c, err) {
			c.finish()
		}
		return c
	}
	for range 1000 {
		start(new(Overlapped), WSA_IO_PENDING)
	}
	if len(f.byAddr) > 200 {
		t.Errorf("%d operations that have ended are listed", len(f.byAddr))
	}
	going := &Overlapped{Internal: STATUS_PENDING}
	first := start(going, WSA_IO_PENDING)
	f.tidy()
	if len(f.byAddr) != 1 || f.byAddr[address(going)] != first {
		t.Errorf("%d operations are left", len(f.byAddr))
	}
	start(going, WSAEINVAL)
	start(going, nil)
	if f.byAddr[address(going)] != first {
		t.Error("a call that failed has taken off the operation in flight")
	}
	f.seen(going)
	if len(f.byAddr) != 1 {
		t.Error("an operation in flight is taken for one that has ended")
	}
	second := start(going, WSA_IO_PENDING)
	if o, _ := f.land(address(going)); o != going || f.byAddr[address(going)] != first {
		t.Error("the end of the later operation is not that of the earlier one")
	}
	going.Internal = 0
	f.seen(going)
	if len(f.byAddr) != 0 || second.flight != nil || first.flight != nil {
		t.Errorf("%d operations are left", len(f.byAddr))
	}
}

// TestSystemLanding: an operation may be told to have ended before the call that
// started it has.
func TestSystemLanding(t *testing.T) {
	f := new(flights)
	thread := &SystemThread{process: &SystemProcess{}}
	o := new(Overlapped)
	c := thread.begin(procWSARecv).overlapped(o)
	c.packet = true
	f.add(c)
	if got, _ := f.land(address(o)); got != o || c.flight != o || len(f.byAddr) != 0 {
		t.Error("the call's memory is let go")
	}
	if f.settle(c, WSA_IO_PENDING) {
		t.Error("the operation is taken to go on")
	}
	c.finish()
	if got, _ := f.land(address(o)); got != o {
		t.Error("a structure that is not listed is not given back")
	}
}
