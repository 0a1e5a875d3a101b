//go:build ignore

// Extract prints what vectors.c computed, from the object file a C compiler
// made of it. See regenerate.sh.
package main

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"strings"
)

// rowSize is sizeof(struct row) in vectors.c: 112 bytes of text, an int64.
const (
	rowText = 112
	rowSize = rowText + 8
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("extract: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: go run extract.go object-file")
	}
	file, err := pe.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	section := func(name string) []byte {
		s := file.Section(name)
		if s == nil {
			log.Fatalf("%s: no section %s", os.Args[1], name)
		}
		data, err := s.Data()
		if err != nil {
			log.Fatal(err)
		}
		return data
	}
	rows := section(".vrows")
	for ; len(rows) >= rowSize; rows = rows[rowSize:] {
		text, _, _ := bytes.Cut(rows[:rowText], []byte{0})
		value := int64(binary.LittleEndian.Uint64(rows[rowText:]))
		words := strings.Fields(string(text))
		switch {
		case len(words) == 0: // padding of the section
		case words[0] == "bytes":
			fmt.Println(string(text), hex.EncodeToString(section(".v" + words[1])[:value]))
		default:
			fmt.Println(string(text), value)
		}
	}
}
