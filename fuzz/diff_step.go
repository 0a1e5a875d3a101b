package fuzz

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"

	"wsasim/wsa"
)

// DiffStep is one call of a sequence that is to run on several implementations.
// What an implementation chooses stands in it as symbols: a socket, an event or a
// completion port by the number of the step that made it ([SocketOf]), a port by
// the number of the socket that is bound to it ([PortOf]).
type DiffStep struct {
	// Makes numbers the socket, the event or the completion port that the call
	// makes, from 1; 0: it makes none.
	Makes int
	Call  wsa.Call
}

// MaxMade is the most sockets and handles that one sequence makes.
const MaxMade = 400

// SocketOf is the symbol of the socket with the number, and as a HANDLE that of
// the event or completion port with it. No system issues such descriptors: their
// handles are small.
func SocketOf(n int) wsa.SOCKET { return slotBase + wsa.SOCKET(4*n) }

// madeBy is the number that a symbol stands for; false for other descriptors.
func madeBy(s wsa.SOCKET) (int, bool) {
	if s <= slotBase || s > SocketOf(MaxMade) || s%4 != 0 {
		return 0, false
	}
	return int(s-slotBase) / 4, true
}

// firstPort and what follows it are the ports that stand for the ports of
// sockets. A sequence uses no others of that size.
const firstPort = 60000

// PortOf is the symbol of the port that the socket with the number is bound to,
// as the latest getsockname told.
func PortOf(n int) uint16 { return firstPort + uint16(n) }

func portOf(port uint16) (int, bool) {
	return int(port) - firstPort, port > firstPort && port <= firstPort+MaxMade
}

// String is the step as a report prints it.
func (s DiffStep) String() string {
	args, err := wsa.MarshalCall(rewritten(s.Call, rewriting{
		socket: func(x wsa.SOCKET) wsa.SOCKET {
			if n, ok := madeBy(x); ok {
				return wsa.SOCKET(n)
			}
			return x
		},
	}))
	if err != nil {
		args = []byte(err.Error())
	}
	if len(args) > 300 {
		args = append(args[:300:300], "..."...)
	}
	text := fmt.Sprintf("%s %s", s.Call.Op(), args)
	if s.Makes != 0 {
		text += fmt.Sprintf(" makes socket %d", s.Makes)
	}
	return text
}

// stepWire is a step as JSON spells it.
type stepWire struct {
	Op    string          `json:"op"`
	Args  json.RawMessage `json:"args"`
	Makes int             `json:"makes,omitempty"`
}

// MarshalJSON writes the call as traces do, with its symbols.
func (s DiffStep) MarshalJSON() ([]byte, error) {
	args, err := wsa.MarshalCall(s.Call)
	if err != nil {
		return nil, err
	}
	return json.Marshal(stepWire{s.Call.Op(), args, s.Makes})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *DiffStep) UnmarshalJSON(text []byte) error {
	var w stepWire
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	call, err := wsa.UnmarshalCall(w.Op, w.Args)
	if err != nil {
		return err
	}
	if w.Makes < 0 || w.Makes > MaxMade {
		return fmt.Errorf("makes: got %d, expected a number from 0 to %d", w.Makes, MaxMade)
	}
	*s = DiffStep{w.Makes, call}
	return nil
}

// rewriting says what to put in the place of descriptors and addresses in a
// call. Nil leaves them.
type rewriting struct {
	socket  func(wsa.SOCKET) wsa.SOCKET
	address func(wsa.Bytes) wsa.Bytes
}

var (
	socketType = reflect.TypeFor[wsa.SOCKET]()
	setType    = reflect.TypeFor[wsa.FDSet]()
	pollType   = reflect.TypeFor[[]wsa.PollFD]()
	handleType = reflect.TypeFor[wsa.HANDLE]()
	eventsType = reflect.TypeFor[[]wsa.HANDLE]()
)

// addressFields are the arguments that are a SOCKADDR.
var addressFields = []string{"Name", "To"}

// rewritten is the call with other descriptors and addresses in new memory.
func rewritten(c wsa.Call, w rewriting) wsa.Call {
	v := reflect.New(reflect.TypeOf(c)).Elem()
	v.Set(reflect.ValueOf(c))
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case f.Type() == socketType && w.socket != nil:
			f.Set(reflect.ValueOf(w.socket(f.Interface().(wsa.SOCKET))))
		case f.Type() == handleType && w.socket != nil:
			f.Set(reflect.ValueOf(wsa.HANDLE(w.socket(wsa.SOCKET(f.Interface().(wsa.HANDLE))))))
		case f.Type() == eventsType && w.socket != nil && !f.IsNil():
			list := make([]wsa.HANDLE, f.Len())
			for j, h := range f.Interface().([]wsa.HANDLE) {
				list[j] = wsa.HANDLE(w.socket(wsa.SOCKET(h)))
			}
			f.Set(reflect.ValueOf(list))
		case f.Type() == setType && w.socket != nil && !f.IsNil():
			set := make(wsa.FDSet, f.Len())
			for j, s := range f.Interface().(wsa.FDSet) {
				set[j] = w.socket(s)
			}
			f.Set(reflect.ValueOf(set))
		case f.Type() == pollType && w.socket != nil && !f.IsNil():
			list := make([]wsa.PollFD, f.Len())
			copy(list, f.Interface().([]wsa.PollFD))
			for j := range list {
				list[j].FD = w.socket(list[j].FD)
			}
			f.Set(reflect.ValueOf(list))
		}
	}
	if w.address != nil {
		for _, name := range addressFields {
			if f := v.FieldByName(name); f.IsValid() && f.Type() == reflect.TypeFor[wsa.Bytes]() && f.Len() > 0 {
				f.Set(reflect.ValueOf(w.address(f.Interface().(wsa.Bytes))))
			}
		}
	}
	return v.Interface().(wsa.Call)
}

// withPort is the SOCKADDR with another port, if it is long enough to have one.
func withPort(name wsa.Bytes, change func(uint16) uint16) wsa.Bytes {
	if len(name) < 4 {
		return name
	}
	out := append(wsa.Bytes{}, name...)
	port := change(uint16(name[2])<<8 | uint16(name[3]))
	out[2], out[3] = byte(port>>8), byte(port)
	return out
}

// confinedAddress is the SOCKADDR with a loopback address in the place of any
// other, so that nothing leaves the machine, and with a port that is a symbol
// or nobody's.
func confinedAddress(name wsa.Bytes) wsa.Bytes {
	out := withPort(name, func(port uint16) uint16 {
		if _, symbol := portOf(port); symbol || port == 0 {
			return port
		}
		return nobody
	})
	switch family := wsa.Bytes(out); {
	case len(out) < 2:
	case wsa.SockaddrFamily(family) == wsa.AF_INET6 && len(out) >= 24:
		var a [16]byte
		copy(a[:], out[8:24])
		ip := netip.AddrFrom16(a)
		if !ip.IsLoopback() && !ip.IsUnspecified() && !(ip.Is4In6() && local4(ip.Unmap())) {
			ip = netip.IPv6Loopback()
		}
		a = ip.As16()
		copy(out[8:24], a[:])
	case len(out) >= 8 && wsa.SockaddrFamily(family) != wsa.AF_INET6:
		if ip := netip.AddrFrom4([4]byte(out[4:8])); !local4(ip) {
			copy(out[4:8], []byte{127, 0, 0, 1})
		}
	}
	return out
}

func local4(ip netip.Addr) bool { return ip.IsLoopback() || ip.IsUnspecified() }

// nobody is a port that no socket is bound to, here or on any sane machine.
const nobody = 1
