package wsanet_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wsasim/sim"
	"wsasim/wsa/wsanet"
)

// golden is the file of what package net gave on Windows, or under Wine: for each
// situation its name and, indented, what was noted.
const golden = "testdata/chains.golden"

// over is this package as a netLike.
func over(st *wsanet.Stack) netLike {
	lc := wsanet.ListenConfig{Stack: st}
	return netLike{
		dial: func(ctx context.Context, timeout time.Duration, local net.Addr, network, address string) (net.Conn, error) {
			d := wsanet.Dialer{Stack: st, Timeout: timeout, LocalAddr: local}
			return d.DialContext(ctx, network, address)
		},
		listen: func(network, address string) (net.Listener, error) {
			return lc.Listen(context.Background(), network, address)
		},
		packet: func(network, address string) (net.PacketConn, error) {
			return lc.ListenPacket(context.Background(), network, address)
		},
	}
}

// readGolden reads the recorded chains.
func readGolden(t *testing.T) map[string][]string {
	t.Helper()
	chains := make(map[string][]string)
	name := ""
	for line := range strings.Lines(string(must[[]byte](t)(os.ReadFile(filepath.FromSlash(golden))))) {
		line = strings.TrimRight(line, "\r\n")
		if note, ok := strings.CutPrefix(line, "\t"); ok {
			chains[name] = append(chains[name], note)
		} else if !strings.HasPrefix(line, "#") {
			name = line
		}
	}
	return chains
}

// TestChainsOverSimulator: over the simulator every situation ends as package
// net ends it, link by link.
func TestChainsOverSimulator(t *testing.T) {
	want := readGolden(t)
	for _, s := range situations {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := sim.New(sim.Config{})
				st := wsanet.New(w.MustHost("host", "10.0.0.1", "fd00::1").NewProcess(sim.ProcessConfig{}))
				t.Cleanup(func() {
					st.Close()
					w.Close()
				})
				e := &env{t: t, netLike: over(st), soon: time.Second}
				s.run(e)
				recorded := slices.Clone(want[s.name])
				for _, o := range wineOddities[s.name] {
					i := slices.IndexFunc(recorded, func(line string) bool { return strings.HasPrefix(line, o.note+": ") })
					if i < 0 || recorded[i] == o.note+": "+o.windows {
						t.Errorf("%q is no oddity any more", o.note)
						continue
					}
					recorded[i] = o.note + ": " + o.windows
				}
				compareLines(t, "the simulator", e.lines, "package net", recorded)
			})
		})
	}
}

func compareLines(t *testing.T, a string, got []string, b string, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("%s: %s\n%s: %s", a, g, b, w)
		}
	}
}

// oddity is what package net gives under Wine and does not on Windows.
type oddity struct{ note, windows, reason string }

// wineOddities are the oddities of each situation: the recording is Wine's, the
// simulator does as Windows. The reason says how that is known.
var wineOddities = map[string][]oddity{
	"tcp/dial port 0": {{
		"dial", "*net.OpError(dial tcp nil -> TCPAddr(127.0.0.1:0)) > *os.SyscallError(connectex) > errno(10049)",
		"page nc-mswsock-lpfn_connectex: WSAEADDRNOTAVAIL for an address that is no remote address, as ADDR_ANY; rule CONN-ZERO",
	}},
	"tcp/reset while reading": {{
		"read again", "0, *net.OpError(read tcp TCPAddr(127.0.0.1:port) -> TCPAddr(127.0.0.1:port)) > *os.SyscallError(wsarecv) > errno(10054)",
		"page nf-winsock2-wsarecv: the socket can no longer be used; Wine forgets that there was a reset",
	}, {
		"close write", "*net.OpError(close tcp TCPAddr(127.0.0.1:port) -> TCPAddr(127.0.0.1:port)) > *os.SyscallError(shutdown) > errno(10054)",
		"page nf-winsock2-shutdown: WSAECONNRESET",
	}},
	"udp/truncated": {{
		"of the message", "0 of control, flags 0x100",
		"page ns-ws2def-wsamsg: MSG_TRUNC says that data were cut",
	}},
	"udp/addresses": {{
		"without a peer", "0, *net.OpError(write udp UDPAddr(127.0.0.1:port) -> nil) > *os.SyscallError(wsasend) > errno(10057)",
		"page nf-winsock2-wsasend: WSAENOTCONN",
	}, {
		"port 0", "1, nil",
		"observed UD5: sending to port 0 succeeds",
	}},
	"udp/listen": {{
		"foreign", "*net.OpError(listen udp nil -> UDPAddr(198.51.100.1:0)) > *os.SyscallError(bind) > errno(10049)",
		"page nf-winsock2-bind: WSAEADDRNOTAVAIL; the system below Wine allowed it",
	}, {
		"dial from a foreign address", "*net.OpError(dial udp UDPAddr(198.51.100.1:0) -> UDPAddr(127.0.0.1:port)) > *os.SyscallError(bind) > errno(10049)",
		"as before",
	}},
}
