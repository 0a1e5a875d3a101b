package wsatest_test

import (
	"maps"
	"testing"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/wsatest"
)

// TestCanaries runs the suite on simulators that are wrong on purpose. The
// facts that must notice are given as known gaps, and a gap that passes fails
// the run; so does any other fact.
func TestCanaries(t *testing.T) {
	for _, canary := range []struct {
		name    string
		wrong   func(wsa.API) wsa.API
		noticed []string
	}{
		{"shutdown takes any direction", func(a wsa.API) wsa.API { return anyDirection{a} }, []string{"SD9"}},
		{"recvfrom loses the datagram", func(a wsa.API) wsa.API { return losing{a} }, []string{"UD1"}},
		{"getpeername writes too much", func(a wsa.API) wsa.API { return generous{a} }, []string{"GP4"}},
		{"listen keeps its error to itself", func(a wsa.API) wsa.API { return secretive{a} }, []string{"LI2", "LI3", "LI7", "listen, unbound", "listen, connected or again", "no socket"}},
		{"send takes a part", func(a wsa.API) wsa.API { return partial{a} }, []string{"SN1", "EW2", "EW5", "SF1", "SF2", "SF3"}},
		{"select counts sockets and not sets", func(a wsa.API) wsa.API { return thrifty{a} }, []string{"SB4", "SL17", "SL20", "SL21", "RS5"}},
		{"a packet reports no bytes", func(a wsa.API) wsa.API { return wordless{a} }, []string{"IL2", "CP4", "CP10/acceptor open", "CP10/acceptor closed", "CP20", "CancelIoEx fails"}},
		{"CancelIo cancels everybody's", func(a wsa.API) wsa.API { return greedy{a} }, []string{"AX17", "SF3", "data lost at CancelIo", "CancelIo and threads"}},
	} {
		t.Run(canary.name, func(t *testing.T) {
			known := maps.Clone(gaps)
			for _, id := range canary.noticed {
				known[id] = "wrong on purpose"
			}
			wsatest.Run(t, wrong{simulator{sim.VirtualTime}, known, canary.wrong})
		})
	}
}

// wrong is the simulator with a mistake.
type wrong struct {
	simulator
	gaps map[string]string
	make func(wsa.API) wsa.API
}

func (s wrong) Gap(key string) (string, bool) {
	reason, known := s.gaps[key]
	return reason, known
}

func (s wrong) Test(t *testing.T, body func(wsatest.Env)) {
	s.simulator.Test(t, func(e wsatest.Env) { body(wrongEnv{e, s.make}) })
}

type wrongEnv struct {
	wsatest.Env
	make func(wsa.API) wsa.API
}

func (e wrongEnv) Main() wsa.API         { return e.make(e.Env.Main()) }
func (e wrongEnv) Go(body func(wsa.API)) { e.Env.Go(func(a wsa.API) { body(e.make(a)) }) }
func (e wrongEnv) NewProcess(admin bool) (wsa.API, bool) {
	a, ok := e.Env.NewProcess(admin)
	return e.make(a), ok
}

type anyDirection struct{ wsa.API }

func (a anyDirection) Shutdown(s wsa.SOCKET, how int32) error {
	return a.API.Shutdown(s, how&wsa.SD_SEND)
}

type losing struct{ wsa.API }

func (a losing) Recvfrom(s wsa.SOCKET, buf []byte, flags int32, from []byte, fromlen *int32) (int, error) {
	n, err := a.API.Recvfrom(s, buf, flags, from, fromlen)
	if err == wsa.WSAEFAULT {
		_, _ = a.API.Recv(s, make([]byte, 1000), 0)
		a.WSASetLastError(wsa.WSAEFAULT)
	}
	return n, err
}

type generous struct{ wsa.API }

func (a generous) Getpeername(s wsa.SOCKET, name []byte, namelen *int32) error {
	err := a.API.Getpeername(s, name, namelen)
	if err == nil && len(name) > int(*namelen) {
		name[*namelen] = 0
	}
	return err
}

type secretive struct{ wsa.API }

func (a secretive) Listen(s wsa.SOCKET, backlog int32) error {
	err := a.API.Listen(s, backlog)
	if err != nil {
		a.WSASetLastError(0)
	}
	return err
}

type partial struct{ wsa.API }

func (a partial) Send(s wsa.SOCKET, buf []byte, flags int32) (int, error) {
	return a.API.Send(s, buf[:min(len(buf), 1<<16)], flags)
}

type thrifty struct{ wsa.API }

func (a thrifty) Select(nfds int32, read, write, except *wsa.FDSet, timeout *wsa.Timeval) (int, error) {
	n, err := a.API.Select(nfds, read, write, except, timeout)
	ready := make(map[wsa.SOCKET]bool)
	for _, set := range []*wsa.FDSet{read, write, except} {
		for i := 0; set != nil && i < len(*set); i++ {
			ready[(*set)[i]] = true
		}
	}
	if err == nil {
		n = len(ready)
	}
	return n, err
}

type wordless struct{ wsa.API }

func (a wordless) GetQueuedCompletionStatus(port wsa.HANDLE, n *uint32, key *uintptr, ov **wsa.Overlapped, milliseconds uint32) error {
	err := a.API.GetQueuedCompletionStatus(port, n, key, ov, milliseconds)
	*n = 0
	return err
}

type greedy struct{ wsa.API }

func (a greedy) CancelIo(file wsa.HANDLE) error { return a.API.CancelIoEx(file, nil) }
