package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/model/rules"
	"wsasim/wsa"
)

func (a *app) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain ERROR",
		Short: "say what an error means, who gives it and what programs get wrong",
		Long: `Say what an error code means, which calls give it under which rules, and what
programs that were written elsewhere get wrong about it. The error may be a
name, a number in decimal or hexadecimal, or a POSIX name.`,
		Example: `  wsasim explain WSAECONNRESET
  wsasim explain 10054
  wsasim explain 0x2746
  wsasim explain ECONNRESET`,
		ValidArgsFunction: completeOnce(errorNames),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return malformed("wsasim explain: expected one error, such as WSAECONNRESET or 10054")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.explain(args[0]) },
	}
	return a.jsonFlag(cmd)
}

func errorNames() []string {
	var names []string
	for _, e := range wsa.Errnos() {
		names = append(names, e.Name())
		names = append(names, e.Aliases()...)
	}
	slices.Sort(names)
	return names
}

// otherNames are the POSIX names of errors that Winsock knows by another one only:
// on the systems that have both names, both are one number.
func otherNames() map[string]string {
	return map[string]string{"EAGAIN": "EWOULDBLOCK", "ENOTSUP": "EOPNOTSUPP"}
}

// parseError reads an error as people write one: by name in either case, by
// its POSIX name, or by number.
func parseError(text string) (wsa.Errno, bool) {
	name := strings.ToUpper(text)
	if other, ok := otherNames()[name]; ok {
		name = other
	}
	for _, candidate := range []string{name, "WSA" + name, "WSA_" + name, "ERROR_" + name} {
		if e, ok := wsa.ErrnoByName(candidate); ok {
			return e, true
		}
	}
	n, err := strconv.ParseUint(text, 0, 32)
	return wsa.Errno(n), err == nil
}

// trap is what programs get wrong about an error.
type trap struct {
	codes []wsa.Errno
	text  string
}

// traps are collected from programs that met them on Windows.
var traps = []trap{
	{[]wsa.Errno{wsa.WSAECONNRESET}, "On a datagram socket it is not about a connection: an earlier send met a port where nobody listens. The socket is well; receive again, or switch the report off with SIO_UDP_CONNRESET. A read loop that ends here ends a server."},
	{[]wsa.Errno{wsa.WSAEMSGSIZE}, "A datagram that is larger than the buffer fills it, loses its rest and fails. The bytes that fit are there and the socket is well: a read loop that treats it as fatal can be stopped by anybody who sends one."},
	{[]wsa.Errno{wsa.WSAEMSGSIZE}, "From the secure socket functions it says that a structure or its length is too short, and for WSAQuerySocketSecurity how much room is needed."},
	{[]wsa.Errno{wsa.WSAEWOULDBLOCK}, "A nonblocking connect gives this and never WSAEINPROGRESS; code that waits for EINPROGRESS gives up a connection that is being made."},
	{[]wsa.Errno{wsa.WSAEWOULDBLOCK}, "EWOULDBLOCK of errno.h is another number: comparing WSAGetLastError() with it is never true."},
	{[]wsa.Errno{wsa.WSA_IO_PENDING}, "Not a failure: the operation has started. Its buffers and its OVERLAPPED belong to the system until it completes, also after CancelIoEx; freeing them then corrupts memory."},
	{[]wsa.Errno{wsa.WSA_OPERATION_ABORTED}, "A receive that was cancelled may have taken data off the connection before: those bytes are gone unless the byte count of the completion is looked at."},
	{[]wsa.Errno{wsa.WSAETIMEDOUT}, "Go's net.Error.Timeout() is false for it on Windows, because Timeout knows only numbers of Go's own. Compare with WSAETIMEDOUT."},
	{[]wsa.Errno{wsa.WSAEADDRINUSE, wsa.WSAEACCES}, "SO_REUSEADDR means something else here: it lets a socket take an address that another one is using. A server protects its port with SO_EXCLUSIVEADDRUSE, and whoever tries to share it then gets WSAEACCES."},
	{[]wsa.Errno{wsa.WSAEFAULT}, "Mostly a length: *namelen or *optlen smaller than what is to be stored, a control buffer of the wrong size. No signal is raised, and the same call fails for ever after."},
	{[]wsa.Errno{wsa.WSAENOTSOCK}, "Handles are given out again soon after they were closed: a descriptor kept after closesocket may be another socket next time, and this error only sometimes."},
	{[]wsa.Errno{wsa.WSAEINTR}, "No signal is behind it: the socket was closed by another thread while the call waited. Do not call again."},
	{[]wsa.Errno{wsa.WSAEISCONN}, "The secure socket functions give it when they come too late: settings and target name belong before connect, on datagram sockets too."},
	{[]wsa.Errno{wsa.WSAECONNABORTED}, "What the sender of data gets when the peer has closed the socket: after the peer's FIN a reset is reported so, and not as WSAECONNRESET."},
	{[]wsa.Errno{wsa.WSAENETRESET}, "On a datagram socket: the time to live of an earlier datagram ran out on its way."},
	{[]wsa.Errno{wsa.WSANOTINITIALISED}, "WSAStartup is counted for each process. One WSACleanup too many, in a library perhaps, destroys every socket of the process."},
	{[]wsa.Errno{wsa.WSAHOST_NOT_FOUND}, "Not only the name server's word: AI_NUMERICHOST with a name, AI_NUMERICSERV with a service's name, and neither name nor service given end so too. Trying again does not help."},
	{[]wsa.Errno{wsa.WSANO_DATA}, "The name is there, its record is not: a host with IPv6 alone, asked for IPv4. Code that takes it for \"no such name\" tells its user something false; ask with AF_UNSPEC. EAI_NODATA is this number in mingw-w64 and 11001, that of EAI_NONAME, in the Windows SDK: compare with the WSA names."},
	{[]wsa.Errno{wsa.WSATRY_AGAIN}, "The one failure of a lookup that is worth another try, after a pause: no name server with authority has answered. gai_strerror is not safe among threads; FormatMessage knows the text."},
	{[]wsa.Errno{wsa.WSANO_RECOVERY}, "From GetAddrInfo mostly a mistake of the caller: AI_CANONNAME without a name, or a member of the hints that must be zero and was not cleared. Zero the whole ADDRINFOW first."},
	{[]wsa.Errno{wsa.WSATYPE_NOT_FOUND}, "The service is known perhaps, but not for the type of socket in the hints; a port number in digits needs no table."},
	{[]wsa.Errno{wsa.WSA_IO_PENDING, wsa.WSAEINPROGRESS}, "GetAddrInfoEx that has begun gives the one, and GetAddrInfoExOverlappedResult the other until it has ended: name, hints, result and OVERLAPPED must stay where they are until then, also after GetAddrInfoExCancel."},
	{[]wsa.Errno{wsa.WSA_E_CANCELLED}, "A lookup that was cancelled still ends: its event is set or its routine runs, with this code. What it uses may be freed only then."},
}

// goTrap is about Go's names for POSIX errors.
func goTrap(e wsa.Errno) string {
	posix, ok := strings.CutPrefix(e.Name(), "WSA")
	if !ok || !strings.HasPrefix(posix, "E") {
		return ""
	}
	return fmt.Sprintf("In Go, errors.Is(err, syscall.%s) is false on Windows: that name is a number of Go's own, which no call returns. Compare with syscall.Errno(%d), windows.%s or wsa.%s.",
		posix, uint32(e), e.Name(), e.Name())
}

func trapsOf(e wsa.Errno) []string {
	var list []string
	for _, t := range traps {
		if slices.Contains(t.codes, e) {
			list = append(list, t.text)
		}
	}
	if text := goTrap(e); text != "" {
		list = append(list, text)
	}
	return list
}

func (a *app) explain(text string) error {
	e, ok := parseError(text)
	switch {
	case ok:
	case len(findRules(text)) > 0:
		return malformed("wsasim explain: %q is not an error; see wsasim rules %s", text, text)
	case len(matching(statusRows(), strings.ToUpper(text))) > 0:
		return malformed("wsasim explain: %q is not an error; see wsasim options %s", text, text)
	default:
		return malformed("wsasim explain: %s", suggest.Unknown("error", text, errorNames()))
	}
	if e.Name() == "" {
		return malformed("wsasim explain: %d (0x%X) is not a Winsock error, nor a Win32 error that Winsock calls give", uint32(e), uint32(e))
	}
	if a.json {
		out := struct {
			Name    string     `json:"name"`
			Number  uint32     `json:"number"`
			Meaning string     `json:"meaning"`
			Aliases []string   `json:"aliases,omitempty"`
			Rules   []ruleJSON `json:"rules"`
			Traps   []string   `json:"traps"`
		}{e.Name(), uint32(e), e.Meaning(), e.Aliases(), []ruleJSON{}, trapsOf(e)}
		slices.Sort(out.Aliases)
		for _, r := range rules.ByError(e) {
			out.Rules = append(out.Rules, ruleForJSON(r))
		}
		return a.printJSON(out)
	}
	a.printf("%s\n", scenario.HelpError(e))
	for _, t := range trapsOf(e) {
		a.printf("  trap       %s\n", strings.Join(fold(t, 66), "\n             "))
	}
	return nil
}

// fold breaks a text into lines of at most the given width.
func fold(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
