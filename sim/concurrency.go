package sim

// The limit on threads of a completion port (pages createiocompletionport,
// i-o-completion-ports): of the threads that took packets no more than the limit
// run at the same time. A thread counts from the packet that it takes until it
// asks a port for the next one, ends, or waits in a call; one that goes on after
// its wait counts again, even if there are more than the limit then.

// ready reports whether a thread that asks the port gets a packet now.
func (p *port) ready() bool { return !p.packets.empty() && (p.limit == 0 || p.running < p.limit) }

// serves says which port the thread took a packet from, nil when it is done with
// that.
func (t *Thread) serves(p *port) {
	if old := t.serving; old != nil {
		t.serving = nil
		t.world.runs(old, -1)
	}
	if p != nil && p.limit > 0 {
		t.serving = p
		t.world.runs(p, 1)
	}
}

// runs says that so many more threads of a port run.
func (w *World) runs(p *port, more int) {
	p.running += more
	if more < 0 && p.ready() {
		w.wakeLast(&p.waiters)
	}
}
