package attack

import (
	"fmt"
	"net/netip"

	"wsasim/sim"
	"wsasim/wsa"
)

// Relay is a host between clients and a server: to the clients it is the
// server, to the server a client. It hands on what either says, and keeps it.
type Relay struct {
	Host *sim.Host
	// Port is where it listens for clients, Server whom it talks to.
	Port   uint16
	Server netip.AddrPort
	// Secure turns security on towards both sides, with SecurityFlags; a
	// relay without credential speaks in clear and leaves it off.
	Secure        bool
	SecurityFlags uint32

	process *sim.Process
	control *sim.Thread // ends the relay: closes sockets under its threads
	world   *sim.World
	sockets map[wsa.SOCKET]bool
	order   []wsa.SOCKET
	heard   []Heard
	failed  []error
}

// Heard is one piece of data that went through a relay.
type Heard struct {
	FromClient bool
	Data       []byte
}

func (h Heard) String() string {
	if h.FromClient {
		return fmt.Sprintf("client: %q", h.Data)
	}
	return fmt.Sprintf("server: %q", h.Data)
}

// Start lets the relay listen. It works in threads of its own, spawned in the
// world, which must have a virtual clock.
func (r *Relay) Start(w *sim.World) error {
	r.world, r.process, r.sockets = w, r.Host.NewProcess(sim.ProcessConfig{}), make(map[wsa.SOCKET]bool)
	r.control = r.process.NewThread()
	if err := r.control.WSAStartup(0x0202, new(wsa.WSADATA)); err != nil {
		return fmt.Errorf("attack: relay on %s: WSAStartup: %w", r.Host.Name(), err)
	}
	l, err := r.socket(r.control)
	if err != nil {
		return fmt.Errorf("attack: relay on %s: %w", r.Host.Name(), err)
	}
	at := netip.AddrPortFrom(netip.IPv4Unspecified(), r.Port)
	if r.Server.Addr().Is6() {
		at = netip.AddrPortFrom(netip.IPv6Unspecified(), r.Port)
	}
	if err := r.control.Bind(l, wsa.Sockaddr(at)); err != nil {
		return fmt.Errorf("attack: relay on %s: bind: %w", r.Host.Name(), err)
	}
	if err := r.control.Listen(l, wsa.SOMAXCONN); err != nil {
		return fmt.Errorf("attack: relay on %s: listen: %w", r.Host.Name(), err)
	}
	r.spawn(func(t *sim.Thread) {
		for {
			victim, err := t.Accept(l, nil, nil)
			if err != nil {
				return
			}
			r.keep(victim)
			r.spawn(func(t *sim.Thread) { r.serve(t, victim) })
		}
	})
	return nil
}

// Stop closes everything: the relay's threads end when the world runs on.
func (r *Relay) Stop() {
	for _, s := range r.order {
		r.close(r.control, s)
	}
	r.order = nil
}

// Heard is what went through the relay so far.
func (r *Relay) Heard() []Heard { return r.heard }

// Failed is why clients could not be served.
func (r *Relay) Failed() []error { return r.failed }

func (r *Relay) spawn(body func(t *sim.Thread)) {
	t := r.process.NewThread()
	r.world.Spawn(t, func() { body(t) })
}

// socket makes a socket, secured if the relay is.
func (r *Relay) socket(t *sim.Thread) (wsa.SOCKET, error) {
	family := int32(wsa.AF_INET)
	if r.Server.Addr().Is6() {
		family = wsa.AF_INET6
	}
	s, err := t.Socket(family, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
	if err != nil {
		return s, fmt.Errorf("socket: %w", err)
	}
	r.keep(s)
	if !r.Secure {
		return s, nil
	}
	settings, err := (&wsa.SecuritySettings{SecurityFlags: r.SecurityFlags}).AppendBinary(nil)
	if err == nil {
		err = t.WSASetSocketSecurity(s, settings, nil, nil)
	}
	if err != nil {
		return s, fmt.Errorf("WSASetSocketSecurity: %w", err)
	}
	return s, nil
}

func (r *Relay) keep(s wsa.SOCKET) {
	r.sockets[s] = true
	r.order = append(r.order, s)
}

func (r *Relay) close(t *sim.Thread, s wsa.SOCKET) {
	if r.sockets[s] {
		delete(r.sockets, s)
		_ = t.Closesocket(s) // there is nobody to tell
	}
}

// serve stands between one client and the server.
func (r *Relay) serve(t *sim.Thread, victim wsa.SOCKET) {
	onward, err := r.socket(t)
	if err == nil {
		err = t.Connect(onward, wsa.Sockaddr(r.Server))
	}
	if err != nil {
		r.failed = append(r.failed, err)
		r.close(t, onward)
		r.close(t, victim)
		return
	}
	ended := 0
	end := func(t *sim.Thread) {
		if ended++; ended == 2 {
			r.close(t, onward)
			r.close(t, victim)
		}
	}
	r.spawn(func(t *sim.Thread) {
		r.pump(t, onward, victim, false)
		end(t)
	})
	r.pump(t, victim, onward, true)
	end(t)
}

// pump hands on what comes from one side until that ends.
func (r *Relay) pump(t *sim.Thread, from, to wsa.SOCKET, client bool) {
	buf := make([]byte, 4096)
	for {
		n, err := t.Recv(from, buf, 0)
		if n == 0 || err != nil {
			break
		}
		r.heard = append(r.heard, Heard{client, append([]byte{}, buf[:n]...)})
		if _, err := t.Send(to, buf[:n], 0); err != nil {
			break
		}
	}
	_ = t.Shutdown(to, wsa.SD_SEND) // fails when the other side is gone already
}
