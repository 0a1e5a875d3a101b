//go:build js || wasip1

package main

import "wsasim/cmd/wsasim/internal/scenario"

// interact reads statements like any other input: there is no terminal to edit
// lines on.
func (a *app) interact(s *scenario.Session) error { return a.batch(s) }
