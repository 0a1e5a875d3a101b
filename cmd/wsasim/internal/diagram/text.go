package diagram

import (
	"strings"
	"unicode/utf8"
)

// wrap breaks a text into lines of at most width characters, between words
// where it can, and into at most most lines; what does not fit ends in "…".
func wrap(text string, width, most int) []string {
	var lines []string
	for rest := strings.TrimSpace(text); rest != ""; {
		line, left := cut(rest, width)
		if len(lines) == most-1 && left != "" {
			line, _ = cutHard(rest, width-1)
			return append(lines, line+"…")
		}
		lines = append(lines, line)
		rest = left
	}
	if lines == nil {
		lines = []string{""}
	}
	return lines
}

// cut takes a line off a text.
func cut(text string, width int) (line, rest string) {
	if utf8.RuneCountInString(text) <= width {
		return text, ""
	}
	head, _ := cutHard(text, width+1)
	if i := strings.LastIndexByte(head, ' '); i > width/3 {
		return text[:i], strings.TrimLeft(text[i:], " ")
	}
	return cutHard(text, width)
}

// cutHard cuts a text after n characters.
func cutHard(text string, n int) (head, tail string) {
	for i := range text {
		if n == 0 {
			return text[:i], text[i:]
		}
		n--
	}
	return text, ""
}
