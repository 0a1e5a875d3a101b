package scenario

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"wsasim/model/rules"
	"wsasim/wsa"
)

// UsageError is a script that is malformed: a call with arguments that no
// program could pass, a world that cannot be built.
type UsageError struct{ Text string }

func (e *UsageError) Error() string { return e.Text }

func usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// CallError is a call that failed and was not expected to.
type CallError struct {
	Call   wsa.Call
	Return wsa.Return
	Rule   rules.ID // the rule that the simulator cites, "" for none
	where  string   // thread
}

func (e *CallError) Error() string {
	if e.Return.Failure != "" {
		return fmt.Sprintf("%s on %s: %s", e.Call.Op(), e.where, e.Return.Failure)
	}
	text := fmt.Sprintf("%s on %s failed with %v", FormatCall(e.Call), e.where, e.Return.Err)
	if why := FormatRule(e.Rule); why != "" {
		text += "\n    " + why
	}
	return text
}

// ExpectError is an expectation of the script that was not met.
type ExpectError struct{ Text string }

func (e *ExpectError) Error() string { return e.Text }

// DeadlockError says that every thread waits for ever.
type DeadlockError struct{ Waits []string }

func (e *DeadlockError) Error() string {
	return "deadlock: every thread waits, and nothing will happen any more:\n    " + strings.Join(e.Waits, "\n    ")
}

// ViolationError is a return that the specification does not allow.
type ViolationError struct{ Text string }

func (e *ViolationError) Error() string { return e.Text }

// errStopped ends the other threads of a script that has failed already.
var errStopped = errors.New("the scenario was stopped")

// Failure is how a script ended, other than well.
type Failure struct {
	File string
	Line int // 0: nowhere in particular
	Err  error
	// From lists the calls of the script's own functions that led there, the
	// nearest first, as "file:line".
	From []string
}

func (f *Failure) Error() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	text := fmt.Sprintf("%s: %s", where, message(f.Err))
	for _, from := range f.From {
		text += "\n    called from " + from
	}
	return text
}

func (f *Failure) Unwrap() error { return f.Err }

// Malformed reports whether the script itself is wrong, rather than what it
// expects.
func (f *Failure) Malformed() bool {
	var call *CallError
	var expect *ExpectError
	var deadlock *DeadlockError
	var violation *ViolationError
	return !errors.As(f.Err, &call) && !errors.As(f.Err, &expect) && !errors.As(f.Err, &deadlock) && !errors.As(f.Err, &violation)
}

// Kind is one word for the failure: malformed, call, expectation, deadlock or
// violation.
func (f *Failure) Kind() string {
	var call *CallError
	var expect *ExpectError
	var deadlock *DeadlockError
	var violation *ViolationError
	switch {
	case errors.As(f.Err, &call):
		return "call"
	case errors.As(f.Err, &expect):
		return "expectation"
	case errors.As(f.Err, &deadlock):
		return "deadlock"
	case errors.As(f.Err, &violation):
		return "violation"
	}
	return "malformed"
}

// message is the text of an error without what the interpreter wraps it in.
func message(err error) string {
	var eval *starlark.EvalError
	if errors.As(err, &eval) {
		if cause := errors.Unwrap(eval); cause != nil {
			return message(cause)
		}
		return eval.Msg
	}
	return err.Error()
}

// failureOf finds out where in the script an error belongs.
func failureOf(file string, err error) *Failure {
	f := &Failure{File: file, Err: err}
	var syntaxError syntax.Error
	var undefined resolve.ErrorList
	var eval *starlark.EvalError
	switch {
	case errors.As(err, &syntaxError):
		f.File, f.Line, f.Err = syntaxError.Pos.Filename(), int(syntaxError.Pos.Line), errors.New(syntaxError.Msg)
	case errors.As(err, &undefined) && len(undefined) > 0:
		f.File, f.Line = undefined[0].Pos.Filename(), int(undefined[0].Pos.Line)
		f.Err = errors.New(undefinedText(undefined[0].Msg))
	case errors.As(err, &eval):
		stack := scriptFrames(eval.CallStack)
		for i, p := range stack {
			if i == 0 {
				f.File, f.Line = p.Filename(), int(p.Line)
				continue
			}
			f.From = append(f.From, fmt.Sprintf("%s:%d", p.Filename(), p.Line))
		}
	}
	return f
}

// scriptFrames lists the positions in scripts of a call stack, innermost first.
func scriptFrames(stack starlark.CallStack) []syntax.Position {
	var out []syntax.Position
	for i := len(stack) - 1; i >= 0; i-- {
		if p := stack[i].Pos; p.Line > 0 && !strings.HasPrefix(p.Filename(), "<") || p.Filename() == "<stdin>" {
			out = append(out, p)
		}
	}
	return out
}

// Message is what went wrong, without the place.
func (f *Failure) Message() string { return message(f.Err) }
