package wsa

import (
	"errors"
	"fmt"
	"runtime"
)

// The system's own Winsock. On Windows, and under Wine, [System] gives a
// *SystemProcess, the way to ws2_32.dll, mswsock.dll, fwpuclnt.dll and
// kernel32.dll of this process:
//
//	p, err := wsa.System()      // *NotWindowsError on other systems
//	t := p.NewThread()          // an operating system thread of its own
//	defer t.Close()
//	err = t.WSAStartup(0x0202, new(wsa.WSADATA))
//
// A *SystemThread is an [API]. Nothing is validated on the way, since what the
// system answers to wrong arguments is what one wants to know: a nil slice is
// NULL, the length is the slice's. Three things differ from C:
//
//   - Where a function takes a length by a pointer that claims more room than
//     the slice has, it gets memory of its own and what fits is copied back.
//   - A structure that is passed without its length (WSAPROTOCOL_INFOW, QOS) is
//     padded with zeros when the slice is shorter than that structure.
//   - Pointers that are neither NULL nor valid cannot be passed.
//
// A call costs a way to the thread and back, which [SystemThread.Do] saves: it
// runs code on the thread. Programs that make many calls want it.
//
// Go's package net calls WSAStartup when it is initialised, and this package
// needs it on Windows (golang.org/x/sys/windows imports it). So nothing is
// WSANOTINITIALISED here, and the program's last WSACleanup is not the
// process's. A program that wants to begin before the first WSAStartup calls
// WSACleanup until that fails; package net does not work after that.
//
// Both types exist on every system, so that code which uses them builds
// everywhere; elsewhere there are no values of them.

// NotWindowsError is what [System] fails with where there is no Winsock.
type NotWindowsError struct {
	GOOS string // the system of this program
}

func (e *NotWindowsError) Error() string {
	return "wsa: the system's own Winsock is on Windows only and this program is for " + e.GOOS +
		"; use the simulator, or build for windows and run under Wine"
}

// Is makes errors.Is(err, errors.ErrUnsupported) true.
func (e *NotWindowsError) Is(target error) bool { return target == errors.ErrUnsupported }

// Target is the target of this program, in whose layouts Windows speaks to it: see
// [TargetOf].
func (t *SystemThread) Target() Target {
	target, err := ParseTarget(runtime.GOARCH)
	if err != nil {
		return AMD64 // there is no such Windows, and no value of the type either
	}
	return target
}

// ProcError is what a call of a [SystemThread] fails with when the system lacks
// the function.
type ProcError struct {
	DLL  string // "fwpuclnt.dll"
	Func string // "WSASetSocketSecurity"
	Err  error  // why
}

func (e *ProcError) Error() string {
	return fmt.Sprintf("wsa: no function %s in %s: %v", e.Func, e.DLL, e.Err)
}

func (e *ProcError) Unwrap() error { return e.Err }

// ErrThreadClosed is what calls on a closed [SystemThread] fail with.
var ErrThreadClosed = errors.New("wsa: the thread has been closed")

// CrashError is what a call of a [SystemThread] fails with when the function
// does not look at a pointer before it uses it: NULL there ends the program.
type CrashError struct {
	Func string // "GetQueuedCompletionStatus"
}

func (e *CrashError) Error() string {
	return "wsa: " + e.Func + " would end the program: a pointer that it needs is NULL"
}
