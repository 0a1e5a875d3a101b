// Package wsa is Winsock as Go values: the socket API that Windows programs are
// written against, with its secure socket extensions. It holds what everything
// else in this module agrees on (types, constants, error codes, binary
// structures, the calls) and knows nothing of who implements them, but for the
// binding to the real DLLs ([System]). It imports the standard library only, and on
// Windows golang.org/x/sys/windows.
//
// # How a program uses it
//
// Client code is written against [API], or against the smaller interface it
// needs, and given an implementation: the simulator in tests, a [SystemThread] on
// Windows. A call is the C call:
//
//	s, err := api.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
//	name := wsa.PeerTargetName{Name: "host/server.example.com"}
//	b, err := name.AppendBinary(nil)
//	err = api.WSASetSocketSecurity(s, nil, nil, nil)
//	err = api.WSASetSocketPeerTargetName(s, b, nil, nil)
//	err = api.Connect(s, wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.1:443")))
//
// # How C parameters become Go parameters
//
// A pointer with its length is a slice: nil is NULL, len is the length. A
// length that the call reads and writes, and an output count, stay pointers,
// because NULL and a length that is too small are behaviour. Structures travel
// as their bytes for the same reason. An array of WSABUF is [][]byte. The full
// list stands at [API].
//
// # Calls as values
//
// Each call is also a [Call], its result a [Return], and [Invoke] goes from one
// to the other. Traces, the specification, generators and scenarios share this
// form. [Calls] and [Ops] list what there is.
//
// # Errors
//
// A failed call returns an [Errno]. Codes compare with ==. errors.Is answers
// what it answers for Go's syscall.Errno on Windows, on every system:
// WSAECONNRESET is syscall.Errno(10054) and is not syscall.ECONNRESET, since on
// Windows the latter is a number of Go's own. Timeout and Temporary are those
// of syscall.Errno on Windows too, and so false even for WSAETIMEDOUT.
//
// Codecs fail with [*DecodeError] and [*EncodeError], which name the structure,
// the field and its offset. [*DecodeError.TooShort] tells a buffer that is too
// small, which the calls answer with WSAEMSGSIZE, from a value that is wrong.
//
// # Structures
//
// Every structure type has AppendBinary and UnmarshalBinary ([Structure]): the
// layout of 64-bit Windows, little-endian on any host. WSAOVERLAPPED, WSABUF,
// ADDRINFOW and ADDRINFOEXW hold pointers and have AppendTarget and UnmarshalTarget
// besides, which take a [Target]; the layouts of the others are the same on every
// target. Decoding ignores
// padding and what follows the structure; encoding writes zeros for padding, so
// decoding, encoding and decoding again gives the same value.
//
// Text in structures is UTF-16 without a terminator and WTF-8 in Go: a
// surrogate without its partner keeps its own three bytes, so nothing is lost
// ([DecodeUTF16]). Lengths of text in structures count bytes.
//
// [Struct] and [Structs] describe the same layouts as data, for tools that
// print and build structures by field names.
//
// # Constants
//
// Constants have the names and values of the headers and no type, so that they
// fit int32 options, uint32 control codes and int64 tables alike. Negative ones
// (SO_DONTLINGER, SO_EXCLUSIVEADDRUSE) are negative. [Constants] lists them by
// [Kind], [ConstantName] and [FormatConstant] print numbers by name,
// [ParseConstant] reads what they print.
//
// # Terms
//
//   - target name: the principal that a secure socket's peer must prove to be.
//   - SPN: service principal name, how the domain names a service or computer
//     ([SPN]).
//   - operation: an overlapped call in flight, which [Overlapped] stands for.
//   - layout: where the fields of a structure stand on one target ([Layout]).
//   - room: the size of an output buffer that a caller offers ([Room]).
//
// # Concurrency
//
// The functions and methods of this package that take no API may be called by
// any number of goroutines; values of its types are plain data and need the
// usual care. What an implementation of API allows is said at [API]: one value
// is one thread.
//
// # Sources
//
// Facts come from Microsoft's reference pages (MicrosoftDocs/sdk-api and
// MicrosoftDocs/win32), cited by page name, and from the Windows headers, cited
// by file name. Layouts, sizes and most constants are checked against what
// mingw-w64's C compiler makes of its headers (testdata/vectors). The
// structures whose names end in IPSEC2 are not in those headers: their layouts
// follow from their documented members.
//
// Not modelled: WSADATA as a binary layout; HRESULTs; message texts in the words of
// FormatMessage.
package wsa
