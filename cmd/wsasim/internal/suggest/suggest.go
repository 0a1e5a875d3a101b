// Package suggest finds the names that a mistyped one may have been meant for.
package suggest

import (
	"fmt"
	"strings"

	"wsasim/wsa"
)

// most is how many names a message lists.
const most = 3

// Names lists up to three names of valid that are close to name, the nearest
// first: those that contain it, and those that differ in no more than a third
// of their letters. The list is empty when nothing is close.
func Names(name string, valid []string) []string {
	lower := strings.ToLower(name)
	var out []string
	add := func(v string) {
		for _, have := range out {
			if have == v {
				return
			}
		}
		if len(out) < most {
			out = append(out, v)
		}
	}
	nearest := wsa.Nearest(name, valid, most)
	for _, v := range nearest {
		if alike(lower, strings.ToLower(v)) {
			add(v)
		}
	}
	if len(lower) >= 2 {
		for _, v := range valid {
			if strings.Contains(strings.ToLower(v), lower) {
				add(v)
			}
		}
	}
	return out
}

// alike reports whether a can become b by changing no more than a third of the
// longer one's letters, or a single one.
func alike(a, b string) bool {
	limit := max(1, max(len(a), len(b))/3)
	return distance(a, b) <= limit
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour that turns a into b.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// Unknown is the message for a name that does not exist: what it was meant to
// be, and the names near it, or all of a short list.
func Unknown(what, name string, valid []string) string {
	article := "a"
	if strings.ContainsRune("aeiou", rune(what[0])) {
		article = "an"
	}
	what = article + " " + what
	near := Names(name, valid)
	switch {
	case len(near) > 0:
		return fmt.Sprintf("%q is not %s; did you mean %s?", name, what, strings.Join(near, ", "))
	case len(valid) <= 12:
		return fmt.Sprintf("%q is not %s; there are %s", name, what, strings.Join(valid, ", "))
	}
	return fmt.Sprintf("%q is not %s", name, what)
}
