package wsatest_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/wsatest"
)

// TestSimulator runs the suite on the simulator: under the virtual clock, and
// under package time inside a test bubble.
func TestSimulator(t *testing.T) {
	t.Run("VirtualTime", func(t *testing.T) { wsatest.Run(t, simulator{sim.VirtualTime}) })
	t.Run("RealTime", func(t *testing.T) { wsatest.Run(t, simulator{sim.RealTime}) })
}

// simulator is the simulator as a system to be tested.
type simulator struct{ clock sim.ClockKind }

func (s simulator) Platform() wsatest.Platform {
	return wsatest.Platform{
		Kind: wsatest.Simulator, Target: wsa.AMD64, FreeWaits: true,
		Loopback4: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Loopback6: netip.IPv6Loopback(),
		Host4:     netip.MustParseAddr("10.0.0.1"),
		LinkLocal: netip.MustParseAddr("fe80::1%3"),
		Silent:    netip.MustParseAddr("192.0.2.1"),
		DualName:  "dual.example", UnicodeName: "テスト.example", PunycodeName: "xn--zckzah.example",
	}
}

func (s simulator) Test(t *testing.T, body func(wsatest.Env)) {
	run := func() {
		w := sim.New(sim.Config{Clock: s.clock})
		defer w.Close()
		h := w.MustHost("host", "10.0.0.1", "fe80::1%3")
		w.SetName("dual.example", netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::2"))
		w.SetName("xn--zckzah.example", netip.MustParseAddr("10.0.0.3"))
		body(&world{w, h, h.NewThread()})
	}
	if s.clock == sim.RealTime {
		synctest.Test(t, func(*testing.T) { run() })
		return
	}
	run()
}

func (simulator) Gap(key string) (string, bool) {
	reason, known := gaps[key]
	return reason, known
}

// world is a world of one host in which one test runs.
type world struct {
	w    *sim.World
	host *sim.Host
	main *sim.Thread
}

func (e *world) Main() wsa.API { return e.main }
func (e *world) Wait() error   { return e.w.Run() }

func (e *world) Go(body func(wsa.API)) {
	t := e.main.Process().NewThread()
	e.w.Spawn(t, func() { body(t) })
}

func (e *world) NewProcess(admin bool) (wsa.API, bool) {
	return e.host.NewProcess(sim.ProcessConfig{Admin: admin}).NewThread(), true
}

// gaps are the parts of facts that the simulator does not show yet, with the
// reason. A part that passes must leave the list.
var gaps = map[string]string{}

// TestGapsNameFacts: every known gap is about a fact or trap that there is.
func TestGapsNameFacts(t *testing.T) {
	known := make(map[string]bool)
	for _, k := range wsatest.Facts() {
		known[k.ID] = true
	}
	for _, k := range wsatest.Traps() {
		known[k.Name] = true
	}
	for key, reason := range gaps {
		id, _, _ := strings.Cut(key, "/")
		if !known[id] || reason == "" {
			t.Errorf("gap %q (%q) is about nothing known, or has no reason", key, reason)
		}
	}
}
