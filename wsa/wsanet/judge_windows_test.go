package wsanet_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"wsasim/wsa"
	"wsasim/wsa/wsanet"
)

var record = flag.Bool("record", false, "write what package net gives to "+golden)

// standard is package net as a netLike.
var standard = netLike{
	dial: func(ctx context.Context, timeout time.Duration, local net.Addr, network, address string) (net.Conn, error) {
		d := net.Dialer{Timeout: timeout, LocalAddr: local}
		return d.DialContext(ctx, network, address)
	},
	listen: net.Listen,
	packet: net.ListenPacket,
}

// TestChainsOverSystem: over the system's own Winsock every situation ends as
// package net ends it in the same process, link by link. With -record, what
// package net gave is written down for other systems.
func TestChainsOverSystem(t *testing.T) {
	p := must[*wsa.SystemProcess](t)(wsa.System())
	st := wsanet.New(p)
	defer st.Close()
	chains := make(map[string][]string)
	datagrams := true
	if c, err := net.ListenPacket("udp", here); err == nil {
		c.Close()
	} else {
		// Wine 8 does not know SIO_UDP_NETRESET, without which package net
		// makes no datagram socket; testdata/judge.sh does it with a package
		// net that does not ask for it.
		datagrams = false
		t.Logf("package net makes no datagram sockets here, and so judges none: %v", err)
	}
	for _, s := range situations {
		if strings.HasPrefix(s.name, "udp/") && !datagrams {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			var want, got *env
			// On a busy machine what is to happen to a call that waits may
			// happen before it waits; then both have another try, with more
			// time.
			for soon := 20 * time.Millisecond; soon < time.Second; soon *= 2 {
				want = &env{t: t, netLike: standard, soon: soon}
				s.run(want)
				got = &env{t: t, netLike: over(st), soon: soon}
				s.run(got)
				if slices.Equal(got.lines, want.lines) {
					break
				}
			}
			chains[s.name] = want.lines
			compareLines(t, "wsanet", got.lines, "net", want.lines)
		})
	}
	switch {
	case !*record || t.Failed():
	case !datagrams:
		t.Error("nothing was recorded: package net makes no datagram sockets here")
	default:
		by := runtime.Version() + " on Windows"
		if v := p.Wine(); v != "" {
			by = runtime.Version() + " under Wine " + v
		}
		writeGolden(t, by, chains)
	}
}

// writeGolden writes chains in the order of the situations.
func writeGolden(t *testing.T, by string, chains map[string][]string) {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "# What Go's package net gave in the situations of situations_test.go.\n# Recorded with: %s\n", by)
	for _, s := range situations {
		fmt.Fprintln(&b, s.name)
		for _, line := range chains[s.name] {
			fmt.Fprintln(&b, "\t"+line)
		}
	}
	if err := os.WriteFile(filepath.FromSlash(golden), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
