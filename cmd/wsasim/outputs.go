package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"wsasim/cmd/wsasim/internal/capture"
	"wsasim/cmd/wsasim/internal/diagram"
	"wsasim/wsa/trace"
)

// outputs are the files that a run writes of what happens, each "" for none.
type outputs struct{ trace, diagram, pcap string }

func (o *outputs) flags(f *pflag.FlagSet) {
	f.StringVar(&o.trace, "trace", "", "write the trace, which wsasim check reads, to `FILE`")
	f.StringVar(&o.diagram, "diagram", "", "draw a sequence diagram into `FILE`: SVG, or Mermaid if it ends in .mmd")
	f.StringVar(&o.pcap, "pcap", "", "write the packets, for Wireshark, to `FILE` in the format pcapng")
}

// first is the option of the first file, "" for none.
func (o *outputs) first() string {
	for _, f := range []struct{ name, path string }{{"trace", o.trace}, {"diagram", o.diagram}, {"pcap", o.pcap}} {
		if f.path != "" {
			return f.name
		}
	}
	return ""
}

// check refuses a file whose name says nothing about its form.
func (o *outputs) check() error {
	if o.diagram == "" {
		return nil
	}
	_, err := formOf(o.diagram)
	return err
}

// sink is a file under way.
type sink struct {
	path   string
	add    func(*trace.Record)
	finish func() error
}

// open begins the files of the run of a scenario.
func (o *outputs) open(scenario string) ([]sink, error) {
	var sinks []sink
	for _, f := range []struct {
		path string
		make func(io.Writer) (sink, error)
	}{
		{o.trace, traceSink},
		{o.diagram, func(w io.Writer) (sink, error) { return diagramSink(w, o.diagram, filepath.Base(scenario)) }},
		{o.pcap, pcapSink},
	} {
		if f.path == "" {
			continue
		}
		file, err := os.Create(f.path)
		if err != nil {
			return nil, malformed("wsasim run: %v", err)
		}
		b := bufio.NewWriter(file)
		s, err := f.make(b)
		if err != nil {
			return nil, err
		}
		finish := s.finish
		s.path, s.finish = f.path, func() error { return errors.Join(finish(), b.Flush(), file.Close()) }
		sinks = append(sinks, s)
	}
	return sinks, nil
}

func pcapSink(w io.Writer) (sink, error) {
	c := capture.New(w)
	return sink{add: c.Add, finish: c.Close}, nil
}

func traceSink(w io.Writer) (sink, error) {
	t := trace.NewWriter(w)
	return sink{add: t.Write, finish: t.Flush}, nil
}

// formOf is how a diagram is written, by the end of the file's name.
func formOf(path string) (func(*diagram.Chart, io.Writer) error, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
		return (*diagram.Chart).SVG, nil
	case ".mmd":
		return (*diagram.Chart).Mermaid, nil
	}
	return nil, malformed("--diagram: expected a file that ends in .svg or .mmd, got %q", path)
}

func diagramSink(w io.Writer, path, title string) (sink, error) {
	write, err := formOf(path)
	if err != nil {
		return sink{}, err
	}
	c := diagram.New(title)
	return sink{add: c.Add, finish: func() error { return write(c, w) }}, nil
}
