package domain

import (
	"errors"
	"testing"
)

// TestLogOn: who somebody is that gives a name and a password.
func TestLogOn(t *testing.T) {
	f := newFixture(t)
	fabUser := ok(f.fabrikam.AddUser("ann"))(t)
	f.ann.SetPassword("old")
	f.ann.SetPassword("Secret 1")
	fabUser.SetPassword("Secret 2")
	silent := ok(f.contoso.AddUser("silent"))(t)
	for _, tt := range []struct {
		domain, user, password string
		who                    *Account
		failure                Failure
	}{
		{"", "ann", "Secret 1", f.ann, 0},
		{"CONTOSO", "ANN", "Secret 1", f.ann, 0},
		{"contoso.com", "ann", "Secret 1", f.ann, 0},
		{"", "ann@contoso.com", "Secret 1", f.ann, 0},
		{"fabrikam.com", "ann", "Secret 2", fabUser, 0},
		{"", "ann", "old", nil, PreauthFailed},
		{"", "ann", "secret 1", nil, PreauthFailed},
		{"", "ann", "", nil, PreauthFailed},
		{"", "silent", "", nil, PreauthFailed}, // a password that nobody can type
		{"", "nobody", "Secret 1", nil, ClientUnknown},
		{"", "ann@nowhere.com", "Secret 1", nil, ClientUnknown},
		{"NOWHERE", "ann", "Secret 1", nil, ClientUnknown},
		{"", "", "", nil, ClientUnknown},
	} {
		c, err := f.contoso.LogOn(tt.domain, tt.user, tt.password)
		if tt.failure != 0 {
			if !errors.Is(err, tt.failure) {
				t.Errorf("%q %q %q: %v, want %v", tt.domain, tt.user, tt.password, err, tt.failure)
			}
			continue
		}
		if err != nil || c.Account != tt.who {
			t.Errorf("%q %q %q: %v, %v", tt.domain, tt.user, tt.password, c.Account, err)
			continue
		}
		if _, err := Authenticate(Request{Client: c, Server: f.server.Credentials()}); err != nil && tt.who == f.ann {
			t.Errorf("%v is logged on and proves nothing: %v", c.Account, err)
		}
	}
	// A reset leaves a password that cannot be typed, and ends what was handed out.
	c := ok(f.contoso.LogOn("", "ann", "Secret 1"))(t)
	f.ann.ResetPassword()
	if _, err := Authenticate(Request{Client: c, Server: f.server.Credentials()}); !errors.Is(err, PreauthFailed) {
		t.Errorf("an old password: %v", err)
	}
	if _, err := f.contoso.LogOn("", "ann", "Secret 1"); !errors.Is(err, PreauthFailed) {
		t.Errorf("after a reset: %v", err)
	}
	silent.ClearPassword()
	if _, err := f.contoso.LogOn("", "silent", ""); !errors.Is(err, PreauthFailed) {
		t.Errorf("without a password: %v", err)
	}
}
