package fuzz

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"wsasim/sim"
	"wsasim/wsa"
)

// Place is an implementation on which sequences run, each from a clean start:
// no socket open, Winsock started once. It is used by one goroutine.
type Place interface {
	// Name is what the user calls it: "sim", "system", "broken:FAULT".
	Name() string
	// System is what it is, for the table of known differences: "sim", "wine",
	// "windows".
	System() string
	// Run carries out a sequence, beside another implementation that has done so
	// before or, with nil, alone.
	Run(steps []DiffStep, ahead *Ahead) *DiffRun
	// Close ends it.
	Close()
}

// Ahead is what an implementation knows of another that has carried out the same
// sequence.
type Ahead struct {
	// Returns are what the other gave back, normalised, for as many steps as it
	// has made: where that has received something and this would have to wait,
	// the machine is given time.
	Returns []wsa.Return
	// More is asked after each step whether to go on; nil: always.
	More func(*DiffRun) bool
}

// SimPlace is the simulator: one host whose only addresses are loopback ones. A
// fault, if not nil, makes it answer wrongly in one way.
func SimPlace(fault *Fault) Place { return simPlace{fault} }

type simPlace struct{ fault *Fault }

// Name is "sim", or "broken:" and the name of the fault.
func (p simPlace) Name() string {
	if p.fault != nil {
		return "broken:" + p.fault.Name
	}
	return "sim"
}

func (simPlace) System() string { return "sim" }
func (simPlace) Close()         {}

// machineWorld is a world of one host, with a thread of a process on which
// Winsock is started.
func machineWorld() (*sim.World, *sim.Thread) {
	w := sim.New(sim.Config{Seed: 1, Clock: sim.VirtualTime})
	h, err := w.AddHost(sim.HostConfig{Name: diffHost})
	if err != nil {
		panic("fuzz: " + err.Error())
	}
	return w, h.NewProcess(sim.ProcessConfig{}).NewThread()
}

func (p simPlace) Run(steps []DiffStep, ahead *Ahead) *DiffRun {
	w, t := machineWorld()
	defer w.Close()
	s := newSession(t, true)
	s.files.make = t.Process().NewFile
	if p.fault != nil {
		s.invoke = p.fault.over(s.invoke)
	}
	s.follow(steps, ahead, func(int) {})
	return &s.run
}

// follow starts Winsock and carries out the steps; at is told the index of each
// before it is made.
func (s *session) follow(steps []DiffStep, ahead *Ahead, at func(int)) {
	if ahead == nil {
		ahead = &Ahead{}
	}
	s.call(wsa.WSAStartupCall{Version: 0x0202})
	for i, step := range steps {
		at(i)
		s.do(step, patience(step, ahead.Returns, i))
		if !s.going() || ahead.More != nil && !ahead.More(&s.run) {
			return
		}
	}
}

// patienceTries is how often, a millisecond apart, a machine is asked again.
const patienceTries = 50

// patience says when a step is to be tried again: when it asks for something
// that another implementation had by now. What has not happened yet on a
// machine with a clock of its own says nothing about its rules.
func patience(step DiffStep, expected []wsa.Return, i int) func(wsa.Return, int) bool {
	if i >= len(expected) {
		return nil
	}
	want := expected[i]
	switch step.Call.(type) {
	case wsa.RecvCall, wsa.RecvfromCall, wsa.WSARecvCall, wsa.WSARecvFromCall, wsa.WSARecvMsgCall, wsa.AcceptCall:
		if want.Err != 0 && want.Err != wsa.WSAEMSGSIZE || want.Failure != "" {
			return nil
		}
		return func(ret wsa.Return, tries int) bool { return ret.Err == wsa.WSAEWOULDBLOCK && tries < patienceTries }
	case wsa.WSAWaitForMultipleEventsCall:
		return until(func(r wsa.Return) bool { return r.Err != 0 || r.N != int64(wsa.WSA_WAIT_TIMEOUT) }, want)
	case wsa.SleepExCall:
		return until(func(r wsa.Return) bool { return r.N != 0 }, want)
	case wsa.GetQueuedCompletionStatusCall, wsa.GetQueuedCompletionStatusExCall:
		return until(func(r wsa.Return) bool { return r.Err != wsa.WAIT_TIMEOUT }, want)
	case wsa.WSAGetOverlappedResultCall, wsa.GetOverlappedResultCall:
		return until(func(r wsa.Return) bool { return r.Err != wsa.WSA_IO_INCOMPLETE }, want)
	}
	return nil
}

// until tries again until what the other implementation had by now is there.
func until(there func(wsa.Return) bool, want wsa.Return) func(wsa.Return, int) bool {
	if !there(want) {
		return nil
	}
	return func(ret wsa.Return, tries int) bool { return !there(ret) && tries < patienceTries }
}

// SystemPlace is the system's own Winsock. The error is *wsa.NotWindowsError
// where there is none.
func SystemPlace() (Place, error) {
	p, err := wsa.System()
	if err != nil {
		return nil, err
	}
	return &systemPlace{process: p}, nil
}

type systemPlace struct {
	process *wsa.SystemProcess
	thread  *wsa.SystemThread
}

// Name is "system".
func (p *systemPlace) Name() string { return "system" }

// System is "wine" or "windows".
func (p *systemPlace) System() string {
	if p.process.Wine() != "" {
		return "wine"
	}
	return "windows"
}

func (p *systemPlace) Close() {
	if p.thread != nil {
		p.thread.Close()
		p.thread = nil
	}
}

// hungAfter is how long a step may take before its sockets are closed under it.
const hungAfter = 4 * time.Second

// Run carries out the steps on a thread of the system. A step that does not
// return has its sockets closed by another thread; if it still does not, the
// thread is left behind, since nothing ends a thread that waits in the system.
func (p *systemPlace) Run(steps []DiffStep, ahead *Ahead) *DiffRun {
	if p.thread == nil {
		p.thread = p.process.NewThread()
	}
	thread := p.thread
	s := newSession(thread, true)
	s.busy = true
	var onDisk systemFiles
	s.files.make = onDisk.add
	if p.process.Wine() != "" {
		s.refused = fatalOnWine
	}
	var at atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		thread.Do(func() {
			s.follow(steps, ahead, func(i int) { at.Store(int64(i)) })
			at.Store(int64(len(steps)))
			s.closeAll()
			_ = thread.WSACleanup()
			onDisk.close()
		})
	}()
	if hung := watch(&at, done); hung >= 0 {
		p.thread = nil
		return p.abandon(s, hung, done)
	}
	return &s.run
}

// watch waits until all is done, and gives the step that takes too long, or -1.
func watch(at *atomic.Int64, done <-chan struct{}) int {
	t := time.NewTicker(hungAfter)
	defer t.Stop()
	last := int64(-1)
	for {
		select {
		case <-done:
			return -1
		case <-t.C:
			now := at.Load()
			if now == last {
				return int(now)
			}
			last = now
		}
	}
}

// errHung is the failure of a step that did not return.
var errHung = errors.New("the call does not return")

// abandon closes the sockets under a call that waits for ever. The run ends
// with that call.
func (p *systemPlace) abandon(s *session, hung int, done <-chan struct{}) *DiffRun {
	helper := p.process.NewThread()
	defer helper.Close()
	for _, handle := range s.stop() {
		_ = helper.Closesocket(handle)
	}
	select {
	case <-done:
	case <-time.After(hungAfter):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	run := DiffRun{Hung: hung, Records: s.run.Records, Lost: s.run.Lost}
	run.Returns = append(append(run.Returns, s.run.Returns[:min(hung, len(s.run.Returns))]...), wsa.Return{Failure: errHung.Error()})
	run.Violations = append(append(run.Violations, s.run.Violations[:min(hung, len(s.run.Violations))]...), nil)
	return &run
}

// PlaceByName makes the place with a name: "sim", "system", or "broken:" and the
// name of a fault of [Faults].
func PlaceByName(name string) (Place, error) {
	switch name {
	case "sim":
		return SimPlace(nil), nil
	case "system":
		return SystemPlace()
	}
	for _, f := range Faults() {
		if name == "broken:"+f.Name {
			return SimPlace(&f), nil
		}
	}
	return nil, fmt.Errorf("%q is no implementation; expected sim, system, trace:FILE, or broken: and one of the faults %q", name, faultNames())
}

func faultNames() []string {
	var list []string
	for _, f := range Faults() {
		list = append(list, f.Name)
	}
	return list
}
