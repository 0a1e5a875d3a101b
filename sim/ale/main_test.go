package ale

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain asks for more random cases than rapid's default, which the flag
// -rapid.checks overrides: a decision takes well under a microsecond.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "3000"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}
