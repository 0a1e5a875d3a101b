package sim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

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
	if n := cap(th.proc.handles.socket(h).dgram.queue.items); n > 1000 {
		t.Errorf("the queue of one datagram has room for %d", n)
	}
}

// TestFifo: a fifo gives what a slice gives, in order, and its memory stays within
// a few times what it held at most.
func TestFifo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q fifo[int]
		var want []int
		next, most := 0, 0
		for _, push := range rapid.SliceOfN(rapid.Bool(), 0, 500).Draw(t, "pushes") {
			switch {
			case push:
				q.push(next)
				want = append(want, next)
				next++
			case len(want) > 0:
				if *q.front() != want[0] || q.pop() != want[0] {
					t.Fatalf("not %d", want[0])
				}
				want = want[1:]
			}
			most = max(most, len(want))
			if q.len() != len(want) || q.empty() != (len(want) == 0) || cap(q.items) > 4*most+8 {
				t.Fatalf("%d items with room for %d, want %d of %d at most", q.len(), cap(q.items), len(want), most)
			}
		}
		if got := q.all(); !slices.Equal(got, want) || !q.empty() {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
