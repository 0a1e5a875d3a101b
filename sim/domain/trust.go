package domain

import (
	"fmt"
	"slices"
)

// Trust lets accounts of one domain be authenticated in another (page
// "Understanding Trust Direction"): the trusting domain, which has the
// resources, believes what the trusted one says about its accounts.
type Trust struct {
	Trusting, Trusted *Domain
	// TwoWay means that the trusted domain trusts the trusting one as well.
	TwoWay bool
	// Transitive means that the trust may be one of several in a row (page
	// "Understanding Trust Transitivity"). All trusts inside a forest are; one
	// between two domains of different forests is not when it is an external
	// trust.
	Transitive bool
}

func (t Trust) String() string {
	way, reach := "one-way", "not transitive"
	if t.TwoWay {
		way = "two-way"
	}
	if t.Transitive {
		reach = "transitive"
	}
	return fmt.Sprintf("%v trusts %v (%s, %s)", t.Trusting, t.Trusted, way, reach)
}

// link is one step from an account's domain to one that trusts it.
type link struct {
	to         *Domain
	transitive bool
}

// AddTrust adds a trust. Two domains may have one trust in each direction.
func (dir *Directory) AddTrust(t Trust) error {
	if t.Trusting == nil || t.Trusted == nil || t.Trusting.dir != dir || t.Trusted.dir != dir {
		return fmt.Errorf("trust: both domains must be of this directory")
	}
	if t.Trusting == t.Trusted {
		return fmt.Errorf("trust: %v cannot trust itself", t.Trusting)
	}
	if dir.linked(t.Trusted, t.Trusting) || (t.TwoWay && dir.linked(t.Trusting, t.Trusted)) {
		return fmt.Errorf("trust: %v and %v have a trust in that direction already", t.Trusting, t.Trusted)
	}
	dir.trusts = append(dir.trusts, t)
	dir.links[t.Trusted] = append(dir.links[t.Trusted], link{t.Trusting, t.Transitive})
	if t.TwoWay {
		dir.links[t.Trusting] = append(dir.links[t.Trusting], link{t.Trusted, t.Transitive})
	}
	return nil
}

// Trusts lists the trusts in the order they were added.
func (dir *Directory) Trusts() []Trust { return slices.Clone(dir.trusts) }

func (dir *Directory) linked(from, to *Domain) bool {
	return slices.ContainsFunc(dir.links[from], func(l link) bool { return l.to == to })
}

// TrustPath is the chain of domains through which an account of one domain is
// referred to a service of another, both included: from's domain controller
// knows one that trusts it, and so on (RFC 4120 1.2). It is nil when there is
// none. The shortest is taken, among those the one whose trusts were added
// first.
func (dir *Directory) TrustPath(from, to *Domain) []*Domain {
	path, _ := dir.trustPath(from, to)
	return path
}

// trustPath also tells the case where only a trust that is not transitive is in
// the way: the path that was refused is then the second result.
func (dir *Directory) trustPath(from, to *Domain) (path, refused []*Domain) {
	switch {
	case from == to:
		return []*Domain{from}, nil
	case dir.linked(from, to): // one step needs no transitivity
		return []*Domain{from, to}, nil
	}
	if path := dir.search(from, to, func(l link) bool { return l.transitive }); path != nil {
		return path, nil
	}
	return nil, dir.search(from, to, func(link) bool { return true })
}

// search goes breadth first through the links that may be taken.
func (dir *Directory) search(from, to *Domain, may func(link) bool) []*Domain {
	came := map[*Domain]*Domain{from: nil}
	for queue := []*Domain{from}; len(queue) > 0; queue = queue[1:] {
		for _, l := range dir.links[queue[0]] {
			if _, seen := came[l.to]; seen || !may(l) {
				continue
			}
			came[l.to] = queue[0]
			if l.to != to {
				queue = append(queue, l.to)
				continue
			}
			var path []*Domain
			for d := to; d != nil; d = came[d] {
				path = append(path, d)
			}
			slices.Reverse(path)
			return path
		}
	}
	return nil
}
