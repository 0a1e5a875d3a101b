package wsa

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestSPNForms(t *testing.T) {
	for text, want := range map[string]SPN{
		"host/server.example.com":      HostSPN("server.example.com"),
		"ldap/dc1:389/example.com":     {"ldap", "dc1", 389, "example.com"},
		"MSSQLSvc/db.example.com:1433": {"MSSQLSvc", "db.example.com", 1433, ""},
		"a/b/c":                        {"a", "b", 0, "c"},
	} {
		if got, err := ParseSPN(text); err != nil || got != want || got.String() != text {
			t.Errorf("%s: %+v %q, %v", text, got, got.String(), err)
		}
	}
	if n, err := ParseSPN("a/b:0"); err != nil || n.InstancePort != 0 || n.String() != "a/b" {
		t.Errorf("port 0: %+v, %v", n, err)
	}
	for _, bad := range []string{"", "host", "/", "host/", "/a", "host//c", "a/b/", "a/b/c/d", "a/b:", "a/:1", "a/b:x", "a/b:65536", "a/b:-1", "a/b:+1", "a/::1"} {
		if n, err := ParseSPN(bad); !errors.Is(err, ERROR_INVALID_PARAMETER) {
			t.Errorf("%q: %+v, %v", bad, n, err)
		}
	}
}

// TestDsMakeSpn: the composition rules of page nf-dsparse-dsmakespnw.
func TestDsMakeSpn(t *testing.T) {
	for _, c := range []struct {
		class, service, instance string
		port                     uint16
		referrer, want           string
	}{
		{"host", "server.example.com", "", 0, "", "host/server.example.com"},
		{"http", "www.example.com", "", 8080, "", "http/www.example.com:8080"},
		{"ldap", "example.com", "dc1.example.com", 0, "", "ldap/dc1.example.com/example.com"},
		{"ldap", "example.com", "dc1.example.com", 389, "", "ldap/dc1.example.com:389/example.com"},
		{"http", "10.0.0.1", "", 80, "www.example.com", "http/10.0.0.1:80/www.example.com"},
		{"http", "www.example.com", "", 80, "ignored.example.com", "http/www.example.com:80"},
		{"", "a", "", 0, "", ""},
		{"host", "", "", 0, "", ""},
		{"host", "", "a", 0, "", ""},
		{"ho/st", "a", "", 0, "", ""},
		{"host", "a/b", "", 0, "", ""},
		{"host", "a", "b:c", 0, "", ""},
		{"host", "::1", "", 80, "a", ""},
	} {
		got, err := DsMakeSpn(c.class, c.service, c.instance, c.port, c.referrer)
		if got != c.want || (c.want == "") != errors.Is(err, ERROR_INVALID_PARAMETER) {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
	class, service, instance, port, err := DsCrackSpn("http/www.example.com:8080")
	if class != "http" || service != "www.example.com" || instance != "www.example.com" || port != 8080 || err != nil {
		t.Errorf("DsCrackSpn: %q %q %q %d, %v", class, service, instance, port, err)
	}
	if _, _, _, _, err := DsCrackSpn("http"); !errors.Is(err, ERROR_INVALID_PARAMETER) {
		t.Errorf("DsCrackSpn(http): %v", err)
	}
}

// TestSPNRoundTrip: what DsMakeSpn makes, DsCrackSpn takes apart, and Equal
// compares without regard to case.
func TestSPNRoundTrip(t *testing.T) {
	part := rapid.StringMatching(`[A-Za-z0-9.\-_]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		n := SPN{part.Draw(t, "class"), part.Draw(t, "instance"), rapid.Uint16().Draw(t, "port"), rapid.OneOf(rapid.Just(""), part).Draw(t, "service")}
		back, err := ParseSPN(n.String())
		if err != nil || back != n || !back.Equal(n) {
			t.Fatalf("%+v -> %q -> %+v, %v", n, n.String(), back, err)
		}
		service := n.ServiceName
		if service == "" {
			service = part.Draw(t, "required service")
		}
		text, err := DsMakeSpn(n.ServiceClass, service, n.InstanceName, n.InstancePort, "")
		if err != nil {
			t.Fatal(err)
		}
		class, gotService, instance, port, err := DsCrackSpn(text)
		if err != nil || class != n.ServiceClass || gotService != service || instance != n.InstanceName || port != n.InstancePort {
			t.Fatalf("%q: %q %q %q %d, %v", text, class, gotService, instance, port, err)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a/:0-9]{0,8}`)).Draw(t, "text")
		if n, err := ParseSPN(text); err == nil {
			if again, err := ParseSPN(n.String()); err != nil || again != n {
				t.Fatalf("%q: %+v, then %+v, %v", text, n, again, err)
			}
		}
	})
	if !HostSPN("Server.Example.com").Equal(SPN{ServiceClass: "HOST", InstanceName: "server.example.COM"}) {
		t.Error("case counts")
	}
	if HostSPN("a").Equal(SPN{"host", "a", 0, "a"}) || HostSPN("a").Equal(SPN{"host", "a", 1, ""}) {
		t.Error("different names are equal")
	}
}
