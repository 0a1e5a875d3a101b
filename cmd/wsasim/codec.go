package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"

	"wsasim/cmd/wsasim/internal/scenario"
	"wsasim/cmd/wsasim/internal/suggest"
	"wsasim/wsa"
)

// targetFlag adds --target, and parses it.
func targetFlag(cmd *cobra.Command) func() (wsa.Target, error) {
	text := cmd.Flags().String("target", "amd64", "whose layout: 386, amd64 or arm64")
	_ = cmd.RegisterFlagCompletionFunc("target", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return targetNames(), cobra.ShellCompDirectiveNoFileComp
	})
	return func() (wsa.Target, error) {
		t, err := wsa.ParseTarget(*text)
		if err != nil {
			return 0, malformed("%s: %s", cmd.CommandPath(), suggest.Unknown("target", *text, targetNames()))
		}
		return t, nil
	}
}

func targetNames() []string {
	var names []string
	for _, t := range wsa.Targets() {
		names = append(names, t.String())
	}
	return names
}

// layoutOf finds a structure by its C name.
func layoutOf(cmd *cobra.Command, name string, t wsa.Target) (wsa.Layout, error) {
	layout, err := wsa.Struct(name, t)
	if err != nil {
		return layout, malformed("%s: %s", cmd.CommandPath(), suggest.Unknown("structure", name, wsa.StructNames()))
	}
	return layout, nil
}

func (a *app) encodeCommand() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "encode STRUCT FIELD=VALUE...",
		Short: "build a structure from its fields",
		Long: `Build a structure from its C fields and print its bytes.

Values: numbers, decimal or 0x; names of constants, joined with "|"; addresses
as 10.0.0.1:443 or [fd00::1]:443; GUIDs; text as it is, or quoted as in Go.
An address or a text may also be 0x and its bytes, and a part of an address be
named behind it, as in PeerAddress.sin_port=443. Lengths of texts are filled in, in
bytes, unless they are given: so a structure that lies about them can be built.
Fields that are not named are zero; of a field named twice the later value counts.

Structures: ` + strings.Join(wsa.StructNames(), ", "),
		Example: `  wsasim encode SOCKET_PEER_TARGET_NAME PeerAddress=10.0.0.2:443 PeerTargetName=host/server.example.com
  wsasim encode SOCKET_SECURITY_SETTINGS SecurityFlags=SOCKET_SETTINGS_GUARANTEE_ENCRYPTION
  wsasim encode --raw --target 386 WSABUF len=4 buf=0x1000 > buf.bin`,
		ValidArgsFunction: completeFields,
		Args:              needStruct,
	}
	target := targetFlag(cmd)
	cmd.Flags().BoolVar(&raw, "raw", false, "write the bytes themselves")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if raw && a.json {
			return malformed("wsasim encode: --json and --raw exclude each other")
		}
		t, err := target()
		if err != nil {
			return err
		}
		layout, err := layoutOf(cmd, args[0], t)
		if err != nil {
			return err
		}
		b, err := layout.Encode(args[1:]...)
		switch {
		case err != nil:
			return malformed("wsasim encode: %s", scenario.EncodeMessage(err))
		case a.json:
			return a.printJSON(map[string]any{"struct": layout.Name, "target": t.String(), "size": len(b), "hex": hex.EncodeToString(b)})
		case raw:
			_, err := a.stdout.Write(b)
			return err
		}
		a.printf("%x\n", b)
		return nil
	}
	return a.jsonFlag(cmd)
}

func needStruct(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return malformed("%s: expected a structure: %s", cmd.CommandPath(), strings.Join(wsa.StructNames(), ", "))
	}
	return nil
}

// completeFields completes a structure's name, then its fields.
func completeFields(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return wsa.StructNames(), cobra.ShellCompDirectiveNoFileComp
	}
	layout, err := wsa.Struct(args[0], wsa.AMD64)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, f := range layout.Fields {
		names = append(names, f.Name+"=")
	}
	return names, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

func (a *app) decodeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "decode STRUCT HEX|FILE|-",
		Short: "take a structure apart",
		Long: `Take a structure apart and print its fields with their offsets.

The bytes are hexadecimal digits, a file, or standard input (-); a file holds
the bytes themselves or their digits, in UTF-16 too, as PowerShell writes them. A buffer that is too short is named with
the field that is missing and its offset.`,
		Example: `  wsasim decode SOCKADDR_IN 020001bb0a0000020000000000000000
  wsasim encode LINGER l_onoff=1 | wsasim decode LINGER -`,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return wsa.StructNames(), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
		Args: func(cmd *cobra.Command, args []string) error {
			if err := needStruct(cmd, args); err != nil {
				return err
			}
			if len(args) != 2 {
				return malformed("wsasim decode: expected a structure and its bytes: hexadecimal digits, a file or -")
			}
			return nil
		},
	}
	target := targetFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := target()
		if err != nil {
			return err
		}
		layout, err := layoutOf(cmd, args[0], t)
		if err != nil {
			return err
		}
		b, err := a.input(args[1])
		if err != nil {
			return err
		}
		return a.decode(&layout, b)
	}
	return a.jsonFlag(cmd)
}

// input reads the bytes that an argument means.
func (a *app) input(arg string) ([]byte, error) {
	if arg == "-" {
		b, err := io.ReadAll(a.stdin)
		if err != nil {
			return nil, malformed("wsasim decode: %v", err)
		}
		return fromDigits(b), nil
	}
	b, err := os.ReadFile(arg)
	if err == nil {
		return fromDigits(b), nil
	}
	digits, bad := hex.DecodeString(strings.TrimPrefix(strings.Join(strings.Fields(arg), ""), "0x"))
	switch {
	case bad == nil:
		return digits, nil
	case errors.Is(err, os.ErrNotExist):
		return nil, malformed("wsasim decode: %q is neither a file nor hexadecimal digits in pairs", arg)
	}
	return nil, malformed("wsasim decode: %v", err)
}

// fromDigits takes text that is nothing but hexadecimal digits for what they
// say, and anything else as it is.
func fromDigits(b []byte) []byte {
	utf16 := bytes.HasPrefix(b, []byte{0xff, 0xfe})
	text := bytes.Map(func(r rune) rune {
		if unicode.IsSpace(r) || utf16 && r == 0 {
			return -1
		}
		return r
	}, bytes.TrimPrefix(b, []byte{0xff, 0xfe}))
	digits, err := hex.DecodeString(strings.TrimPrefix(string(text), "0x"))
	if err != nil || len(digits) == 0 {
		return b
	}
	return digits
}

// fieldJSON is a decoded field for programs.
type fieldJSON struct {
	Name   string      `json:"name"`
	Type   string      `json:"type"`
	Offset int         `json:"offset"`
	Size   int         `json:"size"`
	Value  string      `json:"value"`
	Parts  []fieldJSON `json:"parts,omitempty"`
}

func fieldsForJSON(values []wsa.FieldValue) []fieldJSON {
	out := make([]fieldJSON, len(values))
	for i, v := range values {
		out[i] = fieldJSON{v.Name, v.Type.String(), v.Offset, v.Size, v.Text, nil}
		if v.Parts != nil {
			out[i].Parts = fieldsForJSON(v.Parts)
		}
	}
	return out
}

func (a *app) decode(layout *wsa.Layout, b []byte) error {
	values, err := layout.Decode(b)
	if err != nil {
		return malformed("wsasim decode: %v", err)
	}
	if a.json {
		return a.printJSON(map[string]any{
			"struct": layout.Name, "target": layout.Target.String(), "size": layout.Size, "have": len(b), "fields": fieldsForJSON(values),
		})
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s on %v: %d bytes, buffer of %d\n", layout.Name, layout.Target, layout.Size, len(b))
	fmt.Fprintln(w, "OFFSET\tSIZE\tFIELD\tVALUE")
	end := layout.Size
	for _, v := range values {
		fmt.Fprintf(w, "%d\t%d\t%s\t%s\n", v.Offset, v.Size, v.Name, v.Text)
		for _, p := range v.Parts {
			fmt.Fprintf(w, "%d\t%d\t  .%s\t%s\n", v.Offset+p.Offset, p.Size, p.Name, p.Text)
		}
		end = max(end, v.Offset+v.Size)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if rest := b[min(end, len(b)):]; len(rest) > mostBehind {
		a.printf("%s behind the structure, the first %d: 0x%x\n", count(len(rest), "byte"), mostBehind, rest[:mostBehind])
	} else if len(rest) > 0 {
		a.printf("%s behind the structure: 0x%x\n", count(len(rest), "byte"), rest)
	}
	return nil
}

// mostBehind is how many of the bytes behind a structure are shown: the argument
// may be a file of any size.
const mostBehind = 256
