package scenario

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"wsasim/wsa"
)

// prelude makes the world that a session starts with.
const prelude = `
client_host = host("client", "10.0.0.1", user="alice@example.com")
server_host = host("server", "10.0.0.2", user="service@example.com")
attacker_host = host("attacker", "10.0.0.66")
client = client_host.thread()
server = server_host.thread()
attacker = attacker_host.thread()
`

// Welcome is what a session tells first.
const Welcome = `A world is ready: the threads client (10.0.0.1), server (10.0.0.2) and attacker
(10.0.0.66), which belong to one domain and prove "host/NAME". Try
    s = server.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
    server.bind(s, "0.0.0.0:80"); server.listen(s); show(server, s)
help() lists everything, help(t.connect) explains a call, Tab completes names,
Ctrl-D ends.`

// Session is an interactive use of the language: one statement after another
// in one world. What fails is reported, and the session goes on.
type Session struct {
	e       *Engine
	globals starlark.StringDict
	lines   int // read before the statement that is being read
}

// StatementError is what went wrong in a session.
type StatementError struct {
	Line int // of the session's input, from 1
	Err  error
}

func (e *StatementError) Error() string { return e.Err.Error() }
func (e *StatementError) Unwrap() error { return e.Err }

// NewSession makes a session with a world in it.
func NewSession(opts Options) (*Session, error) {
	e := New(opts)
	e.session, e.file = true, stdin
	s := &Session{e: e, globals: starlark.StringDict{}}
	for name, v := range e.globals {
		s.globals[name] = v
	}
	// Building the world is not part of what the user sees.
	w := e.script.w
	e.script.w = nil
	_, prog, err := starlark.SourceProgramOptions(FileOptions(), "prelude", prelude, e.globals.Has)
	if err != nil {
		return nil, err
	}
	made, err := prog.Init(e.newInterpreter("prelude"), e.globals)
	for name, v := range made {
		s.globals[name] = v
	}
	e.script.w = w
	return s, err
}

// stdin is the name of a session's input in messages.
const stdin = "<stdin>"

// Exec reads one statement from next, which gives a line at a time, and runs
// it; the value of an expression is printed. The end of the input ends a block,
// as an empty line does. Exec returns io.EOF when there is nothing before it, an
// error of next's, and otherwise a *StatementError with what went wrong, in the
// words for a user.
func (s *Session) Exec(next func() ([]byte, error)) error {
	f, err := s.read(next)
	var bad syntax.Error
	if err != nil && !errors.As(err, &bad) {
		return err
	}
	if err == nil {
		s.e.running = nil
		st := s.e.newInterpreter(stdin)
		err = s.exec(f, st)
		s.e.script.Flush()
	}
	return s.report(err)
}

// endsInside is said with the place where the statement begins.
const endsInside = "the input ends inside this statement"

// read parses one statement, with its place in the whole of the input.
func (s *Session) read(next func() ([]byte, error)) (*syntax.File, error) {
	var text []byte
	var end error
	opts := FileOptions()
	opts.LoadBindsGlobally = true
	before := s.lines
	_, err := opts.ParseCompoundStmt(stdin, func() ([]byte, error) {
		if end != nil {
			return nil, errors.New(endsInside)
		}
		line, err := next()
		if err == io.EOF && len(text) > 0 {
			end = err
			return []byte("\n"), nil
		}
		if err == nil {
			s.lines++
			err = refuseNUL(stdin, s.lines, line)
		}
		if err != nil {
			end = err
			return nil, err
		}
		text = append(text, line...)
		return line, nil
	})
	var bad syntax.Error
	switch {
	case end != nil && end != io.EOF, end == io.EOF && len(text) == 0:
		return nil, end
	case errors.As(err, &bad):
		bad.Pos.Line += int32(before)
		if bad.Msg == endsInside {
			bad.Pos.Line = int32(before) + 1
		}
		return nil, bad
	case err != nil:
		return nil, err
	}
	return opts.Parse(stdin, syntax.FilePortion{Content: text, FirstLine: int32(before) + 1, FirstCol: 1}, 0)
}

func (s *Session) exec(f *syntax.File, st *starlark.Thread) error {
	if len(f.Stmts) == 1 {
		if stmt, ok := f.Stmts[0].(*syntax.ExprStmt); ok {
			v, err := starlark.EvalExprOptions(f.Options, st, stmt.X, s.globals)
			if err == nil && v != starlark.None {
				s.globals["_"] = v
				s.e.script.Say(s.e.now(), v.String())
			}
			return err
		}
	}
	return starlark.ExecREPLChunk(f, st, s.globals)
}

// report makes an error one for the user, and lets the session go on.
func (s *Session) report(err error) error {
	s.e.deadlock, s.e.violation, s.e.failure = nil, nil, nil
	if err == nil {
		return nil
	}
	f := failureOf(stdin, err)
	var expect *ExpectError
	var call *CallError
	if errors.As(f.Err, &call) && !errors.As(f.Err, &expect) && call.Return.Err != 0 {
		// The transcript has just told the rest.
		return &StatementError{f.Line, fmt.Errorf("%s failed with %s", call.Call.Op(), call.Return.Err.String())}
	}
	return &StatementError{f.Line, errors.New(message(f.Err))}
}

// Close ends the session: spawned threads run to their end, the world closes.
func (s *Session) Close() *Result {
	s.e.session = false
	s.e.finish()
	return &s.e.result
}

// Complete lists what may stand at the end of line, and how many bytes of it
// are part of each already: attributes behind a dot, parameters inside the
// brackets of a call, names elsewhere.
func (s *Session) Complete(line string) (candidates []string, typed int) {
	word := line[strings.LastIndexFunc(line, notInWord)+1:]
	base, part, dotted := cutLast(word)
	if dotted {
		v := s.lookup(base)
		if v == nil {
			return nil, len(part)
		}
		return withPrefix(v.AttrNames(), part), len(part)
	}
	names := parametersAt(line[:len(line)-len(word)])
	for name := range s.globals {
		names = append(names, name)
	}
	for name := range starlark.Universe {
		names = append(names, name)
	}
	names = append(names, "def", "for", "while", "if", "else", "return", "lambda", "load", "not", "and", "or", "in")
	return withPrefix(names, part), len(part)
}

func notInWord(r rune) bool {
	return r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// cutLast splits a dotted name at its last dot.
func cutLast(word string) (base, part string, dotted bool) {
	i := strings.LastIndexByte(word, '.')
	if i < 0 {
		return "", word, false
	}
	return word[:i], word[i+1:], true
}

// lookup finds the value of a dotted name, as far as it has attributes.
func (s *Session) lookup(name string) starlark.HasAttrs {
	parts := strings.Split(name, ".")
	v, ok := s.globals[parts[0]].(starlark.HasAttrs)
	for _, p := range parts[1:] {
		if !ok {
			return nil
		}
		next, err := v.Attr(p)
		if err != nil {
			return nil
		}
		v, ok = next.(starlark.HasAttrs)
	}
	if !ok {
		return nil
	}
	return v
}

// parametersAt lists the parameters of the call whose brackets are open at the
// end of the text.
func parametersAt(text string) []string {
	depth := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth >= 0 {
				continue
			}
			callee := text[:i]
			callee = callee[strings.LastIndexFunc(callee, notInWord)+1:]
			_, name, _ := cutLast(callee)
			names := paramNames(Params(name))
			if _, err := wsa.Struct(name, wsa.AMD64); err == nil {
				names = fieldNames(name)
			}
			for j := range names {
				names[j] += "="
			}
			return names
		}
	}
	return nil
}

func withPrefix(names []string, prefix string) []string {
	var out []string
	for _, n := range names {
		if strings.HasPrefix(n, prefix) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ReadLines makes the function that Exec reads from.
func ReadLines(r io.Reader) func() ([]byte, error) {
	buf := make([]byte, 1)
	return func() ([]byte, error) {
		var line []byte
		for {
			n, err := r.Read(buf)
			if n == 1 {
				line = append(line, buf[0])
				if buf[0] == '\n' {
					return line, nil
				}
			}
			if err != nil {
				if len(line) > 0 && err == io.EOF {
					return append(line, '\n'), nil
				}
				return nil, err
			}
		}
	}
}
