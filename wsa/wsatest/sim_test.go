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
	}
}

func (s simulator) Test(t *testing.T, body func(wsatest.Env)) {
	run := func() {
		w := sim.New(sim.Config{Clock: s.clock})
		defer w.Close()
		h := w.MustHost("host", "10.0.0.1", "fd00::1", "fe80::1%3")
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

// Reasons that several gaps share.
const (
	urgent       = "urgent data is not simulated"
	protocolInfo = "WSAPROTOCOL_INFO is not simulated, given to WSASocket or asked for"
	bspState     = "SO_BSP_STATE is not in the simulator's table of options"
	optionTable  = "the option is not in the simulator's table of options"
	controlCodes = "the control code is not in the simulator's table"
)

// gaps are the parts of facts that the simulator does not show yet, with the
// reason. A part that passes must leave the list.
var gaps = map[string]string{
	"SK8/protocol info":                protocolInfo,
	"SK9/protocol info":                protocolInfo,
	"SK11/protocol info":               protocolInfo,
	"SK20/protocol info":               protocolInfo,
	"SK24":                             protocolInfo,
	"SK26":                             protocolInfo,
	"SK27":                             protocolInfo,
	"SK29":                             protocolInfo,
	"SP2":                              protocolInfo,
	"SP3":                              protocolInfo,
	"SP5":                              protocolInfo,
	"OL1/IP_MULTICAST_TTL":             optionTable,
	"OL1/IPV6_MULTICAST_HOPS":          optionTable,
	"OL2/IP_MULTICAST_TTL":             optionTable,
	"OL2/IPV6_MULTICAST_HOPS":          optionTable,
	"OL14/IP_MULTICAST_TTL":            optionTable,
	"OL14/IPV6_MULTICAST_HOPS":         optionTable,
	"OL17/IP_MULTICAST_TTL":            optionTable,
	"OL17/IPV6_MULTICAST_HOPS":         optionTable,
	"OL23/IP_MULTICAST_TTL":            optionTable,
	"OL23/IPV6_MULTICAST_HOPS":         optionTable,
	"OL24":                             optionTable,
	"SP6":                              optionTable,
	"OV2/IP_OPTIONS":                   optionTable,
	"OV2/IP_UNICAST_IF":                optionTable,
	"OV3/IP_MULTICAST_IF":              optionTable,
	"OV3/IP_MULTICAST_TTL":             optionTable,
	"OV3/IP_MULTICAST_LOOP":            optionTable,
	"OV3/IP_PKTINFO":                   optionTable,
	"OV3/IP_RECVTTL":                   optionTable,
	"OV3/IP_RECVTOS":                   optionTable,
	"OV3/IP_HDRINCL":                   optionTable,
	"OV3/datagram IP_MULTICAST_IF":     optionTable,
	"OV3/datagram IP_MULTICAST_TTL":    optionTable,
	"OV3/datagram IP_MULTICAST_LOOP":   optionTable,
	"OV3/datagram IP_PKTINFO":          optionTable,
	"OV3/datagram IP_RECVTTL":          optionTable,
	"OV3/datagram IP_RECVTOS":          optionTable,
	"OV3/datagram IP_HDRINCL":          optionTable,
	"OV6/IP_MTU":                       optionTable,
	"OV6/IP_MTU_DISCOVER":              optionTable,
	"OV6/IP_USER_MTU":                  optionTable,
	"OV6/IP_IFLIST":                    optionTable,
	"OV6/IP_RTHDR":                     optionTable,
	"OV7/IP_RECVERR":                   optionTable,
	"OV7/IP_HDRINCL":                   optionTable,
	"OV8/IPV6_PROTECTION_LEVEL":        optionTable,
	"OV8/IPV6_UNICAST_IF":              optionTable,
	"OV8/IPV6_MULTICAST_IF":            optionTable,
	"OV8/IPV6_MULTICAST_HOPS":          optionTable,
	"OV8/IPV6_MULTICAST_LOOP":          optionTable,
	"OV8/IPV6_PKTINFO":                 optionTable,
	"OV8/IPV6_HOPLIMIT":                optionTable,
	"OV8/IPV6_RECVTCLASS":              optionTable,
	"OV8/datagram IPV6_MULTICAST_IF":   optionTable,
	"OV8/datagram IPV6_MULTICAST_HOPS": optionTable,
	"OV8/datagram IPV6_MULTICAST_LOOP": optionTable,
	"OV8/datagram IPV6_PKTINFO":        optionTable,
	"OV8/datagram IPV6_HOPLIMIT":       optionTable,
	"OV8/datagram IPV6_RECVTCLASS":     optionTable,
	"SP7":                              bspState,
	"SP8":                              bspState,
	"SP9":                              bspState,
	"SB3":                              urgent,
	"IO8":                              urgent,
	"IO9":                              urgent,
	"IO11":                             urgent,
	"IO12":                             urgent,
	"KA1":                              "a failing SIO_KEEPALIVE_VALS leaves the count as it was",
	"XF1/pointer":                      controlCodes,
	"IB1/unconnected":                  controlCodes,
	"IB1/connected":                    controlCodes,
	"BH1":                              controlCodes,
	"CQ1":                              controlCodes,
	"RQ2":                              controlCodes,
	"RQ3/no family":                    controlCodes,
	"RQ3/no address":                   controlCodes,
	"RQ4/answer":                       controlCodes,
	"RQ4/output short":                 controlCodes,
	"RQ4/output short, size needed":    controlCodes,
	"RQ4/no output":                    controlCodes,
	"AL1":                              controlCodes,
	"IL1":                              controlCodes,
	"IL3":                              controlCodes,
	"SM3":                              "WSASendTo judges the missing count before it binds",
	"PO17":                             "a refused blocking connect sets SO_ERROR",
	"BI8":                              "getsockname gives a link-local address without its scope id",
	"BI8/unscoped":                     "getsockname gives a link-local address without its scope id",
}

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
