// Package wsanet is package net over Winsock as package wsa has it: connections,
// listeners and packet connections for code that knows net.Conn, net.Listener
// and net.PacketConn, with the errors that package net gives on Windows. Over the
// simulator such code meets, on any system, what it would meet there. Over
// the system's own Winsock it gets what package net does not offer: secured
// sockets. The package imports the standard library and wsa only.
//
// # The loop
//
//	stack := wsanet.New(process) // a *sim.Process, or *wsa.SystemProcess on Windows
//	defer stack.Close()
//	l, err := stack.Listen("tcp", ":80")
//	c, err := stack.Dial("tcp", "10.0.0.2:80")
//	p, err := stack.ListenPacket("udp", ":53")
//
// A [Stack] is one process: give each side of a test the Stack of a host of its
// own. [Dialer] and [ListenConfig] have the fields of package net's. Other
// libraries take their methods: http.Transport.DialContext is
// [Stack.DialContext], http.Server.Serve takes the listener.
//
// # Threads
//
// A [wsa.API] is one thread, for one goroutine at a time. A Stack makes threads
// as it needs them, keeps them, and ends them when it is closed: one for each
// direction in which a socket has been used until it is closed, and a few for
// calls that do not wait. Over the system's Winsock each is a thread of the
// operating system.
//
// # How it waits
//
// Every call that may wait is overlapped: WSARecv, WSASend and their kin,
// AcceptEx, ConnectEx. If it ends at once, that was all. Otherwise
// WSAGetOverlappedResult waits for it on the same thread, and a deadline, a
// context or Close ends it with CancelIoEx. An operation that ended well before
// it could be cancelled counts, so no byte and no connection is lost to a
// deadline. There is no goroutine in the background; timers are package time's.
// Inside a bubble of testing/synctest all of it waits in a way that the bubble
// understands, as long as the world was made in it: hours pass in no time.
//
// Worlds with sim.VirtualTime are not for this package: their threads must not
// wait for each other outside of calls, as locks and timers of a connection do.
//
// # Errors
//
// Chains are those of package net of Go 1.26 on Windows, in type, Op, Net, Source
// and Addr: *net.OpError, in it *os.SyscallError with the name of the call
// (wsarecv, wsasend, wsarecvfrom, wsasendto, wsarecvmsg, wsasendmsg, connectex,
// connect, acceptex, bind, listen, socket, setsockopt, wsaioctl, shutdown), and
// in that the code. Deadlines give os.ErrDeadlineExceeded, closed sockets
// net.ErrClosed, the end of a stream a bare io.EOF, contexts what package net
// makes of them.
//
// The code is a [wsa.Errno] on every system, Windows included, where package net
// has a syscall.Errno. errors.Is with either finds it, and errors.As gives either
// (see [wsa.Errno]); only a comparison with == or a type assertion tells them
// apart. What is no answer of Winsock, such as sim.ErrEnded after the end of a
// world, takes the place of the *os.SyscallError.
//
// # Where it differs from package net
//
//   - Names are found with GetAddrInfoW and nothing else: package net's own
//     resolver and its settings play no part.
//   - A zone is a number, not the name of an interface.
//   - Where the system does not know SIO_UDP_NETRESET (Wine 8, the simulator), a
//     datagram socket is made without it; package net makes none.
//   - File, ListenMulticastUDP, Unix and raw sockets are not there. [Control]
//     makes any call on a socket, such as joining a group.
//   - What SyscallConn gives calls its functions with INVALID_SOCKET unless the
//     Stack is over the system's own Winsock: a descriptor of the simulator would
//     name another file there. Libraries that insist on setting options by
//     themselves (quic-go does when a PacketConn has SyscallConn) are given the
//     connection in a struct that hides the method.
//   - net.Buffers are written one after another, not in one call.
//
// # Secured sockets
//
// [Security] in a Dialer or ListenConfig says once how a socket is secured and
// who its peer must be; [TCPConn.Security] tells what became of it. A connection
// inherits from the listener that accepted it.
//
// WSAImpersonateSocketPeer is not offered: it fails on overlapped sockets (rule
// ISP-BLOCKING), which all of these are.
//
// # Sources
//
// The behaviour is that of Go's src/net and src/internal/poll for Windows, in own
// words and code. A test runs the same situations through both on Windows or
// under Wine (testdata/judge.sh) and compares the chains; on other systems the
// simulator is compared with those that were recorded (testdata/chains.golden).
package wsanet
