// Package fsnotify watches directories: on Linux one inotify instance and one
// reading goroutine per watcher.
package fsnotify

import (
	"os"
	"syscall"
)

const mask = syscall.IN_CREATE | syscall.IN_DELETE | syscall.IN_MODIFY | syscall.IN_MOVE

// Watcher reports that something changed below its directories.
type Watcher struct {
	Events chan struct{} // closed after Close
	in     *inotify
}

type inotify struct {
	fd   int // kept apart: File.Fd would take the descriptor away from the poller
	file *os.File
}

// NewWatcher watches the directories until Close.
func NewWatcher(dirs ...string) (*Watcher, error) {
	in, err := newInstance()
	if err != nil {
		return nil, err
	}
	watcher := &Watcher{Events: make(chan struct{}, 1), in: in}
	for _, dir := range dirs {
		if err := watcher.Add(dir); err != nil {
			in.file.Close()
			return nil, err
		}
	}
	go in.readEvents(watcher.Events)
	return watcher, nil
}

// Add watches one more directory.
func (w *Watcher) Add(dir string) error {
	_, err := syscall.InotifyAddWatch(w.in.fd, dir, mask)
	return os.NewSyscallError("inotify_add_watch", err)
}

// Close ends the watcher and its goroutine.
func (w *Watcher) Close() error { return w.in.file.Close() }

func newInstance() (*inotify, error) {
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	return &inotify{fd: fd, file: os.NewFile(uintptr(fd), "inotify")}, nil
}

func (in *inotify) readEvents(events chan<- struct{}) {
	defer close(events)
	buffer := make([]byte, 4096)
	for {
		if _, err := in.file.Read(buffer); err != nil {
			return
		}
		select {
		case events <- struct{}{}:
		default: // one pending notice is enough
		}
	}
}

// OpenInstance leaves a bare instance open that nobody reads.
func OpenInstance() (func() error, error) {
	in, err := newInstance()
	if err != nil {
		return nil, err
	}
	return in.file.Close, nil
}

// Bare is an instance that nobody reads.
type Bare struct {
	in *inotify
}

// AddWatch puts one more directory on one bare instance, which is made by the
// first watch and stays.
func (b *Bare) AddWatch(dir string) (func() error, error) {
	if b.in == nil {
		in, err := newInstance()
		if err != nil {
			return nil, err
		}
		b.in = in
	}
	fd := b.in.fd
	wd, err := syscall.InotifyAddWatch(fd, dir, mask)
	if err != nil {
		return nil, os.NewSyscallError("inotify_add_watch", err)
	}
	return func() error {
		_, err := syscall.InotifyRmWatch(fd, uint32(wd))
		return os.NewSyscallError("inotify_rm_watch", err)
	}, nil
}
