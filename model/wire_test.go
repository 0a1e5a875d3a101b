package model

import "testing"

func TestCertifies(t *testing.T) {
	for _, tt := range []struct {
		shown, name string
		want        bool
	}{
		{"host/server.example.com", "host/Server.Example.com", true},
		{"host/server.example.com", "http/server.example.com", true},
		{"host/server.example.com", "host/other.example.com", false},
		{"host/*.example.com", "host/server.example.com", true},
		{"host/*.example.com", "host/a.b.example.com", false},
		{"host/*.example.com", "host/.example.com", false},
		{"host/*.example.com", "host/example.com", false},
		{"", "", false},
	} {
		if got := certifies(tt.shown, tt.name); got != tt.want {
			t.Errorf("certifies(%q, %q) is %v", tt.shown, tt.name, got)
		}
	}
}
