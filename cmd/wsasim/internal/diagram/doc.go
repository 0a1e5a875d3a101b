// Package diagram draws what is in a trace as a sequence diagram: a lane for each
// host, time downwards, and in order of effect the calls with their results,
// the packets between the lanes, and the negotiations of security.
//
// A [Chart] collects records and writes them as SVG ([Chart.SVG]) or as a text
// for Mermaid ([Chart.Mermaid]). Both are functions of the records alone: the
// same trace gives the same bytes.
//
// What a reader can tell apart at a glance:
//
//   - packets in clear, under a security association that authenticates them,
//     and under one that encrypts them; of the last the payload is not shown,
//     as nobody on the way sees it;
//   - packets that are lost, which end half-way, that an attacker made up, and
//     that he changed on their way;
//   - a negotiation, which is a block around its messages with what came of it;
//   - hosts that the trace says are an attacker's.
//
// Calls that say little are left out when they succeed (which ones, says the table
// in calls.go), and so are sends, whose packets are there. Where the same few
// things repeat for long, the middle is one line that counts them. A diagram
// ends after [MaxRows] rows and says what it leaves out; hosts that take no
// part have no lane.
//
// Not shown: processes and threads as lanes of their own (a call of a host with
// several threads names its thread), and how long a packet takes, since a
// trace tells when it was sent.
package diagram
