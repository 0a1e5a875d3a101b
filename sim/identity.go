package sim

import (
	"wsasim/model/rules"
	"wsasim/sim/ale"
)

// makeCredential is what a process on the host can prove that runs on behalf of
// user, nil for nothing.
func (h *Host) makeCredential(user string) *ale.Credential {
	if len(h.cfg.Principals) == 0 {
		return nil
	}
	return &ale.Credential{Computer: h.cfg.Name, SPNs: h.cfg.Principals, User: user}
}

// reportTokens gives an advisory for each token handle that is still open when
// the world ends.
func (w *World) reportTokens() {
	for _, h := range w.hosts {
		for _, p := range h.processes {
			p.reportTokens()
		}
	}
}

// reportTokens reports the token handles that the process never closed (rule
// QSS-TOKENS).
func (p *Process) reportTokens() {
	if p.ended {
		return
	}
	for i, e := range p.handles.entries {
		if e.token != nil {
			p.advise(rules.QSSTokens, ale.AdviseToken(*e.token, uint64(i+1)*4))
		}
	}
}
