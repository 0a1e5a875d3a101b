package model

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wsasim/wsa"
)

// TestTableIsAMap compares the persistent table with a map, and proves that
// older versions stay what they were.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tab table[int]
		ref := map[uint64]int{}
		for i := range rapid.IntRange(0, 300).Draw(t, "steps") {
			k := rapid.Uint64Range(0, 200).Draw(t, "key")
			before, was := tab, tab.get(k)
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				tab = tab.remove(k)
				delete(ref, k)
			} else {
				v := i
				tab = tab.set(k, &v)
				ref[k] = i
			}
			if before.get(k) != was {
				t.Fatal("an older version changed")
			}
		}
		if tab.n != len(ref) {
			t.Fatalf("%d entries, expected %d", tab.n, len(ref))
		}
		last := int64(-1)
		for k, v := range tab.all {
			if int64(k) <= last || ref[k] != *v {
				t.Fatalf("entry %d is %d, expected %d, after key %d", k, *v, ref[k], last)
			}
			last = int64(k)
		}
	})
}

// walk draws a path through a domain and calls visit before each step.
func walk(t *rapid.T, d Domain, visit func(s State, m Move, resumed bool, outs []Outcome) (State, bool)) {
	s := d.Start
	for range rapid.IntRange(1, 12).Draw(t, "length") {
		m := rapid.SampledFrom(d.Moves).Draw(t, "move")
		th := s.world().threads.get(uint64(m.TID))
		outs, resumed := []Outcome(nil), false
		if th.pending != nil {
			m.Call, resumed = th.pending, true
			outs = Resume(s, m.TID)
		} else {
			outs = Step(s, m.TID, m.Call)
		}
		outs = slices.DeleteFunc(outs, func(o Outcome) bool { return !o.Possible() })
		if len(outs) == 0 && resumed {
			continue // it waits for what has not happened
		}
		next, ok := visit(s, m, resumed, outs)
		if !ok {
			return
		}
		s = next
	}
}

// TestStatesAreValues proves that neither Step nor Apply changes the state
// that it is given, and that the key is as good as the encoding.
func TestStatesAreValues(t *testing.T) {
	domains := Domains()
	byKey := map[Key][]byte{}
	rapid.Check(t, func(t *rapid.T) {
		walk(t, rapid.SampledFrom(domains).Draw(t, "domain"), func(s State, m Move, _ bool, outs []Outcome) (State, bool) {
			before, key := s.Encode(), s.Key()
			for i := range outs {
				outs[i].Apply(outs[i].Example())
			}
			if !bytes.Equal(before, s.Encode()) || key != s.Key() {
				t.Fatalf("%s changed the state that it started from", m.Call.Op())
			}
			if old, ok := byKey[key]; ok && !bytes.Equal(old, before) {
				t.Fatal("two states have one key")
			}
			byKey[key] = before
			next, ok := outs[rapid.IntRange(0, len(outs)-1).Draw(t, "outcome")].apply2()
			if ok && recomputed(next) != next.Key() {
				t.Fatalf("the key after %s is not the sum of its parts", m.Call.Op())
			}
			return next, ok
		})
	})
}

func (o Outcome) apply2() (State, bool) { return o.Apply(o.Example()) }

// recomputed is the key from scratch.
func recomputed(s State) Key {
	w, k := s.world(), Key{}
	for i, h := range w.hosts {
		k = k.plus(digest(h.encode(nil, i)))
	}
	for _, x := range w.procs.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.threads.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.sockets.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.tokens.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.events.all {
		k = k.plus(digestOf(x))
	}
	for _, e := range w.ends {
		k = k.plus(digest(e.encode(nil)))
	}
	for _, x := range w.mail.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.boxes.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.echoes.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.conns.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.senders.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.lookups.all {
		k = k.plus(digestOf(x))
	}
	k = k.plus(digestOf(w.names))
	for _, x := range w.operations.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.results.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.completionPorts.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.aliases.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.groups.all {
		k = k.plus(digestOf(x))
	}
	for _, x := range w.offers.all {
		k = k.plus(digestOf(x))
	}
	if !bytes.Equal(w.encodeFlags(nil), (&world{}).encodeFlags(nil)) {
		k = k.plus(digest(w.encodeFlags(nil))).minus(digest((&world{}).encodeFlags(nil)))
	}
	return k
}

// TestPortIndex proves that the index of ports says what the sockets say.
func TestPortIndex(t *testing.T) {
	domains := []Domain{bindDomain(), sharingDomain(), listenDomain(), datagramDomain()}
	rapid.Check(t, func(t *rapid.T) {
		walk(t, rapid.SampledFrom(domains).Draw(t, "domain"), func(s State, _ Move, _ bool, outs []Outcome) (State, bool) {
			next, ok := outs[rapid.IntRange(0, len(outs)-1).Draw(t, "outcome")].apply2()
			if !ok {
				return next, ok
			}
			w, hard := next.world(), 0
			for k, x := range w.sockets.all {
				place, isHard := x.portPlace()
				if !isHard {
					continue
				}
				hard++
				if u := w.ports.get(place); u == nil || !contains(u.keys, k) {
					t.Fatalf("socket %d is not in the index", x.handle)
				}
			}
			listed := 0
			for _, u := range w.ports.all {
				listed += len(u.keys)
				if u.soft < 0 {
					t.Fatal("a port has negative use")
				}
			}
			if listed != hard {
				t.Fatalf("the index lists %d sockets, %d hold a port", listed, hard)
			}
			return next, true
		})
	})
}

func TestNames(t *testing.T) {
	for _, k := range Kinds() {
		if k.String() == "unknown kind" {
			t.Errorf("kind %d has no name", k)
		}
	}
	for _, v := range Verdicts() {
		if v.String() == "no verdict" {
			t.Errorf("verdict %d has no name", v)
		}
	}
	if len(Kinds()) != len(kindNames) || len(Verdicts()) != len(verdictNames) {
		t.Error("a list has a gap")
	}
}

// TestEveryCallIsJudged proves that no call of the closed list is forgotten.
func TestEveryCallIsJudged(t *testing.T) {
	s := started(1)
	for _, c := range wsa.Calls() {
		if len(Step(s, 1, c)) == 0 {
			t.Errorf("%s has no outcome", c.Op())
		}
	}
	if o := Step(s, 99, tcp4); len(o) != 1 || o[0].Kind != NotModelled {
		t.Errorf("an undeclared thread got %v", o)
	}
}

func ExampleStep() {
	s := after(started(1), 1, tcp4, wsa.ConnectCall{S: 4, Name: sockaddr("10.0.0.2:80")})
	for _, o := range Step(s, 1, wsa.WSASetSocketPeerTargetNameCall{S: 4}) {
		if o.Kind == Failure && len(o.Rules) == 1 {
			fmt.Println(o.Errors[0].Name(), o.Rules[0])
		}
	}
	// Output:
	// WSAEFAULT PTN-FAULT
	// WSAEISCONN PTN-CONN
}
