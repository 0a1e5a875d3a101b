package scenario

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// Calls as people read them: addresses as text, constants by name, structures
// taken apart, data as text when it is text.

// kinds says whose constants a parameter holds, by "call.parameter" or by
// parameter alone.
var kinds = map[string]wsa.Kind{
	"af":                wsa.KindFamily,
	"type":              wsa.KindType,
	"protocol":          wsa.KindProtocol,
	"level":             wsa.KindLevel,
	"how":               wsa.KindShutdown,
	"flags":             wsa.KindMessageFlag,
	"WSASocket.flags":   wsa.KindSocketFlag,
	"name_space":        wsa.KindNameSpace,
	"GetNameInfo.flags": wsa.KindNameInfoFlag,
	"cmd":               wsa.KindIoctl,
	"code":              wsa.KindIoctl,
	"backlog":           wsa.KindBacklog,
	"error":             wsa.KindError,
	"milliseconds":      wsa.KindTimeout,
	"answer":            wsa.KindAcceptCondition,
	"group":             wsa.KindGroup,
}

// structures says which structure a buffer holds.
var structures = map[string]string{
	"peer_target_name": "SOCKET_PEER_TARGET_NAME",
	"settings":         "SOCKET_SECURITY_SETTINGS",
	"template":         "SOCKET_SECURITY_QUERY_TEMPLATE",
}

// ioctlInput says which structure a control code takes.
var ioctlInput = map[uint32]string{
	wsa.SIO_SET_SECURITY:            "SOCKET_SECURITY_SETTINGS",
	wsa.SIO_QUERY_SECURITY:          "SOCKET_SECURITY_QUERY_TEMPLATE",
	wsa.SIO_SET_PEER_TARGET_NAME:    "SOCKET_PEER_TARGET_NAME",
	wsa.SIO_DELETE_PEER_TARGET_NAME: "SOCKADDR",
}

// longest is how much of a buffer is shown, in bytes.
const longest = 40

// FormatCall writes a call with its arguments. Output buffers of the usual size
// and arguments with their default value are left out.
func FormatCall(c wsa.Call) string {
	op := c.Op()
	v := reflect.ValueOf(c)
	var args []string
	for _, p := range Params(op) {
		text, usual := formatArg(op, p, v)
		if usual {
			continue
		}
		if !p.Required {
			if _, isRoom := p.value.(wsa.Room); !isRoom {
				text = optionalText(p, text)
			}
		}
		args = append(args, text)
	}
	return op + "(" + strings.Join(args, ", ") + ")"
}

// optionalText names an optional argument, unless its value says what it is.
func optionalText(p Param, text string) string {
	switch p.Name {
	case "protocol", "backlog", "settings", "template", "in", "peer_addr", "argp", "version":
		return text
	case "flags":
		if text != "0" && !strings.HasPrefix(text, "0x") {
			return text
		}
	}
	return p.Name + "=" + text
}

// formatArg is the text of an argument, and whether it is the usual one.
func formatArg(op string, p Param, call reflect.Value) (text string, usual bool) {
	field := call.Field(p.field)
	switch x := field.Interface().(type) {
	case wsa.Bytes:
		return formatBuffer(op, p.Name, x, call), x == nil && !p.Required && p.Name != "settings" && p.Name != "template"
	case []wsa.Bytes:
		parts := make([]string, len(x))
		for i, b := range x {
			parts[i] = formatData(b)
		}
		return "[" + strings.Join(parts, ", ") + "]", false
	case wsa.Room:
		return formatRoom(p, x)
	case []wsa.Room:
		return fmt.Sprint(x), reflect.DeepEqual(p.value, field.Interface())
	case *int32, *uint32:
		return formatPointer(op, p, call)
	case *string:
		return formatText(x), x == nil && !p.Required
	case *wsa.AddrInfo:
		return formatHints(x), x == nil
	case *wsa.AddrInfoEx:
		if x == nil {
			return "NULL", true
		}
		return formatHints(&x.AddrInfo), false
	case *wsa.GUID:
		if x == nil {
			return "NULL", true
		}
		return x.String(), false
	case *wsa.HANDLE:
		if x == nil {
			return "NULL", false
		}
		return strconv.FormatUint(uint64(*x), 10), false
	case wsa.SOCKET:
		return formatSocket(x), false
	case wsa.Errno:
		return x.String(), false
	}
	if p.Name == "version" {
		n := field.Uint()
		return fmt.Sprintf("%d.%d", n&0xff, n>>8), false
	}
	usual = !p.Required && reflect.DeepEqual(p.value, field.Interface())
	if p.Name == "backlog" || op == "WSASocket" || p.Name == "protocol" {
		usual = false // always part of what the call says
	}
	if op == "WSASocket" && (p.Name == "group" || p.Name == "protocol_info") {
		usual = field.IsZero()
	}
	return formatNumber(op, p.Name, field, call), usual
}

func formatText(s *string) string {
	if s == nil {
		return "NULL"
	}
	return strconv.Quote(*s)
}

// formatHints writes the members of hints that are not zero.
func formatHints(h *wsa.AddrInfo) string {
	if h == nil {
		return "NULL"
	}
	var parts []string
	for _, m := range []struct {
		kind  wsa.Kind
		value int32
	}{{wsa.KindAddrInfoFlag, h.Flags}, {wsa.KindFamily, h.Family}, {wsa.KindType, h.SockType}, {wsa.KindProtocol, h.Protocol}} {
		if m.value != 0 {
			parts = append(parts, wsa.FormatConstant(m.kind, int64(uint32(m.value))))
		}
	}
	if h.Addr != nil {
		parts = append(parts, "ai_addr="+wsa.FormatSockaddr(h.Addr))
	}
	if h.CanonName != "" {
		parts = append(parts, "ai_canonname="+h.CanonName)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// formatAddrInfo writes the addresses that a lookup found.
func formatAddrInfo(list []wsa.AddrInfoEx) string {
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = wsa.FormatSockaddr(a.Addr)
		if a.CanonName != "" {
			parts[i] += " (" + a.CanonName + ")"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// formatNames is the result of a call of Names; "" for another call.
func formatNames(c wsa.Call, r *wsa.Return) string {
	switch c.(type) {
	case wsa.GetAddrInfoCall, wsa.GetAddrInfoExCall:
		return formatAddrInfo(r.AddrInfo)
	case wsa.GetAddrInfoExOverlappedResultCall:
		if r.AddrInfo != nil {
			return formatAddrInfo(r.AddrInfo)
		}
	case wsa.GetNameInfoCall:
		return strconv.Quote(r.Node) + ", " + strconv.Quote(r.Service)
	case wsa.GetHostNameCall, wsa.InetNtoaCall:
		return strconv.Quote(r.Node)
	case wsa.GethostbynameCall, wsa.GethostbyaddrCall:
		if e := r.HostEnt; e != nil {
			return e.Name + " [" + strings.Join(addrTexts(e), ", ") + "]"
		}
	case wsa.GetservbynameCall, wsa.GetservbyportCall:
		if e := r.ServEnt; e != nil {
			return fmt.Sprintf("%s %d/%s", e.Name, e.Port, e.Proto)
		}
	case wsa.GetprotobynameCall, wsa.GetprotobynumberCall:
		if e := r.ProtoEnt; e != nil {
			return fmt.Sprintf("%s %d", e.Name, e.Proto)
		}
	case wsa.InetAddrCall:
		return fmt.Sprintf("0x%08X", uint32(r.N))
	}
	return ""
}

func formatSocket(s wsa.SOCKET) string {
	if s == wsa.INVALID_SOCKET {
		return "INVALID_SOCKET"
	}
	return strconv.FormatUint(uint64(s), 10)
}

func formatRoom(p Param, r wsa.Room) (text string, usual bool) {
	if r < 0 {
		return p.Name + "=NULL", false
	}
	if p.Name == "buf" {
		return strconv.Itoa(int(r)), false
	}
	return fmt.Sprintf("%s=%d bytes", p.Name, r), r == p.value
}

// formatPointer is for in/out parameters; a length that tells the room of its
// buffer is usual.
func formatPointer(op string, p Param, call reflect.Value) (text string, usual bool) {
	field := call.Field(p.field)
	if field.IsNil() {
		return p.Name + "=NULL", p.Name == "answer" || (p.Name == "addrlen" || p.Name == "fromlen") && roomOf(call, p.follow) < 0
	}
	text = formatNumber(op, p.Name, field.Elem(), call)
	if p.follow != "" {
		n := call.Field(p.field).Elem()
		length := int64(0)
		if n.CanInt() {
			length = n.Int()
		} else {
			length = int64(n.Uint())
		}
		return text, length == max(0, int64(roomOf(call, p.follow)))
	}
	return text, p.Name == "flags" && field.Elem().IsZero() || p.Name == "argp" && !takesArgument(call)
}

// takesArgument reports whether ioctlsocket reads *argp.
func takesArgument(call reflect.Value) bool {
	c, ok := call.Interface().(wsa.IoctlsocketCall)
	return ok && c.Cmd != wsa.FIONREAD && c.Cmd != wsa.SIOCATMARK
}

// formatNumber writes a number by the name that fits.
func formatNumber(op, name string, v reflect.Value, call reflect.Value) string {
	if v.Kind() == reflect.Bool {
		return strings.ToUpper(strconv.FormatBool(v.Bool()))
	}
	var n int64
	switch {
	case v.CanInt():
		n = v.Int()
	case v.CanUint():
		n = int64(v.Uint())
	default:
		// Sets, arrays and structures are told as traces tell them.
		text, err := json.Marshal(v.Interface())
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	kind, ok := kinds[op+"."+name]
	if !ok {
		kind, ok = kinds[name]
	}
	if name == "optname" {
		kind = wsa.OptionKind(int32(call.FieldByName("Level").Int()))
		ok = kind != ""
	}
	if !ok || kind == wsa.KindProtocol && n == 0 {
		return strconv.FormatInt(n, 10)
	}
	return wsa.FormatConstant(kind, n)
}

// formatBuffer writes an input buffer as what it holds.
func formatBuffer(op, name string, b wsa.Bytes, call reflect.Value) string {
	switch {
	case b == nil:
		return "NULL"
	case addresses[name]:
		return wsa.FormatSockaddr(b)
	case op == "WSAIoctl":
		c := call.Interface().(wsa.WSAIoctlCall)
		switch structure := ioctlInput[c.Code]; structure {
		case "":
			return formatData(b)
		case "SOCKADDR":
			return wsa.FormatSockaddr(b)
		default:
			return FormatStruct(structure, b)
		}
	case structures[name] != "":
		return FormatStruct(structures[name], b)
	case name == "optval" && len(b) == 4:
		return strconv.FormatInt(int64(int32(uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24)), 10)
	}
	return formatData(b)
}

// formatData writes bytes as quoted text when they are text, otherwise as
// hexadecimal digits; long ones are cut, with the size told.
func formatData(b []byte) string {
	if b == nil {
		return "NULL"
	}
	shown, rest := b, ""
	if len(b) > longest {
		shown, rest = b[:longest], fmt.Sprintf("... (%d bytes)", len(b))
	}
	if text := string(shown); printable(text) {
		return strconv.Quote(text) + rest
	}
	if len(b) > longest {
		shown = b[:longest/2]
	}
	return "0x" + hex.EncodeToString(shown) + rest
}

func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) && r != '\n' && r != '\t' && r != '\r' {
			return false
		}
	}
	return true
}

// shortened are the prefixes that constants of one kind share: inside a
// structure, whose fields say the kind, they only lengthen the line.
var shortened = []string{
	"SOCKET_SECURITY_PROTOCOL_", "SOCKET_SETTINGS_IPSEC_", "SOCKET_SETTINGS_",
	"SOCKET_INFO_CONNECTION_", "SOCKET_QUERY_IPSEC2_FIELD_MASK_", "SOCKET_QUERY_IPSEC2_",
}

// bigger names the structure that a buffer too long for the generic one holds.
var bigger = map[string]string{
	"SOCKET_SECURITY_SETTINGS":       "SOCKET_SECURITY_SETTINGS_IPSEC",
	"SOCKET_SECURITY_QUERY_TEMPLATE": "SOCKET_SECURITY_QUERY_TEMPLATE_IPSEC2",
	"SOCKET_SECURITY_QUERY_INFO":     "SOCKET_SECURITY_QUERY_INFO_IPSEC2",
}

// FormatStruct writes a structure on one line: the fields that are not zero. A
// buffer that does not hold one is written as bytes, with the size.
func FormatStruct(name string, b []byte) string {
	layout, err := wsa.Struct(name, wsa.AMD64)
	if err != nil {
		return formatData(b)
	}
	if other := bigger[name]; other != "" && len(b) > layout.Size {
		if l, err := wsa.Struct(other, wsa.AMD64); err == nil {
			layout = l
		}
	}
	values, err := layout.Decode(b)
	if err != nil {
		return fmt.Sprintf("{%d bytes: %s}", len(b), formatData(b))
	}
	var parts []string
	for i, v := range values {
		if v.LenOf != "" {
			if text := lengthLie(values, v); text != "" {
				parts = append(parts, text)
			}
			continue
		}
		text := v.Text
		for _, prefix := range shortened {
			text = strings.ReplaceAll(text, prefix, "")
		}
		switch {
		case i == 0:
			parts = append(parts, text)
		case v.Kind == wsa.KindInfoFlag:
			// Also when zero: in clear is an answer.
			if text == "0" {
				text = "in clear"
			}
			parts = append(parts, text)
		case text == "0" || text == "" || text == "00000000-0000-0000-0000-000000000000":
		case v.Type == wsa.FieldUTF16 && v.Size%2 != 0:
			parts = append(parts, text)
		case v.Type == wsa.FieldUTF16:
			parts = append(parts, strconv.Quote(strings.Trim(text, `"`)))
		case v.Kind != "" && !unicode.IsDigit(rune(text[0])) || v.Type == wsa.FieldStorage:
			parts = append(parts, text)
		default:
			parts = append(parts, v.Name+"="+text)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// lengthLie is for a length field: what it says when its text is cut off in
// the middle of a unit, and so cannot be shown as text.
func lengthLie(values []wsa.FieldValue, length wsa.FieldValue) string {
	for _, v := range values {
		if v.Name == length.LenOf && v.Size%2 != 0 {
			return length.Name + "=" + length.Text
		}
	}
	return ""
}

// FormatReturn writes what a call gave back: "= 8 from 10.0.0.1:49152".
func FormatReturn(c wsa.Call, r *wsa.Return) string {
	if r.Failure != "" {
		text, _, _ := strings.Cut(r.Failure, ":")
		return "= (" + text + ")"
	}
	if r.Err != 0 {
		text := fmt.Sprintf("= %s (%d)", r.Err.String(), uint32(r.Err))
		if r.Err == wsa.WSAEMSGSIZE && r.Len != nil && c.Op() == "WSAQuerySocketSecurity" {
			text += fmt.Sprintf(", needs %d bytes", *r.Len)
		}
		return text
	}
	return "= " + formatSuccess(c, r)
}

// formatAnswer tells what the condition function of WSAAccept said.
func formatAnswer(r *wsa.Return) string {
	if r.Answer == nil {
		return ""
	}
	text := ", " + wsa.FormatConstant(wsa.KindAcceptCondition, int64(*r.Answer))
	if r.Group != 0 {
		text += " for group " + wsa.FormatConstant(wsa.KindGroup, int64(r.Group))
	}
	return text
}

func formatSuccess(c wsa.Call, r *wsa.Return) string {
	if text := formatNames(c, r); text != "" {
		return text
	}
	from := ""
	if r.Addr != nil {
		from = " from " + wsa.FormatSockaddr(r.Addr)
	}
	switch c := c.(type) {
	case wsa.SocketCall, wsa.WSASocketCall, wsa.AcceptCall, wsa.WSAAcceptCall:
		return formatSocket(r.Socket) + from + formatAnswer(r)
	case wsa.SendCall, wsa.SendtoCall:
		return strconv.FormatInt(r.N, 10)
	case wsa.SleepExCall:
		if r.N == wsa.WAIT_IO_COMPLETION {
			return "WAIT_IO_COMPLETION"
		}
		return strconv.FormatInt(r.N, 10)
	case wsa.RecvCall, wsa.RecvfromCall:
		if r.N == 0 {
			return "0" + from
		}
		return fmt.Sprintf("%d %s%s", r.N, formatData(r.Data), from)
	case wsa.WSARecvCall, wsa.WSARecvFromCall:
		if r.Data == nil {
			return "0" + from
		}
		return fmt.Sprintf("%d %s%s", len(r.Data), formatData(r.Data), from)
	case wsa.WSASendCall, wsa.WSASendToCall:
		if r.Count != nil {
			return strconv.FormatUint(uint64(*r.Count), 10)
		}
	case wsa.GetsocknameCall, wsa.GetpeernameCall:
		return wsa.FormatSockaddr(r.Addr)
	case wsa.WSAGetLastErrorCall:
		if r.N == 0 {
			return "0"
		}
		return wsa.Errno(r.N).String()
	case wsa.GetsockoptCall:
		return formatOption(c, r.Data)
	case wsa.IoctlsocketCall:
		if r.Count != nil && c.Cmd != wsa.FIONBIO {
			return strconv.FormatUint(uint64(*r.Count), 10)
		}
	case wsa.WSAQuerySocketSecurityCall:
		return FormatStruct("SOCKET_SECURITY_QUERY_INFO", r.Data)
	case wsa.WSAIoctlCall:
		if c.Code == wsa.SIO_QUERY_SECURITY {
			return FormatStruct("SOCKET_SECURITY_QUERY_INFO", r.Data)
		}
		if r.Data != nil {
			return formatData(r.Data)
		}
	case wsa.WSAStartupCall:
		if r.Startup != nil {
			return fmt.Sprintf("ok, version %d.%d", r.Startup.Version&0xff, r.Startup.Version>>8)
		}
	}
	return "ok"
}

func formatOption(c wsa.GetsockoptCall, data []byte) string {
	switch v := optionOf(c, data).(type) {
	case Error:
		if v == 0 {
			return "0"
		}
		return v.String()
	default:
		if len(data) == 4 || len(data) == 1 {
			return v.String()
		}
	}
	return formatData(data)
}

// FormatRule is one line about a rule: "PTN-CONN (must): the socket is
// connected, of either kind [doc:WSASetSocketPeerTargetName]".
func FormatRule(id rules.ID) string {
	r, ok := rules.Lookup(id)
	if !ok {
		return string(id)
	}
	return fmt.Sprintf("%s (%s): %s [%s]", r.ID, r.Strength, r.Condition, sources(r))
}

func sources(r rules.Rule) string {
	texts := make([]string, len(r.Sources))
	for i, s := range r.Sources {
		texts[i] = s.String()
	}
	return strings.Join(texts, "; ")
}
