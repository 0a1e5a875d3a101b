package model

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// chunkSize bounds how many entries are copied when one changes. Together with
// the list of chunks it keeps a change cheap both for two sockets and for
// thousands.
const chunkSize = 64

// table is an immutable map from numbers to immutable entries, in ascending
// order of the keys. set and remove return a new table that shares what did
// not change; the zero table is empty.
type table[T any] struct {
	chunks []*chunk[T]
	n      int
}

type chunk[T any] struct {
	keys []uint64
	vals []*T
}

// find gives the chunk that holds or would hold the key.
func (t table[T]) find(key uint64) int {
	lo, hi := 0, len(t.chunks)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if t.chunks[mid].keys[0] <= key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return max(lo-1, 0)
}

func (t table[T]) get(key uint64) *T {
	if len(t.chunks) == 0 {
		return nil
	}
	c := t.chunks[t.find(key)]
	if i, ok := slices.BinarySearch(c.keys, key); ok {
		return c.vals[i]
	}
	return nil
}

func (t table[T]) set(key uint64, val *T) table[T] {
	if len(t.chunks) == 0 {
		return table[T]{[]*chunk[T]{{[]uint64{key}, []*T{val}}}, 1}
	}
	at := t.find(key)
	old := t.chunks[at]
	i, found := slices.BinarySearch(old.keys, key)
	if found {
		vals := slices.Clone(old.vals)
		vals[i] = val
		return table[T]{replace(t.chunks, at, &chunk[T]{old.keys, vals}), t.n}
	}
	c := &chunk[T]{insertAt(old.keys, i, key), insertAt(old.vals, i, val)}
	if len(c.keys) <= chunkSize {
		return table[T]{replace(t.chunks, at, c), t.n + 1}
	}
	// A chunk that is full at its end stays full, so that keys that grow, as
	// descriptors do, leave dense chunks behind.
	half := chunkSize / 2
	if i == chunkSize {
		half = chunkSize
	}
	left := &chunk[T]{c.keys[:half:half], c.vals[:half:half]}
	right := &chunk[T]{c.keys[half:], c.vals[half:]}
	chunks := make([]*chunk[T], 0, len(t.chunks)+1)
	chunks = append(chunks, t.chunks[:at]...)
	chunks = append(chunks, left, right)
	chunks = append(chunks, t.chunks[at+1:]...)
	return table[T]{chunks, t.n + 1}
}

func (t table[T]) remove(key uint64) table[T] {
	if t.get(key) == nil {
		return t
	}
	at := t.find(key)
	old := t.chunks[at]
	i, _ := slices.BinarySearch(old.keys, key)
	if len(old.keys) == 1 {
		return table[T]{slices.Concat(t.chunks[:at], t.chunks[at+1:]), t.n - 1}
	}
	c := &chunk[T]{slices.Concat(old.keys[:i], old.keys[i+1:]), slices.Concat(old.vals[:i], old.vals[i+1:])}
	return table[T]{replace(t.chunks, at, c), t.n - 1}
}

// first is the entry with the lowest key, nil for none.
func (t table[T]) first() (uint64, *T) {
	if len(t.chunks) == 0 {
		return 0, nil
	}
	return t.chunks[0].keys[0], t.chunks[0].vals[0]
}

// from ranges over the entries in ascending order, beginning with the last one
// whose key is not above the given one.
func (t table[T]) from(key uint64) func(yield func(uint64, *T) bool) {
	return func(yield func(uint64, *T) bool) {
		for i := t.find(key); i < len(t.chunks); i++ {
			c, j := t.chunks[i], 0
			if c.keys[0] <= key {
				at, found := slices.BinarySearch(c.keys, key)
				j = at
				if !found {
					j--
				}
			}
			for ; j < len(c.keys); j++ {
				if !yield(c.keys[j], c.vals[j]) {
					return
				}
			}
		}
	}
}

// all ranges over the entries in ascending order.
func (t table[T]) all(yield func(uint64, *T) bool) {
	for _, c := range t.chunks {
		for i, k := range c.keys {
			if !yield(k, c.vals[i]) {
				return
			}
		}
	}
}

func replace[E any](list []E, at int, e E) []E {
	out := slices.Clone(list)
	out[at] = e
	return out
}

func insertAt[E any](list []E, at int, e E) []E {
	out := make([]E, len(list)+1)
	copy(out, list[:at])
	out[at] = e
	copy(out[at+1:], list[at:])
	return out
}

// Key identifies a state: equal states have equal keys, and different states
// have different ones but for a chance of about 2^-128. It is the sum of the
// digests of all entries, so that a change costs the digest of what changed.
type Key [2]uint64

func (k Key) plus(d Key) Key  { return Key{k[0] + d[0], k[1] + d[1]} }
func (k Key) minus(d Key) Key { return Key{k[0] - d[0], k[1] - d[1]} }

// digest hashes the encoding of one entry. It has no secret: states are not
// made by an adversary who gains by a collision.
func digest(b []byte) Key {
	const p0, p1, p2 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F
	h0, h1 := uint64(len(b))^p0, uint64(len(b))^p1
	mix := func(x uint64) {
		hi, lo := bits.Mul64(h0^x, p1)
		h0 = hi ^ lo ^ h1
		hi, lo = bits.Mul64(h1^x^p2, p0)
		h1 = hi ^ lo + x
	}
	for len(b) >= 8 {
		mix(binary.LittleEndian.Uint64(b))
		b = b[8:]
	}
	var tail uint64
	for i, c := range b {
		tail |= uint64(c) << (8 * i)
	}
	mix(tail)
	mix(p2)
	return Key{h0, h1}
}
