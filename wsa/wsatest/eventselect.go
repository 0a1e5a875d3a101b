package wsatest

import "wsasim/wsa"

// allNews is every network event about connections and data.
const allNews = wsa.FD_READ | wsa.FD_WRITE | wsa.FD_OOB | wsa.FD_ACCEPT | wsa.FD_CONNECT | wsa.FD_CLOSE

// watch is a socket whose network events set an event object.
type watch struct {
	c     *context
	s     wsa.SOCKET
	event wsa.HANDLE
}

// watch selects the network events of a socket.
func (c *context) watch(s wsa.SOCKET, mask int32) *watch {
	w := &watch{c, s, c.event()}
	w.selects(mask)
	return w
}

// selects calls WSAEventSelect.
func (w *watch) selects(mask int32) {
	w.c.call(success, "WSAEventSelect", func() error { return w.c.api.WSAEventSelect(w.s, w.event, mask) })
}

// enumerate reads what has happened; the codes start poisoned.
func (w *watch) enumerate() (news wsa.NetworkEvents) {
	for i := range news.ErrorCode {
		news.ErrorCode[i] = -1
	}
	w.c.call(success, "WSAEnumNetworkEvents", func() error { return w.c.api.WSAEnumNetworkEvents(w.s, w.event, &news) })
	return news
}

// tells checks which network events have happened, that the event object says
// so, and that their codes are 0.
func (w *watch) tells(want int32) { w.tellsCode(want, success) }

// tellsCode is tells for events with a code.
func (w *watch) tellsCode(want int32, code wsa.Errno) {
	t := w.c.thread
	w.c.settle()
	if signalled := t.isSet(w.event, 0); signalled != (want != 0) {
		t.r.errorf("the event is set: %v; wanted %v, for %s", signalled, want != 0, wsa.FormatConstant(wsa.KindNetworkEvent, int64(want)))
	}
	news := w.enumerate()
	if news.NetworkEvents != want {
		t.r.errorf("the network events are %s; wanted %s", wsa.FormatConstant(wsa.KindNetworkEvent, int64(news.NetworkEvents)), wsa.FormatConstant(wsa.KindNetworkEvent, int64(want)))
	}
	for i, got := range news.ErrorCode {
		if news.NetworkEvents&want&(1<<i) != 0 && got != int32(code) {
			t.r.errorf("the code of event %d is %d; wanted %s", i, got, name(code))
		}
	}
}

// heard is a socket that is watched for everything, with what is so at the
// beginning taken off.
func (c *context) heard(s wsa.SOCKET, first int32) *watch {
	w := c.watch(s, allNews)
	w.tells(first)
	return w
}

func observedEV2(c *context) {
	w := c.watch(c.bound(c.udp, c.p.Loopback4), allNews)
	for i := range 5 {
		w.selects(allNews)
		w.tells(map[bool]int32{true: wsa.FD_WRITE}[i == 0])
	}
}

func observedEV3(c *context) {
	a, _ := c.pair()
	w := c.watch(a, wsa.FD_READ|wsa.FD_WRITE|wsa.FD_CLOSE)
	for i := range 5 {
		w.selects(wsa.FD_READ | wsa.FD_WRITE | wsa.FD_CLOSE)
		w.tells(map[bool]int32{true: wsa.FD_WRITE}[i == 0])
	}
}

func observedEV5(c *context) {
	a, _ := c.pair()
	w := c.watch(a, wsa.FD_WRITE)
	c.settle()
	news := w.enumerate()
	for i, code := range news.ErrorCode {
		equal(c.thread, "a code", code, map[bool]int32{true: 0, false: -1}[i == wsa.FD_WRITE_BIT])
	}
}

func observedEA3(c *context) {
	l, to := c.listener()
	w := c.watch(l, allNews)
	for range 2 {
		c.client(to)
		w.tells(wsa.FD_ACCEPT)
	}
}

func observedEA5(c *context) {
	l, to := c.listener()
	c.client(to)
	c.settle()
	c.watch(l, wsa.FD_ACCEPT).tells(wsa.FD_ACCEPT)
}

func observedEA6(c *context) {
	l, to := c.listener()
	w := c.watch(l, wsa.FD_ACCEPT)
	c.client(to)
	c.settle()
	w.selects(wsa.FD_CLOSE)
	c.is(c.isSet(w.event, 0), "selecting another mask resets the event")
	c.call(success, "WSAResetEvent", func() error { return c.api.WSAResetEvent(w.event) })
	c.is(!c.isSet(w.event, 0), "the event is set after WSAResetEvent")
	w.selects(wsa.FD_ACCEPT)
	w.tells(wsa.FD_ACCEPT)
}

func observedEA7(c *context) {
	l, to := c.listener()
	w := c.watch(l, wsa.FD_CLOSE)
	c.client(to)
	w.tells(0)
	w.selects(wsa.FD_ACCEPT)
	w.tells(wsa.FD_ACCEPT)
	c.accept(success, l)
	c.part("accepted in between", 0, func() {
		w.selects(wsa.FD_CLOSE)
		c.client(to)
		c.settle()
		c.accept(success, l)
		w.selects(wsa.FD_ACCEPT)
		w.tells(0)
	})
}

func observedEA9(c *context) {
	l, to := c.listener()
	w := c.watch(l, wsa.FD_ACCEPT)
	p := c.acceptEx(l, 0)
	c.client(to)
	w.tells(0)
	c.ended(success, l, p.ov, 0)
	c.client(to)
	w.tells(wsa.FD_ACCEPT)
}

func observedEC1(c *context) {
	_, to := c.listener()
	s := c.tcp()
	w := c.watch(s, allNews)
	c.connect(wsa.WSAEWOULDBLOCK, s, to)
	w.tells(wsa.FD_CONNECT | wsa.FD_WRITE)
	w.tells(0)
	w.selects(0)
	w.selects(allNews)
	w.tells(0)
}

func observedEC3(c *context) {
	_, to := c.listener()
	s := c.tcp()
	w := c.watch(s, allNews&^wsa.FD_CONNECT)
	c.connect(wsa.WSAEWOULDBLOCK, s, to)
	w.tells(wsa.FD_WRITE)
	w.selects(allNews)
	w.tells(wsa.FD_CONNECT)
}

func observedEC4(c *context) {
	_, b := c.pair()
	c.watch(b, wsa.FD_CONNECT|wsa.FD_WRITE|wsa.FD_READ|wsa.FD_CLOSE).tells(wsa.FD_WRITE)
}

// observedEC5 connects to port 0.
func observedEC5(c *context) {
	s := c.udp()
	w := c.watch(s, wsa.FD_WRITE|wsa.FD_CONNECT)
	w.tells(0)
	c.connect(success, s, at(c.p.Loopback4, 0))
	w.tells(wsa.FD_CONNECT | wsa.FD_WRITE)
}

func observedEW2(c *context) {
	a, b := c.pair()
	w := c.heard(a, wsa.FD_WRITE|wsa.FD_CONNECT)
	n := c.fill(a, mebibyte, 1000) * mebibyte
	w.tells(0)
	equal(c.thread, "bytes drained", c.readAll(b, n), n)
	w.tells(wsa.FD_WRITE)
	w.tells(0)
}

func observedEW4(c *context) {
	a, _ := c.pair()
	w := c.watch(a, wsa.FD_WRITE)
	c.send(success, a, "data", 0)
	w.tells(wsa.FD_WRITE)
}

func observedER1(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	c.send(success, a, "data", 0)
	w.tells(wsa.FD_READ)
	w.selects(0)
	w.selects(allNews)
	w.tells(0)
}

func observedER2(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	for range 2 {
		c.send(success, a, "data", 0)
		w.tells(wsa.FD_READ)
	}
}

func observedER5(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	for _, first := range []bool{false, true} {
		w.selects(0)
		c.send(success, a, "data", 0)
		c.settle()
		want := int32(wsa.FD_READ)
		if first {
			c.gets("data", b)
			want = 0
		}
		w.selects(allNews)
		w.tells(want)
		if !first {
			c.gets("data", b)
			w.tells(0)
		}
	}
}

func observedER7(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	ov := c.overlapped()
	c.recvInto(wsa.WSA_IO_PENDING, b, pattern(4), ov, nil)
	c.send(success, a, "data", 0)
	w.tells(0)
	c.ended(success, b, ov, 4)
	c.send(success, a, "more", 0)
	w.tells(wsa.FD_READ)
}

func observedEO1(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	c.send(success, a, "u", wsa.MSG_OOB)
	w.tells(wsa.FD_OOB)
	w.selects(0)
	w.selects(allNews)
	w.tells(0)
}

func observedEO2(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	for _, u := range []string{"u", "v"} {
		c.send(success, a, u, wsa.MSG_OOB)
		w.tells(wsa.FD_OOB)
	}
	equal(c.thread, "the first urgent byte", c.recv(success, b, 1, wsa.MSG_OOB), "u")
	w.tells(wsa.FD_OOB)
	equal(c.thread, "the second urgent byte", c.recv(success, b, 1, wsa.MSG_OOB), "v")
	w.tells(0)
}

func observedEO3(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	w.selects(0)
	c.send(success, a, "u", wsa.MSG_OOB)
	c.settle()
	w.selects(allNews)
	w.tells(wsa.FD_OOB)
}

func observedECL2(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	c.shutdown(success, a, wsa.SD_SEND)
	w.tells(wsa.FD_CLOSE)
	c.close(a)
	w.tells(0)
}

// silenced is a connection whose ends have done what tells nobody anything.
func (c *context) silenced() (a wsa.SOCKET, w *watch) {
	a, b := c.pair()
	w = c.heard(b, wsa.FD_WRITE)
	c.shutdown(success, a, wsa.SD_RECEIVE)
	w.tells(0)
	c.shutdown(success, b, wsa.SD_BOTH)
	w.tells(0)
	return a, w
}

func observedECL3(c *context) { c.silenced() }

func observedECL4(c *context) {
	a, w := c.silenced()
	c.shutdown(success, a, wsa.SD_SEND)
	w.tells(wsa.FD_CLOSE)
}

// closedWithData is a connection whose peer has sent five bytes, which are known
// to have come, and closed.
func (c *context) closedWithData() *watch {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	c.send(success, a, "hello", 0)
	w.tells(wsa.FD_READ)
	c.close(a)
	c.settle()
	return w
}

func observedECL5(c *context) { c.closedWithData().tells(wsa.FD_CLOSE) }

func observedECL6(c *context) {
	var w *watch
	c.part("FD_READ again", OnWindows, func() {
		w = c.closedWithData()
		w.enumerate()
		equal(c.thread, "what is received", c.recv(success, w.s, 3, 0), "hel")
		w.tells(wsa.FD_READ)
	})
	c.part("FD_CLOSE once", WineDiffers, func() {
		equal(c.thread, "the rest", c.recv(success, w.s, 10, 0), "lo")
		w.tells(0)
		equal(c.thread, "the end", c.recv(success, w.s, 10, 0), "")
		w.tells(0)
	})
}

func observedECL7(c *context) {
	a, b := c.pair()
	c.close(a)
	c.settle()
	w := c.watch(b, wsa.FD_WRITE)
	w.tells(wsa.FD_WRITE)
	w.selects(wsa.FD_CLOSE)
	w.tells(wsa.FD_CLOSE)
}

func observedECL8(c *context) {
	a, b := c.pair()
	w := c.heard(b, wsa.FD_WRITE)
	c.resetBy(a)
	w.tellsCode(wsa.FD_CLOSE, wsa.WSAECONNABORTED)
	w.tells(0)
}

// selected is a socket with network events, which nobody may make blocking.
func (c *context) selected() wsa.SOCKET {
	a, _ := c.pair()
	c.watch(a, wsa.FD_READ)
	return a
}

func observedIO17(c *context) {
	a := c.selected()
	off, on := uint32(0), uint32(1)
	c.call(wsa.WSAEINVAL, "ioctlsocket FIONBIO 0", func() error { return c.api.Ioctlsocket(a, wsa.FIONBIO, &off) })
	c.call(success, "ioctlsocket FIONBIO 1", func() error { return c.api.Ioctlsocket(a, wsa.FIONBIO, &on) })
	c.ioctl(success, a, wsa.FIONBIO, dword(1), -1)
}

func observedIO18(c *context) {
	_, n := c.ioctl(wsa.WSAEINVAL, c.selected(), wsa.FIONBIO, dword(0), -1)
	equal(c.thread, "bytes returned", n, 0)
}
