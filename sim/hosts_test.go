package sim_test

import (
	"net/netip"
	"testing"

	"wsasim/sim"
)

// TestAddHostRefuses: what cannot be a host is told when it is added, and not when
// a call meets it.
func TestAddHostRefuses(t *testing.T) {
	addrs := func(list ...string) (out []netip.Addr) {
		for _, a := range list {
			out = append(out, netip.MustParseAddr(a))
		}
		return out
	}
	for _, c := range []struct {
		what string
		cfg  sim.HostConfig
		ok   bool
	}{
		{"no name", sim.HostConfig{}, false},
		{"a name that is taken", sim.HostConfig{Name: "taken"}, false},
		{"an address that is taken", sim.HostConfig{Name: "h", Addrs: addrs("10.0.0.1")}, false},
		{"an address twice", sim.HostConfig{Name: "h", Addrs: addrs("10.0.0.2", "10.0.0.2")}, false},
		{"loopback", sim.HostConfig{Name: "h", Addrs: addrs("127.0.0.1")}, false},
		{"the wildcard", sim.HostConfig{Name: "h", Addrs: addrs("::")}, false},
		{"multicast", sim.HostConfig{Name: "h", Addrs: addrs("224.0.0.1")}, false},
		{"broadcast", sim.HostConfig{Name: "h", Addrs: addrs("255.255.255.255")}, false},
		{"IPv4 in IPv6", sim.HostConfig{Name: "h", Addrs: addrs("::ffff:10.0.0.2")}, false},
		{"a zone that is no number", sim.HostConfig{Name: "h", Addrs: addrs("fe80::1%eth0")}, false},
		{"no address at all", sim.HostConfig{Name: "h", Addrs: []netip.Addr{{}}}, false},
		{"ports in the wrong order", sim.HostConfig{Name: "h", Ports: sim.PortRange{First: 2, Last: 1}}, false},
		{"a scope id", sim.HostConfig{Name: "h", Addrs: addrs("fe80::1%3", "10.0.0.2")}, true},
	} {
		w := sim.New(sim.Config{})
		w.MustHost("taken", "10.0.0.1")
		if h, err := w.AddHost(c.cfg); (err == nil) != c.ok || (h != nil) != c.ok {
			t.Errorf("%s: %v, %v", c.what, h, err)
		}
		w.Close()
	}
}
