package fuzz

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"wsasim/sim"
	"wsasim/wsa"
)

// Call draws any call.
func Call(p *Pool) *rapid.Generator[wsa.Call] {
	return rapid.Custom(func(t *rapid.T) wsa.Call { return source{t, p}.call() })
}

// CallOf draws a call of the function op, spelled as wsa.Ops does. It panics
// for a function that it does not know, which a test excludes.
func CallOf(op string, p *Pool) *rapid.Generator[wsa.Call] {
	return rapid.Custom(func(t *rapid.T) wsa.Call {
		g := source{t, p}
		g.upTo(1, "call") // rapid insists that something is drawn; WSACleanup draws nothing
		return g.callOf(op)
	})
}

// call draws any call: now and then one about names, which leave the others
// little room if each function is as likely as each other.
func (g source) call() wsa.Call {
	if g.once(20, "about names") {
		return g.nameCall()
	}
	return g.callOf(pick(g, "function", weighted...))
}

func (g source) callOf(op string) wsa.Call {
	d, ok := drawers[op]
	if !ok {
		d, ok = nameDrawers[op]
	}
	if !ok {
		panic("fuzz: nothing draws a call of " + op)
	}
	return d.draw(g)
}

// drawer says how calls of one function are drawn, and how often among all.
type drawer struct {
	weight int
	draw   func(g source) wsa.Call
}

// weighted holds each function of drawers as often as its weight says, in the
// order of wsa.Calls; weightedNames those of nameDrawers.
var weighted, weightedNames = func() (list, names []string) {
	for _, c := range wsa.Calls() {
		op := c.Op()
		d, ok := drawers[op]
		name, about := nameDrawers[op]
		if !ok && !about {
			panic(fmt.Sprintf("fuzz: package wsa has a call %s that nothing draws", op))
		}
		list = append(list, slices.Repeat([]string{op}, d.weight)...)
		names = append(names, slices.Repeat([]string{op}, name.weight)...)
	}
	return list, names
}()

// drawers has one row for each other call of package wsa.
var drawers = map[string]drawer{
	"WSAStartup": {1, func(g source) wsa.Call {
		return wsa.WSAStartupCall{Version: pick(g, "version", uint16(0x0202), 0x0101, 0x0001, 0x0102, 0x0000, 0x0302, 0x0203), NullData: g.once(12, "no data")}
	}},
	"WSACleanup":      {1, func(source) wsa.Call { return wsa.WSACleanupCall{} }},
	"WSAGetLastError": {2, func(source) wsa.Call { return wsa.WSAGetLastErrorCall{} }},
	"WSASetLastError": {1, func(g source) wsa.Call {
		return wsa.WSASetLastErrorCall{Error: pick(g, "error", 0, wsa.WSAEISCONN, wsa.WSAEINVAL, wsa.Errno(5))}
	}},
	"socket":                        {3, source.newSocket},
	"WSASocket":                     {3, source.newWSASocket},
	"bind":                          {4, func(g source) wsa.Call { return wsa.BindCall{S: g.socket(), Name: g.sockaddr(g.local())} }},
	"listen":                        {2, func(g source) wsa.Call { return wsa.ListenCall{S: g.socket(), Backlog: g.backlog()} }},
	"accept":                        {2, source.accept},
	"connect":                       {4, func(g source) wsa.Call { return wsa.ConnectCall{S: g.socket(), Name: g.sockaddr(g.addrPort())} }},
	"WSAConnect":                    {2, source.wsaConnect},
	"shutdown":                      {2, func(g source) wsa.Call { return wsa.ShutdownCall{S: g.socket(), How: g.how()} }},
	"closesocket":                   {2, func(g source) wsa.Call { return wsa.ClosesocketCall{S: g.socket()} }},
	"getsockname":                   {2, source.getsockname},
	"getpeername":                   {2, source.getpeername},
	"send":                          {3, func(g source) wsa.Call { return wsa.SendCall{S: g.socket(), Buf: g.payload(), Flags: g.flags()} }},
	"sendto":                        {3, source.sendto},
	"recv":                          {3, func(g source) wsa.Call { return wsa.RecvCall{S: g.socket(), Buf: g.room(), Flags: g.flags()} }},
	"recvfrom":                      {3, source.recvfrom},
	"WSASend":                       {2, source.wsaSend},
	"WSASendTo":                     {2, source.wsaSendTo},
	"WSARecv":                       {2, source.wsaRecv},
	"WSARecvFrom":                   {2, source.wsaRecvFrom},
	"getsockopt":                    {3, source.getsockopt},
	"setsockopt":                    {4, source.setsockopt},
	"ioctlsocket":                   {2, source.ioctlsocket},
	"WSAIoctl":                      {4, source.ioctl},
	"WSASetSocketSecurity":          {4, source.setSecurity},
	"WSASetSocketPeerTargetName":    {5, source.setTarget},
	"WSADeleteSocketPeerTargetName": {3, source.deleteTarget},
	"WSAQuerySocketSecurity":        {4, source.query},
	"WSAImpersonateSocketPeer": {2, func(g source) wsa.Call {
		return wsa.WSAImpersonateSocketPeerCall{S: g.socket(), PeerAddr: g.sockaddr(g.addrPort())}
	}},
	"WSARevertImpersonation": {1, func(source) wsa.Call { return wsa.WSARevertImpersonationCall{} }},
	"CloseHandle":            {1, func(g source) wsa.Call { return wsa.CloseHandleCall{H: g.handle()} }},
	"SleepEx": {1, func(g source) wsa.Call {
		return wsa.SleepExCall{Milliseconds: g.ms("milliseconds"), Alertable: g.once(2, "alertable")}
	}},
	"QueueUserAPC":             {1, func(source) wsa.Call { return wsa.QueueUserAPCCall{} }},
	"GetCurrentProcessId":      {1, func(source) wsa.Call { return wsa.GetCurrentProcessIdCall{} }},
	"WSACreateEvent":           {2, func(source) wsa.Call { return wsa.WSACreateEventCall{} }},
	"WSASetEvent":              {2, func(g source) wsa.Call { return wsa.WSASetEventCall{Event: g.event()} }},
	"WSAResetEvent":            {2, func(g source) wsa.Call { return wsa.WSAResetEventCall{Event: g.event()} }},
	"WSACloseEvent":            {2, func(g source) wsa.Call { return wsa.WSACloseEventCall{Event: g.event()} }},
	"WSAWaitForMultipleEvents": {3, source.waitForEvents},
	"select":                   {3, source.selectSockets},
	"WSAPoll":                  {3, source.poll},
	"WSAEventSelect":           {2, source.eventSelect},
	"WSAEnumNetworkEvents":     {2, source.enumEvents},
	"WSAAccept":                {2, source.wsaAccept},
	"WSASendDisconnect":        {1, func(g source) wsa.Call { return wsa.WSASendDisconnectCall{S: g.socket(), Data: g.disconnectData()} }},
	"WSARecvDisconnect":        {1, func(g source) wsa.Call { return wsa.WSARecvDisconnectCall{S: g.socket(), Data: g.disconnectData()} }},
	"WSAEnumProtocols":         {1, source.enumProtocols},
	"WSADuplicateSocket":       {2, source.duplicate},

	"WSAGetOverlappedResult":             {3, source.wsaResult},
	"GetOverlappedResult":                {2, source.kernelResult},
	"CancelIo":                           {2, func(g source) wsa.Call { return wsa.CancelIoCall{File: g.file()} }},
	"CancelIoEx":                         {2, source.cancelIoEx},
	"CreateIoCompletionPort":             {3, source.createPort},
	"GetQueuedCompletionStatus":          {4, source.getQueued},
	"GetQueuedCompletionStatusEx":        {3, source.getQueuedEx},
	"PostQueuedCompletionStatus":         {2, source.post},
	"SetFileCompletionNotificationModes": {1, source.setModes},
	"AcceptEx":                           {3, source.acceptEx},
	"GetAcceptExSockaddrs":               {1, source.acceptExSockaddrs},
	"ConnectEx":                          {3, source.connectEx},
	"DisconnectEx":                       {2, source.disconnectEx},
	"TransmitFile":                       {2, source.transmitFile},
	"WSASendMsg":                         {2, source.wsaSendMsg},
	"WSARecvMsg":                         {2, source.wsaRecvMsg},
}

// kind draws family, type and protocol: mostly those of TCP and UDP over IPv4
// and IPv6.
func (g source) kind() (family, typ, protocol int32) {
	if g.once(10, "odd kind of socket") {
		family = int32(pick(g, "family", families...))
		typ = pick(g, "type", int32(wsa.SOCK_STREAM), wsa.SOCK_DGRAM, wsa.SOCK_RAW, wsa.SOCK_RDM, wsa.SOCK_SEQPACKET, 0, 6)
		protocol = pick(g, "protocol", int32(0), wsa.IPPROTO_TCP, wsa.IPPROTO_UDP, wsa.IPPROTO_ICMP, 255, -1)
		if g.once(3, "the protocol of another type") {
			family, typ, protocol = wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_UDP
			if g.once(2, "of streams") {
				typ, protocol = wsa.SOCK_DGRAM, wsa.IPPROTO_TCP
			}
		}
		return family, typ, protocol
	}
	family = pick(g, "family", int32(wsa.AF_INET), wsa.AF_INET6)
	if g.once(2, "datagram") {
		return family, wsa.SOCK_DGRAM, pick(g, "protocol", int32(wsa.IPPROTO_UDP), 0)
	}
	return family, wsa.SOCK_STREAM, pick(g, "protocol", int32(wsa.IPPROTO_TCP), 0)
}

func (g source) newSocket() wsa.Call {
	family, typ, protocol := g.kind()
	return wsa.SocketCall{Family: family, Type: typ, Protocol: protocol}
}

func (g source) newWSASocket() wsa.Call {
	c := wsa.WSASocketCall{Flags: pick(g, "flags", uint32(0), wsa.WSA_FLAG_OVERLAPPED)}
	c.Family, c.Type, c.Protocol = g.kind()
	if g.once(12, "odd flags") {
		c.Flags = g.constant(wsa.KindSocketFlag)
	}
	if len(g.p.Groups) > 0 && g.once(8, "in a group") {
		c.Group = g.group()
	}
	switch kind := g.upTo(15, "protocol info"); {
	case kind == 15:
		c.ProtocolInfo = make(wsa.Bytes, pick(g, "its size", 0, 8, 371))
	case kind >= 12 && len(g.p.Infos) > 0:
		return g.takeDuplicate()
	}
	return c
}

func (g source) backlog() int32 {
	return pick(g, "backlog", int32(5), 0, 1, -1, wsa.SOMAXCONN)
}

func (g source) accept() wsa.Call {
	c := wsa.AcceptCall{S: g.socket()}
	c.Addr, c.Addrlen = g.addressRoom()
	return c
}

func (g source) wsaConnect() wsa.Call {
	c := wsa.WSAConnectCall{S: g.socket(), Name: g.sockaddr(g.addrPort())}
	if g.once(8, "extras") {
		extra := pick(g, "extra", &c.CallerData, &c.CalleeData, &c.ServiceQOS, &c.GroupQOS)
		*extra = make(wsa.Bytes, 8)
	}
	return c
}

func (g source) how() int32 {
	return pick(g, "how", int32(wsa.SD_SEND), wsa.SD_RECEIVE, wsa.SD_BOTH, 3, -1)
}

func (g source) getsockname() wsa.Call {
	c := wsa.GetsocknameCall{S: g.socket()}
	c.Name, c.Namelen = g.addressRoom()
	return c
}

func (g source) getpeername() wsa.Call {
	c := wsa.GetpeernameCall{S: g.socket()}
	c.Name, c.Namelen = g.addressRoom()
	return c
}

// payload draws what is sent: mostly little, rarely more than a datagram or a
// socket's buffer holds, and NULL.
func (g source) payload() wsa.Bytes {
	kind := g.upTo(63, "payload")
	switch {
	case kind == 63:
		return make(wsa.Bytes, pick(g, "large", 65507, 65508, 65527, 65528, 70000, 200000))
	case kind == 62:
		return nil
	case kind >= 58:
		return wsa.Bytes{}
	}
	b := make(wsa.Bytes, pick(g, "bytes", 1, 5, 100, 1500))
	for i := range b {
		b[i] = byte(kind + i)
	}
	return b
}

// room draws what is received into.
func (g source) room() wsa.Room {
	return pick(g, "room", wsa.Room(100), 2000, 1, 5, 70000, 0, wsa.NULL)
}

// flags draws the flags of a transfer: mostly none.
func (g source) flags() int32 {
	if !g.once(8, "with flags") {
		return 0
	}
	return int32(g.constant(wsa.KindMessageFlag))
}

func (g source) to() wsa.Bytes {
	if g.once(6, "no destination") {
		return nil
	}
	return g.sockaddr(g.addrPort())
}

func (g source) sendto() wsa.Call {
	return wsa.SendtoCall{S: g.socket(), Buf: g.payload(), Flags: g.flags(), To: g.to()}
}

func (g source) recvfrom() wsa.Call {
	c := wsa.RecvfromCall{S: g.socket(), Buf: g.room(), Flags: g.flags()}
	c.From, c.Fromlen = g.addressRoom()
	return c
}

// list draws an array of buffers; now and then NULL or empty.
func list[T any](g source, draw func() T) []T {
	n := pick(g, "buffers", 1, 2, 3, 0, -1)
	if n < 0 {
		return nil
	}
	l := make([]T, n)
	for i := range l {
		l[i] = draw()
	}
	return l
}

func (g source) wsaSend() wsa.Call {
	c := wsa.WSASendCall{S: g.socket(), Buffers: list(g, g.payload), NullSent: g.once(8, "no count"), Flags: uint32(g.flags())}
	c.Overlapped, c.Event, c.Routine = g.mostlyOverlapped()
	return c
}

func (g source) wsaSendTo() wsa.Call {
	c := wsa.WSASendToCall{S: g.socket(), Buffers: list(g, g.payload), NullSent: g.once(8, "no count"), Flags: uint32(g.flags()), To: g.to()}
	c.Overlapped, c.Event, c.Routine = g.mostlyOverlapped()
	return c
}

// flagsPointer draws lpFlags: mostly a pointer to the flags.
func (g source) flagsPointer() *uint32 {
	if g.once(12, "no flags") {
		return nil
	}
	f := uint32(g.flags())
	return &f
}

func (g source) wsaRecv() wsa.Call {
	c := wsa.WSARecvCall{S: g.socket(), Buffers: list(g, g.room), NullReceived: g.once(8, "no count"), Flags: g.flagsPointer()}
	c.Overlapped, c.Event, c.Routine = g.mostlyOverlapped()
	return c
}

func (g source) wsaRecvFrom() wsa.Call {
	c := wsa.WSARecvFromCall{S: g.socket(), Buffers: list(g, g.room), NullReceived: g.once(8, "no count"), Flags: g.flagsPointer()}
	c.From, c.Fromlen = g.addressRoom()
	c.Overlapped, c.Event, c.Routine = g.mostlyOverlapped()
	return c
}

// options holds those that the simulator knows, and then every other of the
// levels that have any.
var options = func() (list []sim.OptionStatus) {
	known := make(map[sim.OptionStatus]bool)
	for _, o := range sim.Options() {
		o.Status = ""
		list = append(list, o)
		known[o] = true
	}
	for _, level := range []int32{wsa.SOL_SOCKET, wsa.IPPROTO_TCP, wsa.IPPROTO_UDP, wsa.IPPROTO_IP, wsa.IPPROTO_IPV6} {
		for _, name := range values[wsa.OptionKind(level)] {
			if o := (sim.OptionStatus{Level: level, Name: int32(name)}); !known[o] {
				list = append(list, o)
			}
		}
	}
	return append(list, sim.OptionStatus{Level: wsa.SOL_SOCKET, Name: 0x7777}, sim.OptionStatus{Level: 0x7777, Name: 1})
}()

// option draws a level and a name: three times in four one that is simulated.
func (g source) option() (level, name int32) {
	if g.once(6, "what the socket is") {
		return wsa.SOL_SOCKET, pick(g, "option", int32(wsa.SO_TYPE), wsa.SO_ACCEPTCONN, wsa.SO_ERROR)
	}
	known := options[:len(sim.Options())]
	if g.once(4, "any option") {
		known = options
	}
	o := pick(g, "option", known...)
	return o.Level, o.Name
}

func (g source) getsockopt() wsa.Call {
	c := wsa.GetsockoptCall{S: g.socket(), Optval: pick(g, "room", wsa.Room(4), 4, 4, 4, 8, 64, 1, 2, 3, 0, wsa.NULL)}
	c.Level, c.Optname = g.option()
	n := int32(c.Optval)
	switch g.upTo(11, "optlen") {
	case 11:
		return c
	case 10:
		n = pick(g, "odd optlen", int32(0), -1, 1, 4, 4096)
	}
	c.Optlen = &n
	return c
}

func (g source) setsockopt() wsa.Call {
	c := wsa.SetsockoptCall{S: g.socket()}
	c.Level, c.Optname = g.option()
	v := pick(g, "value", uint32(1), 0, 2, 10, 500, 4096, 1<<16, 1<<16+1, 0xFFFFFFFF)
	c.Optval = le.AppendUint32(nil, v)
	if g.once(8, "odd size") {
		if n := pick(g, "size", 1, 2, 3, 8, 0, -1); n < 0 {
			c.Optval = nil
		} else {
			c.Optval = append(c.Optval, 0, 0, 0, 0)[:n]
		}
	}
	return c
}

func (g source) ioctlsocket() wsa.Call {
	c := wsa.IoctlsocketCall{S: g.socket(), Cmd: pick(g, "command", uint32(wsa.FIONBIO), wsa.FIONREAD, wsa.SIOCATMARK)}
	if g.once(10, "odd command") {
		c.Cmd = g.constant(wsa.KindIoctl)
	}
	if !g.once(10, "no argument") {
		v := pick(g, "argument", uint32(0), 1, 0x80000000)
		c.Argp = &v
	}
	return c
}

// ioctls are the control codes that mean something here, with what each takes
// and the room it needs; what is empty is drawn as a number of 4 bytes.
var ioctls = []struct {
	code  uint32
	in    []string
	out   wsa.Room
	plain bool
}{
	{code: wsa.SIO_SET_SECURITY, in: []string{"SOCKET_SECURITY_SETTINGS", "SOCKET_SECURITY_SETTINGS_IPSEC"}, out: wsa.NULL},
	{code: wsa.SIO_SET_PEER_TARGET_NAME, in: []string{"SOCKET_PEER_TARGET_NAME"}, out: wsa.NULL},
	{code: wsa.SIO_DELETE_PEER_TARGET_NAME, in: []string{"SOCKADDR_IN", "SOCKADDR_IN6", "SOCKADDR_STORAGE"}, out: wsa.NULL},
	{code: wsa.SIO_QUERY_SECURITY, in: []string{"SOCKET_SECURITY_QUERY_TEMPLATE", "SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2"}, out: 64},
	{code: wsa.FIONBIO, plain: true, out: wsa.NULL},
	{code: wsa.FIONREAD, out: 4},
	{code: wsa.SIOCATMARK, out: 4},
	{code: wsa.SIO_KEEPALIVE_VALS, in: []string{"tcp_keepalive"}, out: wsa.NULL},
	{code: wsa.SIO_UDP_CONNRESET, plain: true, out: wsa.NULL},
}

func (g source) ioctl() wsa.Call {
	row := pick(g, "control code", ioctls...)
	c := wsa.WSAIoctlCall{S: g.socket(), Code: row.code, Out: row.out, NullReturned: g.once(10, "no count")}
	switch {
	case row.in != nil:
		c.In = g.buffer(row.in...)
	case row.plain:
		c.In = le.AppendUint32(nil, uint32(g.upTo(1, "value")))
	}
	switch g.upTo(15, "odd ioctl") {
	case 15:
		c.Code = g.constant(wsa.KindIoctl)
	case 14:
		c.Out = pick(g, "out", wsa.Room(0), 1, 3, 23, 24, 63, 64, wsa.NULL)
	case 13:
		c.In = c.In[:min(len(c.In), g.upTo(4, "in"))]
	}
	c.Overlapped, c.Routine = g.overlapped()
	return c
}

func (g source) setSecurity() wsa.Call {
	c := wsa.WSASetSocketSecurityCall{S: g.socket()}
	if !g.once(5, "default policy") {
		c.Settings = g.buffer("SOCKET_SECURITY_SETTINGS", "SOCKET_SECURITY_SETTINGS_IPSEC")
	}
	c.Overlapped, c.Routine = g.overlapped()
	return c
}

func (g source) setTarget() wsa.Call {
	c := wsa.WSASetSocketPeerTargetNameCall{S: g.socket(), PeerTargetName: g.buffer("SOCKET_PEER_TARGET_NAME")}
	c.Overlapped, c.Routine = g.overlapped()
	return c
}

func (g source) deleteTarget() wsa.Call {
	c := wsa.WSADeleteSocketPeerTargetNameCall{S: g.socket(), PeerAddr: g.sockaddr(g.addrPort())}
	c.Overlapped, c.Routine = g.overlapped()
	return c
}

func (g source) query() wsa.Call {
	c := wsa.WSAQuerySocketSecurityCall{S: g.socket(), Info: pick(g, "info", wsa.Room(64), 24, 63, 23, 0, wsa.NULL)}
	if g.once(3, "template") {
		c.Template = g.buffer("SOCKET_SECURITY_QUERY_TEMPLATE", "SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2")
	}
	n := uint32(max(c.Info, 0))
	switch g.upTo(11, "info length") {
	case 9, 11:
		return c
	case 10:
		n = pick(g, "odd info length", uint32(0), 1, 24, 64, 4096)
	}
	c.InfoLen = &n
	c.Overlapped, c.Routine = g.overlapped()
	return c
}
