package wsa

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// maxWords is the most parameters that a function in declarations has, rounded
// up; the assembly copies as many.
const maxWords = 12

// frame is a call as the assembly reads it, which knows the offsets from
// go_asm.h.
type frame struct {
	fn     uintptr
	n      uintptr // number of words, at most maxWords
	args   [maxWords]uintptr
	result uintptr
	last   uintptr // the thread's last error, before and after
}

// lastErrorCallAddr is the address of the assembly function that makes the call
// of a frame, with the system's calling convention.
//
// syscall.SyscallN alone would not do: it sets the last error to 0 before each
// call, and then nobody can tell a function that resets the last error (which
// many do, observed SK22, SD15) from one that leaves it alone. The third result
// of SyscallN has the same flaw. So SyscallN, which knows how to leave the Go
// scheduler, calls the assembly, and that restores the thread's last error,
// makes the call, and reads the last error before anything else can change it.
var lastErrorCallAddr uintptr

// osThreadID is GetCurrentThreadId, read from the thread's own block of memory.
func osThreadID() uint32

// call makes the call.
func (f *frame) call() {
	syscall.SyscallN(lastErrorCallAddr, uintptr(unsafe.Pointer(f)))
}

// nativeCall is one call that is being put together. Its methods append the
// parameters from left to right; what they point to stays where it is until the
// call has ended, or, for an operation in flight, until that has.
type nativeCall struct {
	frame  frame
	thread *SystemThread
	proc   procID
	pins   runtime.Pinner
	spaces []space
	after  func() // copies back what the system has written elsewhere

	// Of an operation. The last three are guarded by flights.mu.
	flight   *Overlapped
	routine  CompletionRoutine
	packet   bool        // its end is told by a completion port
	before   *nativeCall // for the same structure, when that is used again too early
	returned bool        // the call has ended
	landed   bool        // the operation has ended, as the program was told
}

// begin starts putting a call together.
func (t *SystemThread) begin(id procID) *nativeCall {
	c := t.spare
	t.spare = nil
	if c == nil {
		c = &nativeCall{thread: t}
	}
	c.proc, c.frame.n = id, 0
	return c
}

// copyBack gives the program what the system has written to memory that is not
// the program's; once, since the program may use its own again.
func (c *nativeCall) copyBack() {
	for i := range c.spaces {
		c.spaces[i].copyBack()
	}
	if c.after != nil {
		c.after()
		c.after = nil
	}
}

// letGo lets go of what the call pointed to.
func (c *nativeCall) letGo() {
	for i := range c.spaces {
		c.spaces[i].free()
	}
	c.pins.Unpin()
	c.spaces, c.after, c.flight, c.routine, c.before = nil, nil, nil, nil, nil
	c.packet, c.returned, c.landed = false, false, false
}

// finish ends a call that leaves no operation and keeps the value for the
// thread's next one.
func (c *nativeCall) finish() {
	c.copyBack()
	c.letGo()
	c.thread.spare = c
}

// do makes the call. Its result means something only without an error: the
// Errno if the function failed.
func (c *nativeCall) do() (uintptr, error) {
	t, d := c.thread, &declarations[c.proc]
	if c.frame.n != uintptr(d.words) {
		panic(fmt.Sprintf("wsa: %s is called with %d words and has %d", d.name, c.frame.n, d.words))
	}
	fn, err := t.find(c.proc)
	if err != nil {
		c.finish()
		return 0, err
	}
	if c.flight != nil {
		c.packet = c.packet || t.process.flights.reported(HANDLE(c.frame.args[0]), c.flight)
		t.process.flights.add(c)
	}
	c.frame.fn, c.frame.last = fn, t.last
	ran := t.perform(&c.frame)
	result := c.frame.result
	err = ErrThreadClosed
	if ran {
		t.last = c.frame.last
		err = d.judge(result, Errno(t.last))
	}
	if c.flight == nil || !t.process.flights.settle(c, err) {
		c.finish()
	}
	return result, err
}

func (c *nativeCall) word(v uintptr) *nativeCall {
	c.frame.args[c.frame.n] = v
	c.frame.n++
	return c
}

// int appends a 32-bit number: the upper half of a word does not matter.
func (c *nativeCall) int(v int32) *nativeCall     { return c.word(uintptr(uint32(v))) }
func (c *nativeCall) uint(v uint32) *nativeCall   { return c.word(uintptr(v)) }
func (c *nativeCall) socket(s SOCKET) *nativeCall { return c.word(uintptr(s)) }

// length appends a length as 32 bits, which is what the functions take. A slice
// of 4 GiB and more loses its upper bits, so that less of it is used.
func (c *nativeCall) length(b []byte) *nativeCall { return c.uint(uint32(len(b))) }

// pin appends a pointer.
func pin[T any](c *nativeCall, p *T) *nativeCall {
	if p == nil {
		return c.word(0)
	}
	c.pins.Pin(p)
	return c.word(uintptr(unsafe.Pointer(p)))
}

// pointer appends a pointer to the bytes; nil is NULL.
func (c *nativeCall) pointer(b []byte) *nativeCall { return pin(c, unsafe.SliceData(b)) }

// bytes appends a pointer and a length.
func (c *nativeCall) bytes(b []byte) *nativeCall { return c.pointer(b).length(b) }

// structure appends a pointer to a structure that is passed without its length:
// one that is too short gets zeros behind it.
func (c *nativeCall) structure(b []byte, size int) *nativeCall {
	if b != nil && len(b) < size {
		b = append(b[:len(b):len(b)], make([]byte, size-len(b))...)
	}
	return c.pointer(b)
}

// claimed appends a pointer to an output buffer whose length the function reads
// elsewhere, at a pointer.
func claimed[T int32 | uint32](c *nativeCall, b []byte, claim *T) *nativeCall {
	if claim == nil {
		return c.pointer(b)
	}
	return c.word(c.room(b, int64(*claim)))
}

// room is the address of a buffer that the function takes to have claim bytes.
// More than there are, or less than none, is given memory of its own.
func (c *nativeCall) room(b []byte, claim int64) uintptr {
	if b == nil {
		return 0
	}
	if claim >= 0 && claim <= int64(len(b)) {
		p := unsafe.SliceData(b)
		c.pins.Pin(p)
		return uintptr(unsafe.Pointer(p))
	}
	s, err := newSpace(b, claim)
	if err != nil {
		return 0 // no memory: the function says what it thinks of NULL
	}
	c.spaces = append(c.spaces, s)
	return s.addr
}

// buffer appends a pointer to one WSABUF, nil for nil bytes.
func (c *nativeCall) buffer(b []byte) *nativeCall {
	if b == nil {
		return c.word(0)
	}
	return c.list([][]byte{b})
}

// buffers appends an array of WSABUF and its length.
func (c *nativeCall) buffers(list [][]byte) *nativeCall {
	return c.list(list).uint(uint32(len(list)))
}

func (c *nativeCall) list(list [][]byte) *nativeCall {
	if list == nil {
		return c.word(0)
	}
	return pin(c, c.array(list))
}

// array is an array of WSABUF.
func (c *nativeCall) array(list [][]byte) *windows.WSABuf {
	array := make([]windows.WSABuf, len(list))
	for i, b := range list {
		array[i] = windows.WSABuf{Len: uint32(len(b)), Buf: unsafe.SliceData(b)}
		if b != nil {
			c.pins.Pin(unsafe.SliceData(b))
		}
	}
	return unsafe.SliceData(array)
}

// operation appends the WSAOVERLAPPED and the completion routine.
func (c *nativeCall) operation(o *Overlapped, routine CompletionRoutine) *nativeCall {
	c.routine = routine
	c.overlapped(o)
	if routine == nil {
		return c.word(0)
	}
	return c.word(c.thread.process.routine)
}

// overlapped appends the WSAOVERLAPPED of an operation.
//
// Overlapped has the system's layout (a test holds it against [Target]), and
// the system is given the caller's structure itself: programs look at Internal
// while the operation goes on.
func (c *nativeCall) overlapped(o *Overlapped) *nativeCall {
	c.flight = o
	return pin(c, o)
}

// space is memory outside of Go's, as large as most claims, and behind it a
// page that cannot be touched. The system gets what is in the buffer, and the
// buffer what is there in the end.
type space struct {
	addr   uintptr
	buffer []byte
	copied bool
}

// Sizes in bytes: the largest claim that is believed, what a space has at least,
// and the page behind it.
const (
	spaceMost = 1 << 20
	spaceSize = 1 << 16
	spacePage = 1 << 12
)

func newSpace(b []byte, claim int64) (space, error) {
	size := uintptr(max(int64(len(b)), min(claim, spaceMost))+spaceSize) &^ (spacePage - 1)
	addr, err := windows.VirtualAlloc(0, size+spacePage, windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		return space{}, err
	}
	var old uint32
	if err := windows.VirtualProtect(addr+size, spacePage, windows.PAGE_NOACCESS, &old); err != nil {
		return space{}, err
	}
	s := space{addr: addr, buffer: b}
	copy(s.bytes(), b)
	return s, nil
}

// bytes is as much of the space as the buffer has.
func (s *space) bytes() []byte {
	// The system's memory, which Go never moves: the address is kept as a
	// number, and vet asks for this form of turning it into a pointer.
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&s.addr)), len(s.buffer))
}

func (s *space) copyBack() {
	if !s.copied {
		copy(s.buffer, s.bytes())
		s.copied = true
	}
}

func (s *space) free() { _ = windows.VirtualFree(s.addr, 0, windows.MEM_RELEASE) }

// address is what the system knows an operation by.
func address(o *Overlapped) uintptr { return uintptr(unsafe.Pointer(o)) }

// structureAt is the structure at an address that the system gave back and that
// no operation in flight has: the program's, which must be alive still.
func structureAt(addr uintptr) *Overlapped { return *(**Overlapped)(unsafe.Pointer(&addr)) }

// pending reports whether the operation goes on.
func pending(o *Overlapped) bool { return atomic.LoadUintptr(&o.Internal) == STATUS_PENDING }

// wineVersion is the version of Wine, which its ntdll.dll tells; empty on
// Windows, whose ntdll.dll does not.
func wineVersion() string {
	proc := windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version")
	if proc.Find() != nil {
		return ""
	}
	text, _, _ := proc.Call()
	return windows.BytePtrToString(*(**byte)(unsafe.Pointer(&text)))
}
