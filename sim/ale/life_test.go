package ale

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The window accepts what a list of everything accepted before would, but for
// what is too old.
func TestWindowAgainstList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w Window
		seen, highest := map[uint64]bool{}, uint64(0)
		for range rapid.IntRange(1, 300).Draw(t, "packets") {
			near := max(int(highest)-80, 1)
			seq := uint64(rapid.IntRange(near, near+200).Draw(t, "sequence number"))
			want := !seen[seq] && seq+windowSize > highest
			if got := w.Accept(seq); got != want {
				t.Fatalf("%d after %d: %v, want %v", seq, highest, got, want)
			}
			if want {
				seen[seq] = true
			}
			highest = max(highest, seq)
		}
	})
}

func TestUsage(t *testing.T) {
	life := Life{QuickMode: time.Hour, Bytes: 1000, Idle: 5 * time.Minute, Failover: time.Minute}
	for _, tt := range []struct {
		name     string
		life     Life
		failover bool
		use      func(u *Usage)
		at       time.Duration
		want     Expiry
	}{
		{"fresh", life, false, nil, 0, Alive},
		{"before it is idle", life, false, nil, 5*time.Minute - 1, Alive},
		{"idle", life, false, nil, 5 * time.Minute, ExpiredIdle},
		{"idle on a cluster", life, true, nil, time.Minute, ExpiredIdle},
		{"used meanwhile", life, false, func(u *Usage) { u.Spend(1, 4*time.Minute) }, 8 * time.Minute, Alive},
		{"bytes left", life, false, func(u *Usage) { u.Spend(999, 0) }, 0, Alive},
		{"bytes gone", life, false, func(u *Usage) { u.Spend(1000, 0) }, 0, ExpiredBytes},
		{"an hour", life, false, func(u *Usage) { u.Spend(1, time.Hour-1) }, time.Hour, ExpiredTime},
		{"no limits", Life{}, true, func(u *Usage) { u.Spend(1<<30, 0) }, 1000 * time.Hour, Alive},
	} {
		u := NewUsage(tt.life, 0, tt.failover)
		if tt.use != nil {
			tt.use(&u)
		}
		if got := u.Check(tt.at); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Every enumeration has a text for each value, and for none beyond.
func TestTexts(t *testing.T) {
	for _, c := range []struct {
		last, beyond string
	}{
		{Refusal.String(), (Refusal + 1).String()}, {Block.String(), (Block + 1).String()},
		{ExpiredBytes.String(), (ExpiredBytes + 1).String()}, {IPsecClearTextDropped.String(), ""},
	} {
		if c.last == "unknown" || c.beyond != "" && c.beyond != "unknown" {
			t.Errorf("%+v", c)
		}
	}
	if Winerr(5).String() != "5" || IKETimedOut.String() != "ERROR_IPSEC_IKE_TIMED_OUT" {
		t.Error("texts of codes")
	}
}
