package sim

import (
	"hash/fnv"
	"math/rand/v2"
)

// Choice is a decision that the specification leaves open.
type Choice struct {
	// Host is the name of the host it concerns, Purpose what is chosen
	// ("port", "loss client>server"). Choices of one host and purpose form a
	// stream: drawing in one never shifts another.
	Host, Purpose string
	// N is the number of possibilities, at least 1.
	N int
}

// Chooser makes the choices of a world: scripted in a test, exhaustive in an
// exploration, or, by default, drawn from the world's seed. Choose returns a
// number from 0 to c.N-1; it is called with the world locked.
type Chooser interface {
	// Choose picks one of c.N possibilities, counted from 0. Of a number out of
	// that range the nearest in it is taken.
	Choose(c Choice) int
}

// chance draws everything that is drawn in a world. Nothing else in this
// package may: a test looks.
type chance struct {
	seed    uint64
	chooser func(Choice) int // nil: drawn from the seed
	streams map[streamKey]*rand.Rand
}

type streamKey struct{ host, purpose string }

func (c *chance) init(seed uint64, chooser func(Choice) int) {
	c.seed, c.chooser = seed, chooser
	c.streams = make(map[streamKey]*rand.Rand)
}

// chooser is the user's chooser as the world calls it, nil for none.
func (w *World) chooser(c Chooser) func(Choice) int {
	if c == nil {
		return nil
	}
	return func(of Choice) (n int) {
		w.outside(func() { n = c.Choose(of) })
		return n
	}
}

// stream is the random source of a host and purpose, derived from the seed.
func (c *chance) stream(host, purpose string) *rand.Rand {
	k := streamKey{host, purpose}
	r := c.streams[k]
	if r == nil {
		h := fnv.New64a()
		h.Write([]byte(host))
		h.Write([]byte{0})
		h.Write([]byte(purpose))
		r = rand.New(rand.NewPCG(c.seed, h.Sum64()))
		c.streams[k] = r
	}
	return r
}

// draw is a stream of choices that is made often, so that its source is not looked
// for each time.
type draw struct {
	host, purpose string
	source        *rand.Rand
}

// chooseOf is choose for a draw.
func (c *chance) chooseOf(d *draw, n int) int {
	if c.chooser != nil || n <= 1 {
		return c.choose(d.host, d.purpose, n)
	}
	if d.source == nil {
		d.source = c.stream(d.host, d.purpose)
	}
	return d.source.IntN(n)
}

// choose makes a choice among n possibilities.
func (c *chance) choose(host, purpose string, n int) int {
	if n <= 1 {
		return 0
	}
	if c.chooser != nil {
		return min(max(c.chooser(Choice{host, purpose, n}), 0), n-1)
	}
	return c.stream(host, purpose).IntN(n)
}

// resolution is how finely a probability is drawn: a chooser that is asked
// whether something of probability p happens chooses among this many, and
// p*resolution of them, the low ones, mean yes.
const resolution = 1 << 20

// happens draws whether something of the given probability happens.
func (c *chance) happens(host, purpose string, probability float64) bool {
	if probability <= 0 {
		return false
	}
	return c.choose(host, purpose, resolution) < int(probability*resolution)
}
