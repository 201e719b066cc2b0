//go:build !linux

// Package fsnotify watches directories: without inotify it only parks a
// goroutine, as nothing needs the events themselves.
package fsnotify

import "errors"

var errUnsupported = errors.New("inotify exists on Linux only")

// Watcher reports that something changed below its directories.
type Watcher struct {
	Events chan struct{} // closed after Close
}

// NewWatcher returns a watcher that stays silent until Close.
func NewWatcher(dirs ...string) (*Watcher, error) {
	return &Watcher{Events: make(chan struct{})}, nil
}

// Close ends the watcher.
func (w *Watcher) Close() error {
	close(w.Events)
	return nil
}

// OpenInstance is not possible here.
func OpenInstance() (func() error, error) { return nil, errUnsupported }

// Bare is an instance that nobody reads.
type Bare struct{}

// AddWatch is not possible here.
func (b *Bare) AddWatch(dir string) (func() error, error) { return nil, errUnsupported }
