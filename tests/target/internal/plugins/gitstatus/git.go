// Package gitstatus shows the state of the repository.
package gitstatus

import (
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
)

// Runner starts the short-lived commands and knows how many run now.
type Runner struct {
	live, total atomic.Int64
}

// Live is the number of commands running now.
func (r *Runner) Live() int64 { return r.live.Load() }

// Total is the number of commands started since the beginning.
func (r *Runner) Total() int64 { return r.total.Load() }

// Starter returns a function that starts a command and collects it in the
// background.
func (r *Runner) Starter(name string, args ...string) func() (func() error, error) {
	return func() (func() error, error) {
		cmd := exec.Command(name, args...)
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		r.total.Add(1)
		r.live.Add(1)
		go r.waitCommand(cmd)
		return nil, nil
	}
}

func (r *Runner) waitCommand(cmd *exec.Cmd) {
	_ = cmd.Wait()
	r.live.Add(-1)
}

// StartZombie starts a command and leaves it uncollected. Raw calls: os/exec
// would keep a descriptor of the process.
func (r *Runner) StartZombie() (func() error, error) {
	path, err := exec.LookPath("true")
	if err != nil {
		return nil, err
	}
	pid, err := syscall.ForkExec(path, []string{"true"}, nil)
	if err != nil {
		return nil, os.NewSyscallError("fork", err)
	}
	r.total.Add(1)
	return func() error {
		_, err := syscall.Wait4(pid, nil, 0, nil)
		return os.NewSyscallError("wait4", err)
	}, nil
}

// StartClient starts a child that stays until it is undone or its standard
// input closes with this process.
func (r *Runner) StartClient() (func() error, error) {
	cmd := exec.Command("cat")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r.total.Add(1)
	return func() error {
		stdin.Close()
		return cmd.Wait()
	}, nil
}
