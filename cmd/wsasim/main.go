// Command wsasim runs scenarios against a simulated Winsock, explains its
// errors and rules, takes its structures apart, and checks traces against the
// specification. See wsasim help.
package main

import (
	"os"
)

func main() {
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
