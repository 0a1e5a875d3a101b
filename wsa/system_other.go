//go:build !windows

package wsa

import "runtime"

// SystemProcess is this process with the system's own Winsock.
type SystemProcess struct{ _ [0]func() }

// SystemThread is a thread of this process as an [API].
type SystemThread struct{ API }

// System fails with *NotWindowsError: there is no Winsock here.
func System() (*SystemProcess, error) { return nil, &NotWindowsError{runtime.GOOS} }

// Wine is the version of Wine.
func (p *SystemProcess) Wine() string { return "" }

// NewThread makes a thread.
func (p *SystemProcess) NewThread() *SystemThread { return &SystemThread{} }

// Do runs body on the thread.
func (t *SystemThread) Do(body func()) { body() }

// Close ends the thread.
func (t *SystemThread) Close() {}
