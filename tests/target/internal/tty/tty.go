// Package tty talks to terminals.
package tty

import (
	"os"
	"syscall"
	"time"
)

// Each function parks one goroutine and returns what lets it go.

// BackOff parks a goroutine in a sleep of a day.
func BackOff() (func() error, error) {
	go backOff(24 * time.Hour)
	return nil, nil
}

func backOff(d time.Duration) { time.Sleep(d) }

// ReadControl parks a goroutine that reads from a pipe through the poller.
func ReadControl() (func() error, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go readLoop(r, done)
	return func() error {
		err := w.Close()
		<-done
		return err
	}, nil
}

func readLoop(r *os.File, done chan<- struct{}) {
	defer close(done)
	defer r.Close()
	buffer := make([]byte, 512)
	for {
		if _, err := r.Read(buffer); err != nil {
			return
		}
	}
}

// Blocking parks goroutines in a system call, each on a thread of its own.
type Blocking struct {
	pipe [2]int
	open bool
}

// ReadDevice parks one; all read the same pipe, so undoing wakes any of them.
func (b *Blocking) ReadDevice() (func() error, error) {
	if !b.open {
		if err := syscall.Pipe(b.pipe[:]); err != nil {
			return nil, os.NewSyscallError("pipe", err)
		}
		syscall.CloseOnExec(b.pipe[0])
		syscall.CloseOnExec(b.pipe[1])
		b.open = true
	}
	go readDevice(b.pipe[0])
	return func() error {
		_, err := syscall.Write(b.pipe[1], []byte{0})
		return os.NewSyscallError("write", err)
	}, nil
}

func readDevice(fd int) {
	var buffer [1]byte
	for {
		if _, err := syscall.Read(fd, buffer[:]); err != syscall.EINTR {
			return
		}
	}
}
