// Package ale decides what the secure socket extensions of Winsock do: it is
// the simulator's Application Layer Enforcement, the part of Windows that
// stands behind WSASetSocketSecurity, WSASetSocketPeerTargetName,
// WSADeleteSocketPeerTargetName, WSAQuerySocketSecurity and
// WSAImpersonateSocketPeer. WSARevertImpersonation needs no decision: a thread
// drops its token and succeeds (rule RVI-EFFECT).
//
// # Use
//
// The engine sees a socket through the small interface [Socket] and keeps one
// [State] with it, which exists only once security was touched. Every function
// is a plain decision on the socket, its state and the bytes of the call: no
// clock, no goroutine, no lock, no randomness, and nothing global but tables
// that never change. The caller holds whatever lock guards the socket, and
// does what a decision says:
//
//	d := ale.SetSecurity(sock, settings, host)      // WSASetSocketSecurity
//	d := ale.SetPeerTargetName(sock, name)          // WSASetSocketPeerTargetName
//	d := ale.DeletePeerTargetName(sock, addr)       // WSADeleteSocketPeerTargetName
//	d := ale.QuerySecurity(sock, template, info, &n, openToken)
//	token, d := ale.Impersonate(sock, addr)         // WSAImpersonateSocketPeer
//	d, known := ale.Ioctl(sock, code, in, out, &n, host, openToken)
//
// A [Decision] with Err 0 is a success whose effect on the socket's state has
// been applied; any other has changed nothing (rule GEN-VALIDATION-PURE). The
// caller has judged before that Winsock was started and that the handle is a
// socket, and acts on Decision.Exclusive. A call that fails allocates nothing,
// unless there is an advisory to give with the failure.
//
// What some traffic is held to is its [Need]: [NeedOf] makes it of the socket's
// state and of the rules of the host's administrator ([AdminPolicy]), who
// outranks the socket. Two ends with needs and credentials negotiate by
// messages, each by a [Keying] that knows itself only and says what to send and
// how long to wait; [Negotiate] knows both ends and decides the same at once.
// Either ends in an [Outcome] with an [Association] for each end, which the
// caller numbers and shows again through [Socket.Association]. [Usage] says how
// long an association is good, [Window] which packets under it are new. An
// accepted socket starts with [State.Inherit] of its listener.
//
// # Which error wins
//
// The pages never say. The table named precedence in precedence.go does, for
// all functions: a trace recorded on Windows that shows another order moves its
// rows.
//
// # What is inferred
//
// Where no source says what happens, the specification allows several outcomes
// and the engine has one:
//
//   - GEN-FAMILY: WSAEAFNOSUPPORT, the more telling of the two that are listed.
//   - SSS-SIZE: a buffer of 8 bytes is the generic structure and any longer one
//     the IPsec structure, of which 84 bytes and the strings must be there.
//   - SSS-BOUND, SSS-ONCE: WSAEINVAL. An implicit bind counts as one.
//   - SSS-POLICY-KEYS: an unknown key is WSAEINVAL.
//   - SSS-STRINGS: an odd length succeeds, with an advisory. The user given is
//     who proves itself in extended mode in place of the process's, when the
//     socket begins the negotiation and its policy has users prove themselves
//     (MS-AIPS 2.2.3.1, explicit credentials; the structure's page says only how
//     long the strings are); otherwise it selects nobody, with
//     an advisory.
//   - PTN-SIZE-TAIL: succeeds, since the name is what must fit.
//   - PTN-STREAM-ADDR: a stream's PeerAddress is ignored even when it is not
//     zero; the name is for whatever peer is connected to next.
//   - PTN-ADDR-FAMILY: WSAEAFNOSUPPORT, also for the family that is not the
//     socket's. An address without port, or a port without address, is a peer
//     like any other: names are found by exact address and port.
//   - PTN-PROTO, PTN-ODD: WSAEINVAL.
//   - PTN-REPLACE: the new name replaces the old.
//   - DTN-ABSENT: WSAEINVAL, to show the caller a name that was never set.
//   - DTN-STREAM: deletes the one name whatever valid address is given.
//   - QSS-SIZE-QUERY: WSAEFAULT for a stream without template, otherwise
//     WSAEMSGSIZE; the needed size is stored both times.
//   - QSS-TEMPLATE-TCP: a stream's template may be absent but not short
//     (WSAEMSGSIZE); its PeerAddress is ignored. SecurityProtocol of the answer
//     stays 0 with no template, an all-zero one, or traffic in clear.
//   - QSS-TEMPLATE-NONTCP: family that is not the socket's: WSAEAFNOSUPPORT;
//     neither address nor port: WSAEINVAL. A peer that was never talked to is
//     in clear.
//   - QSS-NOTCONN: WSAENOTCONN, after WSAECONNRESET.
//   - ISP-BLOCKING: WSAEOPNOTSUPP. ISP-CONNECTED: WSAENOTCONN. ISP-TOKEN: a
//     peer that proved nothing cannot be impersonated: WSAEACCES.
//   - SEC-SPN: a peer that can negotiate and does not prove the name is
//     refused even where ALLOW_INSECURE is set; GUARANTEE_ENCRYPTION outranks
//     ALLOW_INSECURE.
//   - SEC-CONFLICT: an administrator may withdraw ALLOW_INSECURE, demand
//     encryption, replace policies, forbid traffic, or leave it alone. None of
//     it lets a packet leave in clear whose socket did not allow that: there
//     the page's promise outranks the rule.
//   - Negotiation discovery: a peer that refuses to negotiate is talked to in
//     clear at once, one that does not answer after ClearAfter; both only where
//     ALLOW_INSECURE is set. The pages about the filtering platform describe
//     packets in clear that leave while the negotiation is under way; here they
//     wait, so that what can be protected is.
//   - IPSEC_OPTIONAL_PEER_NAME_VERIFICATION: the name is not verified.
//     _PEER_NAME_IS_RAW_FORMAT: it is the name of the peer's account and not of
//     a service. _SKIP_FILTER_INSTANTIATION: only the administrator's rules
//     negotiate. _ALLOW_FIRST_INBOUND_PKT_UNENCRYPTED: the first datagram of a
//     peer may be in clear, unless the peer must prove a name. No page says
//     more of these four than their names and the third's purpose.
//   - Repetition: seven times (MS-AIPS 3.1.6.1), after 1 s, 2 s, 4 s and so on
//     (the times are inferred, the doubling is IKE's).
//   - Renewal: when time, bytes or patience are over, the next packet waits for
//     a new quick mode, begun by who began the first; if it cannot be had the
//     connection is aborted. An end that fails over has the short idle time.
//   - NegotiationWinerr: the code whose name fits best; see [Winerr].
//
// # Scope ids
//
// An IPv6 scope id tells peers apart for link-local addresses and is ignored
// for the others. An IPv4 address and its IPv4-mapped IPv6 form are one peer.
//
// # Not modelled
//
// Explicit user credentials in the settings select nothing; first packets in
// clear of streams; tunnels, NAT, and keys themselves. Searching for "Not
// modelled:" finds the rest.
//
// # Terms
//
// A security association is an agreement between two ends on how their
// traffic is protected; main mode is its first half, in which they agree on
// keys and prove who they are, quick mode the second, in which they agree on
// the protection of traffic. A service principal name (SPN), "host/name", is a
// name that a computer account of the domain can prove to own. A target name is
// the SPN that one end demands of the other.
package ale
