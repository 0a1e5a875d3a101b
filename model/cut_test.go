package model

import (
	"fmt"
	"strings"
	"testing"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// cutStart is a whole trace of a datagram socket at a completion port that receives a
// datagram which does not fit; what a case adds comes in the call and after it.
const cutStart = `{"kind":"world","t":0,"version":1,"seed":1}
{"kind":"host","t":0,"host":"client","addrs":["10.0.0.1"]}
{"kind":"process","t":0,"host":"client","pid":1}
{"kind":"thread","t":0,"host":"client","pid":1,"tid":1}
{"kind":"call","t":0,"tid":1,"op":"WSAStartup","args":{"version":514}}
{"kind":"return","t":0,"tid":1,"ret":{}}
{"kind":"call","t":0,"tid":1,"op":"socket","args":{"af":2,"type":2,"protocol":17}}
{"kind":"return","t":0,"tid":1,"ret":{"socket":4}}
{"kind":"call","t":0,"tid":1,"op":"bind","args":{"s":4,"name":"020000350a0000010000000000000000"}}
{"kind":"return","t":0,"tid":1,"ret":{}}
{"kind":"call","t":0,"tid":1,"op":"CreateIoCompletionPort","args":{"file_handle":4,"completion_key":7}}
{"kind":"return","t":0,"tid":1,"ret":{"handle":8}}
%s{"kind":"call","t":0,"tid":1,"op":"sendto","args":{"s":4,"buf":"616263","to":"020000350a0000010000000000000000"}}
{"kind":"return","t":0,"tid":1,"ret":{"n":3}}
{"kind":"call","t":0,"tid":1,"op":"WSARecv","args":{"s":4,"buffers":[2],"flags":0,"overlapped":1}}
%s{"kind":"return","t":0,"tid":1,"ret":{"err":"WSAEMSGSIZE","count":0,"flags":0,"data":"6162"}}
%s`

// What a case adds.
const (
	cutSkip = `{"kind":"call","t":0,"tid":1,"op":"SetFileCompletionNotificationModes","args":{"file_handle":4,"flags":1}}
{"kind":"return","t":0,"tid":1,"ret":{}}
`
	cutTold   = `{"kind":"completion","t":0,"tid":1,"overlapped":1,"socket":4,"status":2147483653,"transferred":2}` + "\n"
	cutAsWell = `{"kind":"completion","t":0,"tid":1,"overlapped":1,"socket":4,"transferred":2}` + "\n"
	cutTake   = `{"kind":"call","t":0,"tid":1,"op":"GetQueuedCompletionStatus","args":{"completion_port":8,"milliseconds":0}}` + "\n"
	cutPacket = cutTake + `{"kind":"return","t":0,"tid":1,"ret":{"err":"ERROR_MORE_DATA","packets":[{"key":7,"overlapped":1,"status":2147483653,"transferred":2}]}}` + "\n"
	cutNone   = cutTake + `{"kind":"return","t":0,"tid":1,"ret":{"err":"WAIT_TIMEOUT"}}` + "\n"
	cutAsk    = `{"kind":"call","t":0,"tid":1,"op":"WSAGetOverlappedResult","args":{"s":4,"overlapped":1}}` + "\n"
	cutResult = cutAsk + `{"kind":"return","t":0,"tid":1,"ret":{"err":"WSAEMSGSIZE","count":0,"flags":0}}` + "\n"
	cutGoesOn = cutAsk + `{"kind":"return","t":0,"tid":1,"ret":{"err":"WSA_IO_INCOMPLETE","count":0,"flags":0}}` + "\n"
)

// TestCutAtOnce: an overlapped receive that fails at once with WSAEMSGSIZE is told like
// any other, or not at all; what was told holds (rule OV-CUT).
func TestCutAtOnce(t *testing.T) {
	for _, c := range []struct {
		name, before, within, after string
		broken                      rules.ID
	}{
		{"told, and taken once", "", cutTold, cutPacket + cutNone + cutResult, ""},
		{"nobody says that it ended, and there is no packet", "", "", cutNone + cutGoesOn, ""},
		{"nobody says that it ended, and there is one", "", "", cutPacket + cutNone + cutResult, ""},
		{"told where packets of success are skipped", cutSkip, cutTold, cutNone + cutResult, ""},
		{"told, and the packet is lost", "", cutTold, cutNone, rules.PORTPacket},
		{"told, and taken twice", "", cutTold, cutPacket + cutPacket, rules.PORTPacket},
		{"taken twice", "", "", cutPacket + cutPacket, rules.PORTPacket},
		{"told where packets of success are skipped, and taken", cutSkip, cutTold, cutPacket, rules.PORTPacket},
		{"told, and the structure says that it goes on", "", cutTold, cutGoesOn, rules.OVResultStatus},
		{"told as a success", "", cutAsWell, "", rules.OVCut},
	} {
		t.Run(c.name, func(t *testing.T) {
			rep, err := CheckTrace(strings.NewReader(fmt.Sprintf(cutStart, c.before, c.within, c.after)), Options{})
			switch {
			case err != nil:
				t.Fatal(err)
			case c.broken == "" && len(rep.Violations) > 0:
				t.Errorf("expected none, found %v", rep.Violations[0])
			case c.broken != "" && len(rep.Violations) == 0:
				t.Errorf("expected a violation of %s, found none", c.broken)
			case c.broken != "" && !contains(rep.Violations[0].Violated, c.broken):
				t.Errorf("expected a violation of %s, found %v", c.broken, rep.Violations[0])
			}
		})
	}
	if wsa.STATUS_BUFFER_OVERFLOW != 2147483653 {
		t.Error("the status in the traces is another")
	}
}

// TestCancelledTogether: packets of operations that one call has cancelled may be taken
// in any order, and those that two calls have cancelled only in that of the calls (rules
// PORT-TOGETHER and PORT-ORDER).
func TestCancelledTogether(t *testing.T) {
	const start = `{"kind":"call","t":0,"tid":1,"op":"WSARecv","args":{"s":4,"buffers":[2],"flags":0,"overlapped":1}}
{"kind":"return","t":0,"tid":1,"ret":{"err":"WSA_IO_PENDING"}}
{"kind":"call","t":0,"tid":1,"op":"WSARecv","args":{"s":4,"buffers":[2],"flags":0,"overlapped":2}}
{"kind":"return","t":0,"tid":1,"ret":{"err":"WSA_IO_PENDING"}}
`
	ended := func(n int) string {
		return fmt.Sprintf(`{"kind":"completion","t":0,"tid":1,"overlapped":%d,"socket":4,"status":3221225760}`+"\n", n)
	}
	cancel := func(id, ends string) string {
		return `{"kind":"call","t":0,"tid":1,"op":"CancelIoEx","args":{"file":4` + id + `}}` + "\n" + ends + `{"kind":"return","t":0,"tid":1,"ret":{}}` + "\n"
	}
	packet := func(n int) string {
		return cutTake + fmt.Sprintf(`{"kind":"return","t":0,"tid":1,"ret":{"err":"ERROR_OPERATION_ABORTED","packets":[{"key":7,"overlapped":%d,"status":3221225760}]}}`+"\n", n)
	}
	both := cancel("", ended(1)+ended(2))
	each := cancel(`,"overlapped":1`, ended(1)) + cancel(`,"overlapped":2`, ended(2))
	asked := cancel("", "") + cancel(`,"overlapped":1`, ended(1)+ended(2))
	askedFirst := cancel(`,"overlapped":1`, "") + cancel("", ended(1)+ended(2))
	apart := cancel(`,"overlapped":1`, "") + cancel(`,"overlapped":2`, ended(1)+ended(2))
	before, _, _ := strings.Cut(cutStart, "%s")
	for _, c := range []struct {
		name, text string
		broken     rules.ID
	}{
		{"together, in order", both + packet(1) + packet(2) + cutNone, ""},
		{"together, the latest first", both + packet(2) + packet(1) + cutNone, ""},
		{"together, one twice", both + packet(2) + packet(2), rules.PORTPacket},
		{"together, and none is lost", both + packet(2) + cutNone, rules.PORTPacket},
		{"together, and one again", asked + packet(2) + packet(1) + cutNone, ""},
		{"one, and then together", askedFirst + packet(2) + packet(1) + cutNone, ""},
		{"one after the other, before either has ended", apart + packet(2), rules.PORTOrder},
		{"one after the other", each + packet(1) + packet(2) + cutNone, ""},
		{"one after the other, the latest first", each + packet(2), rules.PORTOrder},
	} {
		t.Run(c.name, func(t *testing.T) {
			rep, err := CheckTrace(strings.NewReader(before+start+c.text), Options{})
			switch {
			case err != nil:
				t.Fatal(err)
			case c.broken == "" && len(rep.Violations) > 0:
				t.Errorf("expected none, found %v", rep.Violations[0])
			case c.broken != "" && (len(rep.Violations) == 0 || !contains(rep.Violations[0].Violated, c.broken)):
				t.Errorf("expected a violation of %s, found %v", c.broken, rep.Violations)
			}
		})
	}
}
