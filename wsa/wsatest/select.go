package wsatest

import (
	"slices"

	"wsasim/wsa"
)

// set is a set of sockets.
func set(s ...wsa.SOCKET) *wsa.FDSet {
	f := wsa.FDSet(s)
	return &f
}

// sel is select for at most so many milliseconds; nil sets are NULL.
func (t thread) sel(want wsa.Errno, read, write, except *wsa.FDSet, milliseconds int32) (n int) {
	timeout := wsa.Timeval{Sec: milliseconds / 1000, Usec: milliseconds % 1000 * 1000}
	t.call(want, "select", func() (err error) {
		n, err = t.api.Select(0, read, write, except, &timeout)
		return err
	})
	return n
}

// ready asks which of the three sets a socket is ready in, and checks that
// select counts them.
func (t thread) ready(s wsa.SOCKET, milliseconds int32, read, write, except bool) {
	sets := [3]*wsa.FDSet{set(s), set(s), set(s)}
	n := t.sel(success, sets[0], sets[1], sets[2], milliseconds)
	count := 0
	for i, want := range []bool{read, write, except} {
		if want {
			count++
		}
		if got := slices.Contains(*sets[i], s); got != want {
			t.r.errorf("select has the socket in the %s set: %v; wanted %v", []string{"read", "write", "except"}[i], got, want)
		}
	}
	equal(t, "the number of ready sockets", n, count)
}

// observedSB4 passes several first arguments.
func observedSB4(c *context) {
	a, b := c.pair()
	c.send(success, b, "x", 0)
	c.settle()
	for _, nfds := range []int32{0, 1, -1, 77} {
		read, write := set(a, b), set(a, b)
		c.call(success, "select", func() error {
			n, err := c.api.Select(nfds, read, write, nil, &wsa.Timeval{})
			equal(c.thread, "the number of ready sockets", n, 3)
			return err
		})
	}
}

func observedUD4(c *context) {
	a, b := c.datagrams()
	c.nonblocking(a)
	for range 20 {
		c.sendto(success, a, "datagram", wsa.Sockaddr(c.name(b)))
		equal(c.thread, "the number of writable sockets", c.sel(success, nil, set(a), nil, 0), 1)
	}
}

func observedCO2(c *context) {
	s := c.tcp()
	c.connect(wsa.WSAECONNREFUSED, s, c.closedPort())
	equal(c.thread, "the number of writable sockets", c.sel(success, nil, set(s), nil, 50), 0)
}

func observedSL1(c *context) {
	a, b := c.tcp(), c.tcp()
	for _, usec := range []int32{0, 500} {
		read, write, except := set(a, b), set(a, b), set(a, b)
		c.call(success, "select", func() error {
			n, err := c.api.Select(0, read, write, except, &wsa.Timeval{Usec: usec})
			equal(c.thread, "the number of ready sockets", n, 0)
			return err
		})
		equal(c.thread, "what the sets hold", len(*read)+len(*write)+len(*except), 0)
	}
}

func observedSL3(c *context) { c.sel(wsa.WSAEINVAL, set(), set(), set(), 0) }

func observedSL4(c *context) {
	bad := wsa.INVALID_SOCKET
	c.sel(wsa.WSAENOTSOCK, set(bad), nil, nil, 0)
	c.sel(wsa.WSAENOTSOCK, nil, set(bad), nil, 0)
	c.sel(wsa.WSAENOTSOCK, nil, nil, set(bad), 0)
}

func observedSL5(c *context) {
	a, gone := c.tcp(), c.tcp()
	c.close(gone)
	read, write := set(a, gone), set(gone, a)
	c.sel(wsa.WSAENOTSOCK, read, write, nil, 0)
	equal(c.thread, "the counts of the sets", [2]int{len(*read), len(*write)}, [2]int{2, 2})
}

// observedSL6 closes a listening socket and a connected one.
func observedSL6(c *context) {
	for _, kind := range []string{"listening", "connected", "connected, except too"} {
		c.part(kind, 0, func() {
			s, _ := c.listener()
			var except *wsa.FDSet
			if kind != "listening" {
				s, _ = c.pair()
			}
			if kind == "connected, except too" {
				except = set(s)
			}
			read := set(s)
			c.r.forget(s)
			c.spawn(func(t thread) {
				t.api.SleepEx(100, false)
				t.close(s)
			})
			n := c.sel(success, read, nil, except, patience)
			c.join()
			equal(c.thread, "the number of ready sockets", n, 1)
			c.is(slices.Equal(*read, wsa.FDSet{s}), "the read set is %v", *read)
		})
	}
}

func observedSL8(c *context) {
	a, _ := c.pair()
	ran := c.apc()
	equal(c.thread, "the number of ready sockets", c.sel(success, set(a), nil, nil, 100), 0)
	equal(c.thread, "how often the APC ran", *ran, 1)
}

func observedSL9(c *context) {
	a, _ := c.pair()
	ran := c.apc()
	equal(c.thread, "the number of ready sockets", c.sel(success, nil, set(a), nil, 100), 1)
	equal(c.thread, "how often the APC ran", *ran, 0)
	c.api.SleepEx(0, true)
	equal(c.thread, "how often the APC ran in an alertable wait", *ran, 1)
}

func observedSL10(c *context) {
	a, _ := c.pair()
	write := set(a, a)
	equal(c.thread, "the number of ready sockets", c.sel(success, nil, write, nil, 0), 1)
	equal(c.thread, "the count of the set", len(*write), 1)
}

func observedSL11(c *context) {
	a, b := c.pair()
	both := set(a)
	equal(c.thread, "ready", c.sel(success, both, both, nil, 0), 1)
	c.is(slices.Equal(*both, wsa.FDSet{a}), "the set is %v", *both)
	both = set(a, b)
	equal(c.thread, "both ready", c.sel(success, both, both, nil, 0), 2)
	c.send(success, b, "x", 0)
	c.settle()
	both = set(a)
	equal(c.thread, "readable and writable", c.sel(success, both, both, nil, 0), 1)
}

func observedSL14(c *context) {
	l, _ := c.listener()
	c.ready(l, 0, false, false, false)
}

func observedSL15(c *context) {
	l, to := c.listener()
	c.client(to)
	c.ready(l, patience, true, false, false)
}

func observedSL16(c *context) {
	a, b := c.pair()
	c.ready(a, 0, false, true, false)
	c.ready(b, 0, false, true, false)
}

func observedSL17(c *context) {
	a, b := c.pair()
	c.send(success, a, "data", 0)
	c.settle()
	c.ready(b, 0, true, true, false)
}

// observedSL20: the byte before is an urgent one.
func observedSL20(c *context) {
	b := c.outOfBand("", "u")
	c.nonblocking(b)
	c.ready(b, 0, false, true, true)
	equal(c.thread, "the urgent byte", c.recv(success, b, 10, wsa.MSG_OOB), "u")
	c.recv(wsa.WSAEWOULDBLOCK, b, 10, 0)
}

func observedSL21(c *context) {
	a, b := c.pair()
	c.close(a)
	c.settle()
	c.ready(b, 0, true, true, false)
	equal(c.thread, "what is received", c.recv(success, b, 10, 0), "")
}

func observedSL22(c *context) { c.ready(c.udp(), 0, false, true, false) }

func observedSL23(c *context) {
	a, _ := c.pair()
	timeout := wsa.Timeval{Sec: 0, Usec: 50_000}
	for _, write := range []*wsa.FDSet{set(a), nil} {
		c.call(success, "select", func() error {
			_, err := c.api.Select(0, set(a), write, nil, &timeout)
			return err
		})
		equal(c.thread, "the timeout", timeout, wsa.Timeval{Sec: 0, Usec: 50_000})
	}
}

func observedSL24(c *context) {
	s := c.tcp()
	to := c.closedPort()
	c.nonblocking(s)
	c.connect(wsa.WSAEWOULDBLOCK, s, to)
	c.ready(s, patience, false, false, true)
}

func observedRS5(c *context) {
	a, b := c.pair()
	c.resetBy(b)
	c.ready(a, 0, true, true, false)
	equal(c.thread, "ready in the except set alone", c.sel(success, nil, nil, set(a), 0), 0)
}
