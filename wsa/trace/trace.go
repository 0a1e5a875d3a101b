// Package trace is the form in which calls, returns and what happened around
// them are written down: one JSON object a line (JSON Lines), in the order in
// which things took effect.
//
// A call is two records: one of kind "call" when it is made and one of kind
// "return" when it has ended; when nothing happened between, they stand next
// to each other. The order of the records is the order of effects: what a call
// does at once (a connect that starts, a bind) has happened at its call
// record, and what it was waiting for has happened at its return record.
//
// Calls of one thread nest in one case: a call that waits alertably runs the
// routines which are queued to its thread (completion routines, and those of
// QueueUserAPC), and what a routine calls stands, calls and returns, between the
// call and the return of the call that waits. A return belongs to the latest
// call of its thread that has none. Which routine ran is not written down.
//
// A trace begins with a record of kind "world" that gives the format version
// and the seed, and it declares each host, process and thread before its first
// call. Everything else (packets, negotiations, advisories, faults) is for
// readers; the specification checks what it knows of it.
package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"wsasim/wsa"
)

// Version is the version of the format, in the world record.
const Version = 1

// Kind says what a record tells.
type Kind string

// The kinds of records.
const (
	World       Kind = "world"       // first record: Version, Seed
	Host        Kind = "host"        // a host was added: Host, DNSName, Addrs, Principals, Attacker
	Process     Kind = "process"     // a process was started: Host, PID, Admin
	Thread      Kind = "thread"      // a thread was started: TID
	ThreadEnd   Kind = "threadend"   // a thread has ended
	CallMade    Kind = "call"        // a call was made: Op, Args
	Returned    Kind = "return"      // the call of the same thread has ended: Return, Rule
	Advisory    Kind = "advisory"    // legal but unwise: Rule, Note
	Negotiation Kind = "negotiation" // two hosts negotiated security: From, To, Rule, Agreement, Note
	PacketSent  Kind = "packet"      // Host sent something: From, To, Packet
	Fault       Kind = "fault"       // the network or a host was changed: Note; of an address that moved also Host, its new owner, and Addrs
	Shortage    Kind = "shortage"    // a host, or one process, lacks something from now on: Host, PID, Lacks, Note
	Policy      Kind = "policy"      // an administrator set a host's rules: Host, Note
	Event       Kind = "event"       // something else worth knowing happened: Host, Note
	Deadlock    Kind = "deadlock"    // every thread waits and nothing will happen: Note
	// Name: what a name stands for was set: Name, and Addrs (none: it is
	// forgotten) or Alias; or which name an address has: Reverse, Name. Hosts
	// have names by themselves: see Host.
	Name Kind = "name"
	// Lookups: how lookups of names by a host go was set: Host, Name (empty:
	// all), Err (how they may fail; 0: they do not).
	Lookups Kind = "lookups"
	// LookupEnd: an overlapped GetAddrInfoEx of the thread has ended:
	// Overlapped, Err, AddrInfo.
	LookupEnd Kind = "lookupend"
	// Completion: an overlapped operation that the thread started has ended:
	// Overlapped, Socket, Status, Transferred, Return. One that ends within the
	// call which started it has its record between call and return.
	Completion Kind = "completion"
)

// Kinds lists every kind, in the order above.
func Kinds() []Kind {
	return []Kind{World, Host, Process, Thread, ThreadEnd, CallMade, Returned, Advisory, Negotiation, PacketSent, Fault, Shortage, Policy, Event, Deadlock, Completion, Name, Lookups, LookupEnd}
}

// Record is one line of a trace. Which fields are set depends on Kind.
type Record struct {
	Kind Kind
	// Time is how long the world had existed.
	Time time.Duration
	// Host is the host's name, PID and TID number its process and thread. TID
	// is unique within the trace.
	Host string
	PID  int
	TID  int

	Version int    // World
	Seed    uint64 // World

	Addrs      []string // Host: its addresses, netip form, loopback left out; Name
	DNSName    string   // Host: its fully qualified name, if that is not Host
	Principals []string // Host: the service principal names it can prove; none: no credential
	Attacker   bool     // Host: somebody uses it to attack the others; for readers
	Admin      bool     // Process: runs as administrator
	Lacks      []string // Shortage: the rules by which calls fail for want of something; none: nothing is lacking

	Op     string      // CallMade: Call.Op()
	Call   wsa.Call    // CallMade
	Return *wsa.Return // Returned
	Rule   string      // Returned, Advisory, Negotiation: the rule the simulator cites, if any
	// As is the principal on whose behalf the thread acts, which
	// WSAImpersonateSocketPeer sets: when the call is made (CallMade), and after
	// it (Returned). "": that of its process, or not recorded.
	As string

	From, To string // PacketSent, Negotiation: addresses, netip.AddrPort form
	Packet   *Packet
	// Completion: which operation, at which socket its end is reported, how it
	// ended, and how many bytes it moved. Return is what it has stored after its
	// call returned (Data, Addr, Control, MsgFlags; for AcceptEx Local and Addr),
	// nil for nothing.
	Overlapped  wsa.OverlappedID
	Socket      wsa.SOCKET
	Status      wsa.NTStatus
	Transferred uint32

	Name    string // Name, Lookups
	Alias   string // Name: the canonical name that Name is another name for
	Reverse string // Name: the address whose name is Name
	// Err is how a lookup ended, or may fail; AddrInfo what it found.
	Err      wsa.Errno
	AddrInfo []wsa.AddrInfoEx

	// Agreement is what a negotiation came to; nil in records about traffic
	// that was refused without one.
	Agreement *Agreement
	Note      string // for people
}

// Agreement is what a negotiation of security came to.
type Agreement struct {
	// Outcome is "secured", "clear" (nothing was agreed and clear text flows),
	// "refused" or "abandoned" (the one who waited gave up).
	Outcome string `json:"outcome"`
	// Peer is the host that answered, "" when none did; the record's Host began.
	Peer string `json:"peer,omitempty"`
	// Began is when the first message was sent, in world time; Messages is how
	// many were.
	Began    time.Duration `json:"began"`
	Messages int           `json:"messages"`
	// Renews is the quick-mode association whose place the new one takes.
	Renews uint64 `json:"renews,omitempty"`
	// Winerr is the Win32 code of a negotiation that failed.
	Winerr uint32 `json:"winerr,omitempty"`
	// The rest is set when Outcome is "secured": the proposals chosen, how
	// the ends proved themselves, who they are, and the ids.
	MainMode      string `json:"mainMode,omitempty"`
	QuickMode     string `json:"quickMode,omitempty"`
	Encrypted     bool   `json:"encrypted,omitempty"`
	Method        string `json:"method,omitempty"`
	Initiator     string `json:"initiator,omitempty"`
	InitiatorUser string `json:"initiatorUser,omitempty"`
	Responder     string `json:"responder,omitempty"`
	ResponderUser string `json:"responderUser,omitempty"`
	// The service principal names that each computer could prove then.
	InitiatorNames []string `json:"initiatorNames,omitempty"`
	ResponderNames []string `json:"responderNames,omitempty"`
	MMID           uint64   `json:"mmId,omitempty"`
	QMID           uint64   `json:"qmId,omitempty"`
}

// wire is Record as JSON spells it. The order of its fields is the order in
// the file.
type wire struct {
	Kind       Kind        `json:"kind"`
	Time       int64       `json:"t"`
	Host       string      `json:"host,omitempty"`
	PID        int         `json:"pid,omitempty"`
	TID        int         `json:"tid,omitempty"`
	Version    int         `json:"version,omitempty"`
	Seed       uint64      `json:"seed,omitempty"`
	Addrs      []string    `json:"addrs,omitempty"`
	Principals []string    `json:"principals,omitempty"`
	Attacker   bool        `json:"attacker,omitempty"`
	Admin      bool        `json:"admin,omitempty"`
	Lacks      []string    `json:"lacks,omitempty"`
	Op         string      `json:"op,omitempty"`
	Args       any         `json:"args,omitempty"` // a wsa.Call, or *json.RawMessage to read one
	Return     *wsa.Return `json:"ret,omitempty"`
	As         string      `json:"as,omitempty"`
	Rule       string      `json:"rule,omitempty"`
	From       string      `json:"from,omitempty"`
	To         string      `json:"to,omitempty"`
	Packet     *Packet     `json:"packet,omitempty"`
	Agreement  *Agreement  `json:"agreement,omitempty"`
	Note       string      `json:"note,omitempty"`

	Overlapped  wsa.OverlappedID `json:"overlapped,omitempty"`
	Socket      wsa.SOCKET       `json:"socket,omitempty"`
	Status      wsa.NTStatus     `json:"status,omitempty"`
	Transferred uint32           `json:"transferred,omitempty"`

	DNSName  string           `json:"dnsName,omitempty"`
	Name     string           `json:"name,omitempty"`
	Alias    string           `json:"alias,omitempty"`
	Reverse  string           `json:"reverse,omitempty"`
	Err      wsa.Errno        `json:"err,omitempty"`
	AddrInfo []wsa.AddrInfoEx `json:"addrInfo,omitempty"`
}

// Packet is what a host sent. It is written down when it is sent, whether or
// not it arrives; what TCP or a negotiation sends again is written down again.
type Packet struct {
	// Protocol is "tcp", "udp", "icmp" or "ike".
	Protocol string `json:"proto"`
	// Flags are TCP's, in the order and spelling "SYN ACK", "PSH ACK",
	// "FIN ACK", "RST ACK"; for ICMP and IKE the name of the message.
	Flags string `json:"flags,omitempty"`
	// Seq and Ack are TCP's numbers, counted from 0 for the SYN of each
	// direction.
	Seq uint32 `json:"seq,omitempty"`
	Ack uint32 `json:"ack,omitempty"`
	// Data is the payload, for ICMP the whole message, as far as a program sees
	// it; "port unreachable" has none. It may be longer than one packet on a real wire.
	Data wsa.Bytes `json:"data,omitempty"`
	// Protection is "authenticated" or "encrypted" for traffic under a
	// security association, which SA numbers; "" in clear.
	Protection string `json:"protection,omitempty"`
	SA         uint64 `json:"sa,omitempty"`
	// At is the host that it comes to, unless Lost: usually the one that has
	// the address, but an attacker may bring it elsewhere. "" for what goes to
	// several hosts, and where it is not known.
	At string `json:"at,omitempty"`
	// Lost says that it comes to nobody: the network or an attacker lost it, or
	// nobody has the address. The record's Note says which.
	Lost bool `json:"lost,omitempty"`
	// Forged says that no socket sent it: an attacker made it up, or sent a
	// copy of one that he had seen. The record's Host is the attacker's, ""
	// for one who sits in the network; From is what he claims.
	Forged bool `json:"forged,omitempty"`
	// Altered says that an attacker changed the payload on its way; Instead is
	// what arrives in place of Data.
	Altered bool      `json:"altered,omitempty"`
	Instead wsa.Bytes `json:"instead,omitempty"`
}

// MarshalJSON encodes the record as one JSON object without line breaks.
func (r Record) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r.wire()); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// wire is the record as it is encoded.
func (r *Record) wire() *wire {
	w := &wire{
		Kind: r.Kind, Time: int64(r.Time), Host: r.Host, PID: r.PID, TID: r.TID,
		Version: r.Version, Seed: r.Seed, Addrs: r.Addrs, Principals: r.Principals, Attacker: r.Attacker, Admin: r.Admin, Lacks: r.Lacks,
		Op: r.Op, Return: r.Return, As: r.As, Rule: r.Rule, From: r.From, To: r.To, Packet: r.Packet, Agreement: r.Agreement, Note: r.Note,
		Overlapped: r.Overlapped, Socket: r.Socket, Status: r.Status, Transferred: r.Transferred,
		DNSName: r.DNSName, Name: r.Name, Alias: r.Alias, Reverse: r.Reverse, Err: r.Err, AddrInfo: r.AddrInfo,
	}
	if r.Call != nil {
		w.Op, w.Args = r.Call.Op(), r.Call
	}
	return w
}

// UnmarshalJSON decodes a record and refuses one that lacks what its kind
// needs; the error names the field.
func (r *Record) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var args json.RawMessage
	w := wire{Args: &args}
	if err := d.Decode(&w); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("more than one JSON value on the line")
	}
	*r = Record{
		Kind: w.Kind, Time: time.Duration(w.Time), Host: w.Host, PID: w.PID, TID: w.TID,
		Version: w.Version, Seed: w.Seed, Addrs: w.Addrs, Principals: w.Principals, Attacker: w.Attacker, Admin: w.Admin, Lacks: w.Lacks,
		Op: w.Op, Return: w.Return, As: w.As, Rule: w.Rule, From: w.From, To: w.To, Packet: w.Packet, Agreement: w.Agreement, Note: w.Note,
		Overlapped: w.Overlapped, Socket: w.Socket, Status: w.Status, Transferred: w.Transferred,
		DNSName: w.DNSName, Name: w.Name, Alias: w.Alias, Reverse: w.Reverse, Err: w.Err, AddrInfo: w.AddrInfo,
	}
	if !slices.Contains(Kinds(), w.Kind) {
		return fmt.Errorf("kind: %q is not a kind of record; expected one of %v", w.Kind, Kinds())
	}
	if w.Kind == CallMade {
		if args == nil {
			return fmt.Errorf("args: missing from a call record")
		}
		call, err := wsa.UnmarshalCall(w.Op, args)
		if err != nil {
			return err
		}
		r.Call = call
	}
	return r.complete()
}

// complete checks that the fields which the kind needs are there.
func (r *Record) complete() error {
	needs := map[Kind][]struct {
		field string
		have  bool
	}{
		World:      {{"version", r.Version == Version}},
		Host:       {{"host", r.Host != ""}},
		Process:    {{"host", r.Host != ""}, {"pid", r.PID > 0}},
		Thread:     {{"pid", r.PID > 0}, {"tid", r.TID > 0}},
		ThreadEnd:  {{"tid", r.TID > 0}},
		CallMade:   {{"tid", r.TID > 0}},
		Returned:   {{"tid", r.TID > 0}, {"ret", r.Return != nil}},
		Policy:     {{"host", r.Host != ""}},
		Name:       {{"name", r.Name != "" || r.Reverse != ""}},
		Lookups:    {{"host", r.Host != ""}},
		LookupEnd:  {{"tid", r.TID > 0}, {"overlapped", r.Overlapped != 0}},
		Shortage:   {{"host", r.Host != ""}},
		Advisory:   {{"rule", r.Rule != ""}},
		Completion: {{"tid", r.TID > 0}},
		PacketSent: {{"from", r.From != ""}, {"to", r.To != ""}, {"packet", r.Packet != nil}},
	}
	for _, n := range needs[r.Kind] {
		if n.have {
			continue
		}
		if n.field == "version" {
			return fmt.Errorf("version: got %d, expected %d", r.Version, Version)
		}
		return fmt.Errorf("%s: missing from a %s record", n.field, r.Kind)
	}
	if r.Kind != PacketSent {
		return nil
	}
	for _, end := range [...]struct{ field, text string }{{"from", r.From}, {"to", r.To}} {
		if _, err := netip.ParseAddrPort(end.text); err != nil {
			return fmt.Errorf("%s: expected an address and port such as 10.0.0.1:80, got %q", end.field, end.text)
		}
	}
	return nil
}

// Writer writes records to an io.Writer, one a line. It keeps the first error
// and writes nothing after it. It may be used by one goroutine at a time; the
// simulator's trace hook already is.
type Writer struct {
	w   *bufio.Writer
	e   *json.Encoder
	err error
}

// NewWriter returns a Writer on w. Call Flush when done.
func NewWriter(w io.Writer) *Writer {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return &Writer{w: b, e: e}
}

// Write appends one record.
func (w *Writer) Write(r *Record) {
	if w.err == nil {
		w.err = w.e.Encode(r.wire())
	}
}

// Flush writes what is buffered and returns the first error of all.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

// SyntaxError says which line of a trace is malformed and why.
type SyntaxError struct {
	Line int // from 1
	Err  error
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *SyntaxError) Unwrap() error { return e.Err }

// MaxLine is the longest line, in bytes, that Read accepts.
const MaxLine = 64 << 20

// Read returns an iterator over the records of a trace; the line number counts
// from 1. It ends after the first error, which is a *SyntaxError for a
// malformed line. Empty lines are skipped. The first record must be of kind
// World.
func Read(r io.Reader) func(yield func(line int, rec *Record, err error) bool) {
	return func(yield func(int, *Record, error) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(make([]byte, 64<<10), MaxLine)
		line, first := 0, true
		for s.Scan() {
			line++
			text := bytes.TrimSpace(s.Bytes())
			if len(text) == 0 {
				continue
			}
			rec := new(Record)
			err := rec.UnmarshalJSON(text)
			if err == nil && first && rec.Kind != World {
				err = fmt.Errorf("kind: the first record must be %q, got %q", World, rec.Kind)
			}
			first = false
			if err != nil {
				yield(line, nil, &SyntaxError{Line: line, Err: err})
				return
			}
			if !yield(line, rec, nil) {
				return
			}
		}
		if err := s.Err(); err != nil {
			yield(line+1, nil, &SyntaxError{Line: line + 1, Err: err})
		}
	}
}
