package wsatest

import (
	"net/netip"
	"testing"

	"wsasim/wsa"
)

// Kind is whose Winsock is tested.
type Kind uint8

// The kinds of implementation.
const (
	Simulator Kind = iota
	Wine
	Windows
)

// String names the kind.
func (k Kind) String() string {
	switch k {
	case Simulator:
		return "simulator"
	case Wine:
		return "Wine"
	case Windows:
		return "Windows"
	}
	return "Kind?"
}

// Platform describes the computer that the tests run on. An address that it
// does not have is the zero Addr; what needs it is skipped.
type Platform struct {
	// Kind is whose Winsock it is.
	Kind Kind
	// Target is what structures with pointers are laid out for.
	Target wsa.Target
	// FreeWaits says that waiting takes no real time.
	FreeWaits bool
	// Admin says that the tests' own process runs as administrator.
	Admin bool

	// Loopback4 and Loopback6 are its loopback addresses.
	Loopback4, Loopback6 netip.Addr
	// Host4 is an address of the computer that is not a loopback address.
	Host4 netip.Addr
	// LinkLocal is a link-local IPv6 address of the computer, with its scope id
	// as a decimal zone.
	LinkLocal netip.Addr
	// Global6 says that it has an IPv6 address that is not link-local.
	Global6 bool
	// DualName is a name that a server resolves to addresses of both families,
	// UnicodeName one that is not ASCII and PunycodeName the same in Punycode,
	// which has an IPv4 address. Empty: no server that can be reached knows one.
	DualName, UnicodeName, PunycodeName string
	// Silent is an address that nobody has: what is sent there is lost.
	Silent netip.Addr
}

// Env is what one test runs in.
type Env interface {
	// Main is the thread for the goroutine that runs the test. WSAStartup for
	// version 2.2 has been called in its process.
	Main() wsa.API
	// Go runs body as the code of a new thread of Main's process, at the
	// same time. The body does not wait for other threads except in calls.
	Go(body func(wsa.API))
	// Wait returns when every thread that Go started has ended; the error
	// says why one of them never will.
	Wait() error
	// NewProcess is a thread of a new process in which WSAStartup has not
	// been called, to be used by Main's goroutine; false when the system
	// cannot have one.
	NewProcess(admin bool) (wsa.API, bool)
}

// System is a Winsock to be tested.
type System interface {
	// Platform describes the computer; it is the same each time.
	Platform() Platform
	// Test runs body once, in an environment that nothing else uses, and
	// returns when body and its threads have ended. Neither uses t.
	Test(t *testing.T, body func(Env))
	// Gap is the reason why the part of a fact with the given key ("SK8" or
	// "SK8/protocol info") is known to be missing; false when it is not.
	Gap(key string) (reason string, known bool)
}

// Mark says how far an observed fact holds; marks are combined by or.
type Mark uint8

// The marks.
const (
	// OnWindows: a public conformance suite asserts the fact for Windows.
	OnWindows Mark = 1 << iota
	// WineDiffers: Windows does so, and Wine is known not to.
	WineDiffers
	// Varies: versions of Windows differ; the fact describes the newest.
	Varies
	// Documented: Microsoft's pages say so and no measurement is at hand. Only
	// the simulator must agree; elsewhere a difference is noted.
	Documented
)

// String is the marks as the list of observed facts writes them.
func (m Mark) String() string {
	s := ""
	for _, x := range []struct {
		mark Mark
		text string
	}{{OnWindows, "[W]"}, {WineDiffers, "[T]"}, {Varies, "[V]"}, {Documented, "[documented]"}} {
		if m&x.mark != 0 {
			s += x.text
		}
	}
	return s
}
