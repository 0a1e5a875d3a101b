package ale

import "wsasim/wsa"

// Ioctl does the four control codes behind the functions (rule GEN-IOCTL) and
// is false for any other code. in and out are the buffers of WSAIoctl; the
// count of bytes written, or needed, goes to *returned, which takes the place
// of *SecurityQueryInfoLen. Codes without output count 0 and accept a nil
// returned; whether WSAIoctl itself does was judged by the caller.
func Ioctl(s Socket, code uint32, in, out []byte, returned *uint32, contexts Contexts, open func(Token) wsa.HANDLE) (Decision, bool) {
	var d Decision
	switch code {
	case wsa.SIO_SET_SECURITY:
		d = SetSecurity(s, in, contexts)
	case wsa.SIO_SET_PEER_TARGET_NAME:
		d = SetPeerTargetName(s, in)
	case wsa.SIO_DELETE_PEER_TARGET_NAME:
		d = DeletePeerTargetName(s, in)
	case wsa.SIO_QUERY_SECURITY:
		// Room beyond 4 GiB cannot be told to Windows either.
		room := uint32(min(uint64(len(out)), 1<<32-1))
		d, stored := querySecurity(s, in, out, room, returned == nil, open)
		if stored != 0 {
			*returned = stored
		}
		return d, true
	default:
		return Decision{}, false
	}
	if d.Err == 0 && returned != nil {
		*returned = 0
	}
	return d, true
}
