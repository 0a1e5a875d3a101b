package sim

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// directory is what the name servers of a world know, besides the names of its
// hosts. It is one for all hosts; what differs is how their lookups go.
type directory struct {
	records map[string]*nameRecord // by folded name
	reverse map[netip.Addr]string  // names of addresses, where they are not their hosts'
}

// nameRecord is what a name stands for: addresses, or another name.
type nameRecord struct {
	name  string // as it was spelled
	addrs []netip.Addr
	alias string // "" for none
}

// foldName is the form in which names are compared: case does not tell them
// apart, nor does a dot at the end.
func foldName(name string) string { return fold(strings.TrimSuffix(name, ".")) }

// SetName makes a name resolve to addresses, none to forget it. A name that is
// a host's resolves to that for everybody but the host itself. Lookups under way
// find what the directory knows when they end.
//
// Not modelled: who may change a name, and caches.
func (w *World) SetName(name string, addrs ...netip.Addr) {
	defer w.unlockAfter(w.lock())
	w.setRecord(&nameRecord{name: name, addrs: slices.Clone(addrs)}, fmt.Sprintf("the name %s resolves to %v", name, addrs))
}

// SetAlias makes a name another name for canonical, as a CNAME record does.
// canonical need not exist; an alias of itself, by whatever way, resolves to
// nothing (WSANO_RECOVERY).
func (w *World) SetAlias(name, canonical string) {
	defer w.unlockAfter(w.lock())
	w.setRecord(&nameRecord{name: name, alias: canonical}, fmt.Sprintf("the name %s is an alias of %s", name, canonical))
}

// OverrideName makes a name resolve to addresses until restore is called, which
// brings back what was said about the name before, whatever that was: addresses,
// an alias, or nothing, so that a host's own name has its host's canonical name
// again. restore must be called once, and after that of every override of the
// same name made since.
func (w *World) OverrideName(name string, addrs ...netip.Addr) (restore func()) {
	defer w.unlockAfter(w.lock())
	before := w.names.records[foldName(name)]
	w.setRecord(&nameRecord{name: name, addrs: slices.Clone(addrs)}, fmt.Sprintf("the name %s resolves to %v", name, addrs))
	return func() {
		defer w.unlockAfter(w.lock())
		if before == nil {
			before = &nameRecord{name: name}
		}
		w.setRecord(before, fmt.Sprintf("the name %s is what it was before", name))
	}
}

func (w *World) setRecord(r *nameRecord, note string) {
	key := foldName(r.name)
	if w.names.records == nil {
		w.names.records = make(map[string]*nameRecord)
	}
	if r.alias == "" && len(r.addrs) == 0 {
		delete(w.names.records, key)
	} else {
		w.names.records[key] = r
	}
	if w.trace == nil {
		return
	}
	rec := &trace.Record{Kind: trace.Name, Name: r.name, Alias: r.alias, Note: note}
	for _, a := range r.addrs {
		rec.Addrs = append(rec.Addrs, a.String())
	}
	w.emit(rec)
}

// SetReverse says which name an address has, as a PTR record does; "" to forget
// it. Otherwise an address has the name of its host.
func (w *World) SetReverse(a netip.Addr, name string) {
	defer w.unlockAfter(w.lock())
	a = a.WithZone("").Unmap()
	if w.names.reverse == nil {
		w.names.reverse = make(map[netip.Addr]string)
	}
	if name == "" {
		delete(w.names.reverse, a)
	} else {
		w.names.reverse[a] = name
	}
	w.emit(&trace.Record{Kind: trace.Name, Name: name, Reverse: a.String(), Note: fmt.Sprintf("the address %v has the name %q", a, name)})
}

// Resolve is the addresses that a name resolves to, nil for none. It is for
// whoever drives the world, and takes no time.
func (w *World) Resolve(name string) []netip.Addr {
	defer w.unlockAfter(w.lock())
	found, _ := w.names.find(w, name)
	return slices.Clone(found.addrs)
}

// found is what the directory knows of a name.
type found struct {
	addrs     []netip.Addr
	canonical string   // the last name of the chain
	qualified string   // the name that a flat one led to
	aliases   []string // the names before the last
}

// maxAliases is how many aliases a lookup follows.
const maxAliases = 8

// find follows a name through the directory: 0, WSAHOST_NOT_FOUND or
// WSANO_RECOVERY.
func (d *directory) find(w *World, name string) (found, wsa.Errno) {
	f := found{qualified: name}
	for range maxAliases {
		r := d.record(w, name)
		if r == nil {
			return found{}, wsa.WSAHOST_NOT_FOUND
		}
		if r.alias == "" {
			f.addrs, f.canonical = r.addrs, r.name
			return f, 0
		}
		f.aliases = append(f.aliases, r.name)
		if !strings.Contains(name, ".") {
			f.qualified = r.alias
		}
		name = r.alias
	}
	return found{}, wsa.WSANO_RECOVERY
}

// record is what was said about a name, or what the hosts' names mean.
func (d *directory) record(w *World, name string) *nameRecord {
	key := foldName(name)
	if r := d.records[key]; r != nil {
		return r
	}
	for _, h := range w.hosts {
		switch {
		case key == foldName(h.dnsName()):
			return &nameRecord{name: h.dnsName(), addrs: h.cfg.Addrs}
		case key == foldName(h.cfg.Name):
			return &nameRecord{name: h.cfg.Name, alias: h.dnsName()}
		}
	}
	return nil
}

// nameOf is the name that an address has, "" for none.
func (d *directory) nameOf(w *World, a netip.Addr) string {
	a = a.WithZone("").Unmap()
	if name := d.reverse[a]; name != "" {
		return name
	}
	if h := w.addresses.host(a); h != nil {
		return h.dnsName()
	}
	return ""
}

// dnsName is the host's fully qualified name.
func (h *Host) dnsName() string {
	if h.cfg.DNSName != "" {
		return h.cfg.DNSName
	}
	return h.cfg.Name
}

// checkNames says what is wrong with the names of a host that is to be added.
func (w *World) checkNames(cfg *HostConfig) error {
	if err := cfg.Lookups.check(); err != nil {
		return fmt.Errorf("sim: host %q: %w", cfg.Name, err)
	}
	if cfg.DNSName == "" {
		return nil
	}
	for _, h := range w.hosts {
		if foldName(h.dnsName()) == foldName(cfg.DNSName) {
			return fmt.Errorf("sim: the name %q belongs to host %q already", cfg.DNSName, h.cfg.Name)
		}
	}
	return nil
}

// Lookups says how lookups that need a name server go: all of a host, or those
// of one name. The zero value answers at once. What a host knows by itself (its
// own names, "localhost", addresses as text) needs no server.
type Lookups struct {
	// Delay is how long a lookup takes.
	Delay time.Duration
	// Error is how lookups fail: WSAHOST_NOT_FOUND, WSANO_DATA, WSATRY_AGAIN
	// or WSANO_RECOVERY; 0: they do not.
	Error wsa.Errno
	// Times is how many lookups fail before the next ones succeed; 0: all.
	Times int
}

// check says what is wrong, nil for nothing.
func (l *Lookups) check() error {
	switch l.Error {
	case 0, wsa.WSAHOST_NOT_FOUND, wsa.WSANO_DATA, wsa.WSATRY_AGAIN, wsa.WSANO_RECOVERY:
	default:
		return fmt.Errorf("a lookup fails with WSAHOST_NOT_FOUND, WSANO_DATA, WSATRY_AGAIN or WSANO_RECOVERY, not with %s", l.Error.String())
	}
	if l.Delay < 0 || l.Times < 0 {
		return errors.New("a lookup cannot take less than no time, or fail less than never")
	}
	return nil
}

// text is the lookups' way for the trace.
func (l *Lookups) text() string {
	s := fmt.Sprintf("take %v", l.Delay)
	if l.Error != 0 {
		s += " and fail with " + l.Error.String()
		if l.Times > 0 {
			s += fmt.Sprintf(", %d times", l.Times)
		}
	}
	return s
}

// hostLookups is how the lookups of one host go.
type hostLookups struct {
	all    lookupFault
	byName map[string]*lookupFault // by folded name
}

// lookupFault is a way for lookups to go, and how often they have failed.
type lookupFault struct {
	Lookups
	failed int
}

// fails is the error of the next lookup.
func (f *lookupFault) fails() wsa.Errno {
	if f.Error == 0 || f.Times > 0 && f.failed >= f.Times {
		return 0
	}
	f.failed++
	return f.Error
}

// of is the way of the lookups of a name or of an address as text.
func (l *hostLookups) of(name string) *lookupFault {
	if f := l.byName[foldName(name)]; f != nil {
		return f
	}
	return &l.all
}

// SetLookups says how the host's lookups go from now on, those under way aside.
// The error says what is wrong with l.
func (h *Host) SetLookups(l Lookups) error { return h.setLookups("", l) }

// SetLookupsOf is SetLookups for the lookups of one name, or of one address as
// text when its name is looked up. The zero value says that the name needs no
// time and does not fail, whatever the others do.
func (h *Host) SetLookupsOf(name string, l Lookups) error { return h.setLookups(name, l) }

func (h *Host) setLookups(name string, l Lookups) error {
	if err := l.check(); err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	defer h.world.unlockAfter(h.world.lock())
	if name == "" {
		h.lookups.all = lookupFault{Lookups: l}
	} else {
		if h.lookups.byName == nil {
			h.lookups.byName = make(map[string]*lookupFault)
		}
		h.lookups.byName[foldName(name)] = &lookupFault{Lookups: l}
	}
	h.tellLookups(name, l)
	return nil
}

// tellLookups traces how lookups go.
func (h *Host) tellLookups(name string, l Lookups) {
	of := "lookups"
	if name != "" {
		of += " of " + name
	}
	h.world.emit(&trace.Record{
		Kind: trace.Lookups, Host: h.cfg.Name, Name: name, Err: l.Error, Note: fmt.Sprintf("%s by %s %s", of, h.cfg.Name, l.text()),
	})
}
