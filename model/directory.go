package model

import (
	"net/netip"
	"slices"
	"strings"

	"wsasim/wsa"
)

// What is known of names: what the records of a trace say about them, and the
// names of hosts. It is complete when the trace is of a simulated world; on a
// real system there are name servers that the trace knows nothing of.
//
// Not modelled: caches, search suffixes, cluster names, files of services that
// were changed.

// directory is what the records say. It is never changed, only replaced.
type directory struct {
	names   []namedRecord   // by name
	reverse []reverseRecord // by address
	doubts  []doubt         // in the order of their making
}

// namedRecord is what one name stands for.
type namedRecord struct {
	key   string // the name as it is compared
	name  string
	addrs []netip.Addr
	alias string
}

// reverseRecord is the name of an address.
type reverseRecord struct {
	addr netip.Addr
	name string
}

// doubt is how lookups of a host may fail; key is "" for all its names.
type doubt struct {
	host, key string
	err       wsa.Errno
}

// nameKey is a name as it is compared.
func nameKey(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func (d *directory) encode(b []byte) []byte {
	for _, r := range d.names {
		b = putString(putString(append(b, 'D', 'n'), r.name), r.alias)
		for _, a := range r.addrs {
			b = putName(b, netip.AddrPortFrom(a, 0))
		}
	}
	for _, r := range d.reverse {
		b = putString(putName(append(b, 'D', 'r'), netip.AddrPortFrom(r.addr, 0)), r.name)
	}
	for _, x := range d.doubts {
		b = put(putString(putString(append(b, 'D', 'd'), x.host), x.key), uint64(x.err))
	}
	return b
}

// setDirectory replaces what is known.
func (w *world) setDirectory(d directory) {
	w.key = w.key.minus(digestOf(w.names)).plus(digestOf(&d))
	w.names = &d
}

// directory is what is known, as a value to change.
func (w *world) directory() directory {
	if w.names == nil {
		return directory{}
	}
	d := *w.names
	return directory{slices.Clone(d.names), slices.Clone(d.reverse), slices.Clone(d.doubts)}
}

// namesKnown reports whether a name that nobody speaks of does not exist.
func (w *world) namesKnown() bool { return w.whole || w.names != nil }

// NameHost is the state in which the host has a fully qualified name besides
// its own.
func (s State) NameHost(hostName, dnsName string) State {
	n := s.world().edit()
	i := slices.IndexFunc(n.hosts, func(h *host) bool { return h.name == hostName })
	if i < 0 || dnsName == "" {
		return s
	}
	h := *n.hosts[i]
	h.dnsName = dnsName
	n.replaceHost(i, &h)
	return State{n}
}

// replaceHost changes what is known of a host.
func (w *world) replaceHost(i int, h *host) {
	w.key = w.key.minus(digest(w.hosts[i].encode(nil, i))).plus(digest(h.encode(nil, i)))
	w.hosts = slices.Clone(w.hosts)
	w.hosts[i] = h
}

// SetName is the state in which a name stands for addresses, or for another
// name; for neither it is forgotten.
func (s State) SetName(name string, addrs []netip.Addr, alias string) State {
	n := s.world().edit()
	d := n.directory()
	key := nameKey(name)
	i, found := slices.BinarySearchFunc(d.names, key, func(r namedRecord, key string) int { return strings.Compare(r.key, key) })
	if found {
		d.names = slices.Delete(d.names, i, i+1)
	}
	if len(addrs) > 0 || alias != "" {
		d.names = slices.Insert(d.names, i, namedRecord{key, name, addrs, alias})
	}
	n.setDirectory(d)
	return State{n}
}

// SetReverse is the state in which an address has a name of its own; "" for
// that of its host.
func (s State) SetReverse(a netip.Addr, name string) State {
	n := s.world().edit()
	d := n.directory()
	a = bare(a)
	d.reverse = slices.DeleteFunc(d.reverse, func(r reverseRecord) bool { return r.addr == a })
	if name != "" {
		d.reverse = append(d.reverse, reverseRecord{a, name})
		slices.SortFunc(d.reverse, func(x, y reverseRecord) int { return x.addr.Compare(y.addr) })
	}
	n.setDirectory(d)
	return State{n}
}

// DoubtLookups is the state in which lookups by a host, of one name or of all,
// may fail with an error besides; 0: they no longer do.
func (s State) DoubtLookups(hostName, name string, err wsa.Errno) State {
	n := s.world().edit()
	d := n.directory()
	key := nameKey(name)
	d.doubts = slices.DeleteFunc(d.doubts, func(x doubt) bool { return x.host == hostName && x.key == key })
	if err != 0 || key != "" {
		d.doubts = append(d.doubts, doubt{hostName, key, err})
	}
	n.setDirectory(d)
	return State{n}
}

// MoveAddress is the state in which an address belongs to the host.
func (s State) MoveAddress(a netip.Addr, hostName string) State {
	n := s.world().edit()
	for i, h := range n.hosts {
		owns := h.owns(a)
		if owns == (h.name == hostName) {
			continue
		}
		c := *h
		c.addrs = slices.DeleteFunc(slices.Clone(h.addrs), func(x netip.Addr) bool { return bare(x) == bare(a) })
		if !owns {
			c.addrs = append(c.addrs, a)
		}
		n.replaceHost(i, &c)
	}
	return State{n}
}

// bare is an address without its scope id, IPv4 as such.
func bare(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

// mayFail lists how a lookup that needs a server may fail, whatever it is of.
func (w *world) mayFail(h *host, name string) []wsa.Errno {
	if w.names == nil {
		return nil
	}
	var all, own []wsa.Errno
	special := false
	for _, x := range w.names.doubts {
		switch {
		case x.host != h.name:
		case x.key == "":
			all = append(all, x.err)
		case x.key == nameKey(name):
			special = true
			if x.err != 0 {
				own = append(own, x.err)
			}
		}
	}
	if special {
		return own
	}
	return all
}

// meaning is what a name stands for.
type meaning struct {
	addrs     []netip.Addr
	canonical string
	first     string // where a name of one label led
	aliases   []string
	exists    bool
	endless   bool // an alias of itself
}

// resolve follows a name through the directory.
func (w *world) resolve(name string) meaning {
	m := meaning{first: name}
	seen := make(map[string]bool)
	for next := nameKey(name); !seen[next]; {
		seen[next] = true
		r, ok := w.recordOf(next)
		if !ok {
			return meaning{}
		}
		if r.alias == "" {
			m.addrs, m.canonical, m.exists = r.addrs, r.name, true
			return m
		}
		if !strings.Contains(next, ".") {
			m.first = r.alias
		}
		m.aliases = append(m.aliases, r.name)
		next = nameKey(r.alias)
	}
	return meaning{endless: true}
}

// recordOf is what is said of a name, or the host of that name.
func (w *world) recordOf(key string) (namedRecord, bool) {
	if w.names != nil {
		for _, r := range w.names.names {
			if r.key == key {
				return r, true
			}
		}
	}
	for _, h := range w.hosts {
		if key == nameKey(h.qualified()) {
			return namedRecord{key, h.qualified(), h.addrs, ""}, true
		}
		if key == nameKey(h.name) {
			return namedRecord{key, h.name, nil, h.qualified()}, true
		}
	}
	return namedRecord{}, false
}

// qualified is the host's full name.
func (h *host) qualified() string {
	if h.dnsName != "" {
		return h.dnsName
	}
	return h.name
}

// isItself reports whether a name is one of the host's own.
func (h *host) isItself(name string) bool {
	switch key := nameKey(name); key {
	case "", "..localmachine", nameKey(h.name), nameKey(h.qualified()):
		return true
	}
	return false
}

// nameOf is the name of an address, "" for none.
func (w *world) nameOf(a netip.Addr) string {
	if w.names != nil {
		for _, r := range w.names.reverse {
			if r.addr == bare(a) {
				return r.name
			}
		}
	}
	for _, h := range w.hosts {
		if h.owns(a) {
			return h.qualified()
		}
	}
	return ""
}
