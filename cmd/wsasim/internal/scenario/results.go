package scenario

import (
	"encoding/binary"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"wsasim/wsa"
)

// resultOf is what a successful call gives to a script: what a C program would
// look at first. Everything else is in the outcome that attempt gives.
func resultOf(call wsa.Call, ret *wsa.Return) starlark.Value {
	if v := nameResult(call, ret); v != nil {
		return v
	}
	switch c := call.(type) {
	case wsa.SocketCall, wsa.WSASocketCall, wsa.AcceptCall, wsa.WSAAcceptCall:
		return starlark.MakeUint64(uint64(ret.Socket))
	case wsa.WSACreateEventCall:
		return starlark.MakeUint64(uint64(ret.Handle))
	case wsa.SendCall, wsa.SendtoCall, wsa.SleepExCall:
		return starlark.MakeInt64(ret.N)
	case wsa.WSAWaitForMultipleEventsCall:
		if ret.N == int64(wsa.WSA_WAIT_TIMEOUT) {
			return Error(ret.N)
		}
		return starlark.MakeInt64(ret.N)
	case wsa.WSAGetLastErrorCall:
		return Error(ret.N)
	case wsa.RecvCall, wsa.WSARecvCall:
		return starlark.Bytes(ret.Data)
	case wsa.RecvfromCall, wsa.WSARecvFromCall:
		return starlark.Tuple{starlark.Bytes(ret.Data), addrOrNone(ret.Addr)}
	case wsa.GetsocknameCall, wsa.GetpeernameCall:
		return addrOrNone(ret.Addr)
	case wsa.WSASendCall, wsa.WSASendToCall, wsa.IoctlsocketCall:
		return countOrNone(ret.Count)
	case wsa.GetsockoptCall:
		return optionOf(c, ret.Data)
	case wsa.WSAIoctlCall:
		if c.Code == wsa.SIO_QUERY_SECURITY {
			return securityInfo(ret.Data)
		}
		return starlark.Bytes(ret.Data)
	case wsa.WSAQuerySocketSecurityCall:
		return securityInfo(ret.Data)
	}
	return starlark.None
}

func countOrNone(n *uint32) starlark.Value {
	if n == nil {
		return starlark.None
	}
	return starlark.MakeUint64(uint64(*n))
}

// optionOf is the value of a socket option: an error for SO_ERROR, an int for
// what has the size of one, bytes for structures.
func optionOf(c wsa.GetsockoptCall, data []byte) starlark.Value {
	switch {
	case len(data) == 1:
		return starlark.MakeInt(int(data[0]))
	case len(data) != 4 || c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_LINGER:
		return starlark.Bytes(data)
	}
	n := binary.LittleEndian.Uint32(data)
	if c.Level == wsa.SOL_SOCKET && c.Optname == wsa.SO_ERROR {
		return Error(n)
	}
	return starlark.MakeInt64(int64(int32(n)))
}

// securityInfo is a SOCKET_SECURITY_QUERY_INFO or _IPSEC2 with the C names of
// its fields, and secured, encrypted and impersonated from its flags.
func securityInfo(data []byte) starlark.Value {
	var info wsa.SecurityQueryInfoIPsec2
	fields := starlark.StringDict{}
	if info.UnmarshalBinary(data) == nil {
		fields["MmSaId"] = starlark.MakeUint64(info.MmSaId)
		fields["QmSaId"] = starlark.MakeUint64(info.QmSaId)
		fields["NegotiationWinerr"] = Error(info.NegotiationWinerr)
		fields["SaLookupContext"] = starlark.String(info.SaLookupContext.String())
	} else {
		var short wsa.SecurityQueryInfo
		if short.UnmarshalBinary(data) != nil {
			return starlark.Bytes(data)
		}
		info.SecurityProtocol, info.Flags = short.SecurityProtocol, short.Flags
		info.PeerApplicationAccessTokenHandle = short.PeerApplicationAccessTokenHandle
		info.PeerMachineAccessTokenHandle = short.PeerMachineAccessTokenHandle
	}
	fields["SecurityProtocol"] = starlark.MakeUint64(uint64(info.SecurityProtocol))
	fields["Flags"] = starlark.MakeUint64(uint64(info.Flags))
	fields["PeerApplicationAccessTokenHandle"] = starlark.MakeUint64(info.PeerApplicationAccessTokenHandle)
	fields["PeerMachineAccessTokenHandle"] = starlark.MakeUint64(info.PeerMachineAccessTokenHandle)
	fields["secured"] = starlark.Bool(info.Flags&wsa.SOCKET_INFO_CONNECTION_SECURED != 0)
	fields["encrypted"] = starlark.Bool(info.Flags&wsa.SOCKET_INFO_CONNECTION_ENCRYPTED != 0)
	fields["impersonated"] = starlark.Bool(info.Flags&wsa.SOCKET_INFO_CONNECTION_IMPERSONATED != 0)
	return starlarkstruct.FromStringDict(starlark.String("security_info"), fields)
}
