package diagram

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"wsasim/wsa/trace"
)

// MaxRows is how many rows a diagram has at most.
const MaxRows = 2000

// Chart collects the records of one trace. The zero Chart is not ready: use
// [New]. It may be used by one goroutine at a time.
type Chart struct {
	title string
	lanes []*lane
	index map[string]int        // lanes by host
	owner map[netip.Addr]string // who had an address first
	rows  []*row
	// blocks are the negotiations, open those under way by their addresses.
	blocks  int
	open    map[addrPair]int
	held    *call         // the last call made, while nothing else has happened
	waiting map[int]*call // by thread
	threads map[string]int
	last    *trace.Record // the last packet
	more    int           // records that came after MaxRows
}

type addrPair [2]netip.Addr

// lane is a host.
type lane struct {
	name     string
	addrs    []string
	names    []string
	attacker bool
	used     bool
}

// tone says how a row is meant.
type tone uint8

const (
	plain tone = iota
	good
	bad
	advice
)

type rowKind uint8

const (
	callRow    rowKind = iota // of a lane
	packetRow                 // between two lanes
	noteRow                   // beside a lane, or across all
	outcomeRow                // what a negotiation came to, across its lanes
	gapRow                    // what is left out
)

// row is one line of the diagram.
type row struct {
	kind rowKind
	time time.Duration
	// from and to are lanes, -1 for none. A packet from nobody known begins
	// half-way.
	from, to int
	text     string
	tone     tone
	packet   *trace.Packet // packetRow
	// repeats: it may be one of many of its kind; op is the call, if any.
	repeats bool
	op      string
	// since is the number of the row, from 1, from which on the call of the
	// lane was waiting; 0 for not at all.
	since int
	// block is the negotiation that the row belongs to, from 1; 0 for none.
	block int
}

// New returns an empty chart with a title.
func New(title string) *Chart {
	return &Chart{
		title: title, index: make(map[string]int), owner: make(map[netip.Addr]string), open: make(map[addrPair]int),
		waiting: make(map[int]*call), threads: make(map[string]int),
	}
}

// Add adds the next record of the trace, which must not change afterwards.
func (c *Chart) Add(r *trace.Record) {
	if len(c.rows) >= MaxRows {
		c.more++
		return
	}
	switch r.Kind {
	case trace.Host:
		c.host(r)
	case trace.Thread:
		c.threads[r.Host]++
	case trace.CallMade:
		c.called(r)
	case trace.Returned:
		c.returned(r)
	case trace.PacketSent:
		c.interrupted()
		c.sent(r)
	case trace.Negotiation:
		c.interrupted()
		c.negotiated(r)
	case trace.Advisory:
		c.interrupted()
		c.note(r, c.lane(r.Host), advice, r.Rule+": "+r.Note)
	case trace.Policy:
		c.interrupted()
		c.note(r, c.lane(r.Host), advice, "administrator: "+r.Note)
	case trace.Fault:
		if !c.told(r.Note) {
			c.interrupted()
			c.note(r, -1, plain, r.Note)
		}
	case trace.Event:
		c.interrupted()
		c.note(r, -1, plain, r.Note)
	case trace.Completion:
		c.interrupted()
		c.completed(r)
	case trace.Deadlock:
		c.interrupted()
		c.note(r, -1, bad, "every thread waits, and nothing will happen any more")
	}
}

func (c *Chart) host(r *trace.Record) {
	i := c.declare(r.Host)
	l := c.lanes[i]
	l.addrs, l.names, l.attacker = r.Addrs, r.Principals, r.Attacker
	for _, text := range r.Addrs {
		if a, err := netip.ParseAddr(text); err == nil {
			c.owner[a.WithZone("")] = r.Host
		}
	}
}

func (c *Chart) declare(host string) int {
	i, known := c.index[host]
	if !known {
		i = len(c.lanes)
		c.index[host] = i
		c.lanes = append(c.lanes, &lane{name: host})
	}
	return i
}

// lane is the lane of a host, -1 for "".
func (c *Chart) lane(host string) int {
	if host == "" {
		return -1
	}
	i := c.declare(host)
	c.lanes[i].used = true
	return i
}

// laneOf is the lane of the host that has an address, -1 for nobody.
func (c *Chart) laneOf(a netip.Addr) int { return c.lane(c.owner[a.WithZone("")]) }

// thread names the thread, where its host has several.
func (c *Chart) thread(r *trace.Record) string {
	if c.threads[r.Host] < 2 {
		return ""
	}
	return fmt.Sprintf("thread %d: ", r.TID)
}

func (c *Chart) note(r *trace.Record, lane int, t tone, text string) {
	c.rows = append(c.rows, &row{kind: noteRow, time: r.Time, from: lane, to: -1, tone: t, text: text})
}

func (c *Chart) completed(r *trace.Record) {
	t := plain
	if r.Status != 0 {
		t = bad
	}
	c.note(r, c.lane(r.Host), t, fmt.Sprintf("overlapped %d has ended: %s, %d bytes", r.Overlapped, r.Status, r.Transferred))
}

// told reports whether a fault says what the last packet shows already.
func (c *Chart) told(note string) bool {
	if c.last == nil || len(c.rows) == 0 || c.rows[len(c.rows)-1].packet != c.last.Packet {
		return false
	}
	if c.last.Packet.Lost && strings.HasSuffix(note, " is lost") {
		return true
	}
	for part := range strings.SplitSeq(c.last.Note, "; ") {
		if part != "" && strings.HasPrefix(note, part+" (") {
			return true
		}
	}
	return false
}

// sent adds a packet. A keying message belongs to the negotiation between its
// addresses.
func (c *Chart) sent(r *trace.Record) {
	from, err := netip.ParseAddrPort(r.From)
	to, err2 := netip.ParseAddrPort(r.To)
	if err != nil || err2 != nil {
		return // trace.Read does not let it through
	}
	p := r.Packet
	x := &row{kind: packetRow, time: r.Time, from: c.lane(r.Host), to: c.lane(p.At), packet: p, text: describe(r, from, to)}
	if x.from < 0 && !p.Forged {
		x.from = c.laneOf(from.Addr())
	}
	if x.from < 0 && !p.Forged {
		x.text += ", from " + from.Addr().String()
	}
	if x.to < 0 {
		x.to = c.laneOf(to.Addr())
	}
	switch {
	case p.Forged && x.from < 0:
		// Who sits in the network is nowhere.
	case p.Protocol == "ike" && p.Flags != "delete":
		k := pair(from.Addr(), to.Addr())
		if c.open[k] == 0 {
			c.blocks++
			c.open[k] = c.blocks
		}
		x.block = c.open[k]
		x.repeats = !p.Lost && !p.Altered
	default:
		x.repeats = len(p.Data) > 0 && !p.Lost && !p.Altered && !p.Forged
	}
	c.last = r
	c.rows = append(c.rows, x)
}

func pair(a, b netip.Addr) addrPair {
	if b.Less(a) {
		a, b = b, a
	}
	return addrPair{a, b}
}

// negotiated adds what a negotiation came to, or why traffic was refused
// without one.
func (c *Chart) negotiated(r *trace.Record) {
	x := &row{kind: outcomeRow, time: r.Time, from: c.lane(r.Host), to: -1, tone: bad}
	from, err := netip.ParseAddrPort(r.From)
	to, err2 := netip.ParseAddrPort(r.To)
	if err == nil && err2 == nil {
		k := pair(from.Addr(), to.Addr())
		x.block = c.open[k]
		if r.Agreement != nil {
			delete(c.open, k)
			x.to = c.lane(r.Agreement.Peer)
		}
		if x.from < 0 {
			x.from = c.laneOf(from.Addr())
		}
		if x.to < 0 {
			x.to = c.laneOf(to.Addr())
		}
	}
	rule := ""
	if r.Rule != "" {
		rule = " [" + r.Rule + "]"
	}
	a := r.Agreement
	switch {
	case a == nil:
		x.text = "refused: " + r.Note + rule
		x.kind, x.to = noteRow, -1
	case a.Outcome == "secured":
		x.tone = good
		who := func(computer, user string) string {
			if user != "" {
				return user + " on " + computer
			}
			return computer
		}
		x.text = fmt.Sprintf("secured, association %d: %s; initiator %s, responder %s%s", a.QMID, r.Note,
			who(a.Initiator, a.InitiatorUser), who(a.Responder, a.ResponderUser), rule)
		if !a.Encrypted {
			x.text = "authenticated, not encrypted; " + x.text
		}
	case a.Outcome == "clear":
		x.tone = advice
		x.text = "no security, clear text flows: " + r.Note + rule
	default:
		x.text = a.Outcome + ": " + r.Note + rule
	}
	c.rows = append(c.rows, x)
}

// describe is what a packet says of itself.
func describe(r *trace.Record, from, to netip.AddrPort) string {
	p := r.Packet
	var parts []string
	switch p.Protocol {
	case "ike":
		parts = append(parts, p.Flags)
		if p.Flags == "delete" {
			parts = []string{fmt.Sprintf("delete association %d", p.SA)}
		}
	case "tcp":
		parts = append(parts, p.Flags)
	default:
		parts = append(parts, strings.TrimSpace(p.Protocol+" "+p.Flags))
	}
	if p.Protocol == "tcp" || p.Protocol == "udp" {
		parts[0] = fmt.Sprintf(":%d → :%d %s", from.Port(), to.Port(), parts[0])
	}
	if n := len(p.Data); n > 0 {
		parts = append(parts, count(n, "byte")+payload(p))
	}
	switch {
	case p.Protection != "":
		parts = append(parts, fmt.Sprintf("%s, association %d", p.Protection, p.SA))
	case p.Protocol != "ike" && p.Protocol != "icmp" && len(p.Data) > 0:
		parts = append(parts, "in clear")
	}
	if p.Altered {
		text := fmt.Sprintf("altered to %s", count(len(p.Instead), "byte"))
		if p.Protection != "encrypted" {
			text += " " + quote(p.Instead)
		}
		parts = append(parts, strings.TrimSpace(text))
	}
	if p.Forged {
		parts = append(parts, "forged, claims to be "+from.Addr().String())
	}
	if p.Lost {
		parts = append(parts, "lost")
	}
	if r.Note != "" && !p.Altered {
		parts = append(parts, r.Note)
	}
	return strings.Join(parts, ", ")
}

// payload is the data as somebody on the way sees it.
func payload(p *trace.Packet) string {
	if p.Protection == "encrypted" || p.Protocol == "icmp" {
		return ""
	}
	return strings.TrimRight(" "+quote(p.Data), " ")
}

// quote is the beginning of some data as text, "" for what is no text.
func quote(data []byte) string {
	const most = 24
	odd := 0
	for _, r := range string(data) {
		if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			odd++
		}
	}
	if len(data) == 0 || odd*4 > len(data) {
		return ""
	}
	if len(data) > most {
		return fmt.Sprintf("%q…", data[:most])
	}
	return fmt.Sprintf("%q", data)
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%s %s", thousands(n), what)
}

// thousands is a number with its digits in groups of three.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// present drops the lanes of hosts that take no part, unless they are few, and
// numbers the rest anew.
func (c *Chart) present() (lanes []*lane, rows []*row) {
	const few = 6
	place := make([]int, len(c.lanes)+1)
	place[len(c.lanes)] = -1
	for i, l := range c.lanes {
		if place[i] = -1; l.used || len(c.lanes) <= few {
			place[i] = len(lanes)
			lanes = append(lanes, l)
		}
	}
	at := func(i int) int {
		if i < 0 {
			return -1
		}
		return place[i]
	}
	for _, x := range collapse(c.rows, c.name) {
		y := *x
		y.from, y.to = at(x.from), at(x.to)
		rows = append(rows, &y)
	}
	if c.more > 0 {
		rows = append(rows, &row{kind: gapRow, time: c.rows[len(c.rows)-1].time, from: -1, to: -1,
			text: fmt.Sprintf("the diagram ends here: %s of the trace follow", count(c.more, "record"))})
	}
	return lanes, rows
}

// name is what the host of a lane is called.
func (c *Chart) name(i int) string {
	if i < 0 {
		return "the network"
	}
	return c.lanes[i].name
}

// legend lists which marks the rows need explained.
func legend(lanes []*lane, rows []*row) (marks []string) {
	have := func(f func(*row) bool) bool { return slices.ContainsFunc(rows, f) }
	packet := func(f func(*trace.Packet) bool) bool {
		return have(func(x *row) bool { return x.packet != nil && f(x.packet) })
	}
	for _, m := range []struct {
		mark string
		on   bool
	}{
		{"clear", true}, {"authenticated", true}, {"encrypted", true},
		{"keying", packet(func(p *trace.Packet) bool { return p.Protocol == "ike" })},
		{"lost", packet(func(p *trace.Packet) bool { return p.Lost })},
		{"forged", packet(func(p *trace.Packet) bool { return p.Forged })},
		{"altered", packet(func(p *trace.Packet) bool { return p.Altered })},
		{"waiting", have(func(x *row) bool { return x.since > 0 })},
		{"attacker", slices.ContainsFunc(lanes, func(l *lane) bool { return l.attacker })},
	} {
		if m.on {
			marks = append(marks, m.mark)
		}
	}
	return marks
}
