package fuzz

import (
	"slices"
	"sync"

	"wsasim/model"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// DiffRun is what an implementation did with a sequence.
type DiffRun struct {
	// Returns are what the steps gave back, as far as they were made, with what
	// the implementation chose in the form that [normal] gives it.
	Returns []wsa.Return
	// Violations hold, for each step, what the specification does not allow; nil
	// for what it does.
	Violations []*model.Violation
	// Records are the trace, with the implementation's own descriptors and ports.
	Records []*trace.Record
	// Hung is the index of a step that did not return in time; -1: none.
	Hung int
	// Lost reports whether more states were possible than the checker follows.
	Lost bool
}

// made is a socket of a session, or an event or a completion port.
type made struct {
	kind   madeKind
	handle wsa.SOCKET
	family int32
	typ    int32
	port   uint16 // as getsockname told; 0: unknown
	open   bool
}

// madeKind says what a step made.
type madeKind uint8

const (
	madeSocket madeKind = iota
	madeEvent
	madePort
)

// session carries out the steps of one sequence on one thread of an
// implementation, and lets the specification judge each of them.
type session struct {
	invoke func(wsa.Call) wsa.Return
	// ends tells what operations have ended since it was asked, with what the
	// call since then has returned.
	ends    func(wsa.Call, *wsa.Return) []*trace.Record
	checker *model.Checker // nil: nobody judges, and no trace is kept
	keep    bool
	// busy: the machine does things beside the calls.
	busy    bool
	refused func(wsa.Call) bool // calls that are not made; nil: none
	files   files

	mu      sync.Mutex // guards the rest against one who gives up on a call
	made    map[int]*made
	run     DiffRun
	flying  []flight // operations that are not known to have ended, in the order in which they began
	stopped bool
}

// stop makes the steps that are left do nothing, and gives the descriptors that
// are open.
func (s *session) stop() (open []wsa.SOCKET) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	for _, m := range s.made {
		if m.open && m.kind == madeSocket {
			open = append(open, m.handle)
		}
	}
	return open
}

// going reports whether steps are still to be done.
func (s *session) going() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.stopped
}

// diffHost and the numbers are what the traces of sessions call the machine.
const (
	diffHost = "machine"
	diffPID  = 1
	diffTID  = 1
)

// newSession begins a trace of calls on an API. The world has a seed, which says
// that the trace is whole: nothing else talks to the sockets of a sequence.
func newSession(api wsa.API, judged bool) *session {
	v := wsa.NewInvoker(api)
	s := &session{invoke: v.Invoke, made: make(map[int]*made), keep: judged, run: DiffRun{Hung: -1}}
	s.ends = func(c wsa.Call, ret *wsa.Return) []*trace.Record {
		s.flies(v, c, ret)
		list := s.landed(v, ret)
		if r := lone(c, ret); r != nil {
			list = append([]*trace.Record{r}, list...)
		}
		return list
	}
	if !judged {
		return s
	}
	s.checker = model.NewChecker(model.Options{Forget: true})
	for _, r := range []*trace.Record{
		{Kind: trace.World, Version: trace.Version, Seed: 1},
		{Kind: trace.Host, Host: diffHost},
		{Kind: trace.Process, Host: diffHost, PID: diffPID},
		{Kind: trace.Thread, Host: diffHost, PID: diffPID, TID: diffTID},
	} {
		s.observe(r)
	}
	return s
}

func (s *session) observe(r *trace.Record) *model.Violation {
	s.run.Records = append(s.run.Records, r)
	return s.checker.Observe(r)
}

// call makes a call whose descriptors and ports are real ones.
func (s *session) call(c wsa.Call) (wsa.Return, *model.Violation) {
	if s.refused != nil && s.refused(c) {
		return wsa.Return{Failure: fatalPrefix + "it would end the program"}, nil
	}
	if !s.keep {
		ret := s.invoke(c)
		s.ends(c, &ret)
		return ret, nil
	}
	ret := s.invoke(c)
	ends := s.ends(c, &ret)
	call := &trace.Record{Kind: trace.CallMade, Host: diffHost, PID: diffPID, TID: diffTID, Call: c}
	var told *model.Violation
	if asksForEnds(c, &ret) {
		told = s.observeAll(append(ends, call)) // what it tells of had ended before
	} else {
		told = s.observeAll(append([]*trace.Record{call}, ends...))
	}
	v := s.observe(&trace.Record{Kind: trace.Returned, Host: diffHost, PID: diffPID, TID: diffTID, Return: &ret})
	if v == nil {
		v = told
	}
	return ret, v
}

// observeAll gives the first violation of several records.
func (s *session) observeAll(records []*trace.Record) (first *model.Violation) {
	for _, r := range records {
		if v := s.observe(r); first == nil {
			first = v
		}
	}
	return first
}

// do carries out a step. When again is not nil it is asked about what came of
// it, and true means that the machine is to be given time and asked again: a
// connection or data that is on its way.
func (s *session) do(step DiffStep, again func(ret wsa.Return, tries int) bool) wsa.Return {
	if !s.going() {
		return wsa.Return{}
	}
	call := s.resolve(step.Call)
	if s.busy && once(call) {
		// Nobody can ask again: the system is given an occasion to note what has
		// happened.
		s.call(wsa.SleepExCall{Alertable: true})
	}
	ret, v := s.call(call)
	for tries := 0; again != nil && again(ret, tries); tries++ {
		s.call(wsa.SleepExCall{Milliseconds: 1})
		ret, v = s.call(call)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keep {
		s.run.Violations = append(s.run.Violations, v)
		s.run.Lost = s.run.Lost || s.checker.Verdict() == model.Unknown
	}
	s.learn(step, call, ret)
	n := s.normal(step, ret)
	s.run.Returns = append(s.run.Returns, n)
	return n
}

// once reports whether what a call tells is gone afterwards.
func once(c wsa.Call) bool {
	switch c.(type) {
	case wsa.WSAEnumNetworkEventsCall, wsa.CancelIoCall, wsa.CancelIoExCall:
		return true
	}
	return false
}

// resolve puts the implementation's descriptors and ports in the place of
// symbols.
func (s *session) resolve(c wsa.Call) wsa.Call {
	return rewritten(c, rewriting{socket: s.handle, address: func(name wsa.Bytes) wsa.Bytes {
		return withPort(name, func(port uint16) uint16 {
			n, symbol := portOf(port)
			switch m := s.made[n]; {
			case !symbol:
				return port
			case m == nil:
				return 0
			default:
				return m.port
			}
		})
	}})
}

// noSocket is a descriptor that is none.
const noSocket wsa.SOCKET = 0x7FFFFF4

// handle is the descriptor that a symbol stands for. One that was closed stays
// what it was, unless it has been issued again.
func (s *session) handle(x wsa.SOCKET) wsa.SOCKET {
	if n, ok := fileNumber(wsa.HANDLE(x)); ok {
		return wsa.SOCKET(s.files.handle(n))
	}
	n, symbol := madeBy(x)
	m := s.made[n]
	switch {
	case !symbol:
		return x
	case m == nil:
		return noSocket
	case m.open:
		return m.handle
	}
	for _, other := range s.made {
		if other.open && other.handle == m.handle {
			return noSocket
		}
	}
	return m.handle
}

// learn keeps what later steps need.
func (s *session) learn(step DiffStep, call wsa.Call, ret wsa.Return) {
	if h := max(ret.Socket, wsa.SOCKET(ret.Handle)); h != 0 && ret.Err == 0 && ret.Failure == "" && step.Makes != 0 {
		m := &made{handle: h, open: true}
		switch c := step.Call.(type) {
		case wsa.WSACreateEventCall:
			m.kind = madeEvent
		case wsa.CreateIoCompletionPortCall:
			m.kind = madePort
		case wsa.SocketCall:
			m.family, m.typ = c.Family, c.Type
		case wsa.WSASocketCall:
			m.family, m.typ = c.Family, c.Type
		case wsa.AcceptCall:
			if n, ok := madeBy(c.S); ok && s.made[n] != nil {
				m.family, m.typ = s.made[n].family, s.made[n].typ
			}
		}
		s.made[step.Makes] = m
	}
	switch c := step.Call.(type) {
	case wsa.ClosesocketCall:
		if n, ok := madeBy(c.S); ok && s.made[n] != nil && ret.Err == 0 {
			s.made[n].open = false
		}
	case wsa.WSACloseEventCall:
		if n, ok := madeBy(wsa.SOCKET(c.Event)); ok && s.made[n] != nil && ret.Err == 0 {
			s.made[n].open = false
		}
	case wsa.GetsocknameCall:
		if n, ok := madeBy(c.S); ok && s.made[n] != nil && ret.Err == 0 && len(ret.Addr) >= 4 {
			s.made[n].port = uint16(ret.Addr[2])<<8 | uint16(ret.Addr[3])
		}
	}
}

// unknownPort stands for a port that no getsockname has told.
const unknownPort = firstPort

// normal is the return with symbols in the place of what the implementation
// chose.
func (s *session) normal(step DiffStep, ret wsa.Return) wsa.Return {
	if ret.Socket != 0 {
		ret.Socket = SocketOf(step.Makes)
	}
	if ret.Handle != 0 {
		ret.Handle = wsa.HANDLE(s.descriptor(wsa.SOCKET(ret.Handle)))
	}
	if len(ret.Addr) > 0 {
		var of made
		if x, ok := callSocket(step.Call); ok {
			if n, ok := madeBy(x); ok && s.made[n] != nil {
				of = *s.made[n]
			}
		}
		ret.Addr = withPort(ret.Addr, func(port uint16) uint16 { return s.symbol(of, port) })
	}
	if ret.Startup != nil {
		d := *ret.Startup
		d.Description, d.SystemStatus, d.MaxSockets, d.MaxUDPDg = "", "", 0, 0
		ret.Startup = &d
	}
	ret.Sets = slices.Clone(ret.Sets) // the record keeps its own
	for i, set := range ret.Sets {
		if set == nil {
			continue
		}
		out := make(wsa.FDSet, len(set))
		for j, h := range set {
			out[j] = s.descriptor(h)
		}
		ret.Sets[i] = out
	}
	return ret
}

// symbol is the symbol of a port: that of the first open socket like the one given
// which has it, or else of the latest that was closed.
func (s *session) symbol(of made, port uint16) uint16 {
	if port == 0 || port == nobody {
		return port
	}
	found := 0
	for n := 1; n <= MaxMade; n++ {
		if m := s.made[n]; m != nil && m.kind == madeSocket && m.port == port && m.typ == of.typ && m.family == of.family {
			found = n
			if m.open {
				break
			}
		}
	}
	return PortOf(found) // 0 is unknownPort
}

// descriptor is the symbol of a descriptor.
func (s *session) descriptor(h wsa.SOCKET) wsa.SOCKET {
	for n, m := range s.made {
		if m.open && m.handle == h {
			return SocketOf(n)
		}
	}
	return h
}

// closeAll closes what the sequence left open, outside of the trace.
func (s *session) closeAll() {
	for n := range MaxMade + 1 {
		switch m := s.made[n]; {
		case m == nil || !m.open:
		case m.kind == madeSocket:
			s.invoke(wsa.ClosesocketCall{S: m.handle})
		default:
			s.invoke(wsa.CloseHandleCall{H: wsa.HANDLE(m.handle)})
		}
	}
}
