package trace

import (
	"bytes"

	"wsasim/wsa"
)

func (t *recorded) WSASetSocketSecurity(s wsa.SOCKET, settings []byte, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	t.made(wsa.WSASetSocketSecurityCall{S: s, Settings: bytes.Clone(settings), Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil})
	err := t.api.WSASetSocketSecurity(s, settings, o, t.routine(routine))
	t.finished(result(err), o, err)
	return err
}

func (t *recorded) WSASetSocketPeerTargetName(s wsa.SOCKET, name []byte, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	t.made(wsa.WSASetSocketPeerTargetNameCall{S: s, PeerTargetName: bytes.Clone(name), Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil})
	err := t.api.WSASetSocketPeerTargetName(s, name, o, t.routine(routine))
	t.finished(result(err), o, err)
	return err
}

func (t *recorded) WSADeleteSocketPeerTargetName(s wsa.SOCKET, peerAddr []byte, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	t.made(wsa.WSADeleteSocketPeerTargetNameCall{S: s, PeerAddr: bytes.Clone(peerAddr), Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil})
	err := t.api.WSADeleteSocketPeerTargetName(s, peerAddr, o, t.routine(routine))
	t.finished(result(err), o, err)
	return err
}

func (t *recorded) WSAQuerySocketSecurity(s wsa.SOCKET, template, info []byte, infoLen *uint32, o *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	t.made(wsa.WSAQuerySocketSecurityCall{
		S: s, Template: bytes.Clone(template), Info: room(info), InfoLen: clone(infoLen),
		Overlapped: t.r.id(o), Event: event(o), Routine: routine != nil,
	})
	err := t.api.WSAQuerySocketSecurity(s, template, info, infoLen, o, t.routine(routine))
	ret := result(err)
	ret.Len = length(infoLen)
	if ret.Err == 0 && ret.Failure == "" {
		ret.Data = filled([][]byte{info}, number(infoLen), 0)
	}
	t.finished(ret, o, err)
	return err
}
