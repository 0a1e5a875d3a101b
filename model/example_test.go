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
	// violates
	// record 17, thread 1: WSASetSocketPeerTargetName succeeded, which no possible state allows
	//   violated: PTN-CONN: the socket is connected, of either kind (doc:WSASetSocketPeerTargetName)
	//   allowed were:
	//     WSAEISCONN (PTN-CONN): the socket is connected, of either kind [doc:WSASetSocketPeerTargetName]
	//     WSAENOBUFS or WSAENETDOWN or WSA_NOT_ENOUGH_MEMORY (RES-NOBUFS, NET-DOWN, RES-MEMORY)
}

// What a maintainer runs to see that every rule can be at work.
func ExampleExploreAll() {
	s := model.ExploreAll(model.Domains(), model.ExploreOptions{})
	fmt.Println(len(s.Missing), "rules without witness or reason,", len(s.Broken), "broken invariants")
	w := s.Witnesses["PTN-ZEROADDR"]
	for _, step := range append(w.Setup, w.Steps...) {
		fmt.Println(step)
	}
	// Output:
	// 0 rules without witness or reason, 0 broken invariants
	// thread 1: WSAStartup -> success
	// thread 1: socket -> success
	// thread 1: socket -> success
	// thread 1: WSASocket -> success
	// thread 1: WSASetSocketPeerTargetName -> WSAEINVAL
}
