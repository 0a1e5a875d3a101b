package sim

// fifo is a queue, first in, first out, in memory that it uses again: neither one
// that is never empty grows with what goes through it, nor does a long one cost
// time.
type fifo[T any] struct {
	items []T
	head  int // items before it are taken
}

func (q *fifo[T]) len() int    { return len(q.items) - q.head }
func (q *fifo[T]) empty() bool { return len(q.items) == q.head }

// front is the first item, until the queue changes; there must be one.
func (q *fifo[T]) front() *T { return &q.items[q.head] }

func (q *fifo[T]) push(v T) { q.items = append(q.items, v) }

// pop takes the first item; there must be one.
func (q *fifo[T]) pop() T {
	v := q.items[q.head]
	q.drop()
	return v
}

// drop is pop without giving the item.
func (q *fifo[T]) drop() {
	var none T
	q.items[q.head] = none
	q.head++
	switch {
	case q.head == len(q.items):
		q.items, q.head = q.items[:0], 0
	case q.head*2 >= len(q.items):
		q.compact()
	}
}

// compact moves the items to the front. It is time when as many are taken as are
// left.
func (q *fifo[T]) compact() {
	n := copy(q.items, q.items[q.head:])
	clear(q.items[n:])
	q.items, q.head = q.items[:n], 0
}

// all takes every item.
func (q *fifo[T]) all() []T {
	items := q.items[q.head:]
	*q = fifo[T]{}
	return items
}
