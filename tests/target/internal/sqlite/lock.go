// Package sqlite has as much of SQLite as leaks and stalls need: its file
// locks, and a database/sql driver whose queries wait for them.
package sqlite

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// The bytes that SQLite locks in the database file.
const (
	pendingByte = 0x40000000
	reservedOff = pendingByte + 1
	sharedFirst = pendingByte + 2
	sharedSize  = 510
)

// lockRange is one fcntl lock.
type lockRange struct {
	kind         int16
	start, count int64
}

// modes are the locks that each of SQLite's lock states holds.
var modes = map[string][]lockRange{
	"shared": {{syscall.F_RDLCK, sharedFirst, sharedSize}},
	"reserved": {
		{syscall.F_RDLCK, sharedFirst, sharedSize},
		{syscall.F_WRLCK, reservedOff, 1},
	},
	"exclusive": {
		{syscall.F_WRLCK, pendingByte, 1},
		{syscall.F_WRLCK, reservedOff, 1},
		{syscall.F_WRLCK, sharedFirst, sharedSize},
	},
}

// CheckMode tells what is wrong with the name of a lock mode.
func CheckMode(mode string) error {
	if _, ok := modes[mode]; !ok {
		return fmt.Errorf("unknown lock mode %q: shared, reserved or exclusive", mode)
	}
	return nil
}

func setLock(file *os.File, lock lockRange) error {
	return syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &syscall.Flock_t{
		Type: lock.kind, Whence: io.SeekStart, Start: lock.start, Len: lock.count,
	})
}

// Hold takes the locks of a mode, says "holding" on out, and keeps them until
// in ends.
func Hold(path, mode string, in io.Reader, out io.Writer) error {
	if err := CheckMode(mode); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, lock := range modes[mode] {
		if err := setLock(file, lock); err != nil {
			return fmt.Errorf("lock %s: %w", path, err)
		}
	}
	fmt.Fprintln(out, "holding")
	_, err = io.Copy(io.Discard, in)
	return err
}

// tryRead takes and drops the lock of a reader; false when a writer is in the
// way.
func tryRead(file *os.File) bool {
	pending := lockRange{syscall.F_RDLCK, pendingByte, 1}
	shared := lockRange{syscall.F_RDLCK, sharedFirst, sharedSize}
	if setLock(file, pending) != nil {
		return false
	}
	ok := setLock(file, shared) == nil
	_ = setLock(file, lockRange{syscall.F_UNLCK, pendingByte, sharedSize + 2})
	return ok
}
