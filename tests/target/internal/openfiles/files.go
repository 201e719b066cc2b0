// Package openfiles opens descriptors of all kinds and leaves them open. Every
// function makes one unit and returns what closes it.
package openfiles

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
)

// Opener works below one directory. Safe for several goroutines.
type Opener struct {
	Dir   string
	count atomic.Int64 // makes names distinct
}

func (o *Opener) next(pattern string) string {
	return filepath.Join(o.Dir, fmt.Sprintf(pattern, o.count.Add(1)))
}

// OpenDir opens a directory.
func (o *Opener) OpenDir() (func() error, error) {
	path := o.next("dir-%d")
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	return open(path)
}

// OpenDeleted opens a file that is unlinked at once.
func (o *Opener) OpenDeleted() (func() error, error) {
	path := o.next("capture-%d.tmp")
	if err := os.WriteFile(path, []byte("gone\n"), 0o600); err != nil {
		return nil, err
	}
	undo, err := open(path)
	if err != nil {
		return nil, err
	}
	return undo, os.Remove(path)
}

// OpenPart opens a file of a name that no other has.
func (o *Opener) OpenPart() (func() error, error) {
	path := o.next("part-%d.out")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return nil, err
	}
	return open(path)
}

// OpenRotated opens a log that is rotated away by its date and removed.
func (o *Opener) OpenRotated() (func() error, error) {
	n := o.count.Add(1)
	path := filepath.Join(o.Dir, fmt.Sprintf("service.log-2026%02d%02d", 1+n/28%12, 1+n%28))
	if err := os.WriteFile(path, make([]byte, 4096), 0o600); err != nil {
		return nil, err
	}
	undo, err := open(path)
	if err != nil {
		return nil, err
	}
	return undo, os.Remove(path)
}

// uglyNames are what a screen must survive. %s stands for a number. Some file
// systems refuse some of them.
var uglyNames = []string{
	"line\nbreak-%s",
	"escape-\x1b[31mred\x1b]0;title\x07-%s",
	"invalid-\xff\xfe\xc0\x80-%s",
	"bidi-\u202Egnp.exe\u202C-%s",
	"c1-\u009B2J-\x7f-\t-%s",
	"wide-\u65e5\u672c\u8a9e-\U0001f600-e\u0301-%s",
	" leading and trailing -%s ",
	"-rf %s",
	"looks-%s (deleted)",
	"socket:[%s]",
	`back\slash\012-%s`,
	"long-%s",
}

// OpenUgly opens a file with the next of the ugly names.
func (o *Opener) OpenUgly() (func() error, error) {
	var first error
	for range uglyNames {
		n := o.count.Add(1)
		pattern := uglyNames[(n-1)%int64(len(uglyNames))]
		name := strings.Replace(pattern, "%s", fmt.Sprint(n), 1)
		if strings.HasPrefix(name, "long-") {
			name += strings.Repeat("x", 255-len(name))
		}
		path := filepath.Join(o.Dir, name)
		err := os.WriteFile(path, nil, 0o600)
		if err == nil {
			return open(path)
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// OpenPath returns a function that opens one path again and again.
func OpenPath(path string) func() (func() error, error) {
	return func() (func() error, error) { return open(path) }
}

func open(path string) (func() error, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return file.Close, nil
}

// OpenPipe opens both ends of a pipe.
func OpenPipe() (func() error, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return both(r.Close, w.Close), nil
}

// OpenUnix opens a pair of connected unix sockets.
func OpenUnix() (func() error, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	syscall.CloseOnExec(pair[0])
	syscall.CloseOnExec(pair[1])
	return both(
		func() error { return syscall.Close(pair[0]) },
		func() error { return syscall.Close(pair[1]) }), nil
}

// OpenListener opens a TCP listener on loopback.
func OpenListener() (func() error, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return listener.Close, nil
}

// OpenTCP opens both ends of a TCP connection on loopback.
func OpenTCP() (func() error, error) {
	client, server, err := connect()
	if err != nil {
		return nil, err
	}
	return both(client.Close, server.Close), nil
}

// OpenCloseWait opens a connection whose other end has closed.
func OpenCloseWait() (func() error, error) {
	client, server, err := connect()
	if err != nil {
		return nil, err
	}
	if err := server.Close(); err != nil {
		client.Close()
		return nil, err
	}
	return client.Close, nil
}

func connect() (client, server net.Conn, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	client, err = net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	server, err = listener.Accept()
	if err != nil {
		client.Close()
		return nil, nil, err
	}
	return client, server, nil
}

func both(a, b func() error) func() error {
	return func() error {
		err := a()
		if other := b(); err == nil {
			err = other
		}
		return err
	}
}
