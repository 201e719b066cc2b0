package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/marcus/sidecar/internal/sqlite"
)

// lockHolder runs another process that holds a lock.
type lockHolder struct {
	cmd   *exec.Cmd
	stdin io.Closer // closing it ends the process
}

func runLock(a *app, args []string) (string, error) {
	if len(args) < 1 || len(args) > 3 {
		return "", fmt.Errorf("usage: lock shared|reserved|exclusive|off [FILE [NAME]]")
	}
	a.locks.release()
	if args[0] == "off" {
		return "lock off", nil
	}
	if err := sqlite.CheckMode(args[0]); err != nil {
		return "", err
	}
	file, name := a.dir.IssuesDB(), "td"
	if len(args) > 1 {
		file = args[1]
	}
	if len(args) > 2 {
		name = args[2]
	}
	program, err := namedCopy(a.dir.Path("bin", filepath.Base(name)))
	if err != nil {
		return "", err
	}
	if err := a.locks.hold(program, file, args[0]); err != nil {
		return "", err
	}
	return fmt.Sprintf("lock %s pid=%d", args[0], a.locks.pid()), nil
}

// hold starts the process and waits until it has the lock.
func (l *lockHolder) hold(program, file, mode string) error {
	cmd := exec.Command(program, "-hold-lock", file, "-mode", mode)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	stdout.Close()
	l.cmd, l.stdin = cmd, stdin
	if strings.TrimSpace(line) != "holding" {
		l.release()
		return fmt.Errorf("no lock: %s", strings.TrimSpace(complaint.String()))
	}
	return nil
}

func (l *lockHolder) release() {
	if l.cmd == nil {
		return
	}
	l.stdin.Close()
	_ = l.cmd.Wait()
	l.cmd = nil
}

func (l *lockHolder) pid() int {
	if l.cmd == nil {
		return 0
	}
	return l.cmd.Process.Pid
}

// namedCopy puts this program at a path, because a process is named after the
// file it was started from: as a link where the file systems allow, else as a
// copy.
func namedCopy(path string) (string, error) {
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if os.Link(self, path) == nil {
		return path, nil
	}
	text, err := os.ReadFile(self)
	if err != nil {
		return "", err
	}
	return path, os.WriteFile(path, text, 0o755)
}
