package fuzz

import "wsasim/wsa/trace"

func Records(m *Machine) []*trace.Record { return m.records }
