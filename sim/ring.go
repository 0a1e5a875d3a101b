package sim

import "sync"

// ring is a queue of bytes that grows as needed and gives its memory back when
// it is empty. An idle connection has none.
type ring struct {
	buf  []byte // len is a power of two, or 0
	head int    // index of the first byte
	n    int    // bytes held
}

// Sizes of rings. Buffers of the usual sizes are kept for the next connection;
// larger ones are left to the garbage collector.
const (
	ringMin    = 4 << 10
	ringPooled = 256 << 10
)

// ringPools holds idle buffers of the sizes ringMin, 2*ringMin ... ringPooled.
// It is a cache only: no behaviour depends on what is in it.
var ringPools [7]sync.Pool

func ringClass(size int) int {
	c := 0
	for s := ringMin; s < size; s <<= 1 {
		c++
	}
	return c
}

func ringGet(size int) []byte {
	c := ringClass(size)
	if c < len(ringPools) {
		if p, ok := ringPools[c].Get().(*[]byte); ok {
			return *p
		}
	}
	return make([]byte, ringMin<<c)
}

func ringPut(buf []byte) {
	if len(buf) > 0 && len(buf) <= ringPooled {
		ringPools[ringClass(len(buf))].Put(&buf)
	}
}

// write appends p.
func (r *ring) write(p []byte) {
	if r.n+len(p) > len(r.buf) {
		r.grow(r.n + len(p))
	}
	at := (r.head + r.n) & (len(r.buf) - 1)
	k := copy(r.buf[at:], p)
	copy(r.buf, p[k:])
	r.n += len(p)
}

func (r *ring) grow(need int) {
	buf := ringGet(need)
	r.peek(buf[:r.n], 0)
	ringPut(r.buf)
	r.buf, r.head = buf, 0
}

// peek copies bytes from offset on into p, which must not be longer than what
// is there.
func (r *ring) peek(p []byte, offset int) {
	if len(p) == 0 {
		return
	}
	at := (r.head + offset) & (len(r.buf) - 1)
	k := copy(p, r.buf[at:])
	copy(p[k:], r.buf)
}

// drop removes k bytes from the front.
func (r *ring) drop(k int) {
	r.n -= k
	if r.n == 0 {
		ringPut(r.buf)
		*r = ring{}
		return
	}
	r.head = (r.head + k) & (len(r.buf) - 1)
}

// clear removes everything.
func (r *ring) clear() { r.drop(r.n) }
