package wsanet

import (
	"context"
	"errors"
	"net"
	"os"

	"wsasim/wsa"
)

// Errors of package net that it does not export; programs know them by their
// text.
var (
	errMissingAddress    = errors.New("missing address")
	errNoSuitableAddress = errors.New("no suitable address found")
)

// syscallError names the call that an error code comes from; other errors,
// those of deadlines and closed sockets among them, stay as they are.
func syscallError(name string, err error) error {
	if e, ok := err.(wsa.Errno); ok {
		if e == 0 {
			return nil
		}
		return &os.SyscallError{Syscall: name, Err: e}
	}
	return err
}

// contextError is what package net makes of a context that has ended. Its types
// are not exported, so it is asked: a dial under such a context fails before it
// does anything.
func contextError(ctx context.Context) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", "127.0.0.1:0")
	if c != nil {
		_ = c.Close()
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// opError wraps an error as package net does.
func (s *socket) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: s.net, Source: s.laddr, Addr: s.raddr, Err: err}
}

// opErrorAt is opError for operations that package net reports with one address.
func (s *socket) opErrorAt(op string, addr net.Addr, err error) error {
	return &net.OpError{Op: op, Net: s.net, Addr: addr, Err: err}
}
