package scenario

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"wsasim/model/rules"
	"wsasim/sim"
	"wsasim/sim/ale"
	"wsasim/wsa"
)

// builtin is one function of the language that is not a call of Winsock.
type builtin struct {
	name, signature, doc string
	do                   func(e *Engine, st *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
}

// builtins is the language besides Starlark itself and the names of wsa, in
// the order in which help lists them. It is filled in by init, since help
// reads it.
var builtins []builtin

func init() {
	builtins = []builtin{
		{"world", "world(seed=0, syn_retry=\"3s\", refused_retry=\"500ms\", data_retry=\"1s\", time_wait=\"0s\")", "makes the world; without it the first host does, with seed 0", doWorld},
		{"host", "host(name, addrs, principals=[\"host/NAME\"], user=\"\", policy_keys={}, account=None, owner=None, certificates=[], trusted_issuers=[], policy=[], failover=False, attacker=False, dns_name=\"\")", "adds a computer; dns_name is its fully qualified name, which resolves as name does; principals=[] gives it no credential, account and owner give it those of a domain's computer and user, certificates are what it holds besides or instead, and trusted_issuers whose certificates it accepts (h.set_credentials(account=None, certificates=[], trusted_issuers=[]) replaces them); policy_keys maps a GUID to words among \"impersonate\", \"encrypt\", \"pfs\", \"kilobytes=N\", \"lifetime=1h\" and \"idle=5m\"; policy lists the administrator's rules (h.set_policy replaces them); attacker marks it as one in diagrams; h.thread() starts a process with one thread, h.process(admin=False, user=\"\", owner=None) one without, on behalf of its own user, and its thread() more of them", doHost},
		{"link", "link(a, b, latency=0, jitter=0, loss=0.0, duplicate=0.0, reset=0.0, one_way=False)", "says how packets travel between two hosts; link(a, b) is a perfect link", doLink},
		{"route", "route(a, b, routers=[], one_way=False)", "puts routers between two hosts, nearest to a first; each takes one from the hop limit of a packet; none makes them neighbours", doRoute},
		{"partition", "partition([a, ...], [b, ...], ...)", "cuts the network between groups of hosts", doPartition},
		{"heal", "heal()", "ends a partition", doHeal},
		{"reset", "reset(a, b)", "resets every connection between two hosts", doReset},
		{"lacks", "lacks(host_or_thread, \"descriptors\", ...)", "says what a host, or the process of a thread, lacks from now on: \"network\", \"ready network\", \"tasks\", \"descriptors\", \"buffers\", \"memory\"; lacks(t) gives everything back", doLacks},
		{"spawn", "spawn(thread, fn, *args, **kwargs)", "runs fn(thread, *args) as the code of another thread; the result has done and result", doSpawn},
		{"run", "run()", "lets the spawned threads run until all have ended; the end of a script does it too", doRun},
		{"sleep", "sleep(\"10ms\")", "lets virtual time pass; a number counts milliseconds, here and for every duration", doSleep},
		{"now", "now()", "the virtual time in milliseconds, rounded down", doNow},
		{"fails", "fails(error, call, ...)", "makes a call that must fail: with that error, with one of a list, or with ANY; gives the outcome", doFails},
		{"attempt", "attempt(call, ...)", "makes a call that may fail and gives its outcome: ok, error, rule, value, data, addr, len, count", doAttempt},
		{"expect", "expect(condition, message=\"\", rule=\"\")", "stops the scenario unless the condition is true; rule names what it shows", doExpect},
		{"expect_eq", "expect_eq(got, want, message=\"\", rule=\"\")", "stops the scenario unless both are equal", doExpectEq},
		{"sockaddr", "sockaddr(\"10.0.0.1:80\")", "the bytes of a SOCKADDR", doSockaddr},
		{"spn", "spn(service_class, instance, port=0, service=\"\")", "a service principal name: spn(\"host\", \"server\") is \"host/server\"", doSPN},
		{"utf16", "utf16(text)", "the UTF-16LE bytes of a text", doUTF16},
		{"unhex", "unhex(\"0a0b\")", "bytes from hexadecimal digits; spaces are ignored", doUnhex},
		{"u32", "u32(number)", "the four bytes of a number, little-endian", doU32},
		{"state", "state(thread, socket)", "what the simulator knows of a socket, as a struct", doState},
		{"show", "show(thread, socket=None)", "prints the state of a socket, or of all sockets of the thread's process", doShow},
		{"help", "help(about=None)", "lists the language, or explains a call, an error, a rule or a structure", doHelp},
	}
	builtins = append(builtins, securityBuiltins()...)
	builtins = append(builtins, directoryBuiltins()...)
}

// predeclared is every name that a script finds.
func (e *Engine) predeclared() starlark.StringDict {
	d := starlark.StringDict{"ANY": anyError{}, "NULL": starlark.None, "struct": starlark.NewBuiltin("struct", starlarkstruct.Make)}
	for _, c := range wsa.Constants() {
		if c.Kind == wsa.KindError {
			d[c.Name] = Error(c.Value)
			continue
		}
		d[c.Name] = starlark.MakeInt64(c.Value)
	}
	for _, name := range wsa.StructNames() {
		d[name] = structBuiltin(name)
	}
	for _, b := range builtins {
		d[b.name] = starlark.NewBuiltin(b.name, func(st *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if err := e.machine.refuse(b.name); err != nil {
				return nil, err
			}
			v, err := b.do(e, st, fn, args, kwargs)
			if err == nil {
				err = e.checkUnless(b.name)
			}
			if err != nil {
				return nil, err
			}
			return v, nil
		})
	}
	return d
}

// checkUnless is check, for builtins that touch the world.
func (e *Engine) checkUnless(name string) error {
	if name == "help" || name == "show" || name == "state" {
		return nil
	}
	return e.check()
}

// duration reads a Go duration in a string, or a number of milliseconds.
func duration(v starlark.Value) (time.Duration, error) {
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return 0, nil
	case starlark.String:
		if d, err := time.ParseDuration(string(v)); err == nil && d >= 0 {
			return d, nil
		}
	case starlark.Int, starlark.Float:
		if f, ok := starlark.AsFloat(v); ok && f >= 0 {
			return time.Duration(f * float64(time.Millisecond)), nil
		}
	}
	return 0, usagef("expected a duration such as \"10ms\" or a number of milliseconds, got %v", v)
}

func doWorld(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var seed uint64
	var syn, refused, data, timeWait starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seed?", &seed, "syn_retry?", &syn, "refused_retry?", &refused, "data_retry?", &data, "time_wait?", &timeWait); err != nil {
		return nil, err
	}
	if e.world != nil {
		return nil, usagef("world: there is a world already; call world before the first host, and once")
	}
	cfg := sim.Config{Seed: seed}
	for _, f := range []struct {
		v  starlark.Value
		to *time.Duration
	}{{syn, &cfg.Timing.SynRetry}, {refused, &cfg.Timing.RefusedRetry}, {data, &cfg.Timing.DataRetry}, {timeWait, &cfg.Timing.TimeWait}} {
		d, err := duration(f.v)
		if err != nil {
			return nil, err
		}
		*f.to = d
	}
	e.cfg = cfg
	e.ensureWorld()
	return starlark.None, nil
}

func doHost(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name, user, dnsName string
	var addrs, principals, keys, owner, policy starlark.Value
	var own identity
	var failover, attacker bool
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name, "addrs?", &addrs, "principals?", &principals, "user?", &user, "policy_keys?", &keys,
		"account?", &own.account, "owner?", &owner, "certificates?", &own.certificates, "trusted_issuers?", &own.trusted, "policy?", &policy, "failover?", &failover, "attacker?", &attacker, "dns_name?", &dnsName); err != nil {
		return nil, err
	}
	cfg := sim.HostConfig{Name: name, User: user, Failover: failover, Attacker: attacker, DNSName: dnsName}
	if err := identities(&cfg, own, owner, policy); err != nil {
		return nil, err
	}
	texts, err := stringList("addrs", addrs)
	if err != nil {
		return nil, err
	}
	for _, text := range texts {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, usagef("host %q: expected an address such as 10.0.0.1 or fd00::1, got %q", name, text)
		}
		cfg.Addrs = append(cfg.Addrs, a)
	}
	if principals != nil {
		if cfg.Principals, err = stringList("principals", principals); err != nil {
			return nil, err
		}
	}
	if err := policies(&cfg, keys); err != nil {
		return nil, err
	}
	if e.machine != nil {
		if keys != nil || own.given() || owner != nil || policy != nil || attacker || failover {
			return nil, &MachineError{"a host with policies, accounts or an attacker on it"}
		}
		return e.newMachineHost(name, cfg.Addrs)
	}
	h, err := e.ensureWorld().AddHost(cfg)
	if err != nil {
		return nil, usagef("%s", strings.TrimPrefix(err.Error(), "sim: "))
	}
	return e.newHost(h), nil
}

// policies reads policy_keys: the words say how the policies under a key
// differ from the default ones.
func policies(cfg *sim.HostConfig, v starlark.Value) error {
	words := map[string]string{}
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return nil
	case *starlark.Dict:
		for _, item := range v.Items() {
			key, _ := starlark.AsString(item[0])
			text, _ := starlark.AsString(item[1])
			words[key] = text
		}
	default:
		keys, err := stringList("policy_keys", v)
		if err != nil {
			return err
		}
		for _, key := range keys {
			words[key] = ""
		}
	}
	cfg.MainModePolicies, cfg.QuickModePolicies = map[wsa.GUID]ale.MainModePolicy{}, map[wsa.GUID]ale.QuickModePolicy{}
	for text, with := range words {
		key, err := wsa.ParseGUID(text)
		if err != nil {
			return usagef("policy_keys: %v", err)
		}
		quick := ale.DefaultQuickMode()
		for _, word := range strings.Fields(with) {
			switch word {
			case "impersonate":
				quick.Impersonate = true
			case "encrypt":
				var encrypting []ale.QuickModeProposal
				for _, p := range quick.Proposals {
					if p.Encrypts() {
						encrypting = append(encrypting, p)
					}
				}
				quick.Proposals = encrypting
			default:
				known, err := securityWord(word, &quick)
				if err != nil {
					return err
				}
				if !known {
					return usagef("policy_keys: %q is none of \"impersonate\", \"encrypt\", \"pfs\", \"kilobytes=N\", \"lifetime=1h\", \"idle=5m\"", word)
				}
			}
		}
		cfg.MainModePolicies[key], cfg.QuickModePolicies[key] = ale.DefaultMainMode(), quick
	}
	return nil
}

// stringList reads a string as a list of one, or a list of strings.
func stringList(name string, v starlark.Value) ([]string, error) {
	list := []string{}
	switch v := v.(type) {
	case nil, starlark.NoneType:
		return nil, nil
	case starlark.String:
		return []string{string(v)}, nil
	case starlark.Iterable:
		iter := v.Iterate()
		defer iter.Done()
		var item starlark.Value
		for iter.Next(&item) {
			s, ok := starlark.AsString(item)
			if !ok {
				return nil, usagef("%s: expected strings, got %s", name, item.Type())
			}
			list = append(list, s)
		}
		return list, nil
	}
	return nil, usagef("%s: expected a string or a list of strings, got %s", name, v.Type())
}

func asHost(name string, v starlark.Value) (*Host, error) {
	h, ok := v.(*Host)
	if !ok {
		return nil, usagef("%s: expected a host, got %s", name, v.Type())
	}
	return h, nil
}

func asThread(name string, v starlark.Value) (*Thread, error) {
	t, ok := v.(*Thread)
	if !ok {
		return nil, usagef("%s: expected a thread, got %s", name, v.Type())
	}
	return t, nil
}

func doLink(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var from, to, latency, jitter starlark.Value
	var loss, duplicate, reset starlark.Value
	var oneWay bool
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &from, "b", &to, "latency?", &latency, "jitter?", &jitter,
		"loss?", &loss, "duplicate?", &duplicate, "reset?", &reset, "one_way?", &oneWay); err != nil {
		return nil, err
	}
	x, err := asHost("link", from)
	if err != nil {
		return nil, err
	}
	y, err := asHost("link", to)
	if err != nil {
		return nil, err
	}
	var l sim.Link
	if l.Latency, err = duration(latency); err != nil {
		return nil, err
	}
	if l.Jitter, err = duration(jitter); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		name string
		v    starlark.Value
		to   *float64
	}{{"loss", loss, &l.Loss}, {"duplicate", duplicate, &l.Duplicate}, {"reset", reset, &l.Reset}} {
		if p.v == nil {
			continue
		}
		f, ok := starlark.AsFloat(p.v)
		if !ok || f < 0 || f > 1 {
			return nil, usagef("link: %s is a probability from 0 to 1, got %v", p.name, p.v)
		}
		*p.to = f
	}
	if oneWay {
		e.world.SetLink(x.sim, y.sim, l)
	} else {
		e.world.SetLinks(x.sim, y.sim, l)
	}
	return starlark.None, nil
}

func doRoute(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var from, to starlark.Value
	var list *starlark.List
	var oneWay bool
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &from, "b", &to, "routers?", &list, "one_way?", &oneWay); err != nil {
		return nil, err
	}
	x, err := asHost("route", from)
	if err != nil {
		return nil, err
	}
	y, err := asHost("route", to)
	if err != nil {
		return nil, err
	}
	var routers []netip.Addr
	for i := range listLen(list) {
		text, _ := starlark.AsString(list.Index(i))
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, usagef("route: a router is an address such as \"10.0.0.254\", got %v", list.Index(i))
		}
		routers = append(routers, a)
	}
	e.world.SetRoute(x.sim, y.sim, routers...)
	if !oneWay {
		slices.Reverse(routers)
		e.world.SetRoute(y.sim, x.sim, routers...)
	}
	return starlark.None, nil
}

func listLen(l *starlark.List) int {
	if l == nil {
		return 0
	}
	return l.Len()
}

func doPartition(e *Engine, _ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	var groups [][]*sim.Host
	for _, a := range args {
		seq, ok := a.(starlark.Iterable)
		if !ok {
			seq = starlark.Tuple{a}
		}
		var group []*sim.Host
		iter := seq.Iterate()
		var item starlark.Value
		for iter.Next(&item) {
			h, err := asHost("partition", item)
			if err != nil {
				iter.Done()
				return nil, err
			}
			group = append(group, h.sim)
		}
		iter.Done()
		groups = append(groups, group)
	}
	if len(groups) == 0 {
		return nil, usagef("partition: expected lists of hosts, as in partition([a], [b])")
	}
	e.world.Partition(groups...)
	return starlark.None, nil
}

func doHeal(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	e.ensureWorld().Heal()
	return starlark.None, nil
}

func doReset(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var from, to starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "a", &from, "b", &to); err != nil {
		return nil, err
	}
	x, err := asHost("reset", from)
	if err != nil {
		return nil, err
	}
	y, err := asHost("reset", to)
	if err != nil {
		return nil, err
	}
	e.world.ResetConnections(x.sim, y.sim)
	return starlark.None, nil
}

func doSpawn(e *Engine, _ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) < 2 {
		return nil, usagef("spawn: expected spawn(thread, fn, ...)")
	}
	t, err := asThread("spawn", args[0])
	if err != nil {
		return nil, err
	}
	fn, ok := args[1].(starlark.Callable)
	if !ok {
		return nil, usagef("spawn: expected a function, got %s", args[1].Type())
	}
	if t.spawned {
		return nil, usagef("spawn: thread %s was spawned before; make another with thread()", t.name)
	}
	return e.spawn(t, fn, args[2:], kwargs), nil
}

func doRun(e *Engine, st *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	if st.Local(threadLocal) != nil {
		return nil, usagef("run: a spawned thread cannot wait for itself to end")
	}
	return starlark.None, e.run()
}

func doSleep(e *Engine, st *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "duration", &v); err != nil {
		return nil, err
	}
	d, err := duration(v)
	if err != nil {
		return nil, err
	}
	return starlark.None, e.sleep(st, d)
}

func doNow(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.MakeInt64(e.now().Milliseconds()), nil
}

// tried is a call that a script made through attempt or fails.
func (e *Engine) tried(st *starlark.Thread, name string, args starlark.Tuple, kwargs []starlark.Tuple) (*Outcome, *CallError, error) {
	if len(args) == 0 {
		return nil, nil, usagef("%s: expected a call, as in %s(t.bind, s, \"10.0.0.1:80\")", name, name)
	}
	fn, ok := args[0].(starlark.Callable)
	if !ok {
		return nil, nil, usagef("%s: expected a call such as t.bind, got %s; write the arguments after it, not in brackets behind it", name, args[0].Type())
	}
	v, err := starlark.Call(st, fn, args[1:], kwargs)
	var failed *CallError
	switch {
	case err == nil:
		return newOutcome(v, wsa.Return{}, ""), nil, nil
	case errors.As(err, &failed) && failed.Return.Failure == "":
		return newOutcome(starlark.None, failed.Return, failed.Rule), failed, nil
	}
	return nil, nil, err
}

func doAttempt(e *Engine, st *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o, _, err := e.tried(st, b.Name(), args, kwargs)
	if err != nil {
		return nil, err
	}
	return o, nil
}

func doFails(e *Engine, st *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, usagef("fails: expected fails(error, call, ...)")
	}
	wanted, text, err := wantedErrors(args[0])
	if err != nil {
		return nil, err
	}
	o, failed, err := e.tried(st, b.Name(), args[1:], kwargs)
	if err != nil {
		return nil, err
	}
	what := "the call"
	if fn, ok := args[1].(starlark.Callable); ok {
		what = fn.Name()
	}
	if failed == nil {
		return nil, &ExpectError{fmt.Sprintf("expected %s to fail with %s, and it succeeded", what, text)}
	}
	for _, w := range wanted {
		if w == failed.Return.Err {
			e.result.Expected++
			return o, nil
		}
	}
	if wanted == nil {
		e.result.Expected++
		return o, nil
	}
	return nil, &ExpectError{fmt.Sprintf("expected %s to fail with %s\n    %v", what, text, failed)}
}

// wantedErrors reads the first argument of fails; nil is any error.
func wantedErrors(v starlark.Value) (list []wsa.Errno, text string, err error) {
	switch v := v.(type) {
	case anyError:
		return nil, "any error", nil
	case Error:
		return []wsa.Errno{wsa.Errno(v)}, v.String(), nil
	case starlark.Sequence:
		iter := v.Iterate()
		defer iter.Done()
		var item starlark.Value
		var names []string
		for iter.Next(&item) {
			code, ok := item.(Error)
			if !ok {
				return nil, "", usagef("fails: expected errors, got %s", item.Type())
			}
			list, names = append(list, wsa.Errno(code)), append(names, code.String())
		}
		if len(list) > 0 {
			return list, strings.Join(names, " or "), nil
		}
	}
	return nil, "", usagef("fails: expected an error such as WSAEINVAL first, a list of them, or ANY; got %s", v.Type())
}

func doExpect(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var condition starlark.Value
	var text, rule string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "condition", &condition, "message?", &text, "rule?", &rule); err != nil {
		return nil, err
	}
	return e.expected(bool(condition.Truth()), text, rule, "expectation not met")
}

func doExpectEq(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var got, want starlark.Value
	var text, rule string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "got", &got, "want", &want, "message?", &text, "rule?", &rule); err != nil {
		return nil, err
	}
	equal, err := starlark.Equal(got, want)
	if err != nil {
		return nil, err
	}
	return e.expected(equal, text, rule, fmt.Sprintf("got %s, expected %s", got, want))
}

// expected notes that an expectation was met, or ends the script.
func (e *Engine) expected(met bool, text, rule, unmet string) (starlark.Value, error) {
	if rule != "" {
		if _, ok := rules.Lookup(rules.ID(rule)); !ok {
			return nil, usagef("%s", unknownRule(rule))
		}
	}
	if !met {
		if text != "" {
			unmet = text + ": " + unmet
		}
		if rule != "" {
			unmet += "\n    " + FormatRule(rules.ID(rule))
		}
		return nil, &ExpectError{unmet}
	}
	e.result.Expected++
	if rule != "" {
		e.result.Rules[rules.ID(rule)]++
	}
	if text != "" {
		e.script.Expectation(e.now(), text, rule)
	}
	return starlark.None, nil
}

func doSockaddr(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "address", &text); err != nil {
		return nil, err
	}
	raw, err := address(text)
	if err != nil {
		return nil, usagef("sockaddr: %v", err)
	}
	return starlark.Bytes(raw), nil
}

func doSPN(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n wsa.SPN
	var port int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "service_class", &n.ServiceClass, "instance", &n.InstanceName, "port?", &port, "service?", &n.ServiceName); err != nil {
		return nil, err
	}
	n.InstancePort = uint16(port)
	if int(n.InstancePort) != port || n.Validate() != nil {
		return nil, usagef("spn: %q is not a service principal name: class and instance are needed, no part holds \"/\", a port is at most 65535", n)
	}
	return starlark.String(n.String()), nil
}

func doUTF16(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "text", &text); err != nil {
		return nil, err
	}
	raw, err := wsa.EncodeUTF16(text)
	if err != nil {
		return nil, usagef("utf16: %v", err)
	}
	return starlark.Bytes(raw), nil
}

func doUnhex(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "digits", &text); err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, usagef("unhex: expected hexadecimal digits in pairs, got %q", text)
	}
	return starlark.Bytes(raw), nil
}

func doU32(_ *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "number", &n); err != nil {
		return nil, err
	}
	raw, err := optionValue(n)
	if err != nil {
		return nil, usagef("u32: %v", err)
	}
	return starlark.Bytes(raw), nil
}

func doHelp(e *Engine, _ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var about starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "about?", &about); err != nil {
		return nil, err
	}
	text, err := e.help(about)
	if err != nil {
		return nil, err
	}
	e.script.Say(e.now(), text)
	return starlark.None, nil
}

// sleep lets time pass: for a spawned thread by SleepEx, for the script, which
// is no thread of the world, by the world itself.
func (e *Engine) sleep(st *starlark.Thread, d time.Duration) error {
	t, spawned := st.Local(threadLocal).(*Thread)
	if !spawned && e.machine != nil {
		e.machine.sleep(d)
		return e.check()
	}
	if !spawned {
		if err := e.ensureWorld().Sleep(d); err != nil {
			return err
		}
		return e.check()
	}
	// SleepEx counts milliseconds.
	_, err := e.invoke(st, t, wsa.SleepExCall{Milliseconds: uint32((d + time.Millisecond - 1) / time.Millisecond)})
	return err
}
