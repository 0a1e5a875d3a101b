package trace_test

import (
	"encoding/hex"
	"testing"

	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// narrow is an API of 32-bit Windows: one control message comes, in its layout.
type narrow struct{ wsa.API }

var ttl = wsa.ControlMessage{Level: wsa.IPPROTO_IP, Type: wsa.IP_TTL, Data: []byte{64, 0, 0, 0}}

func (narrow) Target() wsa.Target { return wsa.I386 }

func (narrow) WSARecvMsg(_ wsa.SOCKET, msg *wsa.Msg, received *uint32, _ *wsa.Overlapped, _ wsa.CompletionRoutine) error {
	msg.ControlLen = uint32(copy(msg.Control, wsa.I386.AppendControl(nil, ttl)))
	*received = 0
	return nil
}

func (narrow) WSASendMsg(_ wsa.SOCKET, _ *wsa.Msg, _ uint32, sent *uint32, _ *wsa.Overlapped, _ wsa.CompletionRoutine) error {
	*sent = 0
	return nil
}

// TestTargetOfRecording: control messages are recorded in the layout of 64-bit
// Windows whatever the target, and the program gets them as they are.
func TestTargetOfRecording(t *testing.T) {
	var records []*trace.Record
	api := narrow{}
	api.API = wsa.FromCalls(func(c wsa.Call) wsa.Return {
		m := c.(wsa.WSARecvMsgCall)
		msg := &wsa.Msg{Control: make([]byte, m.Control)}
		var n uint32
		err := narrow{}.WSARecvMsg(m.S, msg, &n, nil, nil)
		if err != nil {
			t.Error(err)
		}
		return wsa.Return{Control: msg.Control[:msg.ControlLen], ControlLen: &msg.ControlLen, Count: &n, MsgFlags: new(uint32)}
	})
	th := trace.NewRecorder(func(r *trace.Record) { records = append(records, r) }, nil).Thread(api, "host", 1, 1)
	if got := wsa.TargetOf(th); got != wsa.I386 {
		t.Errorf("the target of a recorded API is %v", got)
	}
	var n uint32
	for _, ov := range []*wsa.Overlapped{nil, new(wsa.Overlapped)} {
		records = nil
		msg := &wsa.Msg{Control: make([]byte, 64), ControlLen: 64}
		if err := th.WSARecvMsg(4, msg, &n, ov, nil); err != nil {
			t.Fatal(err)
		}
		if got, want := hex.EncodeToString(msg.Control[:msg.ControlLen]), hex.EncodeToString(wsa.I386.AppendControl(nil, ttl)); got != want {
			t.Errorf("the program got %s, want %s", got, want)
		}
		ret := records[len(records)-1].Return
		want := wsa.AppendControl(nil, ttl)
		if hex.EncodeToString(ret.Control) != hex.EncodeToString(want) || *ret.ControlLen != uint32(len(want)) {
			t.Errorf("recorded are %x, of length %d; want %x", ret.Control, *ret.ControlLen, want)
		}
	}
	records = nil
	if err := th.WSASendMsg(4, &wsa.Msg{Control: wsa.I386.AppendControl(nil, ttl)}, 0, &n, nil, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(records[0].Call.(wsa.WSASendMsgCall).Control), hex.EncodeToString(wsa.AppendControl(nil, ttl)); got != want {
		t.Errorf("recorded as sent are %s, want %s", got, want)
	}
}
