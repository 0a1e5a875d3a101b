package sim

import (
	"wsasim/model/rules"
	"wsasim/sim/ale"
	"wsasim/wsa"
)

// decided carries out what the secure-socket engine decided about a call.
func (t *Thread) decided(s *socket, d ale.Decision, ov *wsa.Overlapped, routine wsa.CompletionRoutine) wsa.Errno {
	for _, a := range d.Advisories {
		t.advise(a.Rule, a.Text)
	}
	if d.Err != 0 {
		return t.fail(d.Rule, d.Err)
	}
	if d.Exclusive {
		s.setOpt(optExclusive, 1)
	}
	if d.Watch != 0 && s.stream != nil {
		s.stream.watching(d.Watch)
	}
	t.rule = d.Rule
	t.completed(s, ov, routine)
	return 0
}

// completed reports an operation that completed at once on an overlapped
// socket: its OVERLAPPED is filled in, and its routine runs in the next
// alertable wait (rule GEN-OVERLAPPED).
func (t *Thread) completed(s *socket, ov *wsa.Overlapped, routine wsa.CompletionRoutine) {
	if !overlappedGiven(s, ov, routine) {
		return
	}
	t.completeNow(s, ov, routine, 0, 0)
}

// watching makes a change of the given fields abort the connection, besides
// those that did so before.
func (s *stream) watching(fields uint32) {
	if s.sa == nil {
		return // in clear nothing ever changes
	}
	if s.watch == 0 {
		s.sa.watchers = append(s.sa.watchers, s)
	}
	s.watch |= fields
}

// openToken gives the process a handle for a token.
func (t *Thread) openToken(token ale.Token) wsa.HANDLE {
	return wsa.HANDLE(t.proc.handles.add(&token))
}

// CloseHandle implements wsa.SecureSockets.
func (t *Thread) CloseHandle(h wsa.HANDLE) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.CloseHandleCall{H: h})
	}
	e := t.closeHandle(h)
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// WSASetSocketSecurity implements wsa.SecureSockets.
func (t *Thread) WSASetSocketSecurity(s wsa.SOCKET, settings []byte, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSASetSocketSecurityCall{S: s, Settings: clone(settings), Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	sock, e := t.named(s)
	if e == 0 {
		e = t.decided(sock, ale.SetSecurity(sock, settings, t.proc.host), ov, routine)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// WSASetSocketPeerTargetName implements wsa.SecureSockets.
func (t *Thread) WSASetSocketPeerTargetName(s wsa.SOCKET, name []byte, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSASetSocketPeerTargetNameCall{S: s, PeerTargetName: clone(name), Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	sock, e := t.named(s)
	if e == 0 {
		e = t.decided(sock, ale.SetPeerTargetName(sock, name), ov, routine)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// WSADeleteSocketPeerTargetName implements wsa.SecureSockets.
func (t *Thread) WSADeleteSocketPeerTargetName(s wsa.SOCKET, peerAddr []byte, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSADeleteSocketPeerTargetNameCall{S: s, PeerAddr: clone(peerAddr), Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	sock, e := t.named(s)
	if e == 0 {
		e = t.decided(sock, ale.DeletePeerTargetName(sock, peerAddr), ov, routine)
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// WSAQuerySocketSecurity implements wsa.SecureSockets.
func (t *Thread) WSAQuerySocketSecurity(s wsa.SOCKET, template, info []byte, infoLen *uint32, ov *wsa.Overlapped, routine wsa.CompletionRoutine) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAQuerySocketSecurityCall{S: s, Template: clone(template), Info: roomOf(info), InfoLen: copyOf(infoLen), Overlapped: t.overlappedID(ov), Event: eventOf(ov), Routine: routine != nil})
	}
	sock, e := t.named(s)
	if e == 0 {
		e = t.decided(sock, ale.QuerySecurity(sock, template, info, infoLen, t.openToken), ov, routine)
	}
	if w.trace != nil {
		ret := wsa.Return{Err: e, Len: lengthOf(infoLen)}
		if e == 0 {
			ret.Data = clone(info[:*infoLen])
		}
		t.returned(ret)
	}
	return t.done(e)
}

// WSAImpersonateSocketPeer implements wsa.SecureSockets.
func (t *Thread) WSAImpersonateSocketPeer(s wsa.SOCKET, peerAddr []byte) error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSAImpersonateSocketPeerCall{S: s, PeerAddr: clone(peerAddr)})
	}
	sock, e := t.named(s)
	if e == 0 {
		token, d := ale.Impersonate(sock, peerAddr)
		if e = t.decided(sock, d, nil, nil); e == 0 {
			t.impersonating = &token
		}
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// WSARevertImpersonation implements wsa.SecureSockets.
func (t *Thread) WSARevertImpersonation() error {
	w := t.world
	w.lock()
	if w.trace != nil {
		t.called(wsa.WSARevertImpersonationCall{})
	}
	e := wsa.Errno(0)
	if t.proc.startup == 0 {
		e = t.fail(rules.GENStartup, wsa.WSANOTINITIALISED)
	} else {
		t.impersonating = nil
	}
	if w.trace != nil {
		t.returned(wsa.Return{Err: e})
	}
	return t.done(e)
}

// Impersonating is the principal on whose behalf the thread acts, and whether
// it acts for anyone but its own process.
func (t *Thread) Impersonating() (principal string, ok bool) {
	defer t.world.unlockAfter(t.world.lock())
	if t.impersonating == nil {
		return "", false
	}
	return t.impersonating.Principal, true
}
