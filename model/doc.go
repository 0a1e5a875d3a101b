// Package model is the executable specification of Winsock and its secure
// socket extensions: a relation between states and calls on one side and
// allowed outcomes on the other. It knows nothing of any implementation; the
// simulator, Windows and Wine are checked against it alike.
//
// # The relation
//
// The documentation is loose. It lists errors without saying which wins, says
// "fails" without a code, and is silent about much. So a call has not one result
// but a set of them:
//
//	outs := model.Step(state, tid, call)
//	for _, o := range outs {
//		if next, ok := o.Apply(ret); ok {
//			// ret conforms by o.Rules, and next is a state that is possible now.
//		}
//	}
//
// An [Outcome] is success (with what must hold of the returned values), failure
// with one of some errors or with any, the start of an overlapped operation,
// waiting, or an honest "unspecified" or "not modelled". Each names the rules of
// package rules that justify it. A [State] is a value: nothing changes it, it is
// cheap to copy, and [State.Key] tells equal ones apart from different ones. It
// holds knowledge, not guesses: what nobody told the specification (the port
// that the system chose, whether a failed connect left a binding) is unknown
// until a call gives it away.
//
// # Checks in parallel
//
// A call's checks stand one after another in its function, but they are joined
// in parallel: each may add a failure, and success is left only when no check
// that holds for certain did. The combinators are methods of verdict:
//
//   - must: the condition holds, so the call fails, with the rule's errors.
//   - may: the failure is allowed beside others and beside success.
//   - fails: must or may, by how certain the condition is.
//   - succeed, pend, block: added unless a check failed.
//   - open: unspecified or not modelled.
//
// An order is written only where a source gives one, by returning between two
// checks, with the source in a comment: type, family and protocol of socket (SK4
// to SK6), the handle before pointers (SP1), the missing count of WSAIoctl before
// its code (UI1), the socket's type before its state in listen (LI2). Resource
// failures may come at any time (environment).
//
// # The order of records
//
// A call is two records of a trace. What it does at once has happened at the
// call record, what it waits for at the return record. So when the return is
// the next thing that any thread does, the outcome is one of Step, or of Resume
// after waiting; when a call or return of another thread stands between, the
// call has waited, and its outcome is one of [Resume]. A call that cannot wait
// and yet has something between is judged as a whole when it returns: traces of
// real systems have such. An attempt to connect is the one thing that ends
// without a call: every call on such a socket is judged for each of "goes on",
// "succeeded", "failed" (unfold).
//
// Not modelled: concurrency finer than that. A trace of a real system must be
// recorded so that the order of its records is an order of effects.
//
// Calls of one thread nest where a routine runs in a call that waits (package
// trace says how that is written down): the call that waits is set aside, what
// the routine calls is judged as if it had waited elsewhere, and then the call
// that waits goes on (frames.go).
//
// # Readiness
//
// What select and WSAPoll say of a socket is compared with the ways in which it
// may look (look.go): flags that must be there, that may be there, and no
// others. That something waits is certain when a call has said so and nothing
// can have taken it since, or when the network of a simulated world, which
// delivers at once, has brought it (rule NET-PROMPT). That nothing waits is
// certain only where nobody can have sent anything.
//
// The record of network events and the events that sockets set follow from the
// same (eventselect.go): what must be recorded is what holds for certain and was
// not told since a call re-enabled it; what may be is what may hold, less what was
// just told where nothing has happened since. A call that waits for ever although
// it must not is found when a trace says that nothing will happen any more.
//
// # Operations in flight
//
// A call that starts an overlapped operation leaves it in the state
// (operation.go), and a completion record is its end (ending.go): it must be one
// that was started and has not ended, with a status, a count and data that it can
// have, and it is what the structure says from then on (result.go) and what is
// queued at a completion port (port.go). Several operations may be in flight at
// one end of a connection: what they send counts as being sent, in order, and
// receives are filled in the order of their start. A completion record between a
// call and its return is judged behind the call, whose effect it mostly is, and
// before it where the call may have waited for it.
//
// Only simulated worlds have completion records. In other traces nobody knows when
// an operation has ended, so whatever depends on it conforms.
//
// # Security of traffic
//
// The two ends of a connection are matched by address and port among all ends
// that ever existed in the trace (endpoints). A connection may be established
// only if what both ends asked for, the credentials of their hosts and the
// target names allow it; what WSAQuerySocketSecurity answers must be among what
// is possible, and narrows it. Where an end is not in the trace, only this
// end's wishes count.
//
// What went over the wire is judged as well, where the trace says which host
// sent a packet (packets.go). A packet that its socket forbids in clear, or
// unencrypted, or under an association whose other end did not prove the
// target name, breaks SEC-NOCLEAR, SEC-GUARANTEE or SEC-SPN, unless some socket
// that may have sent it allows it; data must be such as its receiver accepts,
// too. No packet may be under an association before its negotiation has ended
// or after it was deleted, nor may one be deleted under an open connection
// (SEC-CLEANUP). What a query says of a connection must be what its packets show
// (QSS-FLAGS); a thread acts for the peer that proved itself, from its own
// WSAImpersonateSocketPeer to its own WSARevertImpersonation, and other threads
// do not (ISP-TOKEN, RVI-EFFECT). Packets that an attacker forged are nobody's:
// they break nothing by being sent.
//
// # Adding a rule
//
//  1. Give it an identifier, a row and its sources in package rules.
//  2. Write the check in the file of its call group, with must, may or fails.
//  3. Explore: TestEveryRuleHasAWitness says that no domain reaches it. Add a
//     call to a domain (domains.go), or a reason to noWitness.
//  4. Add a trace that breaks it to testdata/bad, under the rule's name.
//
// # Where it is loose
//
// Each place says so in a comment that begins with "Not modelled:" or in the
// rule's notes. The larger ones:
//
// Not modelled: of what is received, what conns.go and mail.go leave out:
// urgent data, streams of which several threads send or receive at the same
// time, datagrams beyond those that are remembered; where the other end of a
// stream is not known, its end is allowed once anybody has closed or shut down
// a stream. When an operation ends: one that could end may still be in flight.
// A socket after calls that are not defined while it is in an AcceptEx, or is
// disconnected to be used again. Raw sockets and families other than IPv4 and
// IPv6, whose calls all conform. Options that are not in the table of
// options.go. Policies of hosts (SEC-CONFLICT; see Options.Policies). The
// effect of names set after traffic began, and of names whose form no source
// speaks of: they no longer exclude a peer. Target names of datagram peers
// count for what is received only when they were set before any traffic. The
// order of the addresses that a lookup finds.
package model
