package model

import (
	"testing"

	"wsasim/wsa"
)

// busyWorld has a connected stream, a listener, a bound datagram socket and
// idle ones beside them.
func busyWorld(idle int) State {
	s := after(started(1, 3), 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")},
		tcp4, wsa.BindCall{S: 8, Name: sockaddr("0.0.0.0:81")}, wsa.ListenCall{S: 8},
		udp4, wsa.BindCall{S: 12, Name: sockaddr("0.0.0.0:53")}, udp4)
	n := s.world().edit()
	for i := range idle {
		x := *n.sockets.get(sockKey(1, 16))
		x.handle = wsa.SOCKET(1000 + 4*i)
		n.setSocket(&x)
	}
	return State{n}
}

// benchCalls is a mix of what programs call.
func benchCalls() []wsa.Call {
	one := int32(16)
	return []wsa.Call{
		wsa.SendCall{S: 4, Buf: make(wsa.Bytes, 100)}, wsa.RecvCall{S: 4, Buf: 4096},
		wsa.SendtoCall{S: 12, Buf: make(wsa.Bytes, 100), To: sockaddr("10.0.0.2:9")}, wsa.RecvfromCall{S: 12, Buf: 1500, From: 16, Fromlen: &one},
		wsa.GetsocknameCall{S: 8, Name: 16, Namelen: &one}, wsa.BindCall{S: 16, Name: sockaddr("10.0.0.1:53")},
		wsa.SetsockoptCall{S: 4, Level: wsa.SOL_SOCKET, Optname: wsa.SO_RCVTIMEO, Optval: word(100)},
		wsa.WSASetSocketPeerTargetNameCall{S: 16, PeerTargetName: targetBytes("10.0.0.2:9", "host/server.example")},
		wsa.WSASetSocketPeerTargetNameCall{S: 4, PeerTargetName: targetBytes("", "host/server.example")},
		wsa.AcceptCall{S: 8, Addr: wsa.NULL},
	}
}

// BenchmarkStep is the figure that counts: Step and the Apply of one outcome,
// for the mix of calls. 300,000 a second on one core is the floor.
func BenchmarkStep(b *testing.B) {
	s, calls := busyWorld(0), benchCalls()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		outs := Step(s, 1, calls[i%len(calls)])
		if len(outs) == 0 {
			b.Fatal("no outcome")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

func benchmarkApply(b *testing.B, idle int) {
	s, calls := busyWorld(idle), benchCalls()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		outs := Step(s, 1, calls[i%len(calls)])
		o := &outs[i%len(outs)]
		if o.Kind != Blocks {
			o.Apply(o.Example())
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

func BenchmarkStepApply(b *testing.B)            { benchmarkApply(b, 0) }
func BenchmarkStepApplyManySockets(b *testing.B) { benchmarkApply(b, 10_000) }
