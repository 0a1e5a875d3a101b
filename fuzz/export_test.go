package fuzz

import "wsasim/wsa/trace"

func Records(m *Machine) []*trace.Record { return m.records }

// Undrawn lists the calls that are not drawn.
func Undrawn() []string { return undrawn }
