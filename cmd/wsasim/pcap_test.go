package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/wsa/trace"
)

// tcpFlags are the bits of TCP's flags by the trace's names.
var tcpFlags = map[string]int{"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32}

// asTshark is what tshark should say of a packet: addresses, and ports, flags
// and lengths as far as protection leaves them to be seen.
func asTshark(r *trace.Record) string {
	p := r.Packet
	from, to := netip.MustParseAddrPort(r.From), netip.MustParseAddrPort(r.To)
	ends := fmt.Sprintf("%s %s", from.Addr().Unmap().WithZone(""), to.Addr().Unmap().WithZone(""))
	ports := fmt.Sprintf("%d %d", from.Port(), to.Port())
	switch {
	case p.Protection != "":
		return ends + " esp"
	case p.Protocol == "tcp":
		flags := 0
		for f := range strings.FieldsSeq(p.Flags) {
			flags |= tcpFlags[f]
		}
		return fmt.Sprintf("%s tcp %s %#04x %d %d %d", ends, ports, flags, p.Seq, p.Ack, len(p.Data))
	case p.Protocol == "udp":
		return fmt.Sprintf("%s udp %s %d", ends, ports, len(p.Data)+8)
	case p.Protocol == "ike":
		return fmt.Sprintf("%s isakmp %s", ends, ports)
	}
	return ends + " " + p.Protocol
}

// understood is what tshark says of each packet of a capture, the same way, and
// what it complains of. Payloads are not taken apart: what a scenario sends to
// port 53 need not be DNS.
func understood(t *testing.T, file string) (list []string) {
	t.Helper()
	fields := []string{"ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "frame.protocols", "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq", "tcp.ack", "tcp.len",
		"udp.srcport", "udp.dstport", "udp.length", "_ws.malformed", "_ws.expert.severity", "_ws.expert.message", "esp.sequence"}
	args := []string{"-r", file, "-d", "tcp.port==1-65535,data", "-d", "udp.port==1-499,data", "-d", "udp.port==501-65535,data",
		"-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "tcp.relative_sequence_numbers:FALSE",
		"-T", "fields", "-E", "separator=|", "-E", "occurrence=f"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	var errs bytes.Buffer
	cmd := exec.Command("tshark", args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, errs.String())
	}
	for line := range strings.Lines(string(out)) {
		v := make(map[string]string)
		for i, text := range strings.Split(strings.TrimSuffix(line, "\n"), "|") {
			if i < len(fields) {
				v[fields[i]] = text
			}
		}
		const severe = "8388608" // the severity "error"
		if v["_ws.malformed"] != "" || v["_ws.expert.severity"] == severe {
			t.Errorf("%s: tshark complains of packet %d: %s", file, len(list)+1, line)
		}
		ends := v["ip.src"] + v["ipv6.src"] + " " + v["ip.dst"] + v["ipv6.dst"]
		protocols := v["frame.protocols"]
		switch {
		case v["esp.sequence"] != "":
			list = append(list, ends+" esp")
		case strings.Contains(protocols, ":icmp"):
			list = append(list, ends+" icmp")
		case v["tcp.flags"] != "":
			var flags int
			fmt.Sscanf(v["tcp.flags"], "0x%x", &flags)
			list = append(list, fmt.Sprintf("%s tcp %s %s %#04x %s %s %s", ends, v["tcp.srcport"], v["tcp.dstport"], flags, v["tcp.seq"], v["tcp.ack"], v["tcp.len"]))
		case strings.Contains(protocols, ":isakmp"):
			list = append(list, fmt.Sprintf("%s isakmp %s %s", ends, v["udp.srcport"], v["udp.dstport"]))
		default:
			list = append(list, fmt.Sprintf("%s udp %s %s %s", ends, v["udp.srcport"], v["udp.dstport"], v["udp.length"]))
		}
	}
	return list
}

// TestCapturesAreUnderstood: tshark reads the capture of every scenario without
// complaint and finds in it the packets of the trace.
func TestCapturesAreUnderstood(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed (Debian's package tshark); it judges the captures from outside")
	}
	for _, file := range scenarioFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "run.pcapng")
			out, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := pcapSink(out)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			scenario.Run(file, nil, scenario.Options{Trace: func(r *trace.Record) {
				s.add(r)
				if r.Kind == trace.PacketSent {
					want = append(want, asTshark(r))
				}
			}})
			if err := s.finish(); err != nil {
				t.Fatal(err)
			}
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			got := understood(t, path)
			for i := range max(len(got), len(want)) {
				var g, w string
				if i < len(got) {
					g = got[i]
				}
				if i < len(want) {
					w = want[i]
				}
				if g != w {
					t.Fatalf("packet %d is\n%s to tshark, and\n%s in the trace", i+1, g, w)
				}
			}
		})
	}
}

// TestPcapCommand: the capture of a saved trace is that of the run.
func TestPcapCommand(t *testing.T) {
	dir := t.TempDir()
	saved, run, later := filepath.Join(dir, "t.jsonl"), filepath.Join(dir, "run.pcapng"), filepath.Join(dir, "t.pcapng")
	expectExit(t, exitOK, "run", "-q", "--trace", saved, "--pcap", run, scenarios+"/man-in-the-middle.star")
	expectExit(t, exitOK, "pcap", "-o", later, saved)
	a, err := os.ReadFile(run)
	b, err2 := os.ReadFile(later)
	if err != nil || err2 != nil || !bytes.Equal(a, b) || len(a) < 1000 {
		t.Errorf("two captures of one run: %d bytes and %d (%v, %v)", len(a), len(b), err, err2)
	}
	expectExit(t, exitMalformed, "pcap", filepath.Join(dir, "none"))
	expectExit(t, exitMalformed, "run", "--pcap", filepath.Join(dir, "none", "x"), scenarios+"/echo.star")
}
