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
// When sockets meet, [Negotiate] says how their traffic flows. It takes both
// ends with [State.TargetName] and credentials, and gives an [Association] for
// each, which the caller numbers and shows again through [Socket.Association].
// An accepted socket starts with [State.Inherit] of its listener.
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
//   - SSS-STRINGS: an odd length succeeds, with an advisory.
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
//
// # Scope ids
//
// An IPv6 scope id tells peers apart for link-local addresses and is ignored
// for the others. An IPv4 address and its IPv4-mapped IPv6 form are one peer.
//
// # Where it will grow
//
// Policies are data ([MainModePolicy], [QuickModePolicy]) found through
// [Contexts], and encryption follows from walking proposals, so that custom
// policies, lifetimes and users' tokens already have their place. Searching
// for "Not modelled:" finds what is missing: negotiation that takes time, the
// fallback to clear text after 10 s, authentication methods, an administrator's
// policy, verification of the name made optional, abort on field change.
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
