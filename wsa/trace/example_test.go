package trace_test

import (
	"bytes"
	"fmt"
	"net/netip"

	"wsasim/sim"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// A program records what it does: each thread calls through the recording. On
// Windows the threads are those of wsa.System.
func ExampleNewRecording() {
	w := sim.New(sim.Config{Clock: sim.VirtualTime})
	defer w.Close()
	host := w.MustHost("client", "10.0.0.1")

	var file bytes.Buffer
	rec := trace.NewRecording(&file, "client")
	api := rec.Thread(host.NewThread())
	s, err := api.Socket(wsa.AF_INET, wsa.SOCK_STREAM, wsa.IPPROTO_TCP)
	fmt.Println(err)
	err = api.Bind(s, wsa.Sockaddr(netip.MustParseAddrPort("10.0.0.9:80")))
	fmt.Println(err)
	fmt.Println(rec.Close())

	trace.Read(&file)(func(_ int, r *trace.Record, err error) bool {
		if err == nil && r.Kind == trace.Returned {
			fmt.Println("return:", r.Return.Err.Name())
		}
		return err == nil
	})
	// Output:
	// <nil>
	// WSAEADDRNOTAVAIL (10049): the address or port cannot be used from here
	// <nil>
	// return: ERROR_SUCCESS
	// return: WSAEADDRNOTAVAIL
}

// Two recordings of one program are equal in normal form, whatever numbers its
// handles had.
func ExampleEqual() {
	record := func(skip int) (records []*trace.Record) {
		w := sim.New(sim.Config{Clock: sim.VirtualTime})
		defer w.Close()
		t := w.MustHost("host", "10.0.0.1").NewThread()
		for range skip {
			t.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0)
		}
		api := trace.NewRecorder(func(r *trace.Record) { records = append(records, r) }, w.Now).Thread(t, "host", 1, 1)
		s, _ := api.Socket(wsa.AF_INET, wsa.SOCK_DGRAM, 0)
		api.Closesocket(s)
		return records
	}
	a, b := record(0), record(3)
	fmt.Println("closed:", a[2].Call, b[2].Call)
	_, why := trace.Equal(trace.Normalize(a), trace.Normalize(b))
	fmt.Printf("in normal form: %q\n", why)
	// Output:
	// closed: {4} {16}
	// in normal form: ""
}
