package scenario

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/model/rules"
	"wsasim/sim"
	"wsasim/wsa"
)

// Error is an error code in a script: it prints as its name and is false when
// it is 0. Its attributes are name, number and meaning.
type Error wsa.Errno

var (
	_ starlark.HasAttrs   = Error(0)
	_ starlark.Comparable = Error(0)
)

func (e Error) String() string        { return wsa.Errno(e).String() }
func (e Error) Type() string          { return "error" }
func (e Error) Freeze()               {}
func (e Error) Truth() starlark.Bool  { return e != 0 }
func (e Error) Hash() (uint32, error) { return uint32(e), nil }

// CompareSameType implements starlark.Comparable: errors are equal or not.
func (e Error) CompareSameType(op syntax.Token, other starlark.Value, _ int) (bool, error) {
	switch op {
	case syntax.EQL:
		return e == other.(Error), nil
	case syntax.NEQ:
		return e != other.(Error), nil
	}
	return false, fmt.Errorf("errors have no order: use == or !=")
}

// AttrNames implements starlark.HasAttrs.
func (e Error) AttrNames() []string { return []string{"meaning", "name", "number"} }

// Attr implements starlark.HasAttrs.
func (e Error) Attr(name string) (starlark.Value, error) {
	switch name {
	case "meaning":
		return starlark.String(wsa.Errno(e).Meaning()), nil
	case "name":
		return starlark.String(wsa.Errno(e).Name()), nil
	case "number":
		return starlark.MakeUint64(uint64(e)), nil
	}
	return nil, nil
}

// anyError is ANY: in fails, whatever error.
type anyError struct{}

func (anyError) String() string        { return "ANY" }
func (anyError) Type() string          { return "any_error" }
func (anyError) Freeze()               {}
func (anyError) Truth() starlark.Bool  { return true }
func (anyError) Hash() (uint32, error) { return 0, nil }

// object is what hosts, processes and threads have in common: a name, and
// attributes that are found in a table.
type object struct {
	kind  string
	name  string
	attrs map[string]func() (starlark.Value, error)
}

func (o *object) String() string       { return fmt.Sprintf("<%s %s>", o.kind, o.name) }
func (o *object) Type() string         { return o.kind }
func (o *object) Freeze()              {}
func (o *object) Truth() starlark.Bool { return true }
func (o *object) Hash() (uint32, error) {
	h := fnv.New32a()
	h.Write([]byte(o.kind + o.name))
	return h.Sum32(), nil
}

// AttrNames implements starlark.HasAttrs.
func (o *object) AttrNames() []string {
	names := make([]string, 0, len(o.attrs))
	for name := range o.attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Attr implements starlark.HasAttrs. A name that does not exist gets the
// nearest ones: the interpreter's own hint misses swapped letters.
func (o *object) Attr(name string) (starlark.Value, error) {
	if get, ok := o.attrs[name]; ok {
		return get()
	}
	return nil, usagef("%s", suggest.Unknown("method or field of a "+o.kind, name, o.AttrNames()))
}

// constant is an attribute that does not change.
func constant(v starlark.Value) func() (starlark.Value, error) {
	return func() (starlark.Value, error) { return v, nil }
}

// method is an attribute that is called.
func method(name string, f func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)) func() (starlark.Value, error) {
	return constant(starlark.NewBuiltin(name, func(st *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(st, args, kwargs)
	}))
}

// Host is a computer in a script.
type Host struct {
	object
	sim *sim.Host
}

func (e *Engine) newHost(h *sim.Host) *Host {
	v := &Host{object{kind: "host", name: h.Name()}, h}
	addrs := make([]starlark.Value, 0)
	for _, a := range h.Addrs() {
		addrs = append(addrs, starlark.String(a.String()))
	}
	first := starlark.Value(starlark.None)
	if len(addrs) > 0 {
		first = addrs[0]
	}
	v.attrs = map[string]func() (starlark.Value, error){
		"name":            constant(starlark.String(h.Name())),
		"addr":            constant(first),
		"addrs":           constant(starlark.Tuple(addrs)),
		"set_policy":      setPolicy(h),
		"set_credentials": setCredentials(h),
		"process": method("process", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var cfg sim.ProcessConfig
			var owner starlark.Value
			if err := starlark.UnpackArgs("process", args, kwargs, "admin?", &cfg.Admin, "user?", &cfg.User, "owner?", &owner); err != nil {
				return nil, err
			}
			var err error
			if cfg.Owner, err = credentials("owner", owner); err != nil {
				return nil, err
			}
			return e.newProcess(h.NewProcess(cfg)), nil
		}),
		"thread": method("thread", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if err := starlark.UnpackArgs("thread", args, kwargs); err != nil {
				return nil, err
			}
			return e.newProcess(h.NewProcess(sim.ProcessConfig{})).thread(true)
		}),
	}
	return v
}

// Process is a process in a script.
type Process struct {
	object
	engine  *Engine
	sim     *sim.Process
	started bool // WSAStartup was called when a thread was made
	invoker *wsa.Invoker
}

// invokerOf makes the calls of a thread; an OVERLAPPED's number means the same
// one to all threads of the process.
func (p *Process) invokerOf(t *sim.Thread) *wsa.Invoker {
	if p.invoker == nil {
		p.invoker = wsa.NewInvoker(t)
	}
	return p.invoker.For(t)
}

func (e *Engine) newProcess(p *sim.Process) *Process {
	v := &Process{object: object{kind: "process", name: p.Host().Name()}, engine: e, sim: p}
	v.attrs = map[string]func() (starlark.Value, error){
		"thread": method("thread", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			startup := true
			if err := starlark.UnpackArgs("thread", args, kwargs, "startup?", &startup); err != nil {
				return nil, err
			}
			return v.thread(startup)
		}),
	}
	return v
}

// thread starts a thread of the process. The first one calls WSAStartup,
// unless startup is false.
func (p *Process) thread(startup bool) (starlark.Value, error) {
	t := p.engine.newThread(p)
	if startup && !p.started {
		p.started = true
		if err := t.sim.WSAStartup(0x0202, new(wsa.WSADATA)); err != nil {
			return nil, err
		}
	}
	return t, p.engine.check()
}

// Thread is a thread in a script. Its methods are the calls of Winsock.
type Thread struct {
	object
	engine  *Engine
	sim     *sim.Thread  // nil on a machine
	invoker *wsa.Invoker // nil on a machine
	api     wsa.API      // on a machine
	tid     int
	spawned bool
}

// newThread starts a thread.
func (e *Engine) newThread(p *Process) *Thread {
	t := p.sim.NewThread()
	v := &Thread{object: object{kind: "thread", name: e.script.label(p.sim.Host().Name(), t.TID())}, engine: e, sim: t, invoker: p.invokerOf(t), tid: t.TID()}
	v.attrs = map[string]func() (starlark.Value, error){
		"name":    constant(starlark.String(v.name)),
		"tid":     constant(starlark.MakeInt(t.TID())),
		"process": constant(p),
		"end": method("end", func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			t.End()
			return starlark.None, e.check()
		}),
	}
	v.addCalls()
	return v
}

// addCalls makes each call of Winsock a method.
func (t *Thread) addCalls() {
	for _, c := range wsa.Calls() {
		op := c.Op()
		t.attrs[op] = func() (starlark.Value, error) { return t.method(op), nil }
	}
}

// method is a call of Winsock as a function of the script.
func (t *Thread) method(op string) *starlark.Builtin {
	return starlark.NewBuiltin(op, func(st *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		call, err := bindCall(op, args, kwargs)
		if err != nil {
			return nil, err
		}
		out, err := t.engine.invoke(st, t, call)
		if err != nil {
			return nil, err
		}
		if out.ret.Err != 0 {
			return nil, &CallError{Call: call, Return: out.ret, Rule: out.rule, where: t.name}
		}
		return resultOf(call, &out.ret), nil
	}).BindReceiver(t)
}

// Outcome is what attempt and fails give: how a call ended. Its attributes are
// ok, error, rule, value (of a success), data, addr, len and count (what the
// call stored, None where it stored nothing).
type Outcome struct {
	object
}

func newOutcome(value starlark.Value, ret wsa.Return, rule rules.ID) *Outcome {
	o := &Outcome{object{kind: "outcome", name: outcomeText(ret, rule)}}
	number := func(p *int64) starlark.Value {
		if p == nil {
			return starlark.None
		}
		return starlark.MakeInt64(*p)
	}
	count := starlark.Value(starlark.None)
	if ret.Count != nil {
		count = starlark.MakeUint64(uint64(*ret.Count))
	}
	o.attrs = map[string]func() (starlark.Value, error){
		"ok":     constant(starlark.Bool(ret.Err == 0)),
		"error":  constant(Error(ret.Err)),
		"rule":   constant(starlark.String(rule)),
		"value":  constant(value),
		"data":   constant(bytesOrNone(ret.Data)),
		"addr":   constant(addrOrNone(ret.Addr)),
		"len":    constant(number(ret.Len)),
		"count":  constant(count),
		"handle": constant(starlark.MakeUint64(uint64(ret.Handle))),
	}
	return o
}

func outcomeText(ret wsa.Return, rule rules.ID) string {
	if ret.Err == 0 {
		return "ok"
	}
	if rule == "" {
		return ret.Err.String()
	}
	return fmt.Sprintf("%s by %s", ret.Err.String(), rule)
}

// Task is a spawned thread in a script: done, and the result of its function.
type Task struct {
	object
	done   bool
	result starlark.Value
}

func newTask(name string) *Task {
	t := &Task{object: object{kind: "task", name: name}, result: starlark.None}
	t.attrs = map[string]func() (starlark.Value, error){
		"done":   func() (starlark.Value, error) { return starlark.Bool(t.done), nil },
		"result": func() (starlark.Value, error) { return t.result, nil },
	}
	return t
}

func bytesOrNone(b []byte) starlark.Value {
	if b == nil {
		return starlark.None
	}
	return starlark.Bytes(b)
}

func addrOrNone(b []byte) starlark.Value {
	if b == nil {
		return starlark.None
	}
	return starlark.String(strings.TrimPrefix(wsa.FormatSockaddr(b), "0x"))
}
