package wsatest

import (
	"fmt"

	"wsasim/wsa"
)

// version is the argument of WSAStartup for a version.
func version(major, minor uint16) uint16 { return minor<<8 | major }

func (t thread) startup(want wsa.Errno, v uint16) wsa.WSADATA {
	data := wsa.WSADATA{
		Version: 0xA5A5, HighVersion: 0xA5A5, Description: "untouched", SystemStatus: "untouched",
		MaxSockets: 0xA5A5, MaxUDPDg: 0xA5A5,
	}
	// The result is the code itself; the last error says nothing (page
	// nf-winsock2-wsastartup).
	if err := t.api.WSAStartup(v, &data); err != want.Err() {
		t.r.fatalf("WSAStartup(%d.%d): %v; wanted %v", v&0xff, v>>8, err, want.Err())
	}
	return data
}

func (t thread) cleanup(want wsa.Errno) {
	t.call(want, "WSACleanup", t.api.WSACleanup)
}

// observedST1: nothing is judged before whether Winsock was started.
func observedST1(c *context) {
	p := c.process(false)
	p.noSocket(wsa.WSANOTINITIALISED, 0, 0, 0)
}

// observedST3: the last WSACleanup destroys every socket of the process. The
// duplicated handles of the fact are left out: WSADuplicateSocket is not in
// the API.
func observedST3(c *context) {
	p := &context{thread: c.process(false), env: c.env, p: c.p}
	p.startup(success, version(2, 2))
	var handles []wsa.SOCKET
	for range 32 {
		a, b := p.pair()
		handles = append(handles, a, b)
	}
	p.cleanup(success)
	p.startup(success, version(2, 2))
	for _, s := range handles {
		p.r.forget(s)
		p.send(wsa.WSAENOTSOCK, s, "x", 0)
		p.noName(wsa.WSAENOTSOCK, s)
	}
	p.cleanup(success)
}

func observedST4(c *context) {
	p := c.process(false)
	p.cleanup(wsa.WSANOTINITIALISED)
	p.startup(success, version(2, 2))
	p.startup(success, version(1, 1))
	p.cleanup(success)
	p.cleanup(success)
	p.cleanup(wsa.WSANOTINITIALISED)
}

func observedST5(c *context) {
	none := wsa.INVALID_SOCKET
	c.setInt(success, none, soOpenType, wsa.SO_SYNCHRONOUS_NONALERT)
	c.reads(none, soOpenType, wsa.SO_SYNCHRONOUS_NONALERT)
	c.spawn(func(t thread) { t.reads(none, soOpenType, 0) })
	c.join()
	c.setInt(success, none, soOpenType, 0)
}

func observedSV1(c *context) {
	for _, v := range []uint16{version(0, 0), version(0, 1)} {
		d := c.startup(wsa.WSAVERNOTSUPPORTED, v)
		equal(c.thread, "wVersion", d.Version, version(2, 2))
		equal(c.thread, "wHighVersion", d.HighVersion, version(2, 2))
	}
}

func observedSV3(c *context) {
	for _, row := range []struct{ asked, given uint16 }{
		{version(1, 2), version(1, 1)},
		{version(1, 255), version(1, 1)},
		{version(2, 3), version(2, 2)},
		{version(2, 255), version(2, 2)},
		{version(3, 0), version(2, 2)},
		{version(255, 0), version(2, 2)},
	} {
		d := c.startup(success, row.asked)
		equal(c.thread, fmt.Sprintf("wVersion for %d.%d", row.asked&0xff, row.asked>>8), d.Version, row.given)
		c.cleanup(success)
	}
}

// observedSV4: lpVendorInfo is not in the API's WSADATA.
func observedSV4(c *context) {
	for _, row := range []struct{ asked, sockets, datagram uint16 }{
		{version(1, 0), 32767, 65467},
		{version(1, 1), 32767, 65467},
		{version(2, 0), 0, 0},
		{version(2, 2), 0, 0},
	} {
		d := c.startup(success, row.asked)
		want := wsa.WSADATA{
			Version: row.asked, HighVersion: version(2, 2), Description: "WinSock 2.0", SystemStatus: "Running",
			MaxSockets: row.sockets, MaxUDPDg: row.datagram,
		}
		equal(c.thread, "WSADATA", d, want)
		c.cleanup(success)
	}
}
