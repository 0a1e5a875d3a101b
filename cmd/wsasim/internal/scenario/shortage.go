package scenario

import (
	"strings"

	"go.starlark.net/starlark"

	"wsasim/sim"
)

// doLacks says what a host, or the process of a thread, lacks from now on.
func doLacks(_ *Engine, _ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 || len(kwargs) > 0 {
		return nil, usagef("lacks: expected a host or a thread, and names of what it lacks")
	}
	var all sim.Shortage
	for _, a := range args[1:] {
		s, err := asShortage(a)
		if err != nil {
			return nil, err
		}
		all |= s
	}
	switch who := args[0].(type) {
	case *Host:
		who.sim.SetShortage(all)
	case *Thread:
		who.sim.Process().SetShortage(all)
	default:
		return nil, usagef("lacks: expected a host or a thread, got %s", who.Type())
	}
	return starlark.None, nil
}

// asShortage reads "descriptors" as what is lacking when there are none.
func asShortage(v starlark.Value) (sim.Shortage, error) {
	var names []string
	for _, s := range sim.Shortages() {
		name := strings.TrimPrefix(s.String(), "no ")
		if text, ok := starlark.AsString(v); ok && text == name {
			return s, nil
		}
		names = append(names, name)
	}
	return 0, usagef("lacks: %v is none of %s", v, strings.Join(names, ", "))
}
