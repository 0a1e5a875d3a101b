package sim

import (
	"encoding/binary"
	"math"

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
	optConditionalAccept
	optPauseAccept
	optRandomizePort
	optPortScalability
	optReuseUnicastPort
	optMaxDg
	optMaxRT
	optTimestamps
	optFastOpen
	optMaxSeg
	optExpedited
	optBSDUrgent
	optNoChecksum
	optChecksumCoverage
	optMulticastIf
	optMulticastTTL
	optMulticastLoop
	optPktInfo
	optRecvTTL
	optRecvTOS
	optReceiveBroadcast
	optRecvIf
	optUnicastIf
	optMTUDiscover
	optUserMTU
	optRecvECN
	optOriginalArrivalIf
	opt6MulticastIf
	opt6MulticastHops
	opt6MulticastLoop
	opt6PktInfo
	opt6HopLimit
	opt6RecvTClass
	opt6ProtectionLevel
	opt6UnicastIf
	opt6RecvIf
	opt6MTUDiscover
	opt6UserMTU
	optMTU
	optHdrIncl
	opt6HdrIncl
	optIfList
	optRtHdr
	opt6MTU
	optMaxPathDg
	optReuseMulticastPort
	optSendMsgSize
	optMaxCoalesced
	optFailOnICMP
	opt6OriginalArrivalIf
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
	rejected                      // refused by TCP/IP: refusedOptions says with what
	absent                        // ends with a NotSimulatedError: absentOptions says why
)

func (s optionStatus) String() string {
	return [...]string{"simulated", "stored", "read only", "rejected", "not simulated"}[s]
}

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
// ipproto-ipv6-socket-options). Of the others see specialOptions, refusedOptions
// and absentOptions; what is in none of them fails with WSAENOPROTOOPT.
//
// What is stored changes nothing here, and the pages allow that: it speaks of
// routing, of several interfaces, of the path's MTU, of delays or of checksums,
// of which a simulated world has none; or it allows the stack to do something
// that it need not do.
var optionTable = [numOptions]optionSpec{
	optDebug:              {wsa.SOL_SOCKET, wsa.SO_DEBUG, shapeBool, stored, 0, tcp, udp, 0},
	optAcceptConn:         {wsa.SOL_SOCKET, wsa.SO_ACCEPTCONN, shapeComputed, readOnly, 0, tcp, false, 0},
	optReuse:              {wsa.SOL_SOCKET, wsa.SO_REUSEADDR, shapeBool, simulated, 0, tcp, udp, 0},
	optKeepAlive:          {wsa.SOL_SOCKET, wsa.SO_KEEPALIVE, shapeByte, simulated, 0, tcp, false, 0},
	optDontRoute:          {wsa.SOL_SOCKET, wsa.SO_DONTROUTE, shapeByte, stored, 0, tcp, udp, wsa.AF_INET},
	optBroadcast:          {wsa.SOL_SOCKET, wsa.SO_BROADCAST, shapeBool, simulated, 0, false, udp, 0},
	optLinger:             {wsa.SOL_SOCKET, wsa.SO_LINGER, shapeLinger, simulated, 0, tcp, false, 0},
	optDontLinger:         {wsa.SOL_SOCKET, wsa.SO_DONTLINGER, shapeBool, simulated, 1, tcp, false, 0},
	optOOBInline:          {wsa.SOL_SOCKET, wsa.SO_OOBINLINE, shapeBool, simulated, 0, tcp, false, 0},
	optExclusive:          {wsa.SOL_SOCKET, wsa.SO_EXCLUSIVEADDRUSE, shapeBool, simulated, 0, tcp, udp, 0},
	optSndBuf:             {wsa.SOL_SOCKET, wsa.SO_SNDBUF, shapeInt, simulated, 65536, tcp, udp, 0},
	optRcvBuf:             {wsa.SOL_SOCKET, wsa.SO_RCVBUF, shapeInt, simulated, 65536, tcp, udp, 0},
	optSndTimeo:           {wsa.SOL_SOCKET, wsa.SO_SNDTIMEO, shapeInt, simulated, 0, tcp, udp, 0},
	optRcvTimeo:           {wsa.SOL_SOCKET, wsa.SO_RCVTIMEO, shapeInt, simulated, 0, tcp, udp, 0},
	optError:              {wsa.SOL_SOCKET, wsa.SO_ERROR, shapeInt, simulated, 0, tcp, udp, 0},
	optType:               {wsa.SOL_SOCKET, wsa.SO_TYPE, shapeComputed, readOnly, 0, tcp, udp, 0},
	optMaxMsgSize:         {wsa.SOL_SOCKET, wsa.SO_MAX_MSG_SIZE, shapeComputed, readOnly, maxDatagram, false, udp, 0},
	optConnectTime:        {wsa.SOL_SOCKET, wsa.SO_CONNECT_TIME, shapeComputed, readOnly, 0, tcp, udp, 0},
	optNoDelay:            {wsa.IPPROTO_TCP, wsa.TCP_NODELAY, shapeByte, stored, 0, tcp, false, 0},
	optKeepIdle:           {wsa.IPPROTO_TCP, wsa.TCP_KEEPALIVE, shapeInt, simulated, 7200, tcp, false, 0},
	optKeepCnt:            {wsa.IPPROTO_TCP, wsa.TCP_KEEPCNT, shapeSmall, simulated, 10, tcp, false, 0},
	optKeepIntvl:          {wsa.IPPROTO_TCP, wsa.TCP_KEEPINTVL, shapeInt, simulated, 1, tcp, false, 0},
	optTTL:                {wsa.IPPROTO_IP, wsa.IP_TTL, shapeSmall, simulated, 128, tcp, udp, wsa.AF_INET},
	optTOS:                {wsa.IPPROTO_IP, wsa.IP_TOS, shapeSmall, simulated, 0, tcp, udp, wsa.AF_INET},
	optDontFragment:       {wsa.IPPROTO_IP, wsa.IP_DONTFRAGMENT, shapeBool, stored, 0, tcp, udp, wsa.AF_INET},
	optUnicastHops:        {wsa.IPPROTO_IPV6, wsa.IPV6_UNICAST_HOPS, shapeSmall, simulated, 128, tcp, udp, wsa.AF_INET6},
	optV6Only:             {wsa.IPPROTO_IPV6, wsa.IPV6_V6ONLY, shapeByte, simulated, 1, tcp, udp, 0},
	optDontFrag:           {wsa.IPPROTO_IPV6, wsa.IPV6_DONTFRAG, shapeBool, stored, 0, tcp, udp, wsa.AF_INET6},
	optConditionalAccept:  {wsa.SOL_SOCKET, wsa.SO_CONDITIONAL_ACCEPT, shapeBool, stored, 0, tcp, false, 0},
	optPauseAccept:        {wsa.SOL_SOCKET, wsa.SO_PAUSE_ACCEPT, shapeBool, simulated, 0, tcp, false, 0},
	optRandomizePort:      {wsa.SOL_SOCKET, wsa.SO_RANDOMIZE_PORT, shapeBool, simulated, 0, tcp, udp, 0},
	optPortScalability:    {wsa.SOL_SOCKET, wsa.SO_PORT_SCALABILITY, shapeBool, stored, 0, tcp, udp, 0},
	optReuseUnicastPort:   {wsa.SOL_SOCKET, wsa.SO_REUSE_UNICASTPORT, shapeBool, simulated, 0, tcp, udp, 0},
	optMaxDg:              {wsa.SOL_SOCKET, wsa.SO_MAXDG, shapeComputed, readOnly, maxDatagram, false, udp, 0},
	optMaxRT:              {wsa.IPPROTO_TCP, wsa.TCP_MAXRT, shapeInt, simulated, 0, tcp, false, 0},
	optTimestamps:         {wsa.IPPROTO_TCP, wsa.TCP_TIMESTAMPS, shapeByte, simulated, 0, tcp, false, 0},
	optFastOpen:           {wsa.IPPROTO_TCP, wsa.TCP_FASTOPEN, shapeByte, stored, 0, tcp, false, 0},
	optMaxSeg:             {wsa.IPPROTO_TCP, wsa.TCP_MAXSEG, shapeComputed, readOnly, 1460, tcp, false, 0},
	optExpedited:          {wsa.IPPROTO_TCP, wsa.TCP_EXPEDITED_1122, shapeByte, simulated, 0, tcp, false, 0},
	optBSDUrgent:          {wsa.IPPROTO_TCP, wsa.TCP_BSDURGENT, shapeByte, simulated, 1, tcp, false, 0},
	optNoChecksum:         {wsa.IPPROTO_UDP, wsa.UDP_NOCHECKSUM, shapeBool, stored, 0, false, udp, wsa.AF_INET},
	optChecksumCoverage:   {wsa.IPPROTO_UDP, wsa.UDP_CHECKSUM_COVERAGE, shapeBool, stored, 0, false, udp, 0},
	optMulticastIf:        {wsa.IPPROTO_IP, wsa.IP_MULTICAST_IF, shapeInt, stored, 0, false, udp, wsa.AF_INET},
	optMulticastTTL:       {wsa.IPPROTO_IP, wsa.IP_MULTICAST_TTL, shapeSmall, simulated, 1, false, udp, wsa.AF_INET},
	optMulticastLoop:      {wsa.IPPROTO_IP, wsa.IP_MULTICAST_LOOP, shapeBool, simulated, 1, false, udp, wsa.AF_INET},
	optPktInfo:            {wsa.IPPROTO_IP, wsa.IP_PKTINFO, shapeBool, simulated, 0, false, udp, 0},
	optRecvTTL:            {wsa.IPPROTO_IP, wsa.IP_RECVTTL, shapeBool, simulated, 0, false, udp, wsa.AF_INET},
	optRecvTOS:            {wsa.IPPROTO_IP, wsa.IP_RECVTOS, shapeBool, simulated, 0, false, udp, wsa.AF_INET},
	optReceiveBroadcast:   {wsa.IPPROTO_IP, wsa.IP_RECEIVE_BROADCAST, shapeBool, simulated, 1, false, udp, wsa.AF_INET},
	optRecvIf:             {wsa.IPPROTO_IP, wsa.IP_RECVIF, shapeBool, simulated, 0, false, udp, wsa.AF_INET},
	optUnicastIf:          {wsa.IPPROTO_IP, wsa.IP_UNICAST_IF, shapeInt, stored, 0, tcp, udp, wsa.AF_INET},
	optMTUDiscover:        {wsa.IPPROTO_IP, wsa.IP_MTU_DISCOVER, shapeInt, stored, 0, tcp, udp, wsa.AF_INET},
	optHdrIncl:            {wsa.IPPROTO_IP, wsa.IP_HDRINCL, shapeBool, simulated, 0, false, udp, 0},
	opt6HdrIncl:           {wsa.IPPROTO_IPV6, wsa.IPV6_HDRINCL, shapeBool, simulated, 0, false, udp, 0},
	optMTU:                {wsa.IPPROTO_IP, wsa.IP_MTU, shapeComputed, readOnly, 1500, tcp, udp, wsa.AF_INET},
	opt6MTU:               {wsa.IPPROTO_IPV6, wsa.IPV6_MTU, shapeComputed, readOnly, 1500, tcp, udp, wsa.AF_INET6},
	optIfList:             {wsa.IPPROTO_IP, wsa.IP_IFLIST, shapeBool, simulated, 0, tcp, udp, wsa.AF_INET},
	optRtHdr:              {wsa.IPPROTO_IP, wsa.IP_RTHDR, shapeBool, stored, 0, tcp, udp, wsa.AF_INET},
	optUserMTU:            {wsa.IPPROTO_IP, wsa.IP_USER_MTU, shapeInt, stored, 0xFFFFFFFF, tcp, udp, wsa.AF_INET},
	optRecvECN:            {wsa.IPPROTO_IP, wsa.IP_RECVECN, shapeBool, simulated, 0, false, udp, wsa.AF_INET},
	optOriginalArrivalIf:  {wsa.IPPROTO_IP, wsa.IP_ORIGINAL_ARRIVAL_IF, shapeBool, stored, 0, false, udp, wsa.AF_INET},
	opt6MulticastIf:       {wsa.IPPROTO_IPV6, wsa.IPV6_MULTICAST_IF, shapeInt, stored, 0, false, udp, wsa.AF_INET6},
	opt6MulticastHops:     {wsa.IPPROTO_IPV6, wsa.IPV6_MULTICAST_HOPS, shapeSmall, simulated, 1, false, udp, wsa.AF_INET6},
	opt6MulticastLoop:     {wsa.IPPROTO_IPV6, wsa.IPV6_MULTICAST_LOOP, shapeBool, simulated, 1, false, udp, wsa.AF_INET6},
	opt6PktInfo:           {wsa.IPPROTO_IPV6, wsa.IPV6_PKTINFO, shapeBool, simulated, 0, false, udp, wsa.AF_INET6},
	opt6HopLimit:          {wsa.IPPROTO_IPV6, wsa.IPV6_HOPLIMIT, shapeBool, simulated, 0, false, udp, wsa.AF_INET6},
	opt6RecvTClass:        {wsa.IPPROTO_IPV6, wsa.IPV6_RECVTCLASS, shapeBool, simulated, 0, false, udp, wsa.AF_INET6},
	opt6ProtectionLevel:   {wsa.IPPROTO_IPV6, wsa.IPV6_PROTECTION_LEVEL, shapeInt, stored, 20, tcp, udp, wsa.AF_INET6},
	opt6UnicastIf:         {wsa.IPPROTO_IPV6, wsa.IPV6_UNICAST_IF, shapeInt, stored, 0, tcp, udp, wsa.AF_INET6},
	opt6RecvIf:            {wsa.IPPROTO_IPV6, wsa.IPV6_RECVIF, shapeBool, simulated, 0, false, udp, wsa.AF_INET6},
	opt6MTUDiscover:       {wsa.IPPROTO_IPV6, wsa.IPV6_MTU_DISCOVER, shapeInt, stored, 0, tcp, udp, wsa.AF_INET6},
	optMaxPathDg:          {wsa.SOL_SOCKET, wsa.SO_MAXPATHDG, shapeComputed, readOnly, maxDatagram, false, udp, 0},
	optReuseMulticastPort: {wsa.SOL_SOCKET, wsa.SO_REUSE_MULTICASTPORT, shapeBool, stored, 0, false, udp, 0},
	optSendMsgSize:        {wsa.IPPROTO_UDP, wsa.UDP_SEND_MSG_SIZE, shapeInt, simulated, 0, false, udp, 0},
	optMaxCoalesced:       {wsa.IPPROTO_UDP, wsa.UDP_RECV_MAX_COALESCED_SIZE, shapeInt, stored, 0, false, udp, 0},
	optFailOnICMP:         {wsa.IPPROTO_TCP, wsa.TCP_FAIL_CONNECT_ON_ICMP_ERROR, shapeByte, simulated, 0, tcp, false, 0},
	opt6OriginalArrivalIf: {wsa.IPPROTO_IPV6, wsa.IP_ORIGINAL_ARRIVAL_IF, shapeBool, stored, 0, false, udp, wsa.AF_INET6},
	opt6UserMTU:           {wsa.IPPROTO_IPV6, wsa.IPV6_USER_MTU, shapeInt, stored, 0xFFFFFFFF, tcp, udp, wsa.AF_INET6},
}

// OptionStatus describes one option.
type OptionStatus struct {
	// Level and Name are those of setsockopt: SOL_SOCKET, SO_LINGER.
	Level, Name int32
	// Status is "simulated", "stored", "read only", "rejected" or "not
	// simulated".
	Status string
	// Reason says why an option is rejected or not simulated.
	Reason string
}

// String is "IPPROTO_IP IP_WFP_REDIRECT_CONTEXT: not simulated: " and the reason.
func (s OptionStatus) String() string {
	level := wsa.FormatConstant(wsa.KindLevel, int64(s.Level))
	return statusText(level+" "+wsa.FormatConstant(wsa.OptionKind(s.Level), int64(s.Name)), s.Status, s.Reason)
}

func statusText(name, status, reason string) string {
	if reason == "" {
		return name + ": " + status
	}
	return name + ": " + status + ": " + reason
}

// Options lists the socket options that the simulator knows; all others fail
// with WSAENOPROTOOPT.
func Options() []OptionStatus {
	list := []OptionStatus{{Level: wsa.SOL_SOCKET, Name: wsa.SO_OPENTYPE, Status: simulated.String()}}
	for _, o := range optionTable {
		list = append(list, OptionStatus{Level: o.level, Name: o.name, Status: o.status.String()})
	}
	for _, o := range specialOptions {
		list = append(list, OptionStatus{Level: o.level, Name: o.name, Status: o.status.String()})
	}
	for _, o := range refusedOptions {
		list = append(list, OptionStatus{o.level, o.name, rejected.String(), o.why})
	}
	for _, o := range absentOptions {
		list = append(list, OptionStatus{o.level, o.name, absent.String(), o.why})
	}
	return list
}

// options are the option values of a socket. A value of this type is never
// changed once sockets share it: with makes a changed copy.
type options struct {
	values [numOptions]uint32
	// keepTime and keepInterval are those of keep-alive in milliseconds, which
	// TCP_KEEPALIVE and TCP_KEEPINTVL give in seconds and SIO_KEEPALIVE_VALS as
	// they are.
	keepTime, keepInterval uint32
}

var defaultOptions = func() (o options) {
	for i, spec := range optionTable {
		o.values[i] = spec.value
	}
	o.keepTime, o.keepInterval = 1000*o.values[optKeepIdle], 1000*o.values[optKeepIntvl]
	return o
}()

func (o *options) get(i option) uint32 { return o.values[i] }

// with is the options with one value changed.
func (o options) with(i option, v uint32) options {
	o.values[i] = v
	return o
}

// mostOptionSets bounds what World.optionSets remembers.
const mostOptionSets = 1 << 12

// shared is a set of options in memory. Sets are never changed and sockets share
// them: most sockets set the same, and what was set before costs no memory.
func (w *World) shared(o options) *options {
	if p := w.optionSets[o]; p != nil {
		return p
	}
	if w.optionSets == nil {
		w.optionSets = map[options]*options{defaultOptions: &defaultOptions}
		if o == defaultOptions {
			return &defaultOptions
		}
	}
	p := new(options)
	if *p = o; len(w.optionSets) < mostOptionSets {
		w.optionSets[o] = p
	}
	return p
}

// setOpts replaces a socket's options.
func (s *socket) setOpts(o options) {
	if *s.opts != o {
		s.opts = s.world().shared(o)
	}
}

// change is what setsockopt does to a set of options.
type change struct {
	from   *options
	option option
	value  uint32
}

// setOpt does to a socket's options what setsockopt does. Most sockets go
// through the same changes, so each is worked out once.
func (s *socket) setOpt(i option, v uint32) {
	w, c := s.world(), change{s.opts, i, v}
	to := w.optionChanges[c]
	if to == nil {
		to = w.shared(s.opts.after(i, v))
		if w.optionChanges == nil {
			w.optionChanges = make(map[change]*options)
		}
		if len(w.optionChanges) < mostOptionSets {
			w.optionChanges[c] = to
		}
	}
	s.opts = to
}

// setError sets what SO_ERROR reads as.
func (s *socket) setError(e wsa.Errno) {
	if s.opts.get(optError) != uint32(e) {
		s.setOpt(optError, uint32(e))
	}
}

// after is the options once one of them has been given a value: some are two
// names for one thing.
func (o *options) after(i option, v uint32) options {
	switch i {
	case optDontLinger:
		// Turning it on turns lingering off, and off brings it back with the
		// time that was set (page closesocket).
		return o.with(optLinger, o.get(optLinger)&^0xffff|flag(v == 0))
	case optKeepIdle:
		return o.with(i, v).keepingAlive(milliseconds(v), o.keepInterval)
	case optKeepIntvl:
		return o.with(i, v).keepingAlive(o.keepTime, milliseconds(v))
	case optExpedited, optBSDUrgent:
		// TCP_EXPEDITED_1122 that is on stays on (page
		// ipproto-tcp-socket-options).
		if (i == optExpedited) == (v != 0) {
			return o.with(optExpedited, 1).with(optBSDUrgent, 0)
		}
		return *o
	}
	return o.with(i, v)
}

// keepingAlive is the options with other times of keep-alive; 0 is the default.
func (o options) keepingAlive(time, interval uint32) options {
	o.keepTime, o.keepInterval = time, interval
	if time == 0 {
		o.keepTime = defaultOptions.keepTime
	}
	if interval == 0 {
		o.keepInterval = defaultOptions.keepInterval
	}
	return o
}

// lingering is the linger time in seconds, and whether lingering is on.
func (o *options) lingering() (seconds uint32, on bool) {
	v := o.get(optLinger)
	return v >> 16, v&0xffff != 0
}

// levels are the levels that Winsock knows; any other is WSAEINVAL (observed
// GO2).
var levels = map[int32]bool{wsa.SOL_SOCKET: true, wsa.IPPROTO_TCP: true, wsa.IPPROTO_UDP: true, wsa.IPPROTO_IP: true, wsa.IPPROTO_IPV6: true}

// unknownOption is what a call gets for an option that is in no row of
// optionTable.
func (t *Thread) unknownOption(level, name int32) wsa.Errno {
	for _, o := range refusedOptions {
		if o.level == level && o.name == name {
			return t.fail(rules.OPTRefused, o.err)
		}
	}
	for _, o := range absentOptions {
		if o.level == level && o.name == name {
			return t.notSimulated("a socket option: " + o.why)
		}
	}
	return t.fail(rules.OPTUnknown, wsa.WSAENOPROTOOPT)
}

// optionName is how a call names an option.
type optionName struct{ level, name int32 }

// knownOption is what an option's name stands for: a row of specialOptions, or
// else one of optionTable.
type knownOption struct {
	special *specialOption
	row     option
}

var optionsByName = func() map[optionName]knownOption {
	m := make(map[optionName]knownOption, int(numOptions)+len(specialOptions))
	for i, o := range optionTable {
		m[optionName{o.level, o.name}] = knownOption{row: option(i)}
	}
	for i := range specialOptions {
		o := &specialOptions[i]
		m[optionName{o.level, o.name}] = knownOption{special: o}
	}
	return m
}()

// find looks an option up for a socket.
func (t *Thread) find(s *socket, level, name int32) (knownOption, wsa.Errno) {
	k, known := optionsByName[optionName{level, name}]
	if k.special != nil {
		return k, 0
	}
	const recvErr = 75 // IP_RECVERR, IPV6_RECVERR: no option of Windows' headers
	switch {
	case known:
		return k, t.fits(s, k.row)
	case !levels[level]:
		return k, t.fail(rules.OPTLevel, wsa.WSAEINVAL)
	case s.typ == wsa.SOCK_RAW && name == recvErr && (level == wsa.IPPROTO_IP || level == wsa.IPPROTO_IPV6):
		return k, t.fail(rules.OPTDatagram, wsa.WSAEINVAL) // observed OV7
	}
	return k, t.unknownOption(level, name)
}

// fits judges whether a socket of this kind has an option.
func (t *Thread) fits(s *socket, i option) wsa.Errno {
	o := &optionTable[i]
	ip := o.level == wsa.IPPROTO_IP || o.level == wsa.IPPROTO_IPV6
	switch {
	case (i == optHdrIncl || i == opt6HdrIncl) && s.typ != wsa.SOCK_RAW:
		return t.fail(rules.OPTDatagram, wsa.WSAEINVAL) // observed SP6
	case s.typ == wsa.SOCK_STREAM && !o.stream && ip && (o.family == 0 || o.family == s.family):
		return t.fail(rules.OPTDatagram, wsa.WSAEINVAL) // observed OV3, OV8
	case s.typ == wsa.SOCK_STREAM && !o.stream || s.typ != wsa.SOCK_STREAM && !o.datagram || s.raw() && o.level == wsa.IPPROTO_UDP || o.family != 0 && o.family != s.family:
		return t.fail(rules.OPTKind, wsa.WSAENOPROTOOPT)
	}
	return 0
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

func (t *Thread) getOption(s *socket, level, name int32, val []byte, length *int32) wsa.Errno {
	known, e := t.find(s, level, name)
	if e != 0 {
		return e
	}
	if o := known.special; o != nil {
		if o.get == nil {
			return t.fail(rules.OPTReadonly, wsa.WSAENOPROTOOPT) // observed OV4
		}
		return o.get(t, s, val, length)
	}
	i := known.row
	if val == nil || length == nil || *length <= 0 || len(val) == 0 {
		return t.fail(rules.OPTFault, wsa.WSAEFAULT)
	}
	room := min(int(*length), len(val))
	if (i == optMTU || i == opt6MTU) && s.state != stateConnected {
		return t.fail(rules.OPTMtu, wsa.WSAENOTCONN) // observed OV6
	}
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
	known, e := t.find(s, level, name)
	if e != 0 {
		return e
	}
	if o := known.special; o != nil {
		if o.set == nil {
			return t.fail(rules.OPTReadonly, wsa.WSAENOPROTOOPT)
		}
		return o.set(t, s, val)
	}
	i := known.row
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
	s.setOpt(i, v)
	if i == optKeepAlive || i == optKeepIdle || i == optKeepCnt || i == optKeepIntvl {
		s.keepAlive()
	}
	s.touch()
	return 0
}

// milliseconds is a number of seconds in milliseconds, as far as it goes.
func milliseconds(seconds uint32) uint32 {
	return uint32(min(uint64(seconds)*1000, math.MaxUint32))
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
	case (i == optMTUDiscover || i == opt6MTUDiscover) && (v == 0 || v > wsa.IP_PMTUDISC_PROBE):
		return 0, t.fail(rules.OPTValue, wsa.WSAEINVAL) // observed OV6
	case i == opt6ProtectionLevel && v != wsa.PROTECTION_LEVEL_UNRESTRICTED && v != wsa.PROTECTION_LEVEL_EDGERESTRICTED && v != wsa.PROTECTION_LEVEL_RESTRICTED:
		return 0, t.fail(rules.OPTValue, wsa.WSAEINVAL) // page ipv6-protection-level
	case i == optConditionalAccept && s.state == stateListening:
		return 0, t.fail(rules.OPTBound, wsa.WSAEINVAL) // page so-conditional-accept
	case i == optRandomizePort && v != 0 && s.opts.get(optReuseUnicastPort) != 0,
		i == optReuseUnicastPort && v != 0 && s.opts.get(optRandomizePort) != 0:
		return 0, t.fail(rules.OPTConflict, wsa.WSAEINVAL) // page sol-socket-socket-options, without a code
	case i == optV6Only && s.bound:
		return 0, t.fail(rules.OPTBound, wsa.WSAEINVAL) // observed V65
	case i == optReuse && v != 0 && s.opts.get(optExclusive) != 0,
		i == optExclusive && v != 0 && s.opts.get(optReuse) != 0:
		return 0, t.fail(rules.OPTConflict, wsa.WSAEINVAL) // observed RA12
	case i == optConditionalAccept && s.state == stateListening:
		return 0, t.fail(rules.OPTListening, wsa.WSAEINVAL)
	}
	return v, 0
}
