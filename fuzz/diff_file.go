package fuzz

import (
	"os"

	"wsasim/wsa"
)

// The files that sequences send by TransmitFile. A file is no call of Winsock's, so
// that no step makes one: a step names it by its number, and a place opens it when it
// is first needed. All contain the same, since a trace does not tell what a file does.

// maxFiles is how many files one sequence has. Each is sent once: where in a file
// the next TransmitFile without an OVERLAPPED begins is not documented.
const maxFiles = 16

// fileSize is how large the files are, bytes.
const fileSize = 3000

// FileOf is the symbol of the file with the number, from 1.
func FileOf(n int) wsa.HANDLE { return wsa.HANDLE(slotBase) + wsa.HANDLE(4*(MaxMade+n)) }

// fileNumber is the number that a symbol of a file stands for; false for other handles.
func fileNumber(h wsa.HANDLE) (int, bool) {
	n := (int64(h) - int64(FileOf(0))) / 4
	return int(n), n >= 1 && n <= maxFiles && h == FileOf(int(n))
}

// fileContent is what every file contains.
func fileContent() []byte {
	b := make([]byte, fileSize)
	for i := range b {
		b[i] = byte(1 + 3*i)
	}
	return b
}

// sizeOfFile is how many bytes a TransmitFile sends of its file.
func sizeOfFile(c wsa.TransmitFileCall) int {
	switch _, ok := fileNumber(c.File); {
	case !ok:
		return 0
	case c.BytesToWrite != 0:
		return min(fileSize, int(c.BytesToWrite))
	}
	return fileSize
}

// safeFile reports whether a handle may be given to TransmitFile: one of the files,
// or none.
func safeFile(h wsa.HANDLE) bool {
	_, ok := fileNumber(h)
	return ok || h == 0 || h == noHandle
}

// files opens the files of one sequence.
type files struct {
	make func(content []byte) wsa.HANDLE
	open map[int]wsa.HANDLE
}

// handle is the handle of the file with the number, noHandle where there are no files.
func (f *files) handle(n int) wsa.HANDLE {
	if f.make == nil {
		return noHandle
	}
	h, ok := f.open[n]
	if !ok {
		if f.open == nil {
			f.open = make(map[int]wsa.HANDLE)
		}
		h = f.make(fileContent())
		f.open[n] = h
	}
	return h
}

// systemFiles makes files on the disk of a machine, and takes them away again.
type systemFiles []*os.File

// add makes a file and opens it; noHandle where that fails.
func (s *systemFiles) add(content []byte) wsa.HANDLE {
	f, err := os.CreateTemp("", "wsasim-diff-*")
	if err != nil {
		return noHandle
	}
	*s = append(*s, f)
	if _, err := f.Write(content); err != nil {
		return noHandle
	}
	if _, err := f.Seek(0, 0); err != nil {
		return noHandle
	}
	return wsa.HANDLE(f.Fd())
}

// close takes the files away. What cannot be taken away stays among the temporary
// files of the machine: it concerns no comparison.
func (s *systemFiles) close() {
	for _, f := range *s {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	*s = nil
}
