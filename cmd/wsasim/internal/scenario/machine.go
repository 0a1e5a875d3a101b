package scenario

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"time"

	"go.starlark.net/starlark"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// A scenario on a machine. Its hosts are one process of one computer: the thread
// of a host is a thread of that process, and each of its IPv4 addresses a
// loopback address of its own, 127.1.H.N for the N-th address of the H-th host,
// so that nothing leaves the computer. The script goes on seeing the addresses
// that it wrote. There is one IPv6 loopback address, so that one IPv6 address
// may be named.
//
// What only a simulated world can give is refused, with a MachineError: links
// and faults, domains, attackers, several processes, the state of a socket.

// MachineError says what a scenario asks for that a computer cannot give.
type MachineError struct{ What string }

func (e *MachineError) Error() string {
	return "cannot be had on a machine: " + e.What + "; wsasim run simulates it"
}

// Machine is a computer to run a scenario on.
type Machine struct {
	// Open gives a thread of its process, and what ends it.
	Open func() (api wsa.API, end func(), err error)
	// Trace is where the trace goes.
	Trace io.Writer
	// Patience is how long a call may take; 0: 30 seconds.
	Patience time.Duration
	// Order is the trace of another run of the script, or nil: the threads take
	// their turns as there, as long as they do the same.
	Order []*trace.Record
	// Late: an attempt to connect is made when the other run's was over, not when
	// it began. Of several at the same time a trace does not tell which was first.
	Late bool
}

// machine is a run on a Machine.
type machine struct {
	Machine
	rec   *trace.Recording
	began time.Time
	// lock is held by the one thread of the script that is interpreted, or makes a
	// call that does not wait; calls that may wait go on without it. Records are
	// made with it, so that their order is an order of effects.
	lock    sync.Mutex
	turns   *turns // guarded by lock
	threads sync.WaitGroup
	there   map[netip.Addr]netip.Addr // what the script writes -> what the machine has
	back    map[netip.Addr]netip.Addr
	hosts   int
	six     netip.Addr // the one IPv6 address
	started bool       // WSAStartup was called
	tids    int
	ends    []func()
	stuck   chan error
}

// Record runs the script in the file on a machine and writes the trace.
func Record(file string, src any, m Machine, opts Options) *Result {
	e := New(opts)
	e.file = file
	if m.Patience == 0 {
		m.Patience = 30 * time.Second
	}
	e.machine = &machine{
		Machine: m, rec: trace.NewRecording(m.Trace, "machine"), began: time.Now(),
		there: make(map[netip.Addr]netip.Addr), back: make(map[netip.Addr]netip.Addr), stuck: make(chan error, 1),
	}
	e.machine.turns = newTurns(&e.machine.lock, m.Order)
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.machine.lock.Lock()
		defer e.machine.lock.Unlock()
		if err := e.exec(file, src); err != nil {
			e.fail(err)
		}
		if err := e.run(); err != nil && e.failure == nil {
			e.fail(err)
		}
	}()
	var stuck error
	select {
	case <-done:
		e.machine.turns.end()
		for _, end := range slices.Backward(e.machine.ends) {
			end()
		}
	case stuck = <-e.machine.stuck:
		// Nothing ends a thread that waits in the system: it is left behind.
	}
	if err := e.machine.rec.Close(); err != nil && stuck == nil {
		stuck = err
	}
	if stuck != nil {
		return &Result{Failure: failureOf(file, stuck)}
	}
	e.script.Flush()
	e.result.Failure, e.result.Time = e.failure, time.Since(e.machine.began)
	return &e.result
}

// onMachine are the builtins that need no simulated world.
var onMachine = []string{
	"host", "spawn", "run", "sleep", "now", "fails", "attempt", "expect", "expect_eq",
	"sockaddr", "spn", "utf16", "unhex", "u32", "help",
}

// refuse is the error of a builtin that a machine does not have.
func (m *machine) refuse(name string) error {
	if m == nil || slices.Contains(onMachine, name) {
		return nil
	}
	return &MachineError{name}
}

// host maps the addresses of a host.
func (m *machine) host(addrs []netip.Addr) error {
	m.hosts++
	n := 0
	for _, a := range addrs {
		if !a.Is4() || m.there[a].IsValid() {
			continue
		}
		n++
		if m.hosts > 255 || n > 255 {
			return &MachineError{"more than 255 hosts, or addresses of one"}
		}
		local := netip.AddrFrom4([4]byte{127, 1, byte(m.hosts), byte(n)})
		m.there[a], m.back[local] = local, a
	}
	return nil
}

// away maps an address of the script to one of the machine.
func (m *machine) away(a netip.Addr) (netip.Addr, error) {
	plain := a.Unmap().WithZone("")
	switch {
	case plain.IsLoopback() || plain.IsUnspecified():
		return a, nil
	case m.there[plain].IsValid() && a.Is4In6():
		return netip.AddrFrom16(m.there[plain].As16()), nil
	case m.there[plain].IsValid():
		return m.there[plain], nil
	case plain.Is4():
		return a, &MachineError{fmt.Sprintf("the address %s, which no host of the scenario has", a)}
	case m.six.IsValid() && m.six != plain:
		return a, &MachineError{fmt.Sprintf("the IPv6 address %s beside %s, since a machine has one loopback address of IPv6", plain, m.six)}
	}
	m.six = plain
	m.back[netip.IPv6Loopback()] = plain
	return netip.IPv6Loopback(), nil
}

// home maps an address of the machine to the script's.
func (m *machine) home(a netip.Addr) (netip.Addr, error) {
	if b, ok := m.back[a.Unmap()]; ok {
		return b, nil
	}
	return a, nil
}

// mapped is the SOCKADDR with its address mapped; what is none stays.
func mapped(b wsa.Bytes, change func(netip.Addr) (netip.Addr, error)) (wsa.Bytes, error) {
	ap, err := wsa.ParseSockaddr(b)
	if err != nil {
		return b, nil
	}
	a, err := change(ap.Addr())
	if err != nil || a == ap.Addr() {
		return b, err
	}
	raw, err := wsa.AppendSockaddr(nil, netip.AddrPortFrom(a, ap.Port()))
	if err != nil || len(raw) > len(b) {
		return b, err
	}
	return append(append(wsa.Bytes{}, raw...), b[len(raw):]...), nil
}

// mapCall is the call with the machine's addresses.
func (m *machine) mapCall(c wsa.Call) (wsa.Call, error) {
	v := reflect.New(reflect.TypeOf(c)).Elem()
	v.Set(reflect.ValueOf(c))
	for _, name := range []string{"Name", "To", "PeerAddr", "Sockaddr"} {
		f := v.FieldByName(name)
		if !f.IsValid() || f.Type() != reflect.TypeFor[wsa.Bytes]() {
			continue
		}
		b, err := mapped(f.Interface().(wsa.Bytes), m.away)
		if err != nil {
			return nil, err
		}
		f.Set(reflect.ValueOf(b))
	}
	return v.Interface().(wsa.Call), nil
}

// invoke makes a call on the machine, while other threads of the script go on.
func (m *machine) invoke(t *Thread, c wsa.Call) (wsa.Return, error) {
	c, err := m.mapCall(c)
	if err != nil {
		return wsa.Return{}, err
	}
	late := time.AfterFunc(m.Patience, func() {
		select {
		case m.stuck <- &DeadlockError{Waits: []string{fmt.Sprintf("%s waits in %s for more than %s", t.name, FormatCall(c), m.Patience)}}:
		default:
		}
	})
	m.turns.take(trace.CallMade, t.tid)
	if op := c.Op(); m.Late && (op == "connect" || op == "WSAConnect") {
		m.turns.await(trace.Returned, t.tid)
	}
	ret := wsa.Invoke(t.api, c)
	m.turns.take(trace.Returned, t.tid)
	late.Stop()
	for _, b := range []*wsa.Bytes{&ret.Addr, &ret.Local} {
		if *b, err = mapped(*b, m.home); err != nil {
			return ret, err
		}
	}
	return ret, nil
}

// newMachineHost is a host of a script on a machine.
func (e *Engine) newMachineHost(name string, addrs []netip.Addr) (*Host, error) {
	if err := e.machine.host(addrs); err != nil {
		return nil, err
	}
	v := &Host{object: object{kind: "host", name: name}}
	list := starlark.Tuple{}
	for _, a := range addrs {
		list = append(list, starlark.String(a.String()))
	}
	first := starlark.Value(starlark.None)
	if len(list) > 0 {
		first = list[0]
	}
	v.attrs = map[string]func() (starlark.Value, error){
		"name": constant(starlark.String(name)), "addr": constant(first), "addrs": constant(list),
		"set_policy":      func() (starlark.Value, error) { return nil, &MachineError{"set_policy"} },
		"set_credentials": func() (starlark.Value, error) { return nil, &MachineError{"set_credentials"} },
		"process":         func() (starlark.Value, error) { return nil, &MachineError{"a process of its own for each host"} },
		"thread": method("thread", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if err := starlark.UnpackArgs("thread", args, kwargs); err != nil {
				return nil, err
			}
			return e.newMachineThread(name)
		}),
	}
	return v, nil
}

// newMachineThread starts a thread; the first one calls WSAStartup.
func (e *Engine) newMachineThread(host string) (*Thread, error) {
	m := e.machine
	raw, end, err := m.Open()
	if err != nil {
		return nil, err
	}
	m.tids++
	m.ends = append(m.ends, end)
	t := &Thread{object: object{kind: "thread", name: e.script.label(host, m.tids)}, engine: e, tid: m.tids, api: m.rec.Thread(m.serial(raw))}
	t.attrs = map[string]func() (starlark.Value, error){
		"name": constant(starlark.String(t.name)), "tid": constant(starlark.MakeInt(t.tid)),
		"process": func() (starlark.Value, error) { return nil, &MachineError{"a process of its own for each host"} },
		"end": method("end", func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, nil
		}),
	}
	t.addCalls()
	if !m.started {
		m.started = true
		m.turns.take(trace.CallMade, t.tid)
		defer m.turns.take(trace.Returned, t.tid)
		if err := t.api.WSAStartup(0x0202, new(wsa.WSADATA)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// spawn runs the code of a thread beside the others.
func (m *machine) spawn(body func()) {
	m.threads.Go(func() {
		m.lock.Lock()
		defer m.lock.Unlock()
		body()
	})
}

// wait lets the threads run until all have ended.
func (m *machine) wait() {
	m.lock.Unlock()
	m.threads.Wait()
	m.lock.Lock()
}

// sleep lets time pass.
func (m *machine) sleep(d time.Duration) {
	m.lock.Unlock()
	time.Sleep(d)
	m.lock.Lock()
}

// NeedsWorld reports whether a script failed because it asks for what only a
// simulated world has.
func (f *Failure) NeedsWorld() bool {
	var m *MachineError
	return errors.As(f.Err, &m)
}
