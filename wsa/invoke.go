package wsa

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// poison fills output buffers before a call, so that what was not written can
// be told from what was (a habit of Wine's tests).
const poison = 0xA5

// Invoke performs call on api and collects everything it gave back. Buffers
// are fresh and filled with a pattern; an OverlappedID becomes a fresh
// Overlapped, so operations that outlive the call cannot be followed up: see
// [Invoker] for that. Invoke is as safe for concurrent use as api is.
func Invoke(api API, call Call) Return { return call.invoke(&invocation{API: api}) }

// invocation is what a call is performed on: an API, and what the ids in
// calls stand for; without a table every id is a fresh structure.
type invocation struct {
	API
	table *Invoker
}

// result turns a Go error into the fields of a Return.
func result(err error) Return {
	if err == nil {
		return Return{}
	}
	var e Errno
	if errors.As(err, &e) {
		return Return{Err: e}
	}
	return Return{Failure: err.Error()}
}

// room makes the output buffer that r stands for.
func room(r Room) []byte {
	if r < 0 {
		return nil
	}
	b := make([]byte, r)
	fill(b)
	return b
}

func fill(b []byte) {
	for i := range b {
		b[i] = poison
	}
}

func untouched(b []byte) bool {
	for _, c := range b {
		if c != poison {
			return false
		}
	}
	return true
}

// written is the part of buf that a call which reports n bytes stored: n of
// them on success, and on failure everything, if anything was written.
func written(buf []byte, n int64, err Errno) Bytes {
	if err != 0 {
		if untouched(buf) {
			return nil
		}
		return Bytes(bytes.Clone(buf))
	}
	if n <= 0 || len(buf) == 0 {
		return nil
	}
	return Bytes(bytes.Clone(buf[:min(n, int64(len(buf)))]))
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func length[T int32 | uint32](p *T) *int64 {
	if p == nil {
		return nil
	}
	v := int64(*p)
	return &v
}

// deref is the value at p; 0 when p is nil.
func deref[T int32 | uint32](p *T) int64 {
	if p == nil {
		return 0
	}
	return int64(*p)
}

func counter(null bool) *uint32 {
	if null {
		return nil
	}
	return new(uint32)
}

func (c WSAStartupCall) invoke(a *invocation) Return {
	var data *WSADATA
	if !c.NullData {
		data = new(WSADATA)
	}
	r := result(a.WSAStartup(c.Version, data))
	r.Startup = data
	return r
}

func (WSACleanupCall) invoke(a *invocation) Return { return result(a.WSACleanup()) }

func (WSAGetLastErrorCall) invoke(a *invocation) Return { return Return{N: int64(a.WSAGetLastError())} }

func (c WSASetLastErrorCall) invoke(a *invocation) Return {
	a.WSASetLastError(c.Error)
	return Return{}
}

func socketResult(s SOCKET, err error) Return {
	r := result(err)
	if err == nil {
		r.Socket = s
	}
	return r
}

func (c SocketCall) invoke(a *invocation) Return {
	return socketResult(a.Socket(c.Family, c.Type, c.Protocol))
}

func (c WSASocketCall) invoke(a *invocation) Return {
	return socketResult(a.WSASocket(c.Family, c.Type, c.Protocol, c.ProtocolInfo, c.Group, c.Flags))
}

func (c BindCall) invoke(a *invocation) Return   { return result(a.Bind(c.S, c.Name)) }
func (c ListenCall) invoke(a *invocation) Return { return result(a.Listen(c.S, c.Backlog)) }

func (c AcceptCall) invoke(a *invocation) Return {
	addr, addrlen := room(c.Addr), clone(c.Addrlen)
	r := socketResult(a.Accept(c.S, addr, addrlen))
	return r.withAddr(addr, addrlen)
}

// withAddr adds an address output and its in/out length.
func (r Return) withAddr(addr []byte, addrlen *int32) Return {
	r.Len = length(addrlen)
	if r.Err == 0 && r.Failure == "" && addr != nil && addrlen != nil && !untouched(addr) {
		r.Addr = written(addr, deref(addrlen), 0)
	}
	return r
}

func (c ConnectCall) invoke(a *invocation) Return { return result(a.Connect(c.S, c.Name)) }

func (c WSAConnectCall) invoke(a *invocation) Return {
	return result(a.WSAConnect(c.S, c.Name, c.CallerData, c.CalleeData, c.ServiceQOS, c.GroupQOS))
}

func (c ShutdownCall) invoke(a *invocation) Return    { return result(a.Shutdown(c.S, c.How)) }
func (c ClosesocketCall) invoke(a *invocation) Return { return result(a.Closesocket(c.S)) }

func (c GetsocknameCall) invoke(a *invocation) Return {
	name, namelen := room(c.Name), clone(c.Namelen)
	r := result(a.Getsockname(c.S, name, namelen))
	return r.withAddr(name, namelen)
}

func (c GetpeernameCall) invoke(a *invocation) Return {
	name, namelen := room(c.Name), clone(c.Namelen)
	r := result(a.Getpeername(c.S, name, namelen))
	return r.withAddr(name, namelen)
}

func numberResult(n int, err error) Return {
	r := result(err)
	if err == nil {
		r.N = int64(n)
	}
	return r
}

func (c SendCall) invoke(a *invocation) Return { return numberResult(a.Send(c.S, c.Buf, c.Flags)) }

func (c SendtoCall) invoke(a *invocation) Return {
	return numberResult(a.Sendto(c.S, c.Buf, c.Flags, c.To))
}

func (c RecvCall) invoke(a *invocation) Return {
	buf := room(c.Buf)
	r := numberResult(a.Recv(c.S, buf, c.Flags))
	r.Data = written(buf, r.N, r.Err)
	return r
}

func (c RecvfromCall) invoke(a *invocation) Return {
	buf, from, fromlen := room(c.Buf), room(c.From), clone(c.Fromlen)
	r := numberResult(a.Recvfrom(c.S, buf, c.Flags, from, fromlen))
	r.Data = written(buf, r.N, r.Err)
	return r.withAddr(from, fromlen)
}

func sendBuffers(list []Bytes) [][]byte {
	if list == nil {
		return nil
	}
	out := make([][]byte, len(list))
	for i, b := range list {
		out[i] = b
	}
	return out
}

// receiveBuffers makes one backing array with a buffer for each Room, so that
// what was received can be read off joined.
func receiveBuffers(rooms []Room) (all []byte, list [][]byte) {
	if rooms == nil {
		return nil, nil
	}
	total := 0
	for _, r := range rooms {
		total += max(int(r), 0)
	}
	all = make([]byte, total)
	fill(all)
	rest := all
	list = make([][]byte, len(rooms))
	for i, r := range rooms {
		if r < 0 {
			continue
		}
		list[i], rest = rest[:r:r], rest[r:]
	}
	return all, list
}

func (c WSASendCall) invoke(a *invocation) Return {
	count := counter(c.NullSent)
	r := result(a.WSASend(c.S, sendBuffers(c.Buffers), count, c.Flags, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
	r.Count = count
	return r
}

func (c WSASendToCall) invoke(a *invocation) Return {
	count := counter(c.NullSent)
	r := result(a.WSASendTo(c.S, sendBuffers(c.Buffers), count, c.Flags, c.To, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
	r.Count = count
	return r
}

func (c WSARecvCall) invoke(a *invocation) Return {
	count, flags := counter(c.NullReceived), clone(c.Flags)
	all, list := receiveBuffers(c.Buffers)
	a.keep(c.Overlapped, all)
	r := result(a.WSARecv(c.S, list, count, flags, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
	r.Count, r.Flags = count, flags
	r.Data = written(all, deref(count), r.Err)
	return r
}

func (c WSARecvFromCall) invoke(a *invocation) Return {
	count, flags := counter(c.NullReceived), clone(c.Flags)
	from, fromlen := room(c.From), clone(c.Fromlen)
	all, list := receiveBuffers(c.Buffers)
	a.keepFrom(c.Overlapped, all, from, fromlen)
	r := result(a.WSARecvFrom(c.S, list, count, flags, from, fromlen, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
	r.Count, r.Flags = count, flags
	r.Data = written(all, deref(count), r.Err)
	return r.withAddr(from, fromlen)
}

func (c GetsockoptCall) invoke(a *invocation) Return {
	optval, optlen := room(c.Optval), clone(c.Optlen)
	r := result(a.Getsockopt(c.S, c.Level, c.Optname, optval, optlen))
	r.Len = length(optlen)
	r.Data = written(optval, deref(optlen), r.Err)
	return r
}

func (c SetsockoptCall) invoke(a *invocation) Return {
	return result(a.Setsockopt(c.S, c.Level, c.Optname, c.Optval))
}

func (c IoctlsocketCall) invoke(a *invocation) Return {
	argp := clone(c.Argp)
	r := result(a.Ioctlsocket(c.S, c.Cmd, argp))
	r.Count = argp
	return r
}

func (c WSAIoctlCall) invoke(a *invocation) Return {
	out, count := room(c.Out), counter(c.NullReturned)
	r := result(a.WSAIoctl(c.S, c.Code, c.In, out, count, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
	r.Count = count
	r.Data = written(out, deref(count), r.Err)
	return r
}

func (c WSASetSocketSecurityCall) invoke(a *invocation) Return {
	return result(a.WSASetSocketSecurity(c.S, c.Settings, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
}

func (c WSASetSocketPeerTargetNameCall) invoke(a *invocation) Return {
	return result(a.WSASetSocketPeerTargetName(c.S, c.PeerTargetName, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
}

func (c WSADeleteSocketPeerTargetNameCall) invoke(a *invocation) Return {
	return result(a.WSADeleteSocketPeerTargetName(c.S, c.PeerAddr, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
}

func (c WSAQuerySocketSecurityCall) invoke(a *invocation) Return {
	info, infoLen := room(c.Info), clone(c.InfoLen)
	r := result(a.WSAQuerySocketSecurity(c.S, c.Template, info, infoLen, a.overlapped(c.Overlapped, c.Event), a.routine(c.Routine)))
	r.Len = length(infoLen)
	r.Data = written(info, deref(infoLen), r.Err)
	return r
}

func (c WSAImpersonateSocketPeerCall) invoke(a *invocation) Return {
	return result(a.WSAImpersonateSocketPeer(c.S, c.PeerAddr))
}

func (WSARevertImpersonationCall) invoke(a *invocation) Return {
	return result(a.WSARevertImpersonation())
}

func (c CloseHandleCall) invoke(a *invocation) Return { return result(a.CloseHandle(c.H)) }

func (c SleepExCall) invoke(a *invocation) Return {
	return Return{N: int64(a.SleepEx(c.Milliseconds, c.Alertable))}
}

func (QueueUserAPCCall) invoke(a *invocation) Return { return result(a.QueueUserAPC(func() {})) }

// unmarshalStrict decodes one JSON object and refuses fields it does not know.
func unmarshalStrict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}
