//go:build !windows

package wsa

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestSystemElsewhere(t *testing.T) {
	p, err := System()
	var elsewhere *NotWindowsError
	if p != nil || !errors.As(err, &elsewhere) || elsewhere.GOOS != runtime.GOOS {
		t.Fatalf("System gives %v, %v", p, err)
	}
	if !strings.Contains(err.Error(), runtime.GOOS) || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("the error is %q", err)
	}
}
