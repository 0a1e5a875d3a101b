package wsanet_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"wsasim/wsa"
	"wsasim/wsa/wsanet"
)

// blockedIO are the calls that wait, each on a connection that makes it wait
// for ever, and what a deadline does to them.
var blockedIO = []struct {
	name string
	open func(t *testing.T) (call func() error, set func(time.Time) error, close func() error)
}{
	{"Read", func(t *testing.T) (func() error, func(time.Time) error, func() error) {
		_, client, server := hosts(t)
		c, _ := connect(t, client, server)
		return func() error { _, err := c.Read(make([]byte, 1)); return err }, c.SetReadDeadline, c.Close
	}},
	{"Write", func(t *testing.T) (func() error, func(time.Time) error, func() error) {
		_, client, server := hosts(t)
		c, _ := connect(t, client, server)
		return func() error {
			for {
				if _, err := c.Write(make([]byte, 1<<20)); err != nil {
					return err
				}
			}
		}, c.SetWriteDeadline, c.Close
	}},
	{"Accept", func(t *testing.T) (func() error, func(time.Time) error, func() error) {
		_, _, server := hosts(t)
		l := must[net.Listener](t)(server.Listen("tcp", ":80")).(*wsanet.TCPListener)
		return func() error { _, err := l.Accept(); return err }, l.SetDeadline, l.Close
	}},
	{"ReadFrom", func(t *testing.T) (func() error, func(time.Time) error, func() error) {
		_, _, server := hosts(t)
		c := must[net.PacketConn](t)(server.ListenPacket("udp", ":80"))
		return func() error { _, _, err := c.ReadFrom(make([]byte, 1)); return err }, c.SetReadDeadline, c.Close
	}},
	{"ReadMsgUDP", func(t *testing.T) (func() error, func(time.Time) error, func() error) {
		_, _, server := hosts(t)
		c := must[net.PacketConn](t)(server.ListenPacket("udp", ":80")).(*wsanet.UDPConn)
		return func() error { _, _, _, _, err := c.ReadMsgUDP(make([]byte, 1), nil); return err }, c.SetReadDeadline, c.Close
	}},
	{"RawRead", func(t *testing.T) (func() error, func(time.Time) error, func() error) {
		_, client, server := hosts(t)
		c, _ := connect(t, client, server)
		raw, err := c.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		return func() error { return raw.Read(func(uintptr) bool { return false }) }, c.SetReadDeadline, c.Close
	}},
}

// TestDeadlines: each call that waits ends at its deadline, however it was set,
// and at no other time.
func TestDeadlines(t *testing.T) {
	for _, io := range blockedIO {
		for _, c := range []struct {
			name string
			set  func(set func(time.Time) error, start time.Time)
			want time.Duration
		}{
			{"before the call", func(set func(time.Time) error, start time.Time) { set(start.Add(time.Hour)) }, time.Hour},
			{"in the past", func(set func(time.Time) error, start time.Time) { set(start.Add(-time.Hour)) }, 0},
			{"during the call", func(set func(time.Time) error, start time.Time) {
				go func() {
					time.Sleep(time.Hour)
					set(start.Add(3 * time.Hour))
				}()
			}, 3 * time.Hour},
			{"during the call, in the past", func(set func(time.Time) error, start time.Time) {
				go func() {
					time.Sleep(time.Hour)
					set(start)
				}()
			}, time.Hour},
			{"later during the call", func(set func(time.Time) error, start time.Time) {
				set(start.Add(time.Hour))
				go func() {
					time.Sleep(59 * time.Minute)
					set(start.Add(5 * time.Hour))
				}()
			}, 5 * time.Hour},
			{"sooner during the call", func(set func(time.Time) error, start time.Time) {
				set(start.Add(5 * time.Hour))
				go func() {
					time.Sleep(time.Minute)
					set(start.Add(time.Hour))
				}()
			}, time.Hour},
			{"taken away and set again", func(set func(time.Time) error, start time.Time) {
				set(start.Add(time.Hour))
				set(time.Time{})
				go func() {
					time.Sleep(2 * time.Hour)
					set(start.Add(3 * time.Hour))
				}()
			}, 3 * time.Hour},
		} {
			t.Run(io.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					call, set, _ := io.open(t)
					start := time.Now()
					c.set(set, start)
					err := call()
					if !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Fatalf("%v, want os.ErrDeadlineExceeded", err)
					}
					var ne net.Error
					if !errors.As(err, &ne) || !ne.Timeout() {
						t.Errorf("%v is no time-out", err)
					}
					if d := time.Since(start); d != c.want {
						t.Errorf("after %v, want %v", d, c.want)
					}
				})
			})
		}
	}
}

// TestCloseWhileBlocked: each call that waits ends with net.ErrClosed when the
// socket is closed, all of several that wait for the same turn, and Close returns
// after the descriptor has been closed.
func TestCloseWhileBlocked(t *testing.T) {
	for _, io := range blockedIO {
		t.Run(io.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				call, set, closeIt := io.open(t)
				set(time.Now().Add(time.Hour))
				var wg sync.WaitGroup
				for range 3 {
					wg.Go(func() {
						if err := call(); !errors.Is(err, net.ErrClosed) {
							t.Errorf("%v, want net.ErrClosed", err)
						}
					})
				}
				synctest.Wait()
				if err := closeIt(); err != nil {
					t.Errorf("Close: %v", err)
				}
				wg.Wait()
				if err := closeIt(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("a second Close: %v, want net.ErrClosed", err)
				}
				if err := call(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("after Close: %v, want net.ErrClosed", err)
				}
				if err := set(time.Now()); !errors.Is(err, net.ErrClosed) {
					t.Errorf("a deadline after Close: %v, want net.ErrClosed", err)
				}
			})
		})
	}
}

// TestStackCloses: closing a stack ends what waits and closes every socket, and
// makes no others.
func TestStackCloses(t *testing.T) {
	for _, io := range blockedIO {
		t.Run(io.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				call, _, _ := io.open(t) // the test's end closes the stacks
				go func() {
					if err := call(); !errors.Is(err, net.ErrClosed) {
						t.Errorf("%v, want net.ErrClosed", err)
					}
				}()
				synctest.Wait()
			})
		})
	}
	_, client, _ := hosts(t)
	client.Close()
	if _, err := client.Listen("tcp", ":0"); !errors.Is(err, wsanet.ErrStackClosed) {
		t.Errorf("%v, want ErrStackClosed", err)
	}
}

// TestDialLimits: each way to limit a dial ends it in time, with package net's
// error.
func TestDialLimits(t *testing.T) {
	const nobody = "10.0.0.99:80" // no host has it, and the attempt takes 21 s
	for _, c := range []struct {
		name string
		dial func(client *wsanet.Stack) error
		is   error
		want time.Duration
	}{
		{"timeout", func(client *wsanet.Stack) error {
			d := wsanet.Dialer{Stack: client, Timeout: 5 * time.Second}
			_, err := d.Dial("tcp", nobody)
			return err
		}, context.DeadlineExceeded, 5 * time.Second},
		{"deadline", func(client *wsanet.Stack) error {
			d := wsanet.Dialer{Stack: client, Deadline: time.Now().Add(3 * time.Second), Timeout: time.Minute}
			_, err := d.Dial("tcp", nobody)
			return err
		}, context.DeadlineExceeded, 3 * time.Second},
		{"context", func(client *wsanet.Stack) error {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(7*time.Second, cancel)
			d := wsanet.Dialer{Stack: client}
			_, err := d.DialContext(ctx, "tcp", nobody)
			return err
		}, context.Canceled, 7 * time.Second},
		{"context that has ended", func(client *wsanet.Stack) error {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			d := wsanet.Dialer{Stack: client}
			_, err := d.DialContext(ctx, "tcp", nobody)
			return err
		}, context.Canceled, 0},
		{"none", func(client *wsanet.Stack) error { _, err := client.Dial("tcp", nobody); return err }, wsa.WSAETIMEDOUT, 21 * time.Second},
		{"nobody listens", func(client *wsanet.Stack) error { _, err := client.Dial("tcp", "10.0.0.2:80"); return err }, wsa.WSAECONNREFUSED, 2 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, client, _ := hosts(t)
				start := time.Now()
				err := c.dial(client)
				if !errors.Is(err, c.is) {
					t.Errorf("%v, want %v", err, c.is)
				}
				if d := time.Since(start); d != c.want {
					t.Errorf("after %v, want %v", d, c.want)
				}
			})
		})
	}
}

// TestDeadlineLeavesData: a deadline that ends a read loses nothing that arrives
// after it.
func TestDeadlineLeavesData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := hosts(t)
		c, s := connect(t, client, server)
		go func() {
			for i := range 100 {
				time.Sleep(time.Duration(i%7) * time.Millisecond)
				s.Write([]byte{byte(i)})
			}
			s.Close()
		}()
		var got []byte
		b := make([]byte, 3)
		for {
			c.SetReadDeadline(time.Now().Add(2 * time.Millisecond))
			n, err := c.Read(b)
			got = append(got, b[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal(err)
			}
		}
		if len(got) != 100 {
			t.Fatalf("%d bytes, want 100", len(got))
		}
		for i, v := range got {
			if v != byte(i) {
				t.Fatalf("byte %d is %d", i, v)
			}
		}
	})
}

// TestCancelledByOthers: an operation that somebody else cancels fails with
// Winsock's own error, and the next one is bound by the deadline as ever.
func TestCancelledByOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := hosts(t)
		c, _ := connect(t, client, server)
		raw := must[syscall.RawConn](t)(c.SyscallConn())
		time.AfterFunc(time.Second, func() {
			err := wsanet.Control(raw, func(api wsa.API, s wsa.SOCKET) error { return api.CancelIoEx(wsa.HANDLE(s), nil) })
			if err != nil {
				t.Error(err)
			}
		})
		_, err := c.Read(make([]byte, 1))
		wantErr(t, err, "read", "wsarecv", wsa.WSA_OPERATION_ABORTED)
		c.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("after it:", err)
		}
	})
}
