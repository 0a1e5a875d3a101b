// Package wsatest checks any implementation of wsa.API against what was
// measured on Windows: every observed fact that the API can show is a test
// under the fact's id. The same tests run on the simulator, under Wine and on
// Windows; where they pass decides what they are worth, so run them on Windows
// first when a fact is in doubt.
//
// # How to use it
//
//	func TestConformance(t *testing.T) { wsatest.Run(t, mySystem{}) }
//
// A [System] says what it is ([Platform]), runs one test at a time in an
// environment of its own ([Env]: threads, processes), and names the parts that
// it is known not to show, with the reason. A known gap that has been closed
// fails the run, so that the list stays true.
//
// # How a fact is checked
//
// The thread's last error is poisoned before each call and compared with the
// result after it, a failed call must give back no number and no socket, and
// output buffers are filled with a pattern, so that what was not written is
// checked too. Sockets are closed at the end of each fact.
//
// A fact has a [Mark]: asserted for Windows, asserted although Wine does
// otherwise, or varying with the version of Windows (then the newest counts,
// and an older answer is accepted only on Windows and Wine, by name). A
// fact of several parts may have parts of different marks. Under Wine a part
// marked [WineDiffers] may fail.
//
// # What is not here
//
// [Observed] lists every observed fact. Those without a test stand in [NotShown]
// with the reason; a test holds the three lists against each other. [Traps]
// does the same for the traps that real programs fell into, and [NetsemFacts] for
// what the Netsem specification says of Windows XP. The bind table, the documented
// options with their defaults, and the documentation's contradictions have tests
// of their own.
//
// # Terms
//
//   - fact: what a call did on Windows, known by an id such as SK4.
//   - part: a piece of a fact that can pass or fail by itself; its key is
//     "SK8/protocol info".
//   - gap: a part that an implementation is known not to show.
package wsatest
