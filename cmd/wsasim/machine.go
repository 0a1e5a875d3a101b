package main

import (
	"errors"
	"fmt"
	"strings"

	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/fuzz"
	"wsasim/sim"
	"wsasim/wsa"
)

// machineOn is a machine that scenarios run on as one process.
type machineOn struct {
	// open gives a thread of the process and what ends it.
	open func() (wsa.API, func(), error)
	// system is what it is: sim, wine or windows.
	system string
	// close ends it, with the sockets that are left.
	close func()
}

// machineByName is the machine with a name: the system, a simulated one with real
// time, or a simulated one with a fault.
func machineByName(name string) (*machineOn, error) {
	if name == "system" {
		return systemMachine()
	}
	wrap := func(t *sim.Thread) wsa.API { return t }
	if fault, broken := strings.CutPrefix(name, "broken:"); broken {
		f, err := fuzz.FaultByName(fault)
		if err != nil {
			return nil, errors.New(suggest.Unknown("fault", fault, faultNames()))
		}
		wrap = func(t *sim.Thread) wsa.API { return fuzz.Broken(t, f) }
	} else if name != "sim" {
		return nil, fmt.Errorf("expected system, sim, or broken: and a fault, got %q", name)
	}
	w := sim.New(sim.Config{})
	h, err := w.AddHost(sim.HostConfig{Name: "machine"})
	if err != nil {
		return nil, err
	}
	p := h.NewProcess(sim.ProcessConfig{})
	open := func() (wsa.API, func(), error) {
		t := p.NewThread()
		return wrap(t), t.End, nil
	}
	return &machineOn{open, "sim", w.Close}, nil
}

func systemMachine() (*machineOn, error) {
	p, err := wsa.System()
	if err != nil {
		return nil, err
	}
	system := "windows"
	if p.Wine() != "" {
		system = "wine"
	}
	open := func() (wsa.API, func(), error) {
		t := p.NewThread()
		return t, t.Close, nil
	}
	clean := func() {
		t := p.NewThread()
		defer t.Close()
		for t.WSACleanup() == nil { // the last one closes what is open
		}
	}
	return &machineOn{open, system, clean}, nil
}
