package fuzz

import (
	"slices"

	"wsasim/wsa"
)

// Which calls about handles, operations and names may be made on a machine that
// other programs use.

// safeHandles reports whether the call uses no handle but those that the sequence
// has made and not closed: a number that was closed may by now be anything of the
// program's. No wait lasts.
func (g *guide) safeHandles(c wsa.Call) bool {
	switch c := c.(type) {
	case wsa.WSASetEventCall:
		return g.safeEvent(c.Event)
	case wsa.WSAResetEventCall:
		return g.safeEvent(c.Event)
	case wsa.WSACloseEventCall:
		return g.safeEvent(c.Event)
	case wsa.WSAEventSelectCall:
		return g.safeEvent(c.EventObject)
	case wsa.WSAEnumNetworkEventsCall:
		return g.safeEvent(c.EventObject)
	case wsa.WSAWaitForMultipleEventsCall:
		return c.Timeout == 0 && !slices.ContainsFunc(c.Events, func(h wsa.HANDLE) bool { return !g.safeEvent(h) })
	case wsa.WSAPollCall:
		return c.Timeout == 0
	case wsa.CreateIoCompletionPortCall:
		return (c.FileHandle == wsa.INVALID_HANDLE_VALUE || g.isOpen(c.FileHandle, madeSocket)) && g.safePort(c.ExistingCompletionPort)
	case wsa.GetQueuedCompletionStatusCall:
		return c.Milliseconds == 0 && g.safePort(c.CompletionPort)
	case wsa.GetQueuedCompletionStatusExCall:
		return c.Milliseconds == 0 && !c.Alertable && g.safePort(c.CompletionPort)
	case wsa.PostQueuedCompletionStatusCall:
		return g.safePort(c.CompletionPort)
	case wsa.SleepExCall:
		return c.Milliseconds == 0
	case wsa.SetFileCompletionNotificationModesCall:
		return g.isOpen(c.FileHandle, madeSocket)
	case wsa.CancelIoCall:
		return g.isOpen(c.File, madeSocket)
	case wsa.CancelIoExCall:
		return g.isOpen(c.File, madeSocket)
	case wsa.GetOverlappedResultCall:
		return g.isOpen(c.File, madeSocket) && !c.Wait && c.Overlapped != 0
	case wsa.WSAGetOverlappedResultCall:
		return !c.Wait
	case wsa.TransmitFileCall:
		return safeFile(c.File)
	}
	return true
}

// isOpen reports whether the handle is the symbol of something that is open.
func (g *guide) isOpen(h wsa.HANDLE, kind madeKind) bool {
	n, ok := madeBy(wsa.SOCKET(h))
	m := g.s.made[n]
	return ok && m != nil && m.open && m.kind == kind
}

// noHandle is a handle that no system issues.
const noHandle wsa.HANDLE = 0x7FFFFFFC

func (g *guide) safeEvent(h wsa.HANDLE) bool {
	return h == 0 || h == noHandle || g.isOpen(h, madeEvent)
}
func (g *guide) safePort(h wsa.HANDLE) bool { return h == 0 || h == noHandle || g.isOpen(h, madePort) }

// safeOperation reports whether an overlapped operation may be started: on a socket
// that has them, and with a structure that is not in use.
func (g *guide) safeOperation(c wsa.Call, x wsa.SOCKET, id wsa.OverlappedID) bool {
	if a, ok := c.(wsa.AcceptExCall); ok {
		x = a.ListenSocket
	}
	info, ok := g.info(x)
	if ok && !info.Overlapped || g.s.inFlight(id) || !g.safeSize(c) {
		return false
	}
	switch c := c.(type) {
	case wsa.WSASendCall, wsa.WSASendToCall, wsa.WSASendMsgCall, wsa.WSARecvCall, wsa.WSARecvMsgCall, wsa.ConnectExCall, wsa.DisconnectExCall, wsa.AcceptExCall, wsa.TransmitFileCall:
	case wsa.WSARecvFromCall:
		if claims(c) {
			return false
		}
	default:
		return false
	}
	return g.safeEvent(eventOf(c))
}

// safeNames reports whether a call about names asks nobody but the library: who is
// called what is up to the machine.
func (g *guide) safeNames(c wsa.Call) bool {
	switch c := c.(type) {
	case wsa.GetAddrInfoCall:
		return c.Hints != nil && c.Hints.Flags&wsa.AI_NUMERICHOST != 0 || c.NodeName != nil && slices.Contains(numericNames, *c.NodeName)
	case wsa.GetNameInfoCall:
		const numeric = wsa.NI_NUMERICHOST | wsa.NI_NUMERICSERV
		return c.Flags&numeric == numeric
	case wsa.GetAddrInfoExCall, wsa.GetAddrInfoExCancelCall, wsa.GetAddrInfoExOverlappedResultCall, wsa.GetHostNameCall,
		wsa.GethostbynameCall, wsa.GethostbyaddrCall, wsa.GetservbynameCall, wsa.GetservbyportCall:
		return false
	}
	return true
}

// numericNames are names that are addresses.
var numericNames = []string{"127.0.0.1", "10.1.2.3", "255.255.255.255", "::1", "fd00::2", "::ffff:10.0.0.1"}
