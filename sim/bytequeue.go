package sim

import "sync"

// byteQueue is a queue of bytes in chunks. An idle one holds no memory.
//
// A chunk belongs to one queue or to whoever took it out, so that large copies
// in and out can be made without the world's lock: see fill and detach.
type byteQueue struct {
	head, tail *chunk
	n          int // bytes held
}

// chunk is a run of bytes of a queue: buf[r:w].
type chunk struct {
	next *chunk
	r, w int
	buf  []byte
}

func (c *chunk) len() int { return c.w - c.r }

// Sizes of chunks. The usual sizes are kept for the next connection; larger
// ones are left to the garbage collector.
const (
	chunkMin     = 4 << 10
	chunkGrowth  = 32 << 10 // the most that is made for more to come
	chunkClasses = 7        // 4 KiB to 256 KiB
)

// chunkPools holds idle chunks by size. It is a cache only: no behaviour
// depends on what is in it.
var chunkPools [chunkClasses]sync.Pool

func chunkClass(size int) int {
	c := 0
	for s := chunkMin; s < size; s <<= 1 {
		c++
	}
	return c
}

// newChunk is an empty chunk with room for size bytes.
func newChunk(size int) *chunk {
	class := chunkClass(size)
	if class >= chunkClasses {
		return &chunk{buf: make([]byte, size)}
	}
	if c, ok := chunkPools[class].Get().(*chunk); ok {
		return c
	}
	return &chunk{buf: make([]byte, chunkMin<<class)}
}

// release gives a chunk's memory back.
func (c *chunk) release() {
	class := chunkClass(len(c.buf))
	if class >= chunkClasses {
		return
	}
	c.r, c.w, c.next = 0, 0, nil
	chunkPools[class].Put(c)
}

// fill makes a chunk of everything in bufs, n bytes. It needs no lock.
func fill(bufs [][]byte, n int) *chunk {
	c := newChunk(n)
	for _, b := range bufs {
		c.w += copy(c.buf[c.w:], b)
	}
	return c
}

// push appends a chunk.
func (q *byteQueue) push(c *chunk) {
	if q.tail == nil {
		q.head = c
	} else {
		q.tail.next = c
	}
	q.tail = c
	q.n += c.len()
}

// write appends p, in the room of the last chunk as far as it goes.
func (q *byteQueue) write(p []byte) {
	if len(p) == 0 {
		return
	}
	if t := q.tail; t != nil {
		k := copy(t.buf[t.w:], p)
		t.w += k
		q.n += k
		p = p[k:]
	}
	if len(p) > 0 {
		// The more is waiting the larger the next chunk, so that a busy queue
		// has few, which are large enough to be taken out whole.
		c := newChunk(max(len(p), min(q.n, chunkGrowth)))
		c.w = copy(c.buf, p)
		q.push(c)
	}
}

// peek copies the bytes from offset on into p, which must not be longer than
// what is there.
func (q *byteQueue) peek(p []byte, offset int) {
	for c := q.head; len(p) > 0; c = c.next {
		if offset >= c.len() {
			offset -= c.len()
			continue
		}
		k := copy(p, c.buf[c.r+offset:c.w])
		p, offset = p[k:], 0
	}
}

// drop removes k bytes from the front.
func (q *byteQueue) drop(k int) {
	q.n -= k
	for k > 0 {
		c := q.head
		if c.len() > k {
			c.r += k
			return
		}
		k -= c.len()
		q.pop().release()
	}
}

// pop takes the first chunk out; the caller has counted its bytes off.
func (q *byteQueue) pop() *chunk {
	c := q.head
	q.head = c.next
	if q.head == nil {
		q.tail = nil
	}
	c.next = nil
	return c
}

// detach takes the first chunks out, each of at least least bytes and together of
// at most most; nil when the first is not so. Their bytes, n of them, can then be
// copied without the lock.
func (q *byteQueue) detach(least, most int) (first *chunk, n int) {
	var last *chunk
	for c := q.head; c != nil && c.len() >= least && n+c.len() <= most; c = c.next {
		last = c
		n += c.len()
	}
	if last == nil {
		return nil, 0
	}
	first, q.head = q.head, last.next
	if q.head == nil {
		q.tail = nil
	}
	last.next = nil
	q.n -= n
	return first, n
}

// copyOut copies the bytes of chunks that were taken out to b and gives their
// memory back.
func (c *chunk) copyOut(b []byte) {
	for c != nil {
		next := c.next
		b = b[copy(b, c.buf[c.r:c.w]):]
		c.release()
		c = next
	}
}

// clear removes everything.
func (q *byteQueue) clear() { q.drop(q.n) }
