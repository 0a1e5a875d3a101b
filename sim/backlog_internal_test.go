package sim

import (
	"testing"

	"wsasim/wsa"
)

// TestBacklogStaysSmall: a queue of datagrams that is never empty does not grow
// with what has gone through it.
func TestBacklogStaysSmall(t *testing.T) {
	w := New(Config{})
	defer w.Close()
	th := w.MustHost("host", "10.0.0.1").NewThread()
	h, err := th.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	local := []byte{wsa.AF_INET, 0, 0, 7, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}
	if err := th.Bind(h, local); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1)
	send := func(i int) {
		if _, err := th.Sendto(h, []byte{byte(i)}, 0, local); err != nil {
			t.Fatal(err)
		}
	}
	send(0)
	for i := range 10_000 {
		send(i + 1)
		if _, err := th.Recv(h, buf, 0); err != nil || buf[0] != byte(i) {
			t.Fatal(i, buf, err)
		}
	}
	if n := cap(th.proc.handles.socket(h).dgram.queue); n > 1000 {
		t.Errorf("the queue of one datagram has room for %d", n)
	}
}
