package fuzz

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"wsasim/model"
	"wsasim/wsa"
)

// DiffClass says what a difference between two implementations means.
type DiffClass uint8

// The classes.
const (
	AOutside    DiffClass = iota // the specification does not allow what the first did
	BOutside                     // nor what the second did: only that
	BothOutside                  // it allows neither
	BothAllowed                  // it allows both: what it was made from is loose
	Environment                  // a machine ran short of something, or a call did not return
	diffClasses
)

var diffClassNames = [diffClasses]string{"a is outside the specification", "b is outside the specification", "both are outside the specification",
	"both are allowed", "environment"}

// String is the class in words.
func (c DiffClass) String() string {
	if c < diffClasses {
		return diffClassNames[c]
	}
	return "unknown class"
}

// DiffClasses lists every class.
func DiffClasses() []DiffClass {
	return []DiffClass{AOutside, BOutside, BothOutside, BothAllowed, Environment}
}

// Difference is the first step of a sequence that two implementations answer
// differently, or alike and against the specification.
type Difference struct {
	Index int // of the step
	Step  DiffStep
	Class DiffClass
	A, B  wsa.Return // with symbols
	// Fields are the parts of the returns that differ, as JSON names them.
	Fields []string
	// ViolationA and ViolationB are what the specification says, nil when it
	// allows what was done.
	ViolationA, ViolationB *model.Violation
	// Socket is the number of the socket that the call names, 0 for none, and
	// Before the steps before this one.
	Socket int
	Before []DiffStep
	// Known is the row of the table that explains it, nil for none.
	Known *Known
}

// String tells the difference in a few lines.
func (d *Difference) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "step %d: %s: %s\n", d.Index+1, d.Class, d.Step)
	fmt.Fprintf(&b, "  a: %s\n  b: %s", text(d.A), text(d.B))
	for _, v := range []struct {
		who string
		v   *model.Violation
	}{{"a", d.ViolationA}, {"b", d.ViolationB}} {
		if v.v != nil {
			fmt.Fprintf(&b, "\n  %s: %s", v.who, strings.ReplaceAll(v.v.Error(), "\n", "\n  "))
		}
	}
	return b.String()
}

// Sort is the same for differences of one sort: the function, the class, the
// errors and the parts that differ.
func (d *Difference) Sort() string {
	return fmt.Sprint(d.Step.Call.Op(), d.Class, d.A.Err, d.B.Err, d.Fields)
}

func text(r wsa.Return) string {
	if r.Failure == "" && r.Err != 0 {
		name := r.Err.String()
		r.Err = 0
		if rest := text(r); rest != "{}" {
			return name + " " + rest
		}
		return name
	}
	t, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	if len(t) > 300 {
		t = append(t[:300:300], "..."...)
	}
	return string(t)
}

// compare is the difference of two runs at a step that both have made; nil: none.
func compare(steps []DiffStep, a, b *DiffRun, i int) *Difference {
	if _, asks := steps[i].Call.(wsa.WSAGetLastErrorCall); asks && consistent(a.Returns[:i+1]) && consistent(b.Returns[:i+1]) {
		return nil
	}
	va, vb := a.Violations[i], b.Violations[i]
	fields := differing(a.Returns[i], b.Returns[i])
	if len(fields) == 0 && va == nil && vb == nil {
		return nil
	}
	d := &Difference{
		Index: i, Step: steps[i], A: a.Returns[i], B: b.Returns[i], Fields: fields,
		ViolationA: va, ViolationB: vb, Before: steps[:i],
	}
	if x, ok := callSocket(steps[i].Call); ok {
		d.Socket, _ = madeBy(x)
	}
	d.Class = classify(d)
	return d
}

// consistent reports whether the last return, of WSAGetLastError, tells the error
// of the failure before it. Two implementations that failed in different ways,
// which was looked at there, go on to say so.
func consistent(returns []wsa.Return) bool {
	asked := returns[len(returns)-1]
	for i := len(returns) - 2; i >= 0; i-- {
		if r := returns[i]; r.Err != 0 {
			return asked.N == int64(r.Err)
		}
	}
	return false
}

func classify(d *Difference) DiffClass {
	switch {
	case shortage(d.A) || shortage(d.B):
		return Environment
	case d.ViolationA != nil && d.ViolationB != nil:
		return BothOutside
	case d.ViolationA != nil:
		return AOutside
	case d.ViolationB != nil:
		return BOutside
	}
	return BothAllowed
}

// shortage reports whether a call failed for want of something, or not by an
// answer of Winsock's.
func shortage(r wsa.Return) bool {
	return r.Failure != "" || r.Err == wsa.WSAENOBUFS || r.Err == wsa.WSAEMFILE || r.Err == wsa.WSA_NOT_ENOUGH_MEMORY || r.Err == wsa.WSAENETDOWN
}

// differing lists the fields of two returns that differ.
func differing(a, b wsa.Return) []string {
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	var list []string
	for i := range va.NumField() {
		if va.Type().Field(i).Name == "Addr" && sameAddress(a.Addr, b.Addr) {
			continue
		}
		if !reflect.DeepEqual(va.Field(i).Interface(), vb.Field(i).Interface()) {
			name, _, _ := strings.Cut(va.Type().Field(i).Tag.Get("json"), ",")
			list = append(list, name)
		}
	}
	return list
}

// sameAddress reports whether two SOCKADDRs are the same as far as that is
// known: a port of which only one implementation has told counts as any.
func sameAddress(a, b wsa.Bytes) bool {
	if len(a) != len(b) || len(a) < 4 {
		return reflect.DeepEqual(a, b)
	}
	open := func(x wsa.Bytes) bool { return uint16(x[2])<<8|uint16(x[3]) == unknownPort }
	known := func(x wsa.Bytes) bool { _, symbol := portOf(uint16(x[2])<<8 | uint16(x[3])); return symbol }
	if open(a) && (open(b) || known(b)) || open(b) && known(a) {
		a, b = withPort(a, func(uint16) uint16 { return 0 }), withPort(b, func(uint16) uint16 { return 0 })
	}
	return slices.Equal(a, b)
}

// Differ runs sequences on two implementations and looks for differences that
// nothing explains.
type Differ struct {
	A, B Place
	// Known explains differences.
	Known []Known

	// Calls is how many steps both carried out, Sequences how many sequences
	// that were.
	Calls, Sequences int
	// Parted is how many sequences were compared up to a known difference alone,
	// which left the two in different states.
	Parted int
	// Explained counts the differences by the row that explains them.
	Explained map[string]int
	// Lost is how many sequences had more possible states than the checker
	// follows, Hung how many calls did not return.
	Lost, Hung int
	// Last is what the second did with the latest sequence.
	Last *DiffRun
}

// Try runs one sequence on both and gives the first difference that nothing
// explains, nil for none. The second does not go on after that, nor after a known
// difference that leaves the two in different states: what it did then would not
// be compared.
func (d *Differ) Try(steps []DiffStep) *Difference {
	a := d.A.Run(steps, nil)
	c := comparison{known: d, steps: steps, a: a}
	b := d.B.Run(steps, &Ahead{Returns: a.Returns, More: c.more})
	if a.Lost || b.Lost {
		d.Lost++
	}
	if a.Hung >= 0 || b.Hung >= 0 {
		d.Hung++
	}
	return d.count(&c, b)
}

// Compare compares two runs of a sequence and gives the first difference that
// no row of the table explains; nil for none.
func (d *Differ) Compare(steps []DiffStep, a, b *DiffRun) *Difference {
	return d.count(&comparison{known: d, steps: steps, a: a}, b)
}

// count ends a comparison and adds what it came to.
func (d *Differ) count(c *comparison, b *DiffRun) *Difference {
	c.more(b)
	d.Last = b
	d.Sequences++
	d.Calls += c.next
	if c.over && c.found == nil {
		d.Parted++
	}
	if d.Explained == nil {
		d.Explained = make(map[string]int)
	}
	for _, id := range c.explained {
		d.Explained[id]++
	}
	return c.found
}

// comparison follows the second of two runs of a sequence, step by step.
type comparison struct {
	known *Differ
	steps []DiffStep
	a     *DiffRun

	next      int         // how many steps were compared
	explained []string    // the rows that explained differences
	found     *Difference // what no row explains
	over      bool        // what follows says nothing
	// After a violation the checker goes on with a guess, so that what it says
	// of that side alone is no news where both do the same.
	guessA, guessB bool
}

// more compares the steps that the second run has beyond those compared so far,
// and reports whether there is a point in going on.
func (c *comparison) more(b *DiffRun) bool {
	for n := min(len(c.a.Returns), len(b.Returns)); !c.over && c.next < n; {
		diff := compare(c.steps, c.a, b, c.next)
		c.next++
		if diff == nil || len(diff.Fields) == 0 && (diff.ViolationA == nil || c.guessA) && (diff.ViolationB == nil || c.guessB) {
			continue
		}
		c.guessA, c.guessB = c.guessA || diff.ViolationA != nil, c.guessB || diff.ViolationB != nil
		diff.Known = c.known.explain(diff)
		if diff.Known == nil {
			c.found, c.over = diff, true
			break
		}
		c.explained = append(c.explained, diff.Known.ID)
		c.over = diff.parts()
	}
	return !c.over
}

// parts reports whether the implementations are in different states after it,
// so that what follows says nothing. Values that only look different do not.
func (d *Difference) parts() bool {
	if d.Known != nil && (d.Known.Goes || d.Known.Parts) {
		return d.Known.Parts
	}
	if refusal(d.A) && refusal(d.B) {
		return slices.Contains(binding, d.Step.Call.Op())
	}
	return d.A.Err != d.B.Err || d.A.Failure != d.B.Failure || d.Class != BothAllowed
}

// binding are the functions that may have bound a socket although they failed.
var binding = []string{"connect", "WSAConnect", "send", "sendto", "WSASend", "WSASendTo", "WSASendMsg"}

// refusal reports whether a call failed by its arguments or by the state of its
// socket, and left everything as it was.
func refusal(r wsa.Return) bool {
	switch r.Err {
	case 0, wsa.WSAEWOULDBLOCK, wsa.WSA_IO_PENDING, wsa.WSAEMSGSIZE, wsa.WSAECONNRESET, wsa.WSAECONNREFUSED, wsa.WSAETIMEDOUT, wsa.WSAECONNABORTED:
		return false
	}
	return r.Failure == ""
}

// explain finds the row of the table for a difference. A row is about what the
// other does: it never excuses that the simulator is outside the specification,
// and none is about a call that does not return.
func (d *Differ) explain(diff *Difference) *Known {
	if diff.A.Failure == errHung.Error() || diff.B.Failure == errHung.Error() {
		return nil
	}
	if k := d.row(diff); k != nil {
		return k
	}
	return d.rowsOfEntries(diff)
}

// row finds the row of the table that a difference fits.
func (d *Differ) row(diff *Difference) *Known {
	for i := range d.Known {
		k := &d.Known[i]
		if k.On == d.B.System() && diff.ViolationA == nil && k.fits(diff, diff.A, diff.B) ||
			k.On == d.A.System() && diff.ViolationB == nil && k.fits(diff, diff.B, diff.A) {
			return k
		}
	}
	return nil
}

// rowsOfEntries explains a WSAPoll whose entries differ for different reasons: each
// fits a row by itself. Which of the entries the specification does not allow is not
// known, so one must fit as what the whole is, and the others may be allowed.
func (d *Differ) rowsOfEntries(diff *Difference) (whole *Known) {
	c, ok := diff.Step.Call.(wsa.WSAPollCall)
	if !ok || diff.A.Err != 0 || diff.B.Err != 0 || len(diff.A.Revents) != len(c.FDArray) || len(diff.B.Revents) != len(c.FDArray) {
		return nil
	}
	settled := diff.Class == BothAllowed
	for i, entry := range c.FDArray {
		a, b := diff.A.Revents[i], diff.B.Revents[i]
		if a == b {
			continue
		}
		part := *diff
		part.Step.Call = wsa.WSAPollCall{FDArray: []wsa.PollFD{entry}, Timeout: c.Timeout}
		part.A, part.B = wsa.Return{Revents: []int16{a}}, wsa.Return{Revents: []int16{b}}
		k := d.row(&part)
		settled = settled || k != nil
		if k == nil {
			part.Class = BothAllowed
			k = d.row(&part)
		}
		if k == nil {
			return nil
		}
		if whole == nil || k.Parts {
			whole = k
		}
	}
	if !settled {
		return nil
	}
	return whole
}

// Shrink gives the shortest sequence it finds that shows a difference of the
// same kind: the same call, the same class, the same errors.
func (d *Differ) Shrink(steps []DiffStep, diff *Difference) ([]DiffStep, *Difference) {
	steps = slices.Clone(steps[:diff.Index+1])
	same := func(candidate []DiffStep) *Difference {
		if !SafeSequence(candidate) {
			return nil
		}
		found := (&Differ{A: d.A, B: d.B, Known: d.Known}).Try(candidate)
		if found == nil || found.Sort() != diff.Sort() {
			return nil
		}
		return found
	}
	for size := len(steps) / 2; size >= 1; {
		removed := false
		for at := len(steps) - 1 - size; at >= 0; at -= size {
			candidate := slices.Delete(slices.Clone(steps), at, at+size)
			if found := same(candidate); found != nil {
				steps, diff, removed = candidate[:found.Index+1], found, true
				at = min(at, len(steps)-1)
			}
		}
		if !removed || size > 1 {
			size /= 2
		}
	}
	return steps, diff
}
