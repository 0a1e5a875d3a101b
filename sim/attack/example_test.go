package attack_test

import (
	"fmt"
	"net/netip"

	"wsasim/sim"
	"wsasim/sim/attack"
	"wsasim/wsa"
)

// A poisoned name leads a client to another machine of the domain, which relays.
// With encryption alone the client talks to it; with the name of the server that it
// wants it does not.
func ExamplePoison() {
	ask := func(target string) (answer string, overheard int) {
		w := sim.New(sim.Config{Clock: sim.VirtualTime})
		defer w.Close()
		host := func(name, addr string) *sim.Host {
			h, err := w.AddHost(sim.HostConfig{Name: name, Addrs: []netip.Addr{netip.MustParseAddr(addr)}, Principals: []string{"host/" + name}})
			if err != nil {
				panic(err)
			}
			return h
		}
		client, server, rogue := host("client", "10.0.0.1").NewThread(), host("server", "10.0.0.2").NewThread(), host("rogue", "10.0.0.66")
		settings, _ := (&wsa.SecuritySettings{SecurityFlags: wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION}).AppendBinary(nil)
		relay := &attack.Relay{Host: rogue, Port: 443, Server: netip.MustParseAddrPort("10.0.0.2:443"), Secure: true, SecurityFlags: wsa.SOCKET_SETTINGS_GUARANTEE_ENCRYPTION}
		if err := relay.Start(w); err != nil {
			panic(err)
		}
		restore := attack.Poison(w, "server", rogue)
		defer restore()

		w.Spawn(server, func() {
			l, _ := server.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
			server.WSASetSocketSecurity(l, settings, nil, nil)
			server.Bind(l, wsa.Sockaddr(netip.MustParseAddrPort("0.0.0.0:443")))
			server.Listen(l, 5)
			s, err := server.Accept(l, nil, nil)
			if err != nil {
				return
			}
			buf := make([]byte, 100)
			n, _ := server.Recv(s, buf, 0)
			server.Send(s, append([]byte("got "), buf[:n]...), 0)
		})
		w.Spawn(client, func() {
			defer relay.Stop()
			c, _ := client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
			client.WSASetSocketSecurity(c, settings, nil, nil)
			if target != "" {
				name, _ := (&wsa.PeerTargetName{Name: target}).AppendBinary(nil)
				client.WSASetSocketPeerTargetName(c, name, nil, nil)
			}
			at := w.Resolve("server")[0]
			if err := client.Connect(c, wsa.Sockaddr(netip.AddrPortFrom(at, 443))); err != nil {
				answer = err.Error()
				return
			}
			client.Send(c, []byte("the secret"), 0)
			buf := make([]byte, 100)
			n, _ := client.Recv(c, buf, 0)
			answer = string(buf[:n])
		})
		w.Run()
		return answer, len(relay.Heard())
	}
	for _, target := range []string{"", "host/server"} {
		answer, overheard := ask(target)
		fmt.Printf("target %q: %s; overheard: %d\n", target, answer, overheard)
	}
	// Output:
	// target "": got the secret; overheard: 2
	// target "host/server": WSAETIMEDOUT (10060): the peer did not answer in time; overheard: 0
}
