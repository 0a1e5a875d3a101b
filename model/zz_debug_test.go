package model

import (
	"fmt"
	"os"
	"testing"

	"wsasim/wsa/trace"
)

func TestZZDebug(t *testing.T) {
	f, err := os.Open(os.Getenv("ZZ"))
	if err != nil {
		t.Skip()
	}
	c := NewChecker(Options{Forget: true})
	trace.Read(f)(func(line int, r *trace.Record, err error) bool {
		if err != nil {
			t.Fatal(err)
		}
		before := append([]State(nil), c.states...)
		if v := c.Observe(r); v != nil {
			fmt.Printf("line %d: %v\nreturn %+v\n", line, v, r.Return)
			for _, s := range before {
				w := s.world()
				pid := w.threads.get(uint64(r.TID)).pid
				for _, x := range w.sockets.all {
					if x.pid == pid {
						fmt.Printf("  %d status %d bound %d conn %d unread %v eof %v fail %d:", x.handle, x.status, x.bound, x.conn, x.unread, x.eof, x.failure)
						for _, v := range w.views(x) {
							fmt.Printf(" {must %x may %x}", v.must, v.may)
						}
						fmt.Println()
					}
				}
			}
			return false
		}
		return true
	})
}
