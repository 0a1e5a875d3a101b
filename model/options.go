package model

import (
	"encoding/binary"
	"slices"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// form is how an option's value is stored.
type form uint8

const (
	formBool form = iota // any positive length is accepted, the first bytes count
	formWord             // 4 bytes
	formPair             // struct linger
	formBlob             // a structure that is not looked into
)

// access is what may be done with an option.
type access uint8

const (
	readWrite access = iota
	readOnly
)

// option is a row of the table of options that the specification follows.
type option struct {
	level, name int32
	form        form
	access      access
	on          int32 // the type of socket it belongs to; 0: any
	// value is what getsockopt must give: known is false when it is open.
	value func(*socket) (value uint32, known bool)
	// set stores a value; sure is false when the value may be read otherwise.
	set func(x *socket, value uint32, sure bool)
}

func triValue(t tri) (uint32, bool) { return uint32(flag(t == yes)), t != maybe }

func triSet(field func(*socket) *tri) func(*socket, uint32, bool) {
	return func(x *socket, value uint32, sure bool) {
		*field(x) = truth(value != 0)
		if !sure {
			*field(x) = maybe
		}
	}
}

var options = []option{
	{level: wsa.SOL_SOCKET, name: wsa.SO_TYPE, form: formWord, access: readOnly,
		value: func(x *socket) (uint32, bool) { return uint32(x.typ), true }},
	{level: wsa.SOL_SOCKET, name: wsa.SO_ACCEPTCONN, access: readOnly, on: wsa.SOCK_STREAM,
		value: func(x *socket) (uint32, bool) { return uint32(flag(x.status == listening)), true }},
	{level: wsa.SOL_SOCKET, name: wsa.SO_REUSEADDR,
		value: func(x *socket) (uint32, bool) { return triValue(x.reuse) },
		set:   triSet(func(x *socket) *tri { return &x.reuse })},
	{level: wsa.SOL_SOCKET, name: wsa.SO_EXCLUSIVEADDRUSE,
		value: func(x *socket) (uint32, bool) { return triValue(x.exclusive) },
		set:   triSet(func(x *socket) *tri { return &x.exclusive })},
	{level: wsa.SOL_SOCKET, name: wsa.SO_BROADCAST, on: wsa.SOCK_DGRAM,
		value: func(x *socket) (uint32, bool) { return uint32(flag(x.broadcast)), true },
		set:   func(x *socket, value uint32, _ bool) { x.broadcast = value != 0 }},
	{level: wsa.SOL_SOCKET, name: wsa.SO_OOBINLINE, on: wsa.SOCK_STREAM,
		value: func(x *socket) (uint32, bool) { return triValue(x.oobInline) },
		set:   triSet(func(x *socket) *tri { return &x.oobInline })},
	{level: wsa.SOL_SOCKET, name: wsa.SO_LINGER, form: formPair, on: wsa.SOCK_STREAM,
		value: func(x *socket) (uint32, bool) { return uint32(x.lingerOn) | uint32(x.lingerSec)<<16, x.lingerKnown },
		set: func(x *socket, value uint32, _ bool) {
			x.lingerOn, x.lingerSec, x.lingerKnown = uint16(value), uint16(value>>16), true
		}},
	{level: wsa.SOL_SOCKET, name: wsa.SO_DONTLINGER, on: wsa.SOCK_STREAM,
		value: func(x *socket) (uint32, bool) { return uint32(flag(x.lingerOn == 0)), x.lingerKnown },
		set: func(x *socket, value uint32, _ bool) {
			// Turned off, the time is implementation-dependent.
			x.lingerOn, x.lingerKnown = 0, value != 0
		}},
	{level: wsa.SOL_SOCKET, name: wsa.SO_RCVTIMEO, form: formWord,
		value: func(x *socket) (uint32, bool) { return x.recvTimeout, true },
		set:   func(x *socket, value uint32, _ bool) { x.recvTimeout = value }},
	{level: wsa.SOL_SOCKET, name: wsa.SO_SNDTIMEO, form: formWord,
		value: func(x *socket) (uint32, bool) { return x.sendTimeout, true },
		set:   func(x *socket, value uint32, _ bool) { x.sendTimeout = value }},
	{level: wsa.IPPROTO_IPV6, name: wsa.IPV6_V6ONLY,
		value: func(x *socket) (uint32, bool) {
			v, known := triValue(x.v6only)
			return v, known && x.family == wsa.AF_INET6
		},
		set: triSet(func(x *socket) *tri { return &x.v6only })},
	{level: wsa.SOL_SOCKET, name: wsa.SO_GROUP_ID, form: formWord, access: readOnly},
	{level: wsa.SOL_SOCKET, name: wsa.SO_GROUP_PRIORITY, form: formWord,
		value: func(x *socket) (uint32, bool) { return x.priority, !x.priorityOpen && !x.strayed && !x.unclear },
		set:   func(x *socket, value uint32, _ bool) { x.priority, x.priorityOpen = value, x.strayed }},
	{level: wsa.SOL_SOCKET, name: wsa.SO_MAX_MSG_SIZE, form: formWord, access: readOnly, on: wsa.SOCK_DGRAM},
	{level: wsa.SOL_SOCKET, name: wsa.SO_PROTOCOL_INFOA, form: formBlob, access: readOnly},
	{level: wsa.SOL_SOCKET, name: wsa.SO_PROTOCOL_INFOW, form: formBlob, access: readOnly},
	{level: wsa.SOL_SOCKET, name: wsa.SO_BSP_STATE, form: formBlob, access: readOnly},
	{level: wsa.SOL_SOCKET, name: wsa.SO_CONNECT_TIME, form: formWord, access: readOnly},
	{level: wsa.SOL_SOCKET, name: wsa.SO_ERROR, form: formWord, set: func(x *socket, _ uint32, _ bool) { x.errorTouched = true }},
}

func findOption(level, name int32) *option {
	for i := range options {
		if options[i].level == level && options[i].name == name {
			return &options[i]
		}
	}
	return nil
}

// anyHandle judges SO_OPENTYPE, which needs no socket: it is the thread's, and
// says whether the sockets that it makes have the overlapped attribute.
func (v *verdict) anyHandle(call wsa.Call) bool {
	var level, name int32
	fault := false
	switch c := call.(type) {
	case wsa.GetsockoptCall:
		level, name = c.Level, c.Optname
		fault = c.Optval < 4 || c.Optlen == nil || *c.Optlen >= 0 && *c.Optlen < 4
	case wsa.SetsockoptCall:
		level, name, fault = c.Level, c.Optname, len(c.Optval) < 4
	}
	if level != wsa.SOL_SOCKET || name != wsa.SO_OPENTYPE {
		return false
	}
	if fault {
		v.must(rules.OPTFault)
	}
	tid := v.tid
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		t := *n.threads.get(uint64(tid))
		if c, is := call.(wsa.SetsockoptCall); is {
			t.openType = binary.LittleEndian.Uint32(c.Optval)
			n.setThread(&t)
		} else if len(ret.Data) >= 4 && binary.LittleEndian.Uint32(ret.Data) != t.openType {
			return rules.OPTAnyhandle
		}
		return ""
	}, func(n *world) wsa.Return {
		size := int64(4)
		return wsa.Return{Len: &size, Data: binary.LittleEndian.AppendUint32(nil, n.threads.get(uint64(tid)).openType)}
	}, rules.OPTAnyhandle)
	v.environment()
	return true
}

// optionName judges level and option and reports whether the option is one
// that the specification follows.
func (v *verdict) optionName(level, name int32) *option {
	if o := findOption(level, name); o != nil {
		if level == wsa.SOL_SOCKET && name == wsa.SO_GROUP_PRIORITY {
			v.grouped()
		}
		if o.on != 0 && o.on != v.s.typ {
			if name == wsa.SO_LINGER {
				v.must(rules.OPTKind, wsa.WSAENOPROTOOPT)
			} else {
				v.may(rules.OPTKind)
			}
		}
		return o
	}
	switch {
	case slices.Contains(refused, optionID{level, name}):
		v.must(rules.OPTRefused)
	case level < 0 || level > 0xFF && level != wsa.SOL_SOCKET:
		v.must(rules.OPTLevel)
	case !knownOption(level, name):
		v.must(rules.OPTUnknown, wsa.WSAENOPROTOOPT, wsa.WSAEINVAL)
		v.may(rules.OPTLevel)
	case v.datagramOnly(level, name):
		v.must(rules.OPTDatagram)
	default:
		v.mayAny(rules.OPTKind)
		if v.s.status != connected {
			v.may(rules.OPTNotconn)
		}
		if level == wsa.IPPROTO_IP || level == wsa.IPPROTO_IPV6 {
			v.may(rules.OPTGroup)
		}
	}
	return nil
}

// grouped judges an option that only members of a group of sockets have.
func (v *verdict) grouped() {
	switch {
	case v.s.strayed, v.s.unclear:
		v.may(rules.OPTGroupPriority)
	case v.s.group == 0:
		v.must(rules.OPTGroupPriority)
	}
}

// getGroup is SO_GROUP_ID.
func (v *verdict) getGroup(o *option, c wsa.GetsockoptCall, room int64) {
	s := v.s
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		if broken := optionGiven(s, o, c, ret); broken != "" {
			return broken
		}
		id, _ := optionValue(o, ret.Data)
		return n.learnGroup(s.place, id)
	}, func(n *world) wsa.Return {
		r := optionExample(s, o, room)
		if len(r.Data) == 4 {
			binary.LittleEndian.PutUint32(r.Data, n.groupExample(s))
		}
		return r
	}, rules.OPTGet, rules.OPTGroupNumber)
}

// datagramOnly reports whether the option is one that a socket of this kind was
// seen not to have (observed OV3, OV8, SP6).
func (v *verdict) datagramOnly(level, name int32) bool {
	switch {
	case name == wsa.IP_HDRINCL && (level == wsa.IPPROTO_IP || level == wsa.IPPROTO_IPV6):
		return v.s.typ != wsa.SOCK_RAW
	case v.s.typ != wsa.SOCK_STREAM:
		return false
	case level == wsa.IPPROTO_IP && v.s.family == wsa.AF_INET:
		return slices.Contains([]int32{wsa.IP_MULTICAST_IF, wsa.IP_MULTICAST_TTL, wsa.IP_MULTICAST_LOOP, wsa.IP_PKTINFO, wsa.IP_RECVTTL, wsa.IP_RECVTOS}, name)
	case level == wsa.IPPROTO_IPV6 && v.s.family == wsa.AF_INET6:
		return slices.Contains([]int32{wsa.IPV6_MULTICAST_IF, wsa.IPV6_MULTICAST_HOPS, wsa.IPV6_MULTICAST_LOOP, wsa.IPV6_PKTINFO, wsa.IPV6_HOPLIMIT, wsa.IPV6_RECVTCLASS}, name)
	}
	return false
}

// needsConnection reports whether the option is about the path of a connection
// that the socket does not have (observed OV6).
func (v *verdict) needsConnection(level, name int32) bool {
	own := level == wsa.IPPROTO_IP && name == wsa.IP_MTU && v.s.family == wsa.AF_INET ||
		level == wsa.IPPROTO_IPV6 && name == wsa.IPV6_MTU && v.s.family == wsa.AF_INET6
	return own && v.s.status == idle && !v.s.unclear
}

// optionID names an option.
type optionID struct{ level, name int32 }

// refused are the options that TCP/IP does not support (OPT-REFUSED).
var refused = []optionID{
	{wsa.SOL_SOCKET, wsa.SO_USELOOPBACK}, {wsa.SOL_SOCKET, wsa.SO_SNDLOWAT}, {wsa.SOL_SOCKET, wsa.SO_RCVLOWAT},
	{wsa.SOL_SOCKET, wsa.SO_CONNDATA}, {wsa.SOL_SOCKET, wsa.SO_CONNOPT}, {wsa.SOL_SOCKET, wsa.SO_DISCDATA}, {wsa.SOL_SOCKET, wsa.SO_DISCOPT},
	{wsa.SOL_SOCKET, wsa.SO_CONNDATALEN}, {wsa.SOL_SOCKET, wsa.SO_CONNOPTLEN}, {wsa.SOL_SOCKET, wsa.SO_DISCDATALEN}, {wsa.SOL_SOCKET, wsa.SO_DISCOPTLEN},
}

// knownOption reports whether any Windows knows the option; which ones an
// older version lacks is not modelled.
func knownOption(level, name int32) bool {
	switch level {
	case wsa.SOL_SOCKET, wsa.IPPROTO_IP, wsa.IPPROTO_IPV6, wsa.IPPROTO_TCP:
		_, ok := wsa.ConstantName(wsa.OptionKind(level), int64(name))
		// The page of IPPROTO_IPV6 lists one that the headers name for IPPROTO_IP.
		return ok || level == wsa.IPPROTO_IPV6 && name == wsa.IP_ORIGINAL_ARRIVAL_IF
	}
	return true
}

func (v *verdict) getsockopt(c wsa.GetsockoptCall) {
	o := v.optionName(c.Level, c.Optname)
	room := min(int64(c.Optval), int64(optlen(c.Optlen)))
	if v.needsConnection(c.Level, c.Optname) {
		v.must(rules.OPTMtu)
	}
	switch {
	case c.Optval == wsa.NULL || room <= 0:
		v.must(rules.OPTFault)
	case o != nil && room < 4 && (o.form == formWord || o.form == formPair):
		v.must(rules.OPTFault)
	case o == nil || o.form == formBlob || room < 4 && o.access == readOnly:
		v.may(rules.OPTFault)
	}
	ids := []rules.ID{rules.OPTGet}
	switch {
	case c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_ERROR:
		ids = append(ids, rules.OPTError)
	case c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_CONNECT_TIME:
		ids = append(ids, rules.OPTConntime)
	case o != nil && o.value != nil:
		ids = append(ids, rules.OPTKnown)
	}
	s := v.s
	if c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_GROUP_ID {
		v.getGroup(o, c, room)
		return
	}
	v.succeed(func(n *world, ret *wsa.Return) rules.ID {
		return optionGiven(s, o, c, ret)
	},
		func(*world) wsa.Return { return optionExample(s, o, room) }, ids...)
}

func optlen(p *int32) int32 {
	if p == nil {
		return 0
	}
	return *p
}

// optionGiven judges the value that getsockopt stored.
func optionGiven(s *socket, o *option, c wsa.GetsockoptCall, ret *wsa.Return) rules.ID {
	if ret.Len == nil || *ret.Len < 0 || *ret.Len > int64(*c.Optlen) {
		return rules.OPTGet
	}
	if o == nil {
		return ""
	}
	got, ok := optionValue(o, ret.Data)
	if !ok {
		return rules.OPTGet
	}
	if o.name == wsa.SO_CONNECT_TIME && s.status != connected && s.status != connecting && got != 0xFFFFFFFF {
		return rules.OPTConntime
	}
	if o.name == wsa.SO_ERROR && !s.pending(wsa.Errno(got)) {
		return rules.OPTError
	}
	if o.value == nil {
		return ""
	}
	want, known := o.value(s)
	if !known {
		return ""
	}
	if o.form == formBool {
		got, want = uint32(flag(got != 0)), uint32(flag(want != 0))
	}
	switch {
	case got == want:
		return ""
	case o.form == formPair && got&0xFFFF == 0 && want&0xFFFF == 0:
		return "" // the time counts only when lingering is on
	case o.form == formPair && got&0xFFFF != 0 && want&0xFFFF != 0 && got>>16 == want>>16:
		return "" // any non-zero value turns it on
	case o.name == wsa.SO_EXCLUSIVEADDRUSE && s.sec.on:
		return rules.SSSExclusive
	}
	return rules.OPTKnown
}

// pending reports whether SO_ERROR may read so: none on a stream that was never
// connected, and the error of a connect of which no call has told that it failed.
func (x *socket) pending(e wsa.Errno) bool {
	switch {
	case x.typ != wsa.SOCK_STREAM, x.errorTouched, x.unclear:
		return true
	case x.status == idle && x.failure == failedNever:
		return e == 0
	case x.status == idle && x.failure == failedSilently:
		return slices.Contains(connectCodes, e)
	}
	return true
}

func optionValue(o *option, b []byte) (uint32, bool) {
	switch {
	case o.form == formBlob:
		return 0, len(b) > 0
	case len(b) >= 4:
		return binary.LittleEndian.Uint32(b), true
	case o.form == formBool && len(b) > 0:
		return uint32(b[0]), true
	}
	return 0, false
}

func optionExample(s *socket, o *option, room int64) wsa.Return {
	n := min(room, 4)
	value := uint32(0)
	if o != nil && o.value != nil {
		value, _ = o.value(s)
	}
	if o != nil && o.name == wsa.SO_CONNECT_TIME && s.status != connected {
		value = 0xFFFFFFFF
	}
	if o != nil && o.name == wsa.SO_ERROR && !s.pending(0) {
		value = uint32(wsa.WSAECONNREFUSED)
	}
	return wsa.Return{Len: &n, Data: binary.LittleEndian.AppendUint32(nil, value)[:max(n, 0)]}
}

func (v *verdict) setsockopt(c wsa.SetsockoptCall) {
	if v.updateContext(c) {
		return
	}
	o := v.optionName(c.Level, c.Optname)
	if v.s.status == connecting {
		v.mayAny(rules.OPTConnecting)
	}
	if (v.s.status == connected || v.s.status == connecting) && v.s.typ == wsa.SOCK_STREAM {
		v.may(rules.OPTNetreset)
		v.may(rules.OPTNotconn)
	}
	if o != nil && o.access == readOnly {
		v.mustAny(rules.OPTReadonly)
		return
	}
	switch {
	case len(c.Optval) == 0:
		switch {
		case c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_UPDATE_CONNECT_CONTEXT: // takes nothing
		case o != nil || c.Level == wsa.SOL_SOCKET:
			v.must(rules.OPTFault)
		default:
			v.may(rules.OPTFault) // IP_OPTIONS takes nothing
		}
	case len(c.Optval) < 4 && o != nil && (o.form == formWord || o.form == formPair) && c.Optname != wsa.SO_ERROR:
		v.must(rules.OPTFault)
	case len(c.Optval) < 4:
		v.may(rules.OPTFault)
	}
	if o == nil {
		v.setUnknown(c)
		return
	}
	v.setKnown(c, o)
}

// setUnknown judges an option that exists but is not followed.
func (v *verdict) setUnknown(c wsa.SetsockoptCall) {
	v.may(rules.OPTValue)
	v.mayAny(rules.OPTReadonly)
	if c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_CONDITIONAL_ACCEPT && v.s.status == listening {
		v.must(rules.OPTListening)
	}
	e := effect(nil)
	if c.Level != wsa.SOL_SOCKET && v.s.bound == no {
		e = v.change(func(x *socket) { x.deferred = true })
	}
	if c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_KEEPALIVE {
		e = v.change(func(x *socket) { x.kept = true })
	}
	if asks := v.asks(c); asks != nil {
		first := e
		e = func(n *world, ret *wsa.Return) rules.ID {
			if first != nil {
				first(n, ret)
			}
			return asks(n, ret)
		}
	}
	v.succeed(e, nil, rules.OPTSet)
}

func (v *verdict) setKnown(c wsa.SetsockoptCall, o *option) {
	value, sure := uint32(0), true
	if b := c.Optval; len(b) >= 4 {
		value = binary.LittleEndian.Uint32(b)
		// Some options look at the first byte only (SO9, OL20).
		sure = o.form != formBool || value == 0 || value&0xFF != 0
	} else if len(b) > 0 {
		value = uint32(b[0])
	}
	ids := []rules.ID{rules.OPTSet}
	switch {
	case c.Optname == wsa.SO_ERROR && c.Level == wsa.SOL_SOCKET:
		ids = append(ids, rules.OPTSeterror)
	case c.Level == wsa.IPPROTO_IPV6:
		if v.s.bound != no && v.s.family == wsa.AF_INET && v.s.bound == yes {
			v.mustAny(rules.OPTBound)
		} else if v.s.bound != no {
			v.mayAny(rules.OPTBound)
			sure = false
		}
	case c.Optname == wsa.SO_EXCLUSIVEADDRUSE && value != 0:
		v.fails(v.s.reuse, rules.OPTConflict)
	case c.Optname == wsa.SO_REUSEADDR && value != 0 && v.s.exclusive != no:
		v.may(rules.OPTConflict)
	}
	if c.Level == wsa.SOL_SOCKET && (c.Optname == wsa.SO_EXCLUSIVEADDRUSE || c.Optname == wsa.SO_REUSEADDR) {
		if v.s.bound != no {
			v.may(rules.OPTBound)
			sure = false
		}
		if c.Optname == wsa.SO_EXCLUSIVEADDRUSE && v.s.sec.on {
			// Security turned it on; whether it can be turned off is not said.
			v.mayAny(rules.SSSExclusive)
		}
	}
	if o.form == formWord && c.Optname != wsa.SO_ERROR {
		v.may(rules.OPTValue)
	}
	k := v.s.place
	v.succeed(func(n *world, _ *wsa.Return) rules.ID {
		n.editSocket(k, func(x *socket) { o.set(x, value, sure) })
		if c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_GROUP_PRIORITY {
			n.prioritized(k)
		}
		return ""
	}, nil, ids...)
}
