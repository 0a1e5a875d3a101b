package wsatest

import "wsasim/wsa"

// allPolled is every condition that may be asked for.
const allPolled = wsa.POLLRDNORM | wsa.POLLRDBAND | wsa.POLLWRNORM

// poll is WSAPoll for at most so many milliseconds.
func (t thread) poll(want wsa.Errno, fds []wsa.PollFD, milliseconds int32) (n int) {
	t.call(want, "WSAPoll", func() (err error) {
		n, err = t.api.WSAPoll(fds, milliseconds)
		return err
	})
	return n
}

// polled asks for all conditions of one socket and checks what holds.
func (t thread) polled(s wsa.SOCKET, milliseconds int32, events, want int16) {
	fds := []wsa.PollFD{{FD: s, Events: events, Revents: -1}}
	n := t.poll(success, fds, milliseconds)
	if got := fds[0].Revents; got != want {
		t.r.errorf("WSAPoll reports %s; wanted %s", wsa.FormatConstant(wsa.KindPoll, int64(got)), wsa.FormatConstant(wsa.KindPoll, int64(want)))
	}
	count := 0
	if want != 0 {
		count = 1
	}
	equal(t, "the number of entries with something to report", n, count)
}

func observedPO2(c *context) {
	a, _ := c.pair()
	high := uint16(0x8000)
	for _, e := range []int16{
		wsa.POLLERR, wsa.POLLHUP, wsa.POLLNVAL, 0x8, wsa.POLLWRBAND, 0x40, 0x80, wsa.POLLPRI,
		0x800, 0x1000, 0x2000, 0x4000, int16(high), wsa.POLLRDNORM | wsa.POLLPRI,
	} {
		c.poll(wsa.WSAEINVAL, []wsa.PollFD{{FD: a, Events: e}}, 0)
	}
}

func observedPO3(c *context) {
	l, _ := c.listener()
	c.polled(l, 0, allPolled, 0)
}

func observedPO4(c *context) {
	a, _ := c.listener()
	fds := []wsa.PollFD{{FD: wsa.INVALID_SOCKET, Events: wsa.POLLERR}, {FD: a, Events: wsa.POLLRDNORM}}
	equal(c.thread, "what is counted", c.poll(success, fds, 0), 0)
	c.reset("WSAPoll")
	equal(c.thread, "what the first reports", fds[0].Revents, wsa.POLLNVAL)
	equal(c.thread, "what the socket reports", fds[1].Revents, 0)
}

func observedPO5(c *context) {
	a, _ := c.listener()
	fds := []wsa.PollFD{{FD: a, Events: wsa.POLLIN}, {FD: 0xabacab, Events: wsa.POLLIN}}
	equal(c.thread, "what is counted", c.poll(success, fds, 0), 0)
	equal(c.thread, "what the handle reports", fds[1].Revents, wsa.POLLNVAL)
}

func observedPO6(c *context) {
	a, _ := c.listener()
	fds := []wsa.PollFD{{FD: a, Events: wsa.POLLIN, Revents: -1}, {FD: 0xabacab, Events: wsa.POLLERR, Revents: -1}}
	c.poll(wsa.WSAEINVAL, fds, 0)
	equal(c.thread, "what both report", [2]int16{fds[0].Revents, fds[1].Revents}, [2]int16{})
}

func observedPO8(c *context) {
	l, to := c.listener()
	c.client(to)
	c.settle()
	c.polled(l, 0, allPolled, wsa.POLLRDNORM)
	c.polled(l, 0, allPolled, wsa.POLLRDNORM)
}

func observedPO13(c *context) {
	a, b := c.pair()
	c.shutdown(success, b, wsa.SD_SEND)
	c.settle()
	c.polled(a, 0, 0, wsa.POLLHUP)
	c.polled(a, 0, allPolled, wsa.POLLWRNORM|wsa.POLLHUP)
	c.part("data pending", 0, func() {
		a, b := c.pair()
		c.send(success, b, "data", 0)
		c.shutdown(success, b, wsa.SD_SEND)
		c.settle()
		c.polled(a, 0, allPolled, wsa.POLLWRNORM|wsa.POLLRDNORM|wsa.POLLHUP)
	})
}

func observedPO15(c *context) {
	a, _ := c.pair()
	ran := c.apc()
	c.r.forget(a)
	c.spawn(func(t thread) {
		t.api.SleepEx(100, false)
		t.close(a)
	})
	fds := []wsa.PollFD{{FD: a, Events: wsa.POLLRDNORM}}
	n := c.poll(success, fds, patience)
	c.join()
	equal(c.thread, "what is counted", n, 1)
	equal(c.thread, "what the closed socket reports", fds[0].Revents, wsa.POLLNVAL)
	equal(c.thread, "how often the APC ran", *ran, 1)
}

// observedPO16 is that of the newest Windows.
func observedPO16(c *context) {
	to := c.closedPort()
	s := c.bound(c.tcp, c.p.Loopback4)
	c.nonblocking(s)
	c.connect(wsa.WSAEWOULDBLOCK, s, to)
	for range 2 {
		c.polled(s, patience, allPolled, wsa.POLLWRNORM|wsa.POLLHUP|wsa.POLLERR)
	}
	c.part("SO_ERROR", OnWindows, func() {
		c.reads(s, soError, uint32(wsa.WSAECONNREFUSED))
		c.reads(s, soError, uint32(wsa.WSAECONNREFUSED))
	})
}

func observedPO17(c *context) {
	to := c.closedPort()
	s := c.tcp()
	c.connect(wsa.WSAECONNREFUSED, s, to)
	c.polled(s, 0, allPolled, wsa.POLLWRNORM|wsa.POLLHUP|wsa.POLLERR)
	c.reads(s, soError, 0)
}

func observedPO18(c *context) {
	a, b := c.datagrams()
	c.polled(c.udp(), 0, allPolled, wsa.POLLWRNORM)
	c.polled(b, 0, allPolled, wsa.POLLWRNORM)
	c.sendto(success, a, "datagram", wsa.Sockaddr(c.name(b)))
	c.settle()
	c.polled(b, 0, allPolled, wsa.POLLWRNORM|wsa.POLLRDNORM)
}

func observedRS4(c *context) {
	a, b := c.pair()
	c.resetBy(b)
	c.polled(a, 0, allPolled, wsa.POLLERR|wsa.POLLHUP|wsa.POLLWRNORM)
}
