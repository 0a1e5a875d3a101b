package trace

import (
	"bytes"

	"wsasim/wsa"
)

func (t *recorded) Send(s wsa.SOCKET, buf []byte, flags int32) (int, error) {
	t.made(wsa.SendCall{S: s, Buf: bytes.Clone(buf), Flags: flags})
	n, err := t.api.Send(s, buf, flags)
	ret := result(err)
	ret.N = int64(n)
	t.returned(&ret)
	return n, err
}

func (t *recorded) Sendto(s wsa.SOCKET, buf []byte, flags int32, to []byte) (int, error) {
	t.made(wsa.SendtoCall{S: s, Buf: bytes.Clone(buf), Flags: flags, To: bytes.Clone(to)})
	n, err := t.api.Sendto(s, buf, flags, to)
	ret := result(err)
	ret.N = int64(n)
	t.returned(&ret)
	return n, err
}

func (t *recorded) Recv(s wsa.SOCKET, buf []byte, flags int32) (int, error) {
	t.made(wsa.RecvCall{S: s, Buf: room(buf), Flags: flags})
	n, err := t.api.Recv(s, buf, flags)
	ret := result(err)
	ret.N = int64(n)
	ret.Data = filled([][]byte{buf}, ret.N, ret.Err)
	t.returned(&ret)
	return n, err
}

// finished writes the return of a call that may have started an operation.
func (t *recorded) finished(ret wsa.Return, o *wsa.Overlapped, err error) {
	t.started(o, err)
	t.returned(&ret)
}

func (t *recorded) WSASend(s wsa.SOCKET, buffers [][]byte, sent *uint32, flags uint32, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	t.made(wsa.WSASendCall{S: s, Buffers: copies(buffers), NullSent: sent == nil, Flags: flags, Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil})
	err := t.api.WSASend(s, buffers, sent, flags, o, t.routine(routine))
	ret := result(err)
	ret.Count = clone(sent)
	t.finished(ret, o, err)
	return err
}

func (t *recorded) WSASendTo(s wsa.SOCKET, buffers [][]byte, sent *uint32, flags uint32, to []byte, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	t.made(wsa.WSASendToCall{S: s, Buffers: copies(buffers), NullSent: sent == nil, Flags: flags, To: bytes.Clone(to), Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil})
	err := t.api.WSASendTo(s, buffers, sent, flags, to, o, t.routine(routine))
	ret := result(err)
	ret.Count = clone(sent)
	t.finished(ret, o, err)
	return err
}

func (t *recorded) WSARecv(s wsa.SOCKET, buffers [][]byte, received *uint32, flags *uint32, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	t.made(wsa.WSARecvCall{S: s, Buffers: rooms(buffers), NullReceived: received == nil, Flags: clone(flags), Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil})
	err := t.api.WSARecv(s, buffers, received, flags, o, t.routine(routine))
	ret := result(err)
	ret.Count, ret.Flags = clone(received), clone(flags)
	ret.Data = filled(buffers, number(received), ret.Err)
	t.finished(ret, o, err)
	return err
}

func (t *recorded) WSARecvFrom(s wsa.SOCKET, buffers [][]byte, received *uint32, flags *uint32, from []byte, fromlen *int32, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	if o == nil {
		return t.API.WSARecvFrom(s, buffers, received, flags, from, fromlen, nil, routine)
	}
	before := bytes.Clone(from)
	t.made(wsa.WSARecvFromCall{
		S: s, Buffers: rooms(buffers), NullReceived: received == nil, Flags: clone(flags), From: room(from), Fromlen: clone(fromlen),
		Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil,
	})
	err := t.api.WSARecvFrom(s, buffers, received, flags, from, fromlen, o, t.routine(routine))
	ret := result(err)
	ret.Count, ret.Flags = clone(received), clone(flags)
	ret.Data = filled(buffers, number(received), ret.Err)
	withAddr(&ret, before, from, fromlen)
	t.finished(ret, o, err)
	return err
}

func number(p *uint32) int64 {
	if p == nil {
		return 0
	}
	return int64(*p)
}

func (t *recorded) WSASendMsg(s wsa.SOCKET, msg *wsa.Msg, flags uint32, sent *uint32, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	c := wsa.WSASendMsgCall{S: s, NullMsg: msg == nil, Flags: flags, NullSent: sent == nil, Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil}
	if msg != nil {
		c.Name, c.Buffers, c.Control, c.MsgFlags = bytes.Clone(msg.Name), copies(msg.Buffers), bytes.Clone(msg.Control), msg.Flags
	}
	t.made(c)
	err := t.api.WSASendMsg(s, msg, flags, sent, o, t.routine(routine))
	ret := result(err)
	ret.Count = clone(sent)
	t.finished(ret, o, err)
	return err
}

func (t *recorded) WSARecvMsg(s wsa.SOCKET, msg *wsa.Msg, received *uint32, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	if o == nil {
		return t.API.WSARecvMsg(s, msg, received, nil, routine)
	}
	var before []byte
	c := wsa.WSARecvMsgCall{S: s, NullMsg: msg == nil, Name: wsa.NULL, Control: wsa.NULL, NullReceived: received == nil, Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil}
	if msg != nil {
		c.Name, c.Namelen, c.Buffers = room(msg.Name), msg.Namelen, rooms(msg.Buffers)
		c.Control, c.ControlLen, c.MsgFlags = room(msg.Control), msg.ControlLen, msg.Flags
		before = bytes.Clone(msg.Name)
	}
	t.made(c)
	err := t.api.WSARecvMsg(s, msg, received, o, t.routine(routine))
	ret := result(err)
	ret.Count = clone(received)
	if msg != nil && ret.Err != wsa.WSA_IO_PENDING {
		ret.Data = filled(msg.Buffers, number(received), ret.Err)
		ret.ControlLen, ret.MsgFlags = clone(&msg.ControlLen), clone(&msg.Flags)
		if ret.Err == 0 && len(msg.Control) > 0 && msg.ControlLen > 0 {
			ret.Control = bytes.Clone(msg.Control[:min(int(msg.ControlLen), len(msg.Control))])
		}
		withAddr(&ret, before, msg.Name, &msg.Namelen)
	}
	t.finished(ret, o, err)
	return err
}

func (t *recorded) WSAIoctl(s wsa.SOCKET, code uint32, in, out []byte, returned *uint32, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	t.made(wsa.WSAIoctlCall{S: s, Code: code, In: bytes.Clone(in), Out: room(out), NullReturned: returned == nil, Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil})
	err := t.api.WSAIoctl(s, code, in, out, returned, o, t.routine(routine))
	ret := result(err)
	ret.Count = clone(returned)
	ret.Data = filled([][]byte{out}, number(returned), ret.Err)
	t.finished(ret, o, err)
	return err
}
