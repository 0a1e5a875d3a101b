package interop_test

import (
	"testing"

	"wsasim/sim"
	"wsasim/wsa/wsanet"
)

// hosts is a world of two hosts, which the test closes.
func hosts(t *testing.T) (w *sim.World, client, server *wsanet.Stack) {
	t.Helper()
	w = sim.New(sim.Config{})
	client = wsanet.New(w.MustHost("client", "10.0.0.1").NewProcess(sim.ProcessConfig{}))
	server = wsanet.New(w.MustHost("server", "10.0.0.2").NewProcess(sim.ProcessConfig{}))
	t.Cleanup(func() {
		client.Close()
		server.Close()
		w.Close()
	})
	return w, client, server
}

// slow gives the hosts' links the same quality in both directions.
func slow(w *sim.World, link sim.Link) {
	a, b := w.Hosts()[0], w.Hosts()[1]
	w.SetLink(a, b, link)
	w.SetLink(b, a, link)
}

// must gives a value or ends the test.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
