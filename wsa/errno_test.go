package wsa

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestErrnoTable checks that the table has no gap and no duplicate, both ways.
func TestErrnoTable(t *testing.T) {
	names := make(map[string]bool)
	for i, row := range errnoTable {
		if i > 0 && errnoTable[i-1].code >= row.code {
			t.Errorf("%s (%d) follows %d: not sorted or twice", row.name, row.code, errnoTable[i-1].code)
		}
		if names[row.name] || row.name == "" || row.meaning == "" {
			t.Errorf("row %d (%d): name %q is empty or twice, or the meaning is empty", i, row.code, row.name)
		}
		names[row.name] = true
		if back, ok := ErrnoByName(row.name); !ok || back != row.code {
			t.Errorf("ErrnoByName(%q) = %d, %t", row.name, back, ok)
		}
		e := row.code
		if e.Name() != row.name || e.String() != row.name || e.Meaning() != row.meaning {
			t.Errorf("%d: %q %q %q", e, e.Name(), e.String(), e.Meaning())
		}
		if !strings.Contains(e.Error(), row.name+" (") {
			t.Errorf("Error() = %q", e.Error())
		}
	}
	for _, alias := range errnoAliases {
		if names[alias.name] {
			t.Errorf("alias %s is a first name too", alias.name)
		}
		if back, ok := ErrnoByName(alias.name); !ok || back != alias.code || back.Name() == "" {
			t.Errorf("ErrnoByName(%q) = %d, %t; its number must be in the table", alias.name, back, ok)
		}
		if !slices.Contains(alias.code.Aliases(), alias.name) {
			t.Errorf("%d.Aliases() lacks %s", alias.code, alias.name)
		}
	}
	if codes := Errnos(); !slices.IsSorted(codes) || len(codes) != len(errnoTable) {
		t.Errorf("Errnos: %d codes, sorted %t", len(codes), slices.IsSorted(codes))
	}
	// The blocks that winsock2.h numbers without a hole.
	for _, block := range [][2]Errno{{10035, 10071}, {10091, 10093}, {10101, 10112}, {11001, 11033}} {
		for e := block[0]; e <= block[1]; e++ {
			if e.Name() == "" {
				t.Errorf("code %d is missing", e)
			}
		}
	}
	if got := WSAECONNRESET.Error(); got != "WSAECONNRESET (10054): the peer reset the connection" {
		t.Errorf("Error() = %q", got)
	}
	if got := Errno(10999).Error(); got != "Winsock error 10999" {
		t.Errorf("Error() = %q", got)
	}
}

func TestErrnoErr(t *testing.T) {
	if Errno(0).Err() != nil {
		t.Error("Errno(0).Err() is not nil")
	}
	for _, e := range append(Errnos()[1:], 77777) {
		if err := e.Err(); err != error(e) {
			t.Errorf("%d.Err() = %v", e, err)
		}
	}
	var sink error
	if n := testing.AllocsPerRun(100, func() {
		for _, row := range errnoTable {
			sink = row.code.Err()
		}
	}); n != 0 {
		t.Errorf("Err allocates %v times", n)
	}
	_ = sink
}

// TestErrnoIs checks what errors.Is says, which on every system must be what
// it says on Windows. Source: Errno.Is in syscall_windows.go of Go 1.26.
func TestErrnoIs(t *testing.T) {
	for _, e := range Errnos() {
		if !errors.Is(e, syscall.Errno(e)) || !errors.Is(e, e) {
			t.Errorf("%v is not syscall.Errno(%d)", e, uint32(e))
		}
		if errors.Is(e, syscall.Errno(e+1)) {
			t.Errorf("%v is syscall.Errno(%d)", e, uint32(e+1))
		}
		if e >= WSABASEERR && (errors.Is(e, fs.ErrPermission) || errors.Is(e, fs.ErrExist) ||
			errors.Is(e, fs.ErrNotExist) || errors.Is(e, errors.ErrUnsupported)) {
			t.Errorf("%v matches an error of package fs or errors", e)
		}
		if e.Timeout() || e.Temporary() {
			t.Errorf("%v: Timeout or Temporary", e)
		}
	}
	posix := map[Errno]syscall.Errno{
		WSAECONNRESET: syscall.ECONNRESET, WSAECONNREFUSED: syscall.ECONNREFUSED, WSAETIMEDOUT: syscall.ETIMEDOUT,
		WSAEISCONN: syscall.EISCONN, WSAEADDRINUSE: syscall.EADDRINUSE, WSAEACCES: syscall.EACCES,
	}
	for e, p := range posix {
		if errors.Is(e, p) {
			t.Errorf("%v is the POSIX error %d", e, uint64(p))
		}
	}
	for _, c := range []struct {
		e      Errno
		target error
	}{
		{ERROR_ACCESS_DENIED, os.ErrPermission}, {ERROR_FILE_EXISTS, os.ErrExist}, {ERROR_ALREADY_EXISTS, os.ErrExist},
		{ERROR_DIR_NOT_EMPTY, os.ErrExist}, {ERROR_FILE_NOT_FOUND, os.ErrNotExist}, {ERROR_PATH_NOT_FOUND, os.ErrNotExist},
		{ERROR_BAD_NETPATH, os.ErrNotExist}, {ERROR_NOT_SUPPORTED, errors.ErrUnsupported}, {ERROR_CALL_NOT_IMPLEMENTED, errors.ErrUnsupported},
	} {
		if !errors.Is(c.e, c.target) {
			t.Errorf("%v is not %v", c.e, c.target)
		}
	}
}

func TestErrnoText(t *testing.T) {
	for _, e := range append(Errnos(), 1, 10999, 1<<32-1) {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back Errno
		if err := json.Unmarshal(text, &back); err != nil || back != e {
			t.Errorf("%s: %v, %v", text, back, err)
		}
	}
	var e Errno
	for _, bad := range []string{`"WSAEFOO"`, `"-1"`, `"4294967296"`, `""`} {
		if err := json.Unmarshal([]byte(bad), &e); err == nil {
			t.Errorf("%s was accepted as %v", bad, e)
		}
	}
	// The trace format counts on omitempty seeing the number, not the text.
	if got, _ := json.Marshal(Return{}); string(got) != "{}" {
		t.Errorf("zero Return = %s", got)
	}
	if got, _ := json.Marshal(Return{Err: WSAEISCONN}); string(got) != `{"err":"WSAEISCONN"}` {
		t.Errorf("Return = %s", got)
	}
}

// TestErrnoAs: errors.As gives either type of error number.
func TestErrnoAs(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", WSAECONNRESET)
	var sys syscall.Errno
	if !errors.As(err, &sys) || sys != 10054 {
		t.Errorf("syscall.Errno: %d", uint(sys))
	}
	var own Errno
	if !errors.As(err, &own) || own != WSAECONNRESET {
		t.Errorf("Errno: %v", own)
	}
	var other *fs.PathError
	if errors.As(err, &other) {
		t.Error("a *fs.PathError was found")
	}
}
