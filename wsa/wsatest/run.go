package wsatest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"wsasim/wsa"
)

// Check is one test of the suite.
type Check struct {
	// ID is the id of the observed fact or the name of the test.
	ID string
	// Mark says how far it holds.
	Mark Mark
	run  func(*context)
}

// Run checks sys against everything: observed facts under "facts", traps under
// "traps", the bind table under "bind table", and what the documentation
// contradicts itself about under "contradictions", what Netsem found of Windows
// XP under "netsem", the documented options under "options". A test is named by the id.
func Run(t *testing.T, sys System) {
	for _, group := range []struct {
		name   string
		checks []Check
	}{
		{"facts", Facts()},
		{"traps", trapChecks()},
		{"bind table", bindTableChecks()},
		{"contradictions", contradictionChecks()},
		{"netsem", netsemChecks()},
		{"options", append(optionChecks(), Check{"fixed options", Documented, fixedOptionCheck})},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, k := range group.checks {
				t.Run(k.ID, func(t *testing.T) { runCheck(t, sys, k) })
			}
		})
	}
}

// runCheck runs one test and reports its parts.
func runCheck(t *testing.T, sys System, k Check) {
	r := &result{}
	r.begin(k.ID, k.Mark)
	sys.Test(t, func(e Env) {
		c := &context{thread: thread{e.Main(), r}, env: e, p: sys.Platform()}
		r.guard(func() { k.run(c) })
		if err := e.Wait(); err != nil {
			r.errorf("waiting for the other threads: %v", err)
		}
		c.closeAll()
	})
	for _, p := range r.parts {
		if p.key == k.ID {
			p.report(t, sys)
			continue
		}
		t.Run(p.key[len(k.ID)+1:], func(t *testing.T) { p.report(t, sys) })
	}
}

// part is what became of one part of a test.
type part struct {
	key      string
	mark     Mark
	skipped  string
	failures []string
}

// report turns what became of a part into the result of a Go test.
func (p *part) report(t *testing.T, sys System) {
	reason, gap := sys.Gap(p.key)
	switch {
	case p.skipped != "" && len(p.failures) == 0:
		t.Skipf("%s: %s", p.key, p.skipped)
	case gap && len(p.failures) == 0:
		t.Errorf("%s passes: take it off the list of known gaps (%s)", p.key, reason)
	case gap:
		t.Logf("%s is a known gap: %s: %q", p.key, reason, p.failures)
	case len(p.failures) > 0 && p.mark&WineDiffers != 0 && sys.Platform().Kind == Wine:
		t.Logf("%s %v differs, as Wine is known to: %q", p.key, p.mark, p.failures)
	case len(p.failures) > 0 && p.mark == Documented && sys.Platform().Kind != Simulator:
		t.Logf("%s: not as documented: %q", p.key, p.failures)
	default:
		for _, f := range p.failures {
			t.Errorf("%s %v: %s", p.key, p.mark, f)
		}
	}
}

// result collects what the checks of one test found. Threads may use it at the
// same time.
type result struct {
	mu   sync.Mutex // guards the rest
	open []wsa.SOCKET
	// parts are in the order of their beginning; now is the index of the
	// current one.
	parts []*part
	now   int
}

func (r *result) begin(key string, mark Mark) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parts = append(r.parts, &part{key: key, mark: mark})
	r.now = len(r.parts) - 1
}

// whole makes the test as a whole the current part again.
func (r *result) whole() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = 0
}

func (r *result) errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.parts[r.now]
	p.failures = append(p.failures, fmt.Sprintf(format, args...))
}

// stopped is what a panic carries that ends a part.
type stopped struct{}

// fatalf notes a failure and ends the part, or the thread.
func (r *result) fatalf(format string, args ...any) {
	r.errorf(format, args...)
	panic(stopped{})
}

// guard runs body until it ends or stops.
func (r *result) guard(body func()) {
	defer func() {
		if v := recover(); v != nil && v != (stopped{}) {
			panic(v)
		}
	}()
	body()
}

func (r *result) opened(s wsa.SOCKET) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = append(r.open, s)
}

func (r *result) forget(s wsa.SOCKET) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.open, s); i >= 0 {
		r.open = slices.Delete(r.open, i, i+1)
	}
}

// context is what the code of a test works with: the calls of its main thread,
// the other threads and the platform.
type context struct {
	thread
	env  Env
	p    Platform
	ends []func() // what closeAll does besides closing sockets
}

// part runs body as a part of the test that fails by itself. Zero marks are
// those of the whole test.
func (c *context) part(name string, mark Mark, body func()) {
	if mark == 0 {
		mark = c.r.parts[0].mark
	}
	c.r.begin(c.r.parts[0].key+"/"+name, mark)
	c.r.guard(body)
	c.r.whole()
}

// skip ends the part without a result.
func (c *context) skip(reason string) {
	c.r.mu.Lock()
	c.r.parts[c.r.now].skipped = reason
	c.r.mu.Unlock()
	panic(stopped{})
}

// spawn runs body on another thread.
func (c *context) spawn(body func(t thread)) {
	r := c.r
	c.env.Go(func(api wsa.API) {
		r.guard(func() { body(thread{api, r}) })
	})
}

// join waits for the threads that spawn started.
func (c *context) join() {
	if err := c.env.Wait(); err != nil {
		c.r.fatalf("waiting for the other threads: %v", err)
	}
}

// process is a thread of a new process; without one the test is skipped.
func (c *context) process(admin bool) thread {
	api, ok := c.env.NewProcess(admin)
	if !ok {
		c.skip("needs a process of its own")
	}
	return thread{api, c.r}
}

// settle gives what was sent on this computer time to arrive.
func (c *context) settle() { c.api.SleepEx(100, false) }

// closeAll closes what the test left open. Lingering is turned off first, lest
// closing waits.
func (c *context) closeAll() {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	for _, s := range c.r.open {
		_ = c.api.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_LINGER, []byte{1, 0, 0, 0})
		_ = c.api.Closesocket(s)
	}
	c.r.open = nil
	for _, do := range c.ends {
		do()
	}
}
