package trace

import (
	"fmt"
	"reflect"
	"slices"

	"wsasim/wsa"
)

// Normalize gives the records of a trace in a form in which two recordings of
// one program are equal, if it did the same in both: what the system chooses is
// numbered in the order in which it appears.
//
//   - descriptors and handles become 4, 8, 12, one row for both;
//   - ports that the system chose (that a call gave back before any call named
//     them) become 49152, 49153 and so on;
//   - identifiers of processes become 1000, 1001 and so on;
//   - processes, threads and OVERLAPPED structures are numbered from 1;
//   - times become 0, and so do the status words that only tell what hurry there
//     was: counts of a call that is pending.
//
// The order of records stays. Threads that do not wait for each other may come in
// another order in another recording; [ByThread] takes them apart.
//
// Descriptors, handles and ports in buffers that only the program understands
// stay as they are. The records that were given are not changed.
func Normalize(records []*Record) []*Record {
	n := normalizer{
		handles: make(map[uint64]uint64), ports: make(map[uint16]uint16), named: make(map[uint16]bool),
		pids: make(map[int]int), tids: make(map[int]int), ids: make(map[wsa.OverlappedID]wsa.OverlappedID),
		systemPIDs: make(map[uint32]uint32), joins: make(map[[2]int]bool),
	}
	out := make([]*Record, len(records))
	for i, r := range records {
		out[i] = n.record(r)
	}
	return out
}

// ByThread takes the calls and returns of a trace apart by the number of their
// thread, each in order.
func ByThread(records []*Record) map[int][]*Record {
	m := make(map[int][]*Record)
	for _, r := range records {
		if r.Kind == CallMade || r.Kind == Returned {
			m[r.TID] = append(m[r.TID], r)
		}
	}
	return m
}

// Equal compares two traces after [Normalize]. It gives the index of the first
// record that differs and what differs, or -1.
func Equal(a, b []*Record) (int, string) {
	for i := range min(len(a), len(b)) {
		if reflect.DeepEqual(a[i], b[i]) {
			continue
		}
		x, errX := a[i].MarshalJSON()
		y, errY := b[i].MarshalJSON()
		if errX != nil || errY != nil || string(x) != string(y) {
			return i, fmt.Sprintf("%s\n%s", x, y)
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b)), fmt.Sprintf("one has %d records and the other %d", len(a), len(b))
	}
	return -1, ""
}

// normalizer maps what a system chose to numbers in the order of appearance.
type normalizer struct {
	handles    map[uint64]uint64
	ports      map[uint16]uint16
	named      map[uint16]bool // ports that the program named itself
	pids, tids map[int]int
	ids        map[wsa.OverlappedID]wsa.OverlappedID
	systemPIDs map[uint32]uint32
	joins      map[[2]int]bool // the threads whose call adds a file to a port and gives back that port
}

// firstNormalPort is the first port of the range from which systems choose.
const firstNormalPort = 49152

func (n *normalizer) record(r *Record) *Record {
	c := *r
	c.Time = 0
	c.PID, c.TID = number1(n.pids, r.PID), number1(n.tids, r.TID)
	c.Overlapped = n.overlapped(r.Overlapped)
	thread := [2]int{r.PID, r.TID}
	if r.Call != nil {
		port, ok := r.Call.(wsa.CreateIoCompletionPortCall)
		n.joins[thread] = ok && port.ExistingCompletionPort != 0
		v := reflect.New(reflect.TypeOf(r.Call)).Elem()
		v.Set(reflect.ValueOf(r.Call))
		n.fields(v, false)
		c.Call, _ = v.Interface().(wsa.Call)
	}
	if r.Return != nil {
		ret := *r.Return
		n.fields(reflect.ValueOf(&ret).Elem(), !n.joins[thread])
		c.Return = &ret
	}
	return &c
}

// number1 numbers from 1; 0 stays.
func number1[K int | wsa.OverlappedID](m map[K]K, k K) K {
	if k == 0 {
		return 0
	}
	if m[k] == 0 {
		m[k] = K(len(m) + 1)
	}
	return m[k]
}

func (n *normalizer) overlapped(id wsa.OverlappedID) wsa.OverlappedID { return number1(n.ids, id) }

// handle numbers a descriptor or handle that a call gave, and maps one that a
// call is given. What no call ever gave stays, since the program made it up.
func (n *normalizer) handle(h uint64, given bool) uint64 {
	if given && h != 0 && h != uint64(wsa.INVALID_SOCKET) {
		// A number is given again after it was closed: then it is a new one.
		n.handles[h] = uint64(4 * (len(n.handles) + 1 + n.handlesAgain(h)))
	}
	if mapped, ok := n.handles[h]; ok {
		return mapped
	}
	return h
}

// handlesAgain counts how often numbers were given again, so that each opening
// has a number of its own.
func (n *normalizer) handlesAgain(h uint64) int {
	last := 0
	for _, v := range n.handles {
		last = max(last, int(v)/4)
	}
	return last - len(n.handles)
}

// address maps the port of a SOCKADDR.
func (n *normalizer) address(b wsa.Bytes, given bool) wsa.Bytes {
	family := wsa.SockaddrFamily(b)
	if len(b) < 4 || family != wsa.AF_INET && family != wsa.AF_INET6 {
		return b
	}
	port := uint16(b[2])<<8 | uint16(b[3])
	if port == 0 {
		return b
	}
	if _, known := n.ports[port]; !known {
		if !given {
			n.named[port] = true
		}
		if n.named[port] {
			return b
		}
		n.ports[port] = firstNormalPort + uint16(len(n.ports))
	}
	out := slices.Clone(b)
	out[2], out[3] = byte(n.ports[port]>>8), byte(n.ports[port])
	return out
}

var addressNames = []string{"Name", "To", "Addr", "Local", "PeerAddr", "Sockaddr"}

// fields maps the fields of a call or of a return, whose values are given by the
// system.
func (n *normalizer) fields(v reflect.Value, given bool) {
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		switch x := f.Interface().(type) {
		case wsa.SOCKET:
			f.Set(reflect.ValueOf(wsa.SOCKET(n.handle(uint64(x), given))))
		case wsa.HANDLE:
			f.Set(reflect.ValueOf(wsa.HANDLE(n.handle(uint64(x), given))))
		case *wsa.HANDLE:
			if x != nil {
				h := wsa.HANDLE(n.handle(uint64(*x), given))
				f.Set(reflect.ValueOf(&h))
			}
		case []wsa.HANDLE:
			list := slices.Clone(x)
			for j := range list {
				list[j] = wsa.HANDLE(n.handle(uint64(list[j]), false))
			}
			f.Set(reflect.ValueOf(list))
		case wsa.FDSet:
			f.Set(reflect.ValueOf(n.set(x)))
		case []wsa.FDSet:
			list := slices.Clone(x)
			for j := range list {
				list[j] = n.set(list[j])
			}
			f.Set(reflect.ValueOf(list))
		case []wsa.PollFD:
			list := slices.Clone(x)
			for j := range list {
				list[j].FD = wsa.SOCKET(n.handle(uint64(list[j].FD), false))
			}
			f.Set(reflect.ValueOf(list))
		case wsa.OverlappedID:
			f.Set(reflect.ValueOf(n.overlapped(x)))
		case []wsa.Packet:
			list := slices.Clone(x)
			for j := range list {
				list[j].Overlapped = n.overlapped(list[j].Overlapped)
			}
			f.Set(reflect.ValueOf(list))
		case wsa.Bytes:
			if slices.Contains(addressNames, name) {
				f.Set(reflect.ValueOf(n.address(x, given)))
			}
		}
	}
}

func (n *normalizer) set(s wsa.FDSet) wsa.FDSet {
	out := slices.Clone(s)
	for i := range out {
		out[i] = wsa.SOCKET(n.handle(uint64(out[i]), false))
	}
	return out
}
