package scenario

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/wsa"
)

// Param is one parameter of a call, as scripts and help texts name it.
type Param struct {
	Name string
	// Required parameters have no default.
	Required bool
	// Default is the text of the default value; empty when required.
	Default string
	// Takes says what values are accepted.
	Takes string

	field int
	typ   reflect.Type
	preset
}

// preset is the default value of a parameter: a value, or the room of another
// parameter, the output buffer whose length this one tells.
type preset struct {
	value  any
	follow string
}

// presets are the defaults of parameters that have one, by "call.parameter" or
// by parameter alone. Output buffers get room for what fits most calls, so
// that a script mentions room only to provoke an error.
var presets = map[string]preset{
	"addr":         {value: wsa.Room(wsa.SockaddrStorageSize)},
	"from":         {value: wsa.Room(wsa.SockaddrStorageSize)},
	"optval":       {value: wsa.Room(4)},
	"out":          {value: wsa.Room(1024)},
	"info":         {value: wsa.Room(wsa.SecurityQueryInfoIPsec2Size)},
	"addrlen":      {follow: "addr"},
	"namelen":      {follow: "name"},
	"fromlen":      {follow: "from"},
	"optlen":       {follow: "optval"},
	"info_len":     {follow: "info"},
	"protocol":     {value: int32(0)},
	"backlog":      {value: int32(wsa.SOMAXCONN)},
	"version":      {value: uint16(0x0202)},
	"settings":     {value: wsa.Bytes(nil)},
	"template":     {value: wsa.Bytes(nil)},
	"in":           {value: wsa.Bytes(nil)},
	"argp":         {value: new(uint32)},
	"node":         {value: wsa.Room(wsa.NI_MAXHOST)},
	"service":      {value: wsa.Room(wsa.NI_MAXSERV)},
	"recv.buf":     {value: wsa.Room(4096)},
	"recvfrom.buf": {value: wsa.Room(65536)},

	"GetHostName.name":                   {value: wsa.Room(256)},
	"getsockname.name":                   {value: wsa.Room(wsa.SockaddrStorageSize)},
	"getpeername.name":                   {value: wsa.Room(wsa.SockaddrStorageSize)},
	"WSARecv.buffers":                    {value: []wsa.Room{4096}},
	"WSARecvFrom.buffers":                {value: []wsa.Room{65536}},
	"WSARecv.flags":                      {value: new(uint32)},
	"WSARecvFrom.flags":                  {value: new(uint32)},
	"WSASocket.flags":                    {value: uint32(0)},
	"WSAImpersonateSocketPeer.peer_addr": {value: wsa.Bytes(nil)},
}

// addresses are the parameters that hold a SOCKADDR: a string there is an
// address and not text.
var addresses = map[string]bool{"name": true, "to": true, "peer_addr": true, "sockaddr": true}

// Params lists the parameters of the call named op, in order.
func Params(op string) []Param {
	t, ok := callTypes[op]
	if !ok {
		return nil
	}
	list := make([]Param, 0, t.NumField())
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		p := Param{Name: name, field: i, typ: t.Field(i).Type, Takes: takes(name, t.Field(i).Type)}
		found, ok := presets[op+"."+name]
		if !ok {
			found, ok = presets[name]
			ok = ok && (found.follow != "" || reflect.TypeOf(found.value) == p.typ)
		}
		switch {
		case ok:
			p.preset = found
		case strings.Contains(options, "omit"):
			p.value = reflect.Zero(p.typ).Interface()
		default:
			p.Required = true
		}
		if !p.Required {
			p.Default = defaultText(p)
		}
		list = append(list, p)
	}
	return list
}

var callTypes = func() map[string]reflect.Type {
	m := make(map[string]reflect.Type)
	for _, c := range wsa.Calls() {
		m[c.Op()] = reflect.TypeOf(c)
	}
	return m
}()

func defaultText(p Param) string {
	if p.follow != "" {
		return "the room of " + p.follow
	}
	switch v := p.value.(type) {
	case wsa.Bytes, *string, *wsa.AddrInfo, *wsa.AddrInfoEx, *wsa.GUID, *wsa.Timeval, *wsa.HANDLE:
		return "None"
	case *uint32:
		return fmt.Sprint(*v)
	case wsa.Room:
		return fmt.Sprintf("%d bytes", v)
	case []wsa.Room:
		return fmt.Sprintf("one of %d bytes", v[0])
	case bool:
		return "False"
	case int32:
		if p.Name == "backlog" {
			return "SOMAXCONN"
		}
	}
	return fmt.Sprint(p.value)
}

// takes says what a parameter accepts.
func takes(name string, t reflect.Type) string {
	switch t {
	case reflect.TypeFor[wsa.Bytes]():
		switch {
		case addresses[name]:
			return `an address such as "10.0.0.1:80", bytes, or None for NULL`
		case name == "optval":
			return "an int (4 bytes), True or False, bytes, or None for NULL"
		}
		return "bytes, a string, or None for NULL"
	case reflect.TypeFor[wsa.Room]():
		return "how many bytes of room the output buffer has, or None for NULL"
	case reflect.TypeFor[*int32](), reflect.TypeFor[*uint32]():
		return "the value before the call, or None for a NULL pointer"
	case reflect.TypeFor[[]wsa.Bytes]():
		return "a list of bytes or strings, or one of them"
	case reflect.TypeFor[[]wsa.Room]():
		return "a list of sizes in bytes, or one of them"
	case reflect.TypeFor[[]wsa.HANDLE]():
		return "a handle, or a list of handles"
	case reflect.TypeFor[*string]():
		return "a string, or None for NULL"
	case reflect.TypeFor[*wsa.AddrInfo]():
		return "an ADDRINFOW, as in ADDRINFOW(ai_family = AF_INET), or None for NULL"
	case reflect.TypeFor[*wsa.AddrInfoEx]():
		return "an ADDRINFOEXW, as in ADDRINFOEXW(ai_family = AF_INET), or None for NULL"
	case reflect.TypeFor[*wsa.GUID]():
		return "a GUID in a string, or None for NULL"
	case reflect.TypeFor[*wsa.Timeval]():
		return "a duration such as \"5s\", or None for NULL"
	case reflect.TypeFor[*wsa.HANDLE]():
		return "a handle, or None for a NULL pointer to one"
	case reflect.TypeFor[wsa.SOCKET]():
		return "a socket"
	case reflect.TypeFor[wsa.HANDLE]():
		return "a handle"
	case reflect.TypeFor[wsa.Errno]():
		return "an error such as WSAEINVAL, or a number"
	case reflect.TypeFor[wsa.OverlappedID]():
		return "a number that names a WSAOVERLAPPED, 0 for NULL"
	}
	if t.Kind() == reflect.Bool {
		return "True or False"
	}
	return "an int"
}

// bindCall makes the call named op from a script's arguments.
func bindCall(op string, args starlark.Tuple, kwargs []starlark.Tuple) (wsa.Call, error) {
	params := Params(op)
	if len(args) > len(params) {
		return nil, usagef("%s takes at most %d arguments, and got %d: %s", op, len(params), len(args), Signature(op))
	}
	given := make(map[string]starlark.Value, len(params))
	for i, a := range args {
		given[params[i].Name] = a
	}
	for _, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		if !hasParam(params, name) {
			return nil, usagef("%s: %s", op, suggest.Unknown("parameter", name, paramNames(params)))
		}
		if _, twice := given[name]; twice {
			return nil, usagef("%s: the parameter %q was given twice", op, name)
		}
		given[name] = kw[1]
	}
	call := reflect.New(callTypes[op]).Elem()
	for _, p := range params {
		if err := fill(call.Field(p.field), p, given[p.Name], call); err != nil {
			return nil, usagef("%s: parameter %s: %v", op, p.Name, err)
		}
	}
	return call.Interface().(wsa.Call), nil
}

func hasParam(params []Param, name string) bool {
	for _, p := range params {
		if p.Name == name {
			return true
		}
	}
	return false
}

func paramNames(params []Param) []string {
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.Name
	}
	return names
}

// fill sets one field of a call; v is nil when the script left it out.
func fill(field reflect.Value, p Param, v starlark.Value, call reflect.Value) error {
	if v != nil {
		return convert(field, p.Name, v)
	}
	switch {
	case p.Required:
		return fmt.Errorf("expected %s, and it is missing", p.Takes)
	case p.follow != "":
		setLength(field, roomOf(call, p.follow), p.Name)
		return nil
	}
	switch preset := p.value.(type) {
	case *uint32:
		n := *preset
		field.Set(reflect.ValueOf(&n))
	case []wsa.Room:
		field.Set(reflect.ValueOf(append([]wsa.Room(nil), preset...)))
	default:
		field.Set(reflect.ValueOf(p.value))
	}
	return nil
}

// roomOf is the room of another parameter of the call.
func roomOf(call reflect.Value, name string) wsa.Room {
	for i := range call.NumField() {
		tag, _, _ := strings.Cut(call.Type().Field(i).Tag.Get("json"), ",")
		if tag == name {
			return wsa.Room(call.Field(i).Int())
		}
	}
	return wsa.NULL
}

// setLength sets the length that goes with an output buffer. A program that
// passes NULL for an address passes NULL for its length too; elsewhere the
// length of nothing is 0.
func setLength(field reflect.Value, room wsa.Room, name string) {
	if room < 0 {
		if name == "addrlen" || name == "fromlen" {
			return
		}
		room = 0
	}
	n := reflect.New(field.Type().Elem())
	if n.Elem().CanInt() {
		n.Elem().SetInt(int64(room))
	} else {
		n.Elem().SetUint(uint64(room))
	}
	field.Set(n)
}

// convert stores a script's value in a field of a call.
func convert(field reflect.Value, name string, v starlark.Value) error {
	switch field.Interface().(type) {
	case wsa.Bytes:
		b, err := buffer(name, v)
		field.Set(reflect.ValueOf(b))
		return err
	case []wsa.Bytes:
		return convertList(field, name, v)
	case wsa.Room:
		if v == starlark.None {
			field.SetInt(int64(wsa.NULL))
			return nil
		}
	case []wsa.Room, []wsa.HANDLE:
		return convertList(field, name, v)
	case *string, *wsa.AddrInfo, *wsa.AddrInfoEx, *wsa.GUID, *wsa.Timeval:
		return convertPointer(field, v)
	}
	switch field.Kind() {
	case reflect.Bool:
		b, ok := v.(starlark.Bool)
		if !ok {
			return fmt.Errorf("expected True or False, got %s", v.Type())
		}
		field.SetBool(bool(b))
		return nil
	case reflect.Pointer:
		if v == starlark.None {
			field.SetZero()
			return nil
		}
		n := reflect.New(field.Type().Elem())
		field.Set(n)
		field = n.Elem()
	}
	return convertInt(field, v)
}

// convertPointer stores what is told by a pointer and is no number.
func convertPointer(field reflect.Value, v starlark.Value) error {
	if v == starlark.None {
		field.SetZero()
		return nil
	}
	p, err := pointerTo(field.Type(), v)
	if err == nil {
		field.Set(reflect.ValueOf(p))
	}
	return err
}

func pointerTo(t reflect.Type, v starlark.Value) (any, error) {
	text, isText := starlark.AsString(v)
	raw, isBytes := v.(starlark.Bytes)
	switch t {
	case reflect.TypeFor[*string]():
		if isText {
			return &text, nil
		}
	case reflect.TypeFor[*wsa.AddrInfo]():
		var a wsa.AddrInfoW
		if isBytes {
			err := a.UnmarshalBinary([]byte(raw))
			return new(a.Hints()), err
		}
	case reflect.TypeFor[*wsa.AddrInfoEx]():
		var a wsa.AddrInfoExW
		if isBytes {
			err := a.UnmarshalBinary([]byte(raw))
			return new(a.Hints()), err
		}
	case reflect.TypeFor[*wsa.GUID]():
		if isText {
			g, err := wsa.ParseGUID(text)
			return &g, err
		}
	case reflect.TypeFor[*wsa.Timeval]():
		d, err := duration(v)
		return &wsa.Timeval{Sec: int32(d / time.Second), Usec: int32(d % time.Second / time.Microsecond)}, err
	}
	return nil, fmt.Errorf("expected %s, got %s", takes("", t), v.Type())
}

// convertList stores a list, or a single value as a list of one.
func convertList(field reflect.Value, name string, v starlark.Value) error {
	if v == starlark.None {
		field.SetZero()
		return nil
	}
	seq, ok := v.(starlark.Sequence)
	if !ok {
		seq = starlark.Tuple{v}
	}
	out := reflect.MakeSlice(field.Type(), 0, seq.Len())
	iter := seq.Iterate()
	defer iter.Done()
	var item starlark.Value
	for iter.Next(&item) {
		e := reflect.New(field.Type().Elem()).Elem()
		if err := convert(e, name, item); err != nil {
			return err
		}
		out = reflect.Append(out, e)
	}
	field.Set(out)
	return nil
}

// convertInt stores an integer. Negative numbers stand for their bits where C
// would take them so: -1 for INVALID_SOCKET or for a DWORD of ones.
func convertInt(field reflect.Value, v starlark.Value) error {
	if e, ok := v.(Error); ok {
		v = starlark.MakeUint64(uint64(e))
	}
	i, ok := v.(starlark.Int)
	if !ok {
		return fmt.Errorf("expected an int, got %s", v.Type())
	}
	n, fits := i.Int64()
	if !fits {
		return fmt.Errorf("%s does not fit into 64 bits", i)
	}
	bits := uint(field.Type().Bits())
	if bits < 64 && (n < -1<<(bits-1) || n > 1<<bits-1) {
		return fmt.Errorf("%d does not fit into %d bits", n, bits)
	}
	if field.CanInt() {
		if bits == 32 {
			n = int64(int32(n))
		}
		field.SetInt(n)
		return nil
	}
	field.SetUint(uint64(n) & (1<<bits - 1))
	return nil
}

// buffer is the bytes that a script means by v for the parameter.
func buffer(name string, v starlark.Value) (wsa.Bytes, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bytes:
		return wsa.Bytes([]byte(v)), nil
	case starlark.String:
		if !addresses[name] {
			return wsa.Bytes([]byte(v)), nil
		}
		return address(string(v))
	case starlark.Bool, starlark.Int:
		if name == "optval" {
			return optionValue(v)
		}
	}
	return nil, fmt.Errorf("expected %s, got %s", takes(name, reflect.TypeFor[wsa.Bytes]()), v.Type())
}

// optionValue is the four bytes of an int or BOOL option.
func optionValue(v starlark.Value) (wsa.Bytes, error) {
	if b, ok := v.(starlark.Bool); ok {
		v = starlark.MakeInt(0)
		if b {
			v = starlark.MakeInt(1)
		}
	}
	var n uint32
	if err := convertInt(reflect.ValueOf(&n).Elem(), v); err != nil {
		return nil, err
	}
	return binary.LittleEndian.AppendUint32(nil, n), nil
}

// address is the SOCKADDR of an address in text form.
func address(text string) (wsa.Bytes, error) {
	ap, err := netip.ParseAddrPort(text)
	if err != nil {
		return nil, fmt.Errorf("expected an address and port such as 10.0.0.1:80 or [fd00::1]:80, got %q", text)
	}
	return wsa.AppendSockaddr(nil, ap)
}
