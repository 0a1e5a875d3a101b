package wsa

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"syscall"
)

// Errno is a Winsock or Win32 error number. Values are comparable, so both
// err == wsa.WSAEISCONN and errors.Is(err, wsa.WSAEISCONN) work.
//
// The zero value means success. As an error it still says so ("ERROR_SUCCESS
// (0): success"), which is what FormatMessage does too; use [Errno.Err] to turn
// a code into an error that is nil for success.
type Errno uint32

// denseEnd ends the range in which a row is found by index; the few codes behind
// it are found by binary search.
const denseEnd = 11040

// errnoDense maps a code to the index in errnoTable plus one; 0 means that the
// code is not in the table.
var errnoDense = func() (d [denseEnd]uint8) {
	for i, row := range errnoTable {
		if row.code < denseEnd {
			d[row.code] = uint8(i + 1)
		}
	}
	return d
}()

// errnoBoxed holds each code of errnoTable as an error value, made once, so
// that returning an error from a hot path allocates nothing.
var errnoBoxed = func() (b [len(errnoTable)]error) {
	for i, row := range errnoTable {
		b[i] = row.code
	}
	return b
}()

// errnoByName maps every name, first and second ones, to its number.
var errnoByName = func() map[string]Errno {
	m := make(map[string]Errno, len(errnoTable)+len(errnoAliases))
	for _, row := range errnoTable {
		m[row.name] = row.code
	}
	for _, alias := range errnoAliases {
		m[alias.name] = alias.code
	}
	return m
}()

// index is the row of e in errnoTable, or -1.
func (e Errno) index() int {
	if e < denseEnd {
		return int(errnoDense[e]) - 1
	}
	i := sort.Search(len(errnoTable), func(i int) bool { return errnoTable[i].code >= e })
	if i < len(errnoTable) && errnoTable[i].code == e {
		return i
	}
	return -1
}

// Error gives name, number and meaning: "WSAECONNRESET (10054): the peer reset
// the connection". A code that is not in the table gives its number only.
func (e Errno) Error() string {
	i := e.index()
	if i < 0 {
		return "Winsock error " + strconv.FormatUint(uint64(e), 10)
	}
	row := &errnoTable[i]
	return row.name + " (" + strconv.FormatUint(uint64(e), 10) + "): " + row.meaning
}

// String is the name, or decimal digits for a code that is not in the table.
// Note that package fmt prefers Error for %v and %s.
func (e Errno) String() string {
	if name := e.Name(); name != "" {
		return name
	}
	return strconv.FormatUint(uint64(e), 10)
}

// Name is the first name of the code, such as "WSAEISCONN"; empty when the
// code is not in the table. Where two headers name one number, the name with
// WSA in front is the first (WSA_IO_PENDING, not ERROR_IO_PENDING).
func (e Errno) Name() string {
	if i := e.index(); i >= 0 {
		return errnoTable[i].name
	}
	return ""
}

// Aliases lists the second names of the code, such as ERROR_IO_PENDING and
// EAI_NONAME, in no order that means anything; nil when there are none.
func (e Errno) Aliases() []string {
	var names []string
	for _, alias := range errnoAliases {
		if alias.code == e {
			names = append(names, alias.name)
		}
	}
	return names
}

// Meaning says in a few words what the code means; empty when the code is not
// in the table.
func (e Errno) Meaning() string {
	if i := e.index(); i >= 0 {
		return errnoTable[i].meaning
	}
	return ""
}

// Err is nil for 0 and e otherwise. It does not allocate for codes in the
// table.
func (e Errno) Err() error {
	if e == 0 {
		return nil
	}
	if i := e.index(); i >= 0 {
		return errnoBoxed[i]
	}
	return e
}

// Is makes errors.Is see e as Go on Windows sees a system error of that
// number, whatever system this runs on:
//
//   - a syscall.Errno of the same number matches, so
//     errors.Is(WSAEISCONN, syscall.Errno(10056)) holds;
//   - the POSIX names do not: errors.Is(WSAECONNRESET, syscall.ECONNRESET) is
//     false, because on Windows syscall.ECONNRESET is a number of Go's own
//     that no call returns. Code that tests for it has a bug there;
//   - fs.ErrPermission, fs.ErrExist, fs.ErrNotExist and errors.ErrUnsupported
//     match the Win32 codes that syscall.Errno on Windows maps to them, and no
//     Winsock code: WSAEACCES is not fs.ErrPermission.
//
// On Unix systems the numbers below 200 mean other things as a syscall.Errno;
// the comparison is by number all the same.
func (e Errno) Is(target error) bool {
	if t, ok := target.(syscall.Errno); ok {
		return uint64(t) == uint64(e)
	}
	switch target {
	case fs.ErrPermission:
		return e == ERROR_ACCESS_DENIED
	case fs.ErrExist:
		return e == ERROR_ALREADY_EXISTS || e == ERROR_DIR_NOT_EMPTY || e == ERROR_FILE_EXISTS
	case fs.ErrNotExist:
		return e == ERROR_FILE_NOT_FOUND || e == ERROR_PATH_NOT_FOUND || e == ERROR_BAD_NETPATH
	case errors.ErrUnsupported:
		return e == ERROR_NOT_SUPPORTED || e == ERROR_CALL_NOT_IMPLEMENTED
	}
	return false
}

// As makes errors.As find a syscall.Errno of the same number, as it does in an
// error of Go on Windows.
func (e Errno) As(target any) bool {
	t, ok := target.(*syscall.Errno)
	if ok {
		*t = syscall.Errno(e)
	}
	return ok
}

// Timeout reports what syscall.Errno reports on Windows for the same number:
// false for every code, WSAETIMEDOUT and WSAEWOULDBLOCK included. There the
// method tests only for numbers that Go invented (its EAGAIN, EWOULDBLOCK and
// ETIMEDOUT), which no call returns. So a dial that ends in WSAETIMEDOUT
// is not a net.Error with Timeout() true, neither on Windows nor here; compare
// with WSAETIMEDOUT instead.
func (e Errno) Timeout() bool { return false }

// Temporary reports what syscall.Errno reports on Windows for the same number:
// false for every code, for the reason given at [Errno.Timeout]. Older versions
// of Go answered true for WSAECONNRESET and WSAECONNABORTED; Go 1.26 does not.
func (e Errno) Temporary() bool { return false }

// MarshalText writes the name, or decimal digits for a code that is not in the
// table, so that traces are readable.
func (e Errno) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads a name (first or second) or an unsigned decimal number
// of 32 bits.
func (e *Errno) UnmarshalText(text []byte) error {
	if code, ok := ErrnoByName(string(text)); ok {
		*e = code
		return nil
	}
	n, err := strconv.ParseUint(string(text), 10, 32)
	if err != nil {
		return fmt.Errorf("%q is neither the name of an error code nor a decimal number of 32 bits", text)
	}
	*e = Errno(n)
	return nil
}

// ErrnoByName finds a code by its first or second name, spelled exactly.
func ErrnoByName(name string) (Errno, bool) {
	e, ok := errnoByName[name]
	return e, ok
}

// Errnos lists every code of the table, 0 included, sorted by number.
func Errnos() []Errno {
	codes := make([]Errno, len(errnoTable))
	for i, row := range errnoTable {
		codes[i] = row.code
	}
	return codes
}
