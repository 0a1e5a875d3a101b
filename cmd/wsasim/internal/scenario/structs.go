package scenario

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/wsa"
)

// structBuiltin is the constructor of a structure: keyword arguments are its C
// fields, the result is its bytes.
func structBuiltin(name string) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) > 0 {
			return nil, usagef("%s takes its fields by name: %s", name, strings.Join(fieldNames(name), "=, ")+"=")
		}
		layout, err := wsa.Struct(name, wsa.AMD64)
		if err != nil {
			return nil, err
		}
		var assignments []string
		for _, kw := range kwargs {
			field, v := string(kw[0].(starlark.String)), kw[1]
			if v == starlark.None {
				continue
			}
			text, err := fieldText(&layout, field, v)
			if err != nil {
				return nil, usagef("%s.%s: %v", name, field, err)
			}
			assignments = append(assignments, field+"="+text)
		}
		b, err := layout.Encode(assignments...)
		if err != nil {
			return nil, usagef("%s", EncodeMessage(err))
		}
		return starlark.Bytes(b), nil
	})
}

// fieldNames lists the fields of a structure.
func fieldNames(name string) []string {
	layout, err := wsa.Struct(name, wsa.AMD64)
	if err != nil {
		return nil
	}
	names := make([]string, len(layout.Fields))
	for i, f := range layout.Fields {
		names[i] = f.Name
	}
	return names
}

// fieldText is a script's value in the form that Layout.Encode reads.
func fieldText(layout *wsa.Layout, field string, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.Int:
		return v.String(), nil
	case Error:
		return strconv.FormatUint(uint64(v), 10), nil
	case starlark.Bool:
		if v {
			return "1", nil
		}
		return "0", nil
	case starlark.Bytes:
		return "0x" + hex.EncodeToString([]byte(v)), nil
	case starlark.String:
		head, _, _ := strings.Cut(field, ".")
		if f, err := layout.Field(head); err == nil && f.Type == wsa.FieldUTF16 {
			// Quoted, so that no text is taken for bytes.
			return strconv.Quote(string(v)), nil
		}
		return string(v), nil
	}
	return "", fmt.Errorf("expected an int, a string or bytes, got %s", v.Type())
}

// EncodeMessage is the text of an error from Layout.Encode, with the nearest
// names for one that does not exist.
func EncodeMessage(err error) string {
	var unknown *wsa.UnknownNameError
	if errors.As(err, &unknown) {
		return suggest.Unknown(unknown.What, unknown.Name, unknown.Valid)
	}
	return err.Error()
}
