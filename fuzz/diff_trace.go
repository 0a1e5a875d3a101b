package fuzz

import (
	"errors"
	"fmt"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Recorded makes a sequence of the calls of a recorded trace, and the run of what
// they gave back then, so that the recording can be compared with another
// implementation, far from the machine that it was made on. The trace must be of
// one thread.
func Recorded(records []*trace.Record) ([]DiffStep, *DiffRun, error) {
	var calls []wsa.Call
	var returns []wsa.Return
	var ends [][]*trace.Record // what had ended when the call returned
	var ended []*trace.Record
	tid := 0
	for i, r := range records {
		switch r.Kind {
		case trace.CallMade, trace.Returned:
			if tid == 0 {
				tid = r.TID
			}
			if r.TID != tid {
				return nil, nil, fmt.Errorf("record %d: thread %d makes calls beside thread %d; expected a trace of one thread", i+1, r.TID, tid)
			}
			if r.Kind == trace.CallMade {
				calls = append(calls, r.Call)
			} else {
				returns, ends, ended = append(returns, *r.Return), append(ends, ended), nil
			}
		case trace.Completion:
			ended = append(ended, r)
		}
	}
	if len(returns) == 0 {
		return nil, nil, errors.New("the trace has no calls that returned")
	}
	calls = calls[:min(len(calls), len(returns))]
	if c, ok := calls[0].(wsa.WSAStartupCall); ok && !c.NullData {
		calls, returns, ends = calls[1:], returns[1:], ends[1:] // a run begins with one
	}
	next := 0
	s := newSession(wsa.FromCalls(func(wsa.Call) wsa.Return { return wsa.Return{Startup: new(wsa.WSADATA)} }), true)
	s.call(wsa.WSAStartupCall{Version: 0x0202})
	s.invoke = func(wsa.Call) wsa.Return { next++; return returns[next-1] }
	s.ends = func(wsa.Call, *wsa.Return) []*trace.Record { s.flying = nil; return ends[next-1] }
	var steps []DiffStep
	sockets, found := 0, make(map[wsa.HANDLE]int)
	for i, c := range calls {
		step := DiffStep{Call: opened(rewritten(c, rewriting{socket: s.descriptorOf, address: s.symbols}), found)}
		if makes(c) && (returns[i].Socket != 0 || returns[i].Handle != 0) && returns[i].Err == 0 {
			if sockets == MaxMade {
				return nil, nil, fmt.Errorf("the trace makes more than %d sockets and handles", MaxMade)
			}
			sockets++
			step.Makes = sockets
		}
		steps = append(steps, step)
		s.do(step, nil)
	}
	return steps, &s.run, nil
}

// opened puts the symbol of a file in the place of a handle that a TransmitFile was
// given: found are the files so far.
func opened(c wsa.Call, found map[wsa.HANDLE]int) wsa.Call {
	t, ok := c.(wsa.TransmitFileCall)
	if _, symbol := madeBy(wsa.SOCKET(t.File)); !ok || t.File == 0 || t.File == noHandle || symbol {
		return c
	}
	if found[t.File] == 0 {
		if len(found) == maxFiles {
			return c
		}
		found[t.File] = len(found) + 1
	}
	t.File = FileOf(found[t.File])
	return t
}

// descriptorOf is the symbol of a descriptor in a call: of the open socket that
// has it, or else of the latest that had.
func (s *session) descriptorOf(h wsa.SOCKET) wsa.SOCKET {
	found := 0
	for n, m := range s.made {
		if m.handle == h && (m.open || n > found) {
			found = n
			if m.open {
				break
			}
		}
	}
	if found == 0 {
		return h
	}
	return SocketOf(found)
}

// symbols puts the symbol of a port in its place, where one is known.
func (s *session) symbols(name wsa.Bytes) wsa.Bytes {
	return withPort(name, func(port uint16) uint16 {
		found := 0
		for n, m := range s.made {
			if port != 0 && m.port == port && (found == 0 || m.open && n < found) {
				found = n
			}
		}
		if found == 0 {
			return port
		}
		return PortOf(found)
	})
}

// TracePlace stands for the machine that a trace was recorded on: it has a name
// and what it is, and runs nothing.
func TracePlace(name, system string) Place { return tracePlace{name, system} }

type tracePlace struct{ name, system string }

func (p tracePlace) Name() string                  { return p.name }
func (p tracePlace) System() string                { return p.system }
func (tracePlace) Run([]DiffStep, *Ahead) *DiffRun { return &DiffRun{Hung: -1} }
func (tracePlace) Close()                          {}
