package scenario

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"wsasim/model/rules"
	"wsasim/wsa/trace"
)

// Transcript writes a run for people: one line for each call, in the order of
// effects, with what the specification says to each failure.
//
//	0.000000  client    connect(4, 10.0.0.2:443)                  = ok
//	0.000000  client    send(4, "hello")                          = 5
//
// A call that waits stands where it was made, and again where it ends, when
// anything happened meanwhile.
type Transcript struct {
	w       *bufio.Writer // nil: nothing is written
	color   bool
	packets bool

	labels  map[int]string // by thread
	perHost map[string]int
	// held is the latest call while nothing is known of its end, notes what
	// has happened since: most calls end at once and take one line.
	held    *trace.Record
	notes   []string
	waiting map[int]*trace.Record // calls whose line was written
	cited   map[string]bool       // rules that were explained already
}

// callWidth is the column at which results stand, for calls that end before.
const callWidth = 62

// NewTranscript makes a transcript as the options say.
func NewTranscript(opts Options) *Transcript {
	t := &Transcript{
		color: opts.Color, packets: opts.Packets, labels: make(map[int]string), perHost: make(map[string]int),
		waiting: make(map[int]*trace.Record), cited: make(map[string]bool),
	}
	if opts.Transcript != nil && opts.Transcript != io.Discard {
		t.w = bufio.NewWriter(opts.Transcript)
	}
	return t
}

// label is the name of a thread: that of its host, with a number from the
// second thread of the host on.
func (t *Transcript) label(host string, tid int) string {
	if name, ok := t.labels[tid]; ok {
		return name
	}
	t.perHost[host]++
	name := host
	if n := t.perHost[host]; n > 1 {
		name = fmt.Sprintf("%s#%d", host, n)
	}
	t.labels[tid] = name
	return name
}

// Colours of the terminal, by what they mark.
const (
	plain  = ""
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	green  = "\x1b[32m"
	cyan   = "\x1b[36m"
	dim    = "\x1b[2m"
	endOf  = "\x1b[0m"
)

func (t *Transcript) paint(color, text string) string {
	if !t.color || color == plain {
		return text
	}
	return color + text + endOf
}

// Write adds one record of a trace.
func (t *Transcript) Write(r *trace.Record) {
	if t.w == nil {
		return
	}
	switch r.Kind {
	case trace.Thread:
		t.label(r.Host, r.TID)
	case trace.CallMade:
		t.release()
		t.held = r
	case trace.Returned:
		t.returned(r)
	case trace.Advisory:
		t.note(r, yellow, "advice", fmt.Sprintf("%s: %s", r.Rule, r.Note))
	case trace.Negotiation:
		text := fmt.Sprintf("%s -> %s: %s", r.From, r.To, r.Note)
		if r.Rule != "" {
			text += " [" + r.Rule + "]"
		}
		t.note(r, cyan, "security", text)
	case trace.PacketSent:
		if t.packets {
			t.note(r, dim, "packet", fmt.Sprintf("%s -> %s: %s", r.From, r.To, formatPacket(r)))
		}
	case trace.Fault:
		t.note(r, yellow, "network", r.Note)
	case trace.Shortage:
		who := r.Host
		if r.PID != 0 {
			who = fmt.Sprintf("a process of %s", r.Host)
		}
		t.note(r, yellow, "lacking", who+": "+r.Note)
	case trace.Policy:
		t.note(r, yellow, "policy", r.Host+": "+r.Note)
	case trace.Event, trace.Name:
		t.note(r, dim, "event", r.Note)
	case trace.Lookups:
		t.note(r, yellow, "network", r.Note)
	case trace.LookupEnd:
		text := r.Err.String()
		if r.Err == 0 {
			text = formatAddrInfo(r.AddrInfo)
		}
		t.note(r, dim, "lookup", fmt.Sprintf("of %s, WSAOVERLAPPED %d: %s", t.label(r.Host, r.TID), r.Overlapped, text))
	case trace.Deadlock:
		t.note(r, red, "deadlock", "every thread waits, and nothing will happen any more")
		t.release()
	}
}

// note adds a line about something that is not a call; it stands behind the
// call that it happened in.
func (t *Transcript) note(r *trace.Record, color, what, text string) {
	if t.held != nil && r.Time > t.held.Time {
		t.release()
	}
	line := fmt.Sprintf("%s  %-10s  %s", clock(r.Time), "", t.paint(color, what+"  "+text))
	if t.held != nil {
		t.notes = append(t.notes, line)
		return
	}
	t.line(line)
}

// returned writes the end of a call.
func (t *Transcript) returned(r *trace.Record) {
	if held := t.held; held != nil && held.TID == r.TID && (r.Time == held.Time || len(t.notes) == 0) {
		t.held = nil
		t.result(r, held, FormatCall(held.Call))
		t.flushNotes()
		return
	}
	t.release()
	if call, ok := t.waiting[r.TID]; ok {
		delete(t.waiting, r.TID)
		t.result(r, call, "... "+FormatCall(call.Call))
	}
}

// result writes the line of a call that has ended and, for a failure, why: in
// full the first time that a rule is cited, by its name afterwards.
func (t *Transcript) result(r, call *trace.Record, text string) {
	result, color := FormatReturn(call.Call, r.Return), plain
	if took := r.Time - call.Time; took > 0 {
		result += " after " + took.String()
	}
	if r.Return.Err != 0 || r.Return.Failure != "" {
		color = red
	}
	explain := r.Return.Err != 0 && r.Rule != ""
	if explain && t.cited[r.Rule] {
		result += "  " + r.Rule
		explain = false
	}
	t.line(fmt.Sprintf("%s  %-10s  %-*s  %s", clock(r.Time), t.label(r.Host, r.TID), callWidth, text, t.paint(color, result)))
	if !explain {
		return
	}
	t.cited[r.Rule] = true
	if why, ok := rules.Lookup(rules.ID(r.Rule)); ok {
		indent := strings.Repeat(" ", len(clock(0))+14)
		t.line(indent + t.paint(dim, fmt.Sprintf("%s (%s): %s", why.ID, why.Strength, why.Condition)))
		t.line(indent + t.paint(dim, "source: "+sources(why)))
	}
}

// release writes the line of a call that waits, and what happened since.
func (t *Transcript) release() {
	if t.held == nil {
		return
	}
	r := t.held
	t.held = nil
	t.waiting[r.TID] = r
	t.line(fmt.Sprintf("%s  %-10s  %-*s  %s", clock(r.Time), t.label(r.Host, r.TID), callWidth, FormatCall(r.Call), t.paint(dim, "...")))
	t.flushNotes()
}

func (t *Transcript) flushNotes() {
	for _, line := range t.notes {
		t.line(line)
	}
	t.notes = t.notes[:0]
}

// Say adds what the script prints.
func (t *Transcript) Say(_ time.Duration, text string) {
	if t.w == nil {
		return
	}
	t.release()
	for line := range strings.SplitSeq(text, "\n") {
		t.line(line)
	}
}

// Expectation adds an expectation that was met.
func (t *Transcript) Expectation(at time.Duration, text, rule string) {
	if t.w == nil {
		return
	}
	t.release()
	if rule != "" {
		text += " [" + rule + "]"
	}
	t.line(fmt.Sprintf("%s  %-10s  %s", clock(at), "", t.paint(green, "holds  "+text)))
}

func (t *Transcript) line(text string) {
	if t.w != nil {
		fmt.Fprintln(t.w, strings.TrimRight(text, " "))
	}
}

// Flush writes what is held back.
func (t *Transcript) Flush() {
	t.release()
	if t.w != nil {
		t.w.Flush()
	}
}

// clock is the virtual time in seconds, to the microsecond.
func clock(d time.Duration) string { return fmt.Sprintf("%11.6f", d.Seconds()) }

// formatPacket is what a packet carries, and how it is protected.
func formatPacket(r *trace.Record) string {
	p := r.Packet
	if p == nil {
		return r.Note
	}
	parts := []string{p.Protocol}
	if p.Flags != "" {
		parts = append(parts, p.Flags)
	}
	if len(p.Data) > 0 {
		parts = append(parts, fmt.Sprintf("%d bytes", len(p.Data)))
	}
	if p.Protection != "" {
		parts = append(parts, p.Protection)
	}
	for _, mark := range []struct {
		holds bool
		text  string
	}{{p.Forged, "forged"}, {p.Altered, "altered on its way"}, {p.Lost, "lost"}} {
		if mark.holds {
			parts = append(parts, mark.text)
		}
	}
	return strings.Join(parts, " ")
}
