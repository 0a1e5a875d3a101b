package model

import (
	"net/netip"
	"testing"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// TestConnectedToItself: a stream that connects to its own address, which Linux
// allows, is an end whose other end it is itself. It comes and goes.
func TestConnectedToItself(t *testing.T) {
	at := wsa.Bytes(wsa.Sockaddr(netip.MustParseAddrPort("127.0.0.1:5000")))
	room, n := int32(28), int64(16)
	c := NewChecker(Options{})
	for _, r := range []*trace.Record{
		{Kind: trace.World, Version: trace.Version, Seed: 1}, {Kind: trace.Host, Host: "h"},
		{Kind: trace.Process, Host: "h", PID: 1}, {Kind: trace.Thread, PID: 1, TID: 1},
	} {
		c.Observe(r)
	}
	for _, step := range []struct {
		call wsa.Call
		ret  wsa.Return
	}{
		{wsa.WSAStartupCall{Version: 0x0202}, wsa.Return{Startup: &wsa.WSADATA{Version: 0x0202, HighVersion: 0x0202}}},
		{wsa.SocketCall{Family: wsa.AF_INET, Type: wsa.SOCK_STREAM}, wsa.Return{Socket: 4}},
		{wsa.BindCall{S: 4, Name: at}, wsa.Return{}},
		{wsa.ConnectCall{S: 4, Name: at}, wsa.Return{}},
		{wsa.GetpeernameCall{S: 4, Name: 28, Namelen: &room}, wsa.Return{Addr: at, Len: &n}},
		{wsa.SendCall{S: 4, Buf: wsa.Bytes("self")}, wsa.Return{N: 4}},
		{wsa.RecvCall{S: 4, Buf: 10}, wsa.Return{N: 4, Data: wsa.Bytes("self")}},
		{wsa.ClosesocketCall{S: 4}, wsa.Return{}},
	} {
		c.Observe(&trace.Record{Kind: trace.CallMade, PID: 1, TID: 1, Call: step.call})
		ret := step.ret
		if v := c.Observe(&trace.Record{Kind: trace.Returned, PID: 1, TID: 1, Return: &ret}); v != nil {
			t.Log(v) // whether it is allowed is not the point
		}
	}
}
