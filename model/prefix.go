package model

import (
	"slices"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// shrinkBudget bounds how many records ShortestPrefix replays, so that a long
// trace costs seconds at most.
const shrinkBudget = 200_000

// ShortestPrefix is the shortest trace found that shows the violation, of which
// records is the trace up to it: what threads and sockets did that have nothing
// to do with it is left out, then single calls. It is not always the shortest
// there is: it drops greedily, and gives up when replaying costs too much.
func ShortestPrefix(records []*trace.Record, v *Violation, o Options) []*trace.Record {
	if v.malformed {
		return slices.Clone(records)
	}
	o.Forget = true
	s := &shrinker{opts: o, want: v, budget: shrinkBudget}
	best := slices.Clone(records)
	if !s.shows(best) {
		return best
	}
	for _, group := range []func([]*trace.Record) []int{byThread, bySocket, byCall} {
		best = s.drop(best, group)
	}
	return best
}

type shrinker struct {
	opts   Options
	want   *Violation
	budget int
}

// shows reports whether the records end with the same violation.
func (s *shrinker) shows(records []*trace.Record) bool {
	s.budget -= len(records)
	c := NewChecker(s.opts)
	for i, r := range records {
		v := c.Observe(r)
		if v == nil {
			continue
		}
		return i == len(records)-1 && slices.Equal(v.Violated, s.want.Violated) && (!v.traffic || v.Text == s.want.Text)
	}
	return false
}

// drop leaves out one group of records after another while the violation
// still shows. group numbers the records; 0 must stay.
func (s *shrinker) drop(records []*trace.Record, group func([]*trace.Record) []int) []*trace.Record {
	numbers := group(records)
	last := numbers[len(numbers)-1]
	for n := slices.Max(numbers); n > 0 && s.budget > 0; n-- {
		if n == last {
			continue
		}
		var fewer []*trace.Record
		var left []int
		for i, r := range records {
			if numbers[i] != n {
				fewer, left = append(fewer, r), append(left, numbers[i])
			}
		}
		if len(fewer) < len(records) && s.shows(fewer) {
			records, numbers = fewer, left
		}
	}
	return records
}

func byThread(records []*trace.Record) []int {
	out := make([]int, len(records))
	for i, r := range records {
		out[i] = r.TID
	}
	return out
}

// openCalls finds the call record of a return: the last one of the thread that
// has none yet.
type openCalls map[int][]int

func (o openCalls) begin(tid, at int) { o[tid] = append(o[tid], at) }

func (o openCalls) end(tid int) int {
	calls := o[tid]
	if len(calls) == 0 {
		return 0
	}
	o[tid] = calls[:len(calls)-1]
	return calls[len(calls)-1]
}

// bySocket numbers the calls of each socket, the one that made it included.
func bySocket(records []*trace.Record) []int {
	type place struct {
		pid int
		s   wsa.SOCKET
	}
	out := make([]int, len(records))
	pids, calls, ids := map[int]int{}, openCalls{}, map[place]int{}
	number := func(p place) int {
		if ids[p] == 0 {
			ids[p] = len(ids) + 1
		}
		return ids[p]
	}
	for i, r := range records {
		switch r.Kind {
		case trace.Thread:
			pids[r.TID] = r.PID
		case trace.Completion:
			if r.Socket != 0 {
				out[i] = number(place{pids[r.TID], r.Socket})
			}
		case trace.CallMade:
			calls.begin(r.TID, i)
			if s, ok := descriptor(r.Call); ok {
				out[i] = number(place{pids[r.TID], s})
			}
		case trace.Returned:
			at := calls.end(r.TID)
			if r.Return.Socket != 0 && out[at] == 0 {
				out[at] = number(place{pids[r.TID], r.Return.Socket})
			}
			out[i] = out[at]
		}
	}
	return out
}

// byCall numbers single calls; records that are no calls count as such.
func byCall(records []*trace.Record) []int {
	out, calls := make([]int, len(records)), openCalls{}
	for i, r := range records {
		switch r.Kind {
		case trace.CallMade:
			calls.begin(r.TID, i)
			out[i] = i + 1
		case trace.Returned:
			out[i] = calls.end(r.TID) + 1
		case trace.Completion, trace.PacketSent, trace.Negotiation, trace.Advisory, trace.Fault, trace.Event, trace.Deadlock,
			trace.Name, trace.Lookups, trace.LookupEnd:
			out[i] = i + 1
		}
	}
	return out
}
