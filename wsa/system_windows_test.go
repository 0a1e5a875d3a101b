package wsa_test

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// thread is a thread on which Winsock has been started.
func thread(t testing.TB) *wsa.SystemThread {
	t.Helper()
	p, err := wsa.System()
	if err != nil {
		t.Fatal(err)
	}
	th := p.NewThread()
	if err := th.WSAStartup(0x0202, new(wsa.WSADATA)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := th.WSACleanup(); err != nil {
			t.Error(err)
		}
		th.Close()
	})
	return th
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fails(t testing.TB, want wsa.Errno, err error) {
	t.Helper()
	if err != error(want) {
		t.Errorf("the error is %v; wanted %v", err, want)
	}
}

// bound is a bound socket and its address.
func bound(t testing.TB, a wsa.API, typ int32) (wsa.SOCKET, []byte) {
	t.Helper()
	s, err := a.Socket(wsa.AF_INET, typ, 0)
	must(t, err)
	must(t, a.Bind(s, wsa.Sockaddr(loopback)))
	name, n := make([]byte, wsa.SockaddrStorageSize), int32(wsa.SockaddrStorageSize)
	must(t, a.Getsockname(s, name, &n))
	return s, name[:n]
}

// connected is a connection: client and server.
func connected(t testing.TB, a wsa.API) (c, s wsa.SOCKET) {
	t.Helper()
	l, to := bound(t, a, wsa.SOCK_STREAM)
	must(t, a.Listen(l, 1))
	c, err := a.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
	must(t, err)
	must(t, a.Connect(c, to))
	s, err = a.Accept(l, nil, nil)
	must(t, err)
	must(t, a.Closesocket(l))
	return c, s
}

// TestSystemEcho: a server on one thread, a client on another, each waiting in
// the system.
func TestSystemEcho(t *testing.T) {
	server, client := thread(t), thread(t)
	l, to := bound(t, server, wsa.SOCK_STREAM)
	must(t, server.Listen(l, 5))
	done := make(chan error)
	go func() {
		from, n := make([]byte, 16), int32(16)
		s, err := server.Accept(l, from, &n)
		if err != nil {
			done <- err
			return
		}
		for buf := make([]byte, 100); ; {
			n, err := server.Recv(s, buf, 0)
			if n == 0 || err != nil {
				done <- errors.Join(err, server.Closesocket(s))
				return
			}
			if _, err := server.Send(s, buf[:n], 0); err != nil {
				done <- err
				return
			}
		}
	}()
	s, err := client.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
	must(t, err)
	must(t, client.Connect(s, to))
	for _, text := range []string{"hello", "again"} {
		_, err = client.Send(s, []byte(text), 0)
		must(t, err)
		buf := make([]byte, 100)
		n, err := client.Recv(s, buf, 0)
		must(t, err)
		if string(buf[:n]) != text {
			t.Errorf("%q comes back as %q", text, buf[:n])
		}
	}
	must(t, client.Shutdown(s, wsa.SD_SEND))
	n, err := client.Recv(s, make([]byte, 1), 0)
	if n != 0 || err != nil {
		t.Errorf("the end is %d, %v", n, err)
	}
	must(t, <-done)
	must(t, client.Closesocket(s))
	fails(t, wsa.WSAENOTSOCK, client.Closesocket(s))
}

// TestSystemErrors: errors of the network and of arguments arrive as they are.
func TestSystemErrors(t *testing.T) {
	a := thread(t)
	t.Run("a datagram is cut", func(t *testing.T) {
		s, to := bound(t, a, wsa.SOCK_DGRAM)
		_, err := a.Sendto(s, []byte("abcdef"), 0, to)
		must(t, err)
		buf := make([]byte, 3)
		n, err := a.Recvfrom(s, buf, 0, nil, nil)
		fails(t, wsa.WSAEMSGSIZE, err)
		if n != 0 || string(buf) != "abc" || a.WSAGetLastError() != wsa.WSAEMSGSIZE {
			t.Errorf("%d, %q, last error %v", n, buf, a.WSAGetLastError())
		}
	})
	t.Run("refused", func(t *testing.T) {
		s, to := bound(t, a, wsa.SOCK_STREAM)
		must(t, a.Closesocket(s))
		c, err := a.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
		must(t, err)
		fails(t, wsa.WSAECONNREFUSED, a.Connect(c, to))
	})
	t.Run("reset", func(t *testing.T) {
		c, s := connected(t, a)
		must(t, a.Setsockopt(s, wsa.SOL_SOCKET, wsa.SO_LINGER, []byte{1, 0, 0, 0}))
		must(t, a.Closesocket(s))
		n, err := a.Recv(c, make([]byte, 1), 0)
		if p, _ := wsa.System(); n == 0 && err == nil && p.Wine() != "" {
			t.Skip("Wine shuts a socket down before it closes it, so that its peer sees the end first")
		}
		if fails(t, wsa.WSAECONNRESET, err); n != 0 {
			t.Errorf("recv gives %d", n)
		}
	})
	t.Run("would block", func(t *testing.T) {
		c, _ := connected(t, a)
		on := uint32(1)
		must(t, a.Ioctlsocket(c, wsa.FIONBIO, &on))
		_, err := a.Recv(c, make([]byte, 1), 0)
		fails(t, wsa.WSAEWOULDBLOCK, err)
	})
	t.Run("arguments", func(t *testing.T) {
		_, err := a.Socket(0xDEAD, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
		fails(t, wsa.WSAEAFNOSUPPORT, err)
		s, err := a.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
		must(t, err)
		fails(t, wsa.WSAEFAULT, a.Bind(s, nil))
		fails(t, wsa.WSAEINVAL, a.Listen(s, 1))
		fails(t, wsa.WSA_INVALID_HANDLE, a.CloseHandle(0x7FFF_FFF0))
		fails(t, wsa.WSAEFAULT, a.WSAStartup(0x0202, nil))
	})
	t.Run("secure socket codes", func(t *testing.T) {
		if p, _ := wsa.System(); p.Wine() == "" {
			t.Skip("Windows knows them")
		}
		s, err := a.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0)
		must(t, err)
		for _, code := range []uint32{wsa.SIO_SET_SECURITY, wsa.SIO_QUERY_SECURITY, wsa.SIO_SET_PEER_TARGET_NAME, wsa.SIO_DELETE_PEER_TARGET_NAME} {
			fails(t, wsa.WSAEOPNOTSUPP, a.WSAIoctl(s, code, make([]byte, 8), make([]byte, 24), new(uint32), nil, nil))
		}
	})
}

// TestSystemClaims: a length that claims more room than there is does no harm.
func TestSystemClaims(t *testing.T) {
	a := thread(t)
	s, name := bound(t, a, wsa.SOCK_DGRAM)
	for _, claim := range []int32{16, 17, 128, 100_000, 1<<31 - 1, -1} {
		if p, _ := wsa.System(); uint32(claim) > 100_000 && a.Target() == wsa.I386 && p.Wine() != "" {
			continue // in Wine 8 the thread of a 32-bit program ends: its server cannot be asked for so much
		}
		memory := bytes.Repeat([]byte{0xA5}, 32)
		n := claim
		err := a.Getsockname(s, memory[:6], &n)
		if claim > 0 && claim < 100_000 {
			must(t, err) // the pages do not say what the others give
		}
		if err == nil && !bytes.Equal(memory[:6], name[:6]) || n != 16 && n != claim {
			t.Errorf("claim %d: %v, %x, length %d", claim, err, memory[:6], n)
		}
		if bytes.Count(memory[6:], []byte{0xA5}) != 26 {
			t.Errorf("claim %d: written behind the slice: %x", claim, memory)
		}
	}
}

// TestSystemRoutine: a completion routine runs on its thread, in an alertable
// wait and not before, and may make calls there.
func TestSystemRoutine(t *testing.T) {
	a := thread(t)
	c, s := connected(t, a)
	type completion struct {
		err wsa.Errno
		n   uint32
		o   *wsa.Overlapped
	}
	var got []completion
	var o wsa.Overlapped
	buf, count, flags := make([]byte, 10), uint32(0xDEADBEEF), uint32(0)
	fails(t, wsa.WSA_IO_PENDING, a.WSARecv(s, [][]byte{buf[:2], buf[2:]}, &count, &flags, &o, func(err wsa.Errno, n uint32, o *wsa.Overlapped, flags uint32) {
		got = append(got, completion{err, n, o})
		if _, err := a.Send(s, buf[:n], 0); err != nil {
			t.Error(err)
		}
	}))
	if o.Internal != wsa.STATUS_PENDING || count != 0xDEADBEEF {
		t.Errorf("while it goes on Internal is %#x and the count %#x", o.Internal, count)
	}
	runtime.GC() // nothing that the system has is moved or freed
	if r := a.SleepEx(0, true); r != 0 {
		t.Errorf("SleepEx gives %#x", r)
	}
	_, err := a.Send(c, []byte("hello"), 0)
	must(t, err)
	a.SleepEx(50, false)
	if len(got) != 0 {
		t.Error("the routine runs in a wait that is not alertable")
	}
	if r := a.SleepEx(5000, true); r != wsa.WAIT_IO_COMPLETION {
		t.Errorf("SleepEx gives %#x", r)
	}
	if len(got) != 1 || got[0] != (completion{0, 5, &o}) || string(buf[:5]) != "hello" || o.InternalHigh != 5 {
		t.Errorf("completions %v, %q, %+v", got, buf, o)
	}
	back := make([]byte, 10)
	n, err := a.Recv(c, back, 0)
	if err != nil || string(back[:n]) != "hello" {
		t.Errorf("the routine has sent %q, %v", back[:n], err)
	}
}

// TestSystemOverlapped: without a routine the program watches Internal.
func TestSystemOverlapped(t *testing.T) {
	a := thread(t)
	c, s := connected(t, a)
	o, buf := new(wsa.Overlapped), make([]byte, 10)
	flags := uint32(0)
	fails(t, wsa.WSA_IO_PENDING, a.WSARecv(s, [][]byte{buf}, nil, &flags, o, nil))
	_, err := a.Send(c, []byte("hello"), 0)
	must(t, err)
	for range 500 {
		if o.Internal != wsa.STATUS_PENDING {
			break
		}
		a.SleepEx(10, true) // Wine ends operations of a thread in that thread
	}
	if o.Internal != 0 || o.InternalHigh != 5 || string(buf[:5]) != "hello" {
		t.Errorf("%+v, %q", o, buf)
	}
}

// TestSystemThreads: Do runs on the thread; a closed thread answers with an
// error.
func TestSystemThreads(t *testing.T) {
	p, err := wsa.System()
	must(t, err)
	if again, _ := wsa.System(); again != p {
		t.Error("there are two of this process")
	}
	th := p.NewThread()
	ran := false
	th.Do(func() { th.Do(func() { ran = true }) })
	if !ran {
		t.Error("Do does nothing")
	}
	th.Close()
	th.Close()
	if err := th.WSACleanup(); err != wsa.ErrThreadClosed {
		t.Errorf("a closed thread answers %v", err)
	}
	if s, err := th.Socket(wsa.AF_INET, wsa.SOCK_STREAM, 0); s != wsa.INVALID_SOCKET || err != wsa.ErrThreadClosed {
		t.Errorf("a closed thread answers %v, %v", s, err)
	}
	th.Do(func() { t.Error("a closed thread runs code") })

	th = p.NewThread()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		th.Do(runtime.Goexit)
		t.Error("the caller goes on")
	}()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the caller of a thread that ended waits for ever")
	}
	if err := th.WSACleanup(); err != wsa.ErrThreadClosed {
		t.Errorf("a thread that ended answers %v", err)
	}
	th.Close()
}

func BenchmarkSystem(b *testing.B) {
	a := thread(b)
	s, _ := bound(b, a, wsa.SOCK_DGRAM)
	calls := []struct {
		name string
		call func()
	}{
		{"WSAGetLastError", func() { a.WSAGetLastError() }},
		{"getsockname", func() {
			name, n := make([]byte, 16), int32(16)
			_ = a.Getsockname(s, name, &n)
		}},
		{"sendto and recv", func() {}},
	}
	to, n := make([]byte, 16), int32(16)
	must(b, a.Getsockname(s, to, &n))
	buf := make([]byte, 100)
	calls[2].call = func() {
		_, _ = a.Sendto(s, buf[:10], 0, to)
		_, _ = a.Recv(s, buf, 0)
	}
	for _, c := range calls {
		b.Run(c.name+"/from outside", func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				c.call()
			}
		})
		b.Run(c.name+"/on the thread", func(b *testing.B) {
			b.ReportAllocs()
			a.Do(func() {
				for range b.N {
					c.call()
				}
			})
		})
	}
}

// BenchmarkSystemRecorder: what a recording costs on a call, beside the call
// alone in the same run.
func BenchmarkSystemRecorder(b *testing.B) {
	p, err := wsa.System()
	must(b, err)
	th := p.NewThread()
	defer th.Close()
	must(b, th.WSAStartup(0x0202, new(wsa.WSADATA)))
	s, to := bound(b, th, wsa.SOCK_DGRAM)
	rec := trace.NewRecording(io.Discard, "machine")
	for _, c := range []struct {
		name string
		api  wsa.API
	}{{"bare", th}, {"recorded", rec.Thread(th)}} {
		b.Run("getsockname/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			name := make([]byte, 16)
			th.Do(func() {
				for range b.N {
					n := int32(16)
					_ = c.api.Getsockname(s, name, &n)
				}
			})
		})
		b.Run("sendto and recv/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]byte, 100)
			th.Do(func() {
				for range b.N {
					_, _ = c.api.Sendto(s, buf, 0, to)
					_, _ = c.api.Recv(s, buf, 0)
				}
			})
		})
	}
	must(b, rec.Close())
	must(b, th.Closesocket(s))
	must(b, th.WSACleanup())
}
