// Package mapping maps memory by the region.
package mapping

import (
	"os"
	"syscall"
)

// RegionBytes is the size of one region.
const RegionBytes = 64 << 10

// Mapper makes regions.
type Mapper struct {
	count int
}

// MapAnonymous maps one private anonymous region. Neighbours differ in their
// protection, or the kernel would merge them into one.
func (m *Mapper) MapAnonymous() (func() error, error) {
	prot := syscall.PROT_READ | syscall.PROT_WRITE
	if m.count++; m.count%2 == 0 {
		prot = syscall.PROT_READ
	}
	data, err := syscall.Mmap(-1, 0, RegionBytes, prot, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	if prot&syscall.PROT_WRITE != 0 {
		data[0] = 1 // one resident page
	}
	return unmap(data), nil
}

// FileMapper returns a function that maps the start of one file once more.
func FileMapper(path string) func() (func() error, error) {
	return func() (func() error, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		data, err := syscall.Mmap(int(file.Fd()), 0, 4096, syscall.PROT_READ, syscall.MAP_SHARED)
		if err != nil {
			return nil, os.NewSyscallError("mmap", err)
		}
		return unmap(data), nil
	}
}

func unmap(data []byte) func() error {
	return func() error { return os.NewSyscallError("munmap", syscall.Munmap(data)) }
}
