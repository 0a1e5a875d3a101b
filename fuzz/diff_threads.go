package fuzz

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"wsasim/model"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// Beside lays two traces of one program beside each other, made on two
// implementations, so that they can be compared call by call: the steps are those
// of the second in the order in which they returned, and those of the first are
// matched to them by their thread and their number in it. Sockets are numbered by
// the thread that made them, whatever turns the threads took.
//
// It ends before a call that the first has not made, or made with other
// arguments; apart is that call, nil where there is none. What an earlier call
// gave back, or the turns that the threads took, has led the program elsewhere.
func Beside(a, b []*trace.Record) (steps []DiffStep, runA, runB *DiffRun, apart *Apart, err error) {
	threads, err := numbers(a, b)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	first, second := judge(a, threads), judge(b, threads)
	runA, runB = &DiffRun{Hung: -1, Records: a}, &DiffRun{Hung: -1, Records: b}
	made := make(map[int][]returned)
	for _, r := range first {
		made[r.tid] = append(made[r.tid], r)
	}
	next := make(map[int]int)
	for _, r := range second {
		k := next[r.tid]
		next[r.tid]++
		switch own := made[r.tid]; {
		case k >= len(own):
			return steps, runA, runB, &Apart{Theirs: r.step}, nil
		case !reflect.DeepEqual(own[k].step, r.step):
			return steps, runA, runB, &Apart{Ours: &own[k].step, Theirs: r.step}, nil
		default:
			steps = append(steps, r.step)
			runA.add(own[k])
			runB.add(r)
		}
	}
	return steps, runA, runB, nil, nil
}

// Apart is where a program began to do something else on one implementation than
// on another.
type Apart struct {
	Ours   *DiffStep // what it did on the first; nil: the thread had ended
	Theirs DiffStep
}

// String tells it in a line.
func (p *Apart) String() string {
	if p.Ours == nil {
		return fmt.Sprintf("only on b the program goes on with %s", p.Theirs)
	}
	return fmt.Sprintf("on a the program goes on with %s, on b with %s", p.Ours, p.Theirs)
}

// returned is a call of a trace that has returned.
type returned struct {
	tid       int
	step      DiffStep
	ret       wsa.Return
	violation *model.Violation
}

func (r *DiffRun) add(c returned) {
	r.Returns = append(r.Returns, c.ret)
	r.Violations = append(r.Violations, c.violation)
}

// numbers gives each thread of two traces a range for the numbers of the sockets
// and handles that it makes: the number before the first.
func numbers(traces ...[]*trace.Record) (map[int]int, error) {
	most := make(map[int]int)
	for _, records := range traces {
		made, calls := make(map[int]int), make(map[int]wsa.Call)
		for _, r := range records {
			switch {
			case r.Kind == trace.CallMade:
				calls[r.TID] = r.Call
			case r.Kind == trace.Returned && hasMade(calls[r.TID], r.Return):
				made[r.TID]++
			}
		}
		for tid, n := range made {
			most[tid] = max(most[tid], n)
		}
	}
	before, sum := make(map[int]int), 0
	var tids []int
	for tid := range most {
		tids = append(tids, tid)
	}
	slices.Sort(tids)
	for _, tid := range tids {
		before[tid] = sum
		sum += most[tid]
	}
	if sum > MaxMade {
		return nil, fmt.Errorf("the traces make %d sockets and handles; expected %d or fewer", sum, MaxMade)
	}
	return before, nil
}

// hasMade reports whether a call has made a socket, an event or a completion port.
func hasMade(c wsa.Call, ret *wsa.Return) bool {
	return makes(c) && ret.Err == 0 && (ret.Socket != 0 || ret.Handle != 0)
}

// judge follows a trace with the specification and gives its calls as they
// returned, with symbols. before numbers the sockets of each thread.
func judge(records []*trace.Record, before map[int]int) []returned {
	s := &session{made: make(map[int]*made), checker: model.NewChecker(model.Options{Forget: true})}
	calls, counts := make(map[int]wsa.Call), make(map[int]int)
	steps := make(map[int]DiffStep)
	var list []returned
	for _, r := range records {
		violation := s.checker.Observe(r)
		switch r.Kind {
		case trace.CallMade:
			calls[r.TID] = r.Call
			steps[r.TID] = DiffStep{Call: rewritten(r.Call, rewriting{socket: s.descriptorOf, address: s.symbols})}
		case trace.Returned:
			step := steps[r.TID]
			if hasMade(calls[r.TID], r.Return) {
				counts[r.TID]++
				step.Makes = before[r.TID] + counts[r.TID]
			}
			s.learn(step, calls[r.TID], *r.Return)
			list = append(list, returned{r.TID, step, s.normal(step, *r.Return), violation})
		}
	}
	return list
}

// ErrSecure is why a program cannot run under Wine: of the functions of the secure
// extensions it has stubs alone, which end the program.
var ErrSecure = errors.New("a function of the secure extensions, which end the program under Wine")

// CannotOnWine gives the reason why the calls of a trace cannot be made under Wine,
// nil for none.
func CannotOnWine(records []*trace.Record) error {
	for _, r := range records {
		switch c := r.Call.(type) {
		case nil:
		case wsa.WSASetSocketSecurityCall, wsa.WSAQuerySocketSecurityCall, wsa.WSASetSocketPeerTargetNameCall,
			wsa.WSADeleteSocketPeerTargetNameCall, wsa.WSAImpersonateSocketPeerCall, wsa.WSARevertImpersonationCall:
			return ErrSecure
		default:
			if fatalOnWine(c) {
				return fmt.Errorf("%s with pointers that end the program under Wine", c.Op())
			}
		}
	}
	return nil
}
