package sim

import (
	"encoding/binary"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// option is the index of an option in the table.
type option uint8

const (
	optDebug option = iota
	optAcceptConn
	optReuse
	optKeepAlive
	optDontRoute
	optBroadcast
	optLinger
	optDontLinger
	optOOBInline
	optExclusive
	optSndBuf
	optRcvBuf
	optSndTimeo
	optRcvTimeo
	optError
	optType
	optMaxMsgSize
	optConnectTime
	optNoDelay
	optKeepIdle
	optKeepCnt
	optKeepIntvl
	optTTL
	optTOS
	optDontFragment
	optUnicastHops
	optV6Only
	optDontFrag
	numOptions
)

// optionShape says how an option's value travels.
type optionShape uint8

const (
	shapeBool     optionShape = iota // BOOL: one byte is enough, four are usual
	shapeByte                        // BOOL of which only the first byte counts (observed SO9, OL1, OL20)
	shapeInt                         // four bytes, no fewer (observed OL8, OL9)
	shapeSmall                       // int or a byte of it, 0 to 255 (observed OL23, OL24)
	shapeLinger                      // struct linger: u_short l_onoff, l_linger
	shapeComputed                    // four bytes, only to be read
)

// optionStatus says what becomes of an option that is set. A test proves it.
type optionStatus uint8

const (
	simulated optionStatus = iota // changes what the simulator does
	stored                        // reads back what was set, and changes nothing else
	readOnly                      // follows from the socket's state
)

func (s optionStatus) String() string { return [...]string{"simulated", "stored", "read only"}[s] }

// optionSpec is one row of the option table.
type optionSpec struct {
	level, name int32
	shape       optionShape
	status      optionStatus
	value       uint32 // default
	stream      bool   // has it a meaning for stream sockets
	datagram    bool   // and for datagram sockets
	family      int32  // only for this family; 0: any
}

const tcp, udp = true, true

// optionTable lists the options, in the order of the constants above (pages
// sol-socket-socket-options, ipproto-tcp-, ipproto-ip- and
// ipproto-ipv6-socket-options). Not simulated: the options of these pages that
// are not here. What no page knows fails with WSAENOPROTOOPT.
var optionTable = [numOptions]optionSpec{
	optDebug:        {wsa.SOL_SOCKET, wsa.SO_DEBUG, shapeBool, stored, 0, tcp, udp, 0},
	optAcceptConn:   {wsa.SOL_SOCKET, wsa.SO_ACCEPTCONN, shapeComputed, readOnly, 0, tcp, false, 0},
	optReuse:        {wsa.SOL_SOCKET, wsa.SO_REUSEADDR, shapeBool, simulated, 0, tcp, udp, 0},
	optKeepAlive:    {wsa.SOL_SOCKET, wsa.SO_KEEPALIVE, shapeByte, stored, 0, tcp, false, 0},
	optDontRoute:    {wsa.SOL_SOCKET, wsa.SO_DONTROUTE, shapeByte, stored, 0, tcp, udp, wsa.AF_INET},
	optBroadcast:    {wsa.SOL_SOCKET, wsa.SO_BROADCAST, shapeBool, simulated, 0, false, udp, 0},
	optLinger:       {wsa.SOL_SOCKET, wsa.SO_LINGER, shapeLinger, simulated, 0, tcp, false, 0},
	optDontLinger:   {wsa.SOL_SOCKET, wsa.SO_DONTLINGER, shapeBool, simulated, 1, tcp, false, 0},
	optOOBInline:    {wsa.SOL_SOCKET, wsa.SO_OOBINLINE, shapeBool, simulated, 0, tcp, false, 0},
	optExclusive:    {wsa.SOL_SOCKET, wsa.SO_EXCLUSIVEADDRUSE, shapeBool, simulated, 0, tcp, udp, 0},
	optSndBuf:       {wsa.SOL_SOCKET, wsa.SO_SNDBUF, shapeInt, simulated, 65536, tcp, udp, 0},
	optRcvBuf:       {wsa.SOL_SOCKET, wsa.SO_RCVBUF, shapeInt, simulated, 65536, tcp, udp, 0},
	optSndTimeo:     {wsa.SOL_SOCKET, wsa.SO_SNDTIMEO, shapeInt, simulated, 0, tcp, udp, 0},
	optRcvTimeo:     {wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, shapeInt, simulated, 0, tcp, udp, 0},
	optError:        {wsa.SOL_SOCKET, wsa.SO_ERROR, shapeInt, stored, 0, tcp, udp, 0},
	optType:         {wsa.SOL_SOCKET, wsa.SO_TYPE, shapeComputed, readOnly, 0, tcp, udp, 0},
	optMaxMsgSize:   {wsa.SOL_SOCKET, wsa.SO_MAX_MSG_SIZE, shapeComputed, readOnly, maxDatagram, false, udp, 0},
	optConnectTime:  {wsa.SOL_SOCKET, wsa.SO_CONNECT_TIME, shapeComputed, readOnly, 0, tcp, udp, 0},
	optNoDelay:      {wsa.IPPROTO_TCP, wsa.TCP_NODELAY, shapeByte, stored, 0, tcp, false, 0},
	optKeepIdle:     {wsa.IPPROTO_TCP, wsa.TCP_KEEPALIVE, shapeInt, stored, 7200, tcp, false, 0},
	optKeepCnt:      {wsa.IPPROTO_TCP, wsa.TCP_KEEPCNT, shapeSmall, stored, 10, tcp, false, 0},
	optKeepIntvl:    {wsa.IPPROTO_TCP, wsa.TCP_KEEPINTVL, shapeInt, stored, 1, tcp, false, 0},
	optTTL:          {wsa.IPPROTO_IP, wsa.IP_TTL, shapeSmall, stored, 128, tcp, udp, wsa.AF_INET},
	optTOS:          {wsa.IPPROTO_IP, wsa.IP_TOS, shapeSmall, stored, 0, tcp, udp, wsa.AF_INET},
	optDontFragment: {wsa.IPPROTO_IP, wsa.IP_DONTFRAGMENT, shapeBool, stored, 0, tcp, udp, wsa.AF_INET},
	optUnicastHops:  {wsa.IPPROTO_IPV6, wsa.IPV6_UNICAST_HOPS, shapeSmall, stored, 128, tcp, udp, wsa.AF_INET6},
	optV6Only:       {wsa.IPPROTO_IPV6, wsa.IPV6_V6ONLY, shapeByte, simulated, 1, tcp, udp, 0},
	optDontFrag:     {wsa.IPPROTO_IPV6, wsa.IPV6_DONTFRAG, shapeBool, stored, 0, tcp, udp, wsa.AF_INET6},
}

// OptionStatus describes one option of the simulator's table.
type OptionStatus struct {
	Level, Name int32
	// Status is "simulated", "stored" or "read only".
	Status string
}

// Options lists the socket options that the simulator knows, in the order of
// its table; all others of the documentation give a NotSimulatedError.
func Options() []OptionStatus {
	list := make([]OptionStatus, numOptions)
	for i, o := range optionTable {
		list[i] = OptionStatus{o.level, o.name, o.status.String()}
	}
	return list
}

// options are the option values of a socket. A value of this type is never
// changed once sockets share it: with makes a changed copy.
type options struct{ values [numOptions]uint32 }

var defaultOptions = func() (o options) {
	for i, spec := range optionTable {
		o.values[i] = spec.value
	}
	return o
}()

func (o *options) get(i option) uint32 { return o.values[i] }

// with is the options with one value changed.
func (o *options) with(i option, v uint32) *options {
	if o.values[i] == v {
		return o
	}
	c := *o
	c.values[i] = v
	return &c
}

// lingering is the linger time in seconds, and whether lingering is on.
func (o *options) lingering() (seconds uint32, on bool) {
	v := o.get(optLinger)
	return v >> 16, v&0xffff != 0
}

// levels are the levels that Winsock knows; any other is WSAEINVAL (observed
// GO2).
var levels = map[int32]bool{wsa.SOL_SOCKET: true, wsa.IPPROTO_TCP: true, wsa.IPPROTO_UDP: true, wsa.IPPROTO_IP: true, wsa.IPPROTO_IPV6: true}

// find looks an option up for a socket.
func (t *Thread) find(s *socket, level, name int32) (option, wsa.Errno) {
	if !levels[level] {
		return 0, t.fail(rules.OPTLevel, wsa.WSAEINVAL)
	}
	for i, o := range optionTable {
		if o.level != level || o.name != name {
			continue
		}
		if s.typ == wsa.SOCK_STREAM && !o.stream || s.typ == wsa.SOCK_DGRAM && !o.datagram || o.family != 0 && o.family != s.family {
			return 0, t.fail(rules.OPTKind, wsa.WSAENOPROTOOPT)
		}
		return option(i), 0
	}
	if known, ok := wsa.ConstantName(wsa.OptionKind(level), int64(name)); ok {
		return 0, t.notSimulated(known)
	}
	return 0, t.fail(rules.OPTUnknown, wsa.WSAENOPROTOOPT)
}

// isOpenType reports whether an option is SO_OPENTYPE: it belongs to the thread
// and not to a socket, so any handle does (observed ST5, OV9). While it is not
// 0, Socket makes sockets without the overlapped attribute.
func isOpenType(level, name int32) bool {
	return level == wsa.SOL_SOCKET && name == wsa.SO_OPENTYPE
}

func (t *Thread) getOpenType(val []byte, length *int32) wsa.Errno {
	// A length of -1 is taken as enough (observed OL14); one or two bytes are
	// not (OL9).
	if len(val) < 4 || length == nil || *length >= 0 && *length < 4 {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	binary.LittleEndian.PutUint32(val, t.openType)
	*length = 4
	return 0
}

func (t *Thread) setOpenType(val []byte) wsa.Errno {
	if len(val) < 4 {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	t.openType = binary.LittleEndian.Uint32(val)
	return 0
}

// Getsockopt implements wsa.Options.
func (t *Thread) Getsockopt(s wsa.SOCKET, level, optname int32, optval []byte, optlen *int32) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.GetsockoptCall{S: s, Level: level, Optname: optname, Optval: roomOf(optval), Optlen: copyOf(optlen)})
	}
	var sock *socket
	e := wsa.Errno(0)
	if isOpenType(level, optname) && t.proc.startup > 0 {
		e = t.getOpenType(optval, optlen)
	} else if sock, e = t.open(s); e == 0 {
		e = t.getOption(sock, level, optname, optval, optlen)
	}
	if w.trace != nil {
		ret := wsa.Return{Err: e, Len: lengthOf(optlen)}
		if e == 0 {
			ret.Data = clone(optval[:*optlen])
		}
		t.returned(ret)
	}
	return t.done(e)
}

// setOnly are options that can be set and not read (observed OV4).
var setOnly = map[[2]int32]bool{
	{wsa.IPPROTO_IP, wsa.IP_ADD_MEMBERSHIP}: true, {wsa.IPPROTO_IP, wsa.IP_DROP_MEMBERSHIP}: true,
	{wsa.IPPROTO_IPV6, wsa.IPV6_ADD_MEMBERSHIP}: true, {wsa.IPPROTO_IPV6, wsa.IPV6_DROP_MEMBERSHIP}: true,
}

func (t *Thread) getOption(s *socket, level, name int32, val []byte, length *int32) wsa.Errno {
	if setOnly[[2]int32{level, name}] {
		return t.fail(rules.OPTReadonly, wsa.WSAENOPROTOOPT)
	}
	i, e := t.find(s, level, name)
	if e != 0 {
		return e
	}
	if val == nil || length == nil || *length <= 0 || len(val) == 0 {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	room := min(int(*length), len(val))
	spec := &optionTable[i]
	size := 4
	if spec.shape == shapeByte {
		size = 1
	}
	if room < size {
		// A single byte is enough for a flag or a small number; a larger value
		// is refused, and of some the bytes are zeroed (observed OL8, OL9).
		if spec.shape != shapeBool && spec.shape != shapeSmall {
			if i == optLinger || i == optRcvBuf || i == optSndBuf {
				clear(val[:room])
			}
			return t.fail(rules.OPTFault, wsa.WSAEFAULT)
		}
		size = room
	}
	var full [4]byte
	binary.LittleEndian.PutUint32(full[:], t.optionValue(s, i))
	copy(val[:size], full[:])
	*length = int32(size)
	return 0
}

// optionValue is what an option reads as.
func (t *Thread) optionValue(s *socket, i option) uint32 {
	switch i {
	case optAcceptConn:
		return flag(s.state == stateListening)
	case optDontLinger:
		_, on := s.opts.lingering()
		return flag(!on)
	case optType:
		return uint32(s.typ)
	case optConnectTime:
		// Seconds; all ones without a connection (observed CT1).
		if s.stream == nil {
			return 0xFFFFFFFF
		}
		return uint32((t.world.clock.read() - s.stream.since).Seconds())
	}
	return s.opts.get(i)
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// Setsockopt implements wsa.Options.
func (t *Thread) Setsockopt(s wsa.SOCKET, level, optname int32, optval []byte) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.SetsockoptCall{S: s, Level: level, Optname: optname, Optval: clone(optval)})
	}
	var sock *socket
	e := wsa.Errno(0)
	if isOpenType(level, optname) && t.proc.startup > 0 {
		e = t.setOpenType(optval)
	} else if sock, e = t.open(s); e == 0 {
		e = t.setOption(sock, level, optname, optval)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

func (t *Thread) setOption(s *socket, level, name int32, val []byte) wsa.Errno {
	i, e := t.find(s, level, name)
	if e != 0 {
		return e
	}
	spec := &optionTable[i]
	if spec.status == readOnly {
		if i == optType && s.typ == wsa.SOCK_DGRAM {
			return t.fail(rules.OPTReadonly, wsa.WSAEINVAL) // observed SO19
		}
		return t.fail(rules.OPTReadonly, wsa.WSAENOPROTOOPT) // observed SO18
	}
	if len(val) == 0 || len(val) < 4 && (spec.shape == shapeInt || spec.shape == shapeLinger) {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	v, e := t.optionArgument(s, i, val)
	if e != 0 {
		return e
	}
	switch i {
	case optDontLinger:
		// Turning it on turns lingering off, and off brings it back with the
		// time that was set (page closesocket).
		old := s.opts.get(optLinger)
		s.opts = s.opts.with(optLinger, old&^0xffff|flag(v == 0))
	default:
		s.opts = s.opts.with(i, v)
	}
	return 0
}

// optionArgument reads the value for an option and checks it.
func (t *Thread) optionArgument(s *socket, i option, val []byte) (uint32, wsa.Errno) {
	var full [4]byte
	copy(full[:], val)
	v := binary.LittleEndian.Uint32(full[:])
	switch optionTable[i].shape {
	case shapeByte:
		v = flag(full[0] != 0)
	case shapeBool:
		v = flag(v != 0)
	case shapeSmall:
		if v > 255 {
			return 0, t.fail(rules.OPTValue, wsa.WSAEINVAL)
		}
	}
	switch {
	case i == optV6Only && s.bound:
		return 0, t.fail(rules.OPTBound, wsa.WSAEINVAL) // observed V65
	case i == optReuse && v != 0 && s.opts.get(optExclusive) != 0,
		i == optExclusive && v != 0 && s.opts.get(optReuse) != 0:
		return 0, t.fail(rules.OPTConflict, wsa.WSAEINVAL) // observed RA12
	}
	return v, 0
}
