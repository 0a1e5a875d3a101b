package model_test

import (
	"fmt"
	"os"

	"wsasim/model"
)

// A trace whose client set a target name on a connected socket, and was told
// that this went well.
func ExampleCheckTrace() {
	f, err := os.Open("testdata/bad/PTN-CONN.jsonl")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	rep, err := model.CheckTrace(f, model.Options{})
	if err != nil {
		fmt.Println(err) // not a trace: names the line
		return
	}
	fmt.Println(rep.Verdict)
	for _, v := range rep.Violations {
		fmt.Println(v)
	}
	// Output:
}

// What a maintainer runs to see that every rule can be at work.
func ExampleExploreAll() {
	s := model.ExploreAll(model.Domains(), model.ExploreOptions{})
	fmt.Println(len(s.Missing), "rules without witness or reason,", len(s.Broken), "broken invariants")
	for _, step := range s.Witnesses["CONN-ISCONN"].Steps {
		fmt.Println(step)
	}
	// Output:
	// 0 rules without witness or reason, 0 broken invariants
	// thread 1: connect -> success
	// thread 1: connect -> WSAEISCONN
}
