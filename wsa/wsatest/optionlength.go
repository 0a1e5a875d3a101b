package wsatest

import (
	"strconv"

	"wsasim/wsa"
)

// optionRow is an option on a kind of socket. The zero kind stands for
// INVALID_SOCKET, which SO_OPENTYPE takes.
type optionRow struct {
	option
	on kind
}

var (
	kindTCP  = allKinds[0]
	kindUDP  = allKinds[1]
	kindTCP6 = allKinds[2]
	kindUDP6 = allKinds[3]
)

// The groups of options that the length facts distinguish.
var (
	// oneByte: only the low byte counts, and is what is read.
	oneByte = []optionRow{{soKeepAlive, kindTCP}, {soDontRoute, kindUDP}, {tcpNoDelay, kindTCP}, {v6Only, kindTCP6}}
	flags   = []optionRow{
		{soBroadcast, kindUDP}, {soDontLinger, kindTCP}, {soOOBInline, kindTCP}, {soReuseAddr, kindTCP}, {soExclusive, kindTCP},
	}
	zeroed   = []optionRow{{soLinger, kindTCP}, {soRcvBuf, kindTCP}, {soSndBuf, kindTCP}}
	timeouts = []optionRow{{soRcvTimeo, kindTCP}, {soSndTimeo, kindTCP}, {soOpenType, kind{}}}
	seconds  = []optionRow{{tcpKeepAlive, kindTCP}, {tcpKeepIntvl, kindTCP}}
	small    = []optionRow{
		{ipTTL, kindUDP}, {ipTOS, kindUDP}, {ipMulticastTTL, kindUDP}, {ip6Hops, kindUDP6}, {ip6McastHops, kindUDP6}, {tcpKeepCnt, kindTCP},
	}
)

// rows joins groups of options.
func rows(groups ...[]optionRow) (all []optionRow) {
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// eachOption runs body for each option on a socket of its own, as a part named
// by the option.
func (c *context) eachOption(list []optionRow, body func(s wsa.SOCKET, o option)) {
	for _, row := range list {
		c.part(row.String(), 0, func() {
			if row.on.af == wsa.AF_INET6 {
				c.need6()
			}
			s := wsa.INVALID_SOCKET
			if row.on != (kind{}) {
				s = c.socket(row.on.af, row.on.typ, row.on.protocol)
			} else {
				defer func() { _ = c.api.Setsockopt(s, row.level, row.name, dword(0)) }()
			}
			body(s, row.option)
		})
	}
}

func observedOL1(c *context) {
	c.eachOption(rows(flags, zeroed, timeouts, seconds, small), func(s wsa.SOCKET, o option) {
		buf, n := c.get(success, s, o, 8, 8)
		equal(c.thread, "the length", n, 4)
		c.is(untouched(buf[4:]), "%x is written; wanted 4 bytes", buf)
	})
	c.eachOption(oneByte, func(s wsa.SOCKET, o option) {
		buf, n := c.get(success, s, o, 8, 8)
		equal(c.thread, "the length", n, 1)
		c.is(untouched(buf[1:]), "%x is written; wanted 1 byte", buf)
	})
}

func observedOL2(c *context) {
	c.eachOption(rows(oneByte, flags, zeroed, timeouts, seconds, small), func(s wsa.SOCKET, o option) {
		c.set(success, s, o, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)
		c.reset("setsockopt")
	})
}

func observedOL3(c *context) {
	c.eachOption(flags, func(s wsa.SOCKET, o option) {
		c.set(success, s, o, 1)
		buf, n := c.get(success, s, o, 4, 1)
		equal(c.thread, "the length", n, 1)
		equal(c.thread, "the value", buf[0], 1)
		c.is(untouched(buf[1:]), "%x is written; wanted 1 byte", buf)
	})
}

func observedOL8(c *context) {
	c.eachOption(zeroed, func(s wsa.SOCKET, o option) {
		for length := range int32(2) {
			buf, n := c.get(wsa.WSAEFAULT, s, o, 4, length+1)
			equal(c.thread, "the length", n, length+1)
			for i, b := range buf {
				want := byte(poisonByte)
				if i <= int(length) {
					want = 0
				}
				equal(c.thread, "byte "+strconv.Itoa(i), b, want)
			}
		}
	})
}

func observedOL9(c *context) {
	c.eachOption(timeouts, func(s wsa.SOCKET, o option) {
		for length := int32(1); length <= 2; length++ {
			c.set(wsa.WSAEFAULT, s, o, make([]byte, length)...)
			buf, n := c.get(wsa.WSAEFAULT, s, o, 4, length)
			equal(c.thread, "the length", n, length)
			c.is(untouched(buf), "the buffer is written to: %x", buf)
		}
	})
}

func observedOL14(c *context) {
	c.eachOption(rows(oneByte, flags, zeroed, timeouts[:2], seconds, small), func(s wsa.SOCKET, o option) {
		_, n := c.get(wsa.WSAEFAULT, s, o, 8, -1)
		equal(c.thread, "the length", n, -1)
	})
	c.eachOption(timeouts[2:], func(s wsa.SOCKET, o option) {
		_, n := c.get(success, s, o, 8, -1)
		equal(c.thread, "the length", n, 4)
	})
}

// observedOL16 looks at the options of which the sources say nothing else.
func observedOL16(c *context) {
	c.eachOption(rows(flags, zeroed, timeouts), func(s wsa.SOCKET, o option) {
		c.call(wsa.WSAEFAULT, "setsockopt", func() error { return c.api.Setsockopt(s, o.level, o.name, []byte{}) })
	})
}

func observedOL17(c *context) {
	c.eachOption(rows(oneByte, flags, zeroed, timeouts, seconds, small), func(s wsa.SOCKET, o option) {
		buf, _ := c.get(wsa.WSAEFAULT, s, o, 8, 0)
		c.is(untouched(buf), "the buffer is written to: %x", buf)
	})
}

func observedOL19(c *context) {
	c.eachOption(rows(zeroed[1:], timeouts[:2], seconds), func(s wsa.SOCKET, o option) {
		c.setInt(success, s, o, 0x100)
		c.reads(s, o, 0x100)
	})
}

func observedOL20(c *context) {
	list := []optionRow{oneByte[0], oneByte[2], oneByte[3]} // the fact does not name SO_DONTROUTE
	c.eachOption(list, func(s wsa.SOCKET, o option) {
		c.setInt(success, s, o, 0x100)
		c.reads(s, o, 0)
	})
}

func observedOL23(c *context) {
	c.eachOption(small, func(s wsa.SOCKET, o option) { c.setInt(wsa.WSAEINVAL, s, o, 0x100) })
}

func observedOL24(c *context) {
	s := c.udp()
	for _, row := range []struct {
		val  []byte
		want uint32
	}{
		{[]byte{0x0a}, 0x0a}, {[]byte{0x0b, 0x00}, 0x0b}, {[]byte{0x0c, 0x00, 0x00}, 0x0c}, {[]byte{0x0d, 0, 0, 0}, 0x0d},
	} {
		c.set(success, s, ipMulticastTTL, row.val...)
		c.reads(s, ipMulticastTTL, row.want)
	}
}
