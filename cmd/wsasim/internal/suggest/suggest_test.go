package suggest

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	valid := []string{"socket", "connect", "WSAConnect", "getsockname", "getpeername", "WSASetSocketPeerTargetName"}
	for _, c := range []struct{ name, want string }{
		{"conect", "connect"},
		{"cnonect", "connect"},
		{"wsaconnect", "WSAConnect"},
		{"getpername", "getpeername"},
		{"TargetName", "WSASetSocketPeerTargetName"},
	} {
		if got := Names(c.name, valid); len(got) == 0 || got[0] != c.want {
			t.Errorf("Names(%q) = %q, want %q first", c.name, got, c.want)
		}
	}
	if got := Names("zzzzzzzz", valid); len(got) != 0 {
		t.Errorf("Names of nothing near = %q", got)
	}
}

func TestUnknownNamesAShortList(t *testing.T) {
	got := Unknown("target", "sparc64", []string{"amd64", "386", "arm64"})
	for _, want := range []string{`"sparc64" is not a target`, "amd64", "386"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}
