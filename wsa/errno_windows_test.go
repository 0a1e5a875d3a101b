package wsa

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"
)

// TestErrnoAsSyscall compares every code with the real syscall.Errno.
func TestErrnoAsSyscall(t *testing.T) {
	for _, e := range Errnos() {
		s := syscall.Errno(e)
		if e.Timeout() != s.Timeout() || e.Temporary() != s.Temporary() {
			t.Errorf("%v: Timeout %t, Temporary %t; syscall says %t, %t", e, e.Timeout(), e.Temporary(), s.Timeout(), s.Temporary())
		}
		for _, target := range []error{fs.ErrPermission, fs.ErrExist, fs.ErrNotExist, errors.ErrUnsupported} {
			if errors.Is(e, target) != errors.Is(s, target) {
				t.Errorf("%v: errors.Is %v is %t", e, target, errors.Is(e, target))
			}
		}
	}
}
