package fuzz_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"wsasim/fuzz"
	"wsasim/model"
)

func TestSurvey(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("SURVEY"))
	if n == 0 {
		t.Skip()
	}
	from, _ := strconv.Atoi(os.Getenv("FROM"))
	seen := map[string]int{}
	total := 0
	lost := 0
	for i := from; i < from+n; i++ {
		for kind := range 2 {
			m := rapid.Custom(func(t *rapid.T) *fuzz.Machine {
				s := fuzz.DrawSetup(t)
				if kind == 0 {
					return fuzz.Sequence(t, s)
				}
				return fuzz.Parallel(s, fuzz.DrawScripts(t, s))
			}).Example(i)
			m.Close()
			total += m.Calls
			if m.Lost() {
				lost++
			}
			v := m.Violation
			if v == nil {
				continue
			}
			if v.Call == nil {
				fmt.Println("MALFORMED", v.Error())
				continue
			}
			key := fmt.Sprintf("%s %v %v", v.Call.Op(), v.Return.Err, v.Violated)
			seen[key]++
			if seen[key] == 1 {
				fmt.Printf("=== seed %d kind %d: %s\n%v\n", i, kind, key, v)
				for _, r := range model.ShortestPrefix(fuzz.Records(m), v, model.Options{}) {
					b, _ := r.MarshalJSON()
					if len(b) > 500 {
						b = b[:500]
					}
					fmt.Println("  ", string(b))
				}
			}
		}
	}
	fmt.Println("TOTAL calls", total, "lost", lost)
	for k, c := range seen {
		fmt.Println(c, k)
	}
}
