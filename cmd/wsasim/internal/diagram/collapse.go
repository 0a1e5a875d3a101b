package diagram

import (
	"fmt"
	"strings"
)

// Where things repeat for long, the first and the last rows stay and the rest
// is one row.
const (
	longRun   = 14
	keepFirst = 5
	keepLast  = 3
)

// collapse shortens long runs of rows that repeat. Rows of a negotiation are runs of
// their own. name is what a lane is called.
func collapse(rows []*row, name func(int) string) []*row {
	var out []*row
	place := make([]int, len(rows)+1) // where each row, from 1, is now
	for i := 0; i < len(rows); {
		j := i
		for j < len(rows) && rows[j].repeats && rows[j].block == rows[i].block {
			j++
		}
		if j-i < longRun {
			j = max(j, i+1)
			for ; i < j; i++ {
				out = append(out, rows[i])
				place[i+1] = len(out)
			}
			continue
		}
		for k := i; k < j; k++ {
			switch {
			case k == i+keepFirst:
				out = append(out, gap(rows[k:j-keepLast], name))
			case k < i+keepFirst || k >= j-keepLast:
				out = append(out, rows[k])
			}
			place[k+1] = len(out)
		}
		i = j
	}
	for i, x := range out {
		if x.since > 0 {
			y := *x
			y.since = place[x.since]
			out[i] = &y
		}
	}
	return out
}

// gap is the row that stands for others: it counts packets by direction and
// protection, and calls by host and name, in the order of their first.
func gap(rows []*row, name func(int) string) *row {
	type sum struct{ n, bytes int }
	var order []string
	sums := make(map[string]*sum)
	for _, x := range rows {
		key := x.op + " on " + name(x.from)
		if x.packet != nil {
			key = name(x.from) + " → " + name(x.to)
			if x.packet.Protection != "" {
				key += " " + x.packet.Protection
			}
		}
		s := sums[key]
		if s == nil {
			s = &sum{}
			sums[key] = s
			order = append(order, key)
		}
		s.n++
		if x.packet != nil {
			s.bytes += len(x.packet.Data)
		}
	}
	var parts []string
	for _, key := range order {
		s := sums[key]
		switch {
		case s.bytes > 0:
			parts = append(parts, fmt.Sprintf("%s with %s %s", count(s.n, "packet"), count(s.bytes, "byte"), key))
		case strings.Contains(key, " on "):
			parts = append(parts, fmt.Sprintf("%s × %s", thousands(s.n), key))
		default:
			parts = append(parts, fmt.Sprintf("%s %s", count(s.n, "message"), key))
		}
	}
	return &row{kind: gapRow, time: rows[0].time, from: -1, to: -1, block: rows[0].block,
		text: "left out, as it repeats: " + strings.Join(parts, "; ")}
}
