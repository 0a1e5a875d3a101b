package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"wsasim/model"
	"wsasim/model/rules"
	"wsasim/sim"
	"wsasim/sim/domain"
	"wsasim/wsa"
	"wsasim/wsa/trace"
)

// maxSteps is the default of Options.MaxSteps. A call of Winsock costs about
// ten.
const maxSteps = 200_000_000

// Options says how a script runs. The zero value runs it in silence.
type Options struct {
	// Transcript is where the transcript goes; nil for none.
	Transcript io.Writer
	// Color marks failures and advice in the transcript with colours.
	Color bool
	// Packets shows what crosses the network.
	Packets bool
	// Seed, when not nil, is the seed of the world whatever the script says.
	Seed *uint64
	// MaxSteps bounds what one thread of the script computes, so that a loop
	// without end is an error and not a hang; 0: 200 million steps.
	MaxSteps uint64
	// Trace is called with each record of the run, in order.
	Trace func(*trace.Record)
}

// Advisory is one piece of advice from a run.
type Advisory struct {
	Time time.Duration `json:"time_ns"`
	Host string        `json:"host,omitempty"`
	Rule rules.ID      `json:"rule"`
	Note string        `json:"note"`
}

// Result is what a run came to.
type Result struct {
	// Failure is nil when the script ended well.
	Failure *Failure
	// Seed is the world's, Time how long it existed, in its own time.
	Seed uint64
	Time time.Duration
	// Calls counts the calls that returned, Failed those that failed.
	Calls, Failed int
	// Expected counts the expectations that were met.
	Expected   int
	Advisories []Advisory
	// Rules counts how often each rule was cited: for a failure, as advice,
	// for a negotiation, or by an expectation that names it.
	Rules map[rules.ID]int
	// Judged lists the rules by which the specification allowed what happened.
	Judged []rules.ID
	// Verdict is what the specification says of the run as a whole.
	Verdict model.Verdict
}

// Exercised lists every rule that the run exercised in any way, sorted.
func (r *Result) Exercised() []rules.ID {
	list := slices.Clone(r.Judged)
	for id := range r.Rules {
		list = append(list, id)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Engine runs one script, or one interactive session.
type Engine struct {
	opts    Options
	script  *Transcript
	judge   *judge
	globals starlark.StringDict // predeclared
	modules map[string]*module
	result  Result

	world *sim.World // made by the first world(), host() or domain()
	// directory is the domains of the world, nil before the first.
	directory *domain.Directory
	cfg       sim.Config
	running   []*starlark.Thread // the interpreters of all threads of the script
	// lastRule is what the simulator cited for the last return of a thread,
	// calling where each waiting thread was called from.
	lastRule map[int]rules.ID
	calling  map[int]site
	// What stopped the run; the first of each stays.
	failure   *Failure
	deadlock  *DeadlockError
	violation *ViolationError
	file      string
	// machine is what the script runs on in the place of a world; nil: nothing.
	machine *machine
	// session: a failure of a spawned thread is reported, and ends nothing.
	session bool
}

// site is a call in progress.
type site struct {
	thread *Thread
	call   wsa.Call
	at     syntax.Position
}

// New makes an engine.
func New(opts Options) *Engine {
	e := &Engine{
		opts: opts, script: NewTranscript(opts), judge: newJudge(),
		modules: make(map[string]*module), lastRule: make(map[int]rules.ID), calling: make(map[int]site),
	}
	e.result.Rules = make(map[rules.ID]int)
	e.globals = e.predeclared()
	return e
}

// FileOptions is the dialect: Starlark with while, set and
// statements at the top level. Recursion stays out, as in all of Starlark: it could
// end the process for want of stack.
func FileOptions() *syntax.FileOptions {
	return &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true}
}

// Run runs the script in the file, or in src (a string, bytes or reader) under
// the file's name when src is not nil.
func Run(file string, src any, opts Options) *Result {
	e := New(opts)
	e.file = file
	if err := e.exec(file, src); err != nil {
		e.fail(err)
	}
	e.finish()
	return &e.result
}

// exec runs a script's top level. Its globals are not frozen, since threads
// that outlive it may use them; only one runs at a time.
func (e *Engine) exec(file string, src any) error {
	if src == nil {
		text, err := readScript(file)
		if err != nil {
			return err
		}
		src = text
	}
	_, prog, err := starlark.SourceProgramOptions(FileOptions(), file, src, e.globals.Has)
	if err != nil {
		return err
	}
	_, err = prog.Init(e.newInterpreter(file), e.globals)
	return err
}

// readScript reads a script, without the mark that editors on Windows begin a file
// with. A NUL byte, which Starlark takes for the end of the file, is refused.
func readScript(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	return text, refuseNUL(file, 1, text)
}

// refuseNUL gives an error with the place of a NUL byte in a text.
func refuseNUL(file string, first int, text []byte) error {
	i := bytes.IndexByte(text, 0)
	if i < 0 {
		return nil
	}
	line := first + bytes.Count(text[:i], []byte("\n"))
	return syntax.Error{Pos: syntax.MakePosition(&file, int32(line), 0), Msg: "unexpected NUL byte; expected a script in UTF-8"}
}

// threadLocal is where an interpreter keeps the simulated thread it is the code
// of, if it is that of a spawned one.
const threadLocal = "wsasim thread"

// newInterpreter makes a thread of the interpreter.
func (e *Engine) newInterpreter(name string) *starlark.Thread {
	st := &starlark.Thread{
		Name:  name,
		Print: func(_ *starlark.Thread, text string) { e.script.Say(e.now(), text) },
		Load:  e.load,
	}
	limit := e.opts.MaxSteps
	if limit == 0 {
		limit = maxSteps
	}
	st.SetMaxExecutionSteps(limit)
	e.running = append(e.running, st)
	return st
}

// module is a script that load has read.
type module struct {
	globals starlark.StringDict
	err     error
	loading bool
}

// load implements load("file.star", ...), relative to the script that loads.
func (e *Engine) load(st *starlark.Thread, name string) (starlark.StringDict, error) {
	path := filepath.Join(filepath.Dir(st.CallFrame(0).Pos.Filename()), name)
	m := e.modules[path]
	switch {
	case m == nil:
	case m.loading:
		return nil, usagef("load: %s loads itself", name)
	default:
		return m.globals, m.err
	}
	m = &module{loading: true}
	e.modules[path] = m
	text, err := readScript(path)
	if err == nil {
		var prog *starlark.Program
		if _, prog, err = starlark.SourceProgramOptions(FileOptions(), path, text, e.globals.Has); err == nil {
			m.globals, err = prog.Init(e.newInterpreter(path), e.globals)
		}
	}
	m.err, m.loading = err, false
	return m.globals, err
}

// ensureWorld makes the world if nothing has made it yet.
func (e *Engine) ensureWorld() *sim.World {
	if e.world == nil {
		cfg := e.cfg
		cfg.Clock, cfg.Trace = sim.VirtualTime, e.observe
		if e.opts.Seed != nil {
			cfg.Seed = *e.opts.Seed
		}
		e.result.Seed = cfg.Seed
		e.world = sim.New(cfg)
	}
	return e.world
}

func (e *Engine) now() time.Duration {
	if e.machine != nil {
		return time.Since(e.machine.began)
	}
	if e.world == nil {
		return 0
	}
	return e.world.Now()
}

// observe is the trace hook. It runs with the world locked.
func (e *Engine) observe(r *trace.Record) {
	if e.opts.Trace != nil {
		e.opts.Trace(r)
	}
	e.result.Time = max(e.result.Time, r.Time)
	switch r.Kind {
	case trace.Returned:
		e.lastRule[r.TID] = rules.ID(r.Rule)
		e.result.Calls++
		if r.Return.Err != 0 {
			e.result.Failed++
		}
	case trace.Advisory:
		e.result.Advisories = append(e.result.Advisories, Advisory{r.Time, r.Host, rules.ID(r.Rule), r.Note})
	case trace.Deadlock:
		if e.deadlock == nil {
			e.deadlock = &DeadlockError{Waits: e.waits()}
		}
	}
	if r.Rule != "" {
		e.result.Rules[rules.ID(r.Rule)]++
	}
	e.script.Write(r)
	if text := e.judge.observe(r); text != "" && e.violation == nil {
		e.violation = &ViolationError{text}
		e.script.Say(r.Time, text)
	}
}

// waits says what each waiting thread waits for, by its place in the script.
func (e *Engine) waits() []string {
	tids := make([]int, 0, len(e.calling))
	for tid := range e.calling {
		tids = append(tids, tid)
	}
	sort.Ints(tids)
	var list []string
	for _, tid := range tids {
		s := e.calling[tid]
		list = append(list, fmt.Sprintf("%s waits in %s at %s:%d", s.thread.name, FormatCall(s.call), s.at.Filename(), s.at.Line))
	}
	return list
}

// outcome is how one call ended.
type outcome struct {
	ret  wsa.Return
	rule rules.ID
}

// invoke makes a call on a thread. The error is what ends the script, whatever
// it expected: a deadlock, a violation, a stop.
func (e *Engine) invoke(st *starlark.Thread, t *Thread, call wsa.Call) (outcome, error) {
	if e.failure != nil {
		return outcome{}, errStopped
	}
	tid := t.tid
	if other, busy := e.calling[tid]; busy {
		return outcome{}, usagef("thread %s is in %s since %s: a thread makes one call at a time", t.name, other.call.Op(), other.at)
	}
	e.calling[tid] = site{t, call, position(st)}
	ret, err := e.perform(t, call)
	delete(e.calling, tid)
	if err != nil {
		return outcome{}, err
	}
	if err := e.check(); err != nil {
		return outcome{}, err
	}
	if ret.Failure != "" {
		return outcome{}, &CallError{Call: call, Return: ret, where: t.name}
	}
	return outcome{ret, e.lastRule[tid]}, nil
}

// perform makes the call on the simulated thread, or on the machine's.
func (e *Engine) perform(t *Thread, call wsa.Call) (wsa.Return, error) {
	if e.machine == nil {
		return t.invoker.Invoke(call), nil
	}
	ret, err := e.machine.invoke(t, call)
	e.result.Calls++
	if ret.Err != 0 {
		e.result.Failed++
	}
	return ret, err
}

// check is why the script cannot go on, nil when it can.
func (e *Engine) check() error {
	switch {
	case e.violation != nil:
		return e.violation
	case e.deadlock != nil:
		return e.deadlock
	case e.failure != nil:
		return errStopped
	}
	return nil
}

// position is the innermost line of the script.
func position(st *starlark.Thread) syntax.Position {
	if frames := scriptFrames(st.CallStack()); len(frames) > 0 {
		return frames[0]
	}
	return syntax.Position{}
}

// fail notes why the script failed, once, and lets every thread end.
func (e *Engine) fail(err error) {
	if e.failure != nil {
		return
	}
	if e.session {
		e.script.Say(e.now(), failureOf(e.file, err).Error())
		return
	}
	e.failure = failureOf(e.file, err)
	for _, st := range e.running {
		st.Cancel(errStopped.Error())
	}
	if e.world != nil {
		e.world.Close()
	}
}

// spawn runs fn(thread, args...) as the code of a thread.
func (e *Engine) spawn(t *Thread, fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) *Task {
	task := newTask(t.name)
	t.spawned = true
	st := e.newInterpreter(t.name)
	st.SetLocal(threadLocal, t)
	body := func() {
		v, err := starlark.Call(st, fn, append(starlark.Tuple{t}, args...), kwargs)
		if err != nil {
			if !errors.Is(err, errStopped) {
				e.fail(err)
			}
			return
		}
		task.done, task.result = true, v
	}
	if e.machine != nil {
		e.machine.spawn(body)
	} else {
		e.world.Spawn(t.sim, body)
	}
	return task
}

// run lets the spawned threads run until all of them have ended.
func (e *Engine) run() error {
	if e.machine != nil {
		e.machine.wait()
		return e.check()
	}
	if e.world == nil {
		return nil
	}
	err := e.world.Run()
	if stop := e.check(); stop != nil {
		return stop
	}
	return err
}

// finish ends the script: what was spawned runs to its end, the world is
// closed and the result drawn up.
func (e *Engine) finish() {
	if err := e.run(); err != nil && e.failure == nil {
		e.fail(err)
	}
	if e.world != nil {
		e.world.Close()
		if e.violation != nil && e.failure == nil {
			e.fail(e.violation)
		}
	}
	e.script.Flush()
	e.result.Failure = e.failure
	e.result.Judged, e.result.Verdict = e.judge.rules(), e.judge.verdict()
}
