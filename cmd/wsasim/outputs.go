package main

import (
	"bufio"
	"cmp"
	"fmt"
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
	if _, err := formOf(o.diagram); err != nil {
		return malformed("wsasim run: --diagram: %v", err)
	}
	return nil
}

// draft is a file under way. It gets its name when it is whole, so that whatever
// fails or is interrupted leaves an earlier file of that name as it was. What
// stands there and is no ordinary file (a pipe, a device, a link) is written
// at once.
type draft struct {
	*os.File
	path string // "" if the file has its name already
}

// unfinished ends the name of a file that is not whole.
const unfinished = ".part"

func newDraft(path string) (*draft, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
		return &draft{File: f}, err
	}
	f, err := os.Create(path + unfinished)
	return &draft{f, path}, err
}

// commit ends a file that is whole.
func (d *draft) commit() error {
	err := d.Close()
	if err == nil && d.path != "" {
		err = os.Rename(d.Name(), d.path)
	}
	if err != nil {
		d.drop()
	}
	return err
}

// drop gives a file up.
func (d *draft) drop() {
	_ = d.Close()
	if d.path != "" {
		_ = os.Remove(d.Name())
	}
}

// writeFile makes a file of what write writes: the whole of it, or nothing.
func writeFile(path string, write func(io.Writer) error) error {
	d, err := newDraft(path)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(d)
	err = write(b)
	if err == nil {
		err = b.Flush() // tells the first error of writing, too
	}
	if err != nil {
		d.drop()
		return err
	}
	return d.commit()
}

// sink is a file under way that takes records.
type sink struct {
	path   string
	add    func(*trace.Record)
	finish func() error
	drop   func()
}

// open begins the files of the run of a scenario.
func (o *outputs) open(scenario string) (sinks []sink, err error) {
	defer func() {
		if err != nil {
			drop(sinks)
		}
	}()
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
		file, err := newDraft(f.path)
		if err != nil {
			return sinks, malformed("wsasim run: %v", err)
		}
		b := bufio.NewWriter(file)
		s, err := f.make(b)
		finish := s.finish
		s.path, s.drop = f.path, file.drop
		s.finish = func() error {
			if err := cmp.Or(finish(), b.Flush()); err != nil {
				file.drop()
				return err
			}
			return file.commit()
		}
		sinks = append(sinks, s)
		if err != nil {
			return sinks, malformed("wsasim run: %v", err)
		}
	}
	return sinks, nil
}

func drop(sinks []sink) {
	for _, s := range sinks {
		s.drop()
	}
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
	return nil, fmt.Errorf("expected a file that ends in .svg or .mmd, got %q", path)
}

func diagramSink(w io.Writer, path, title string) (sink, error) {
	write, err := formOf(path)
	if err != nil {
		return sink{}, err
	}
	c := diagram.New(title)
	return sink{add: c.Add, finish: func() error { return write(c, w) }}, nil
}
