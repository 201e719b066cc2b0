// Package store guards the shared state of the plugins with locks.
package store

import "sync"

// Each function parks one goroutine and returns what lets it go.

// LockState parks a goroutine on a mutex.
func LockState() (func() error, error) {
	mu := new(sync.Mutex)
	mu.Lock()
	go updateState(mu)
	return func() error {
		mu.Unlock()
		return nil
	}, nil
}

func updateState(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
}

// ReadState parks a reader on a read-write mutex.
func ReadState() (func() error, error) {
	mu := new(sync.RWMutex)
	mu.Lock()
	go readState(mu)
	return func() error {
		mu.Unlock()
		return nil
	}, nil
}

func readState(mu *sync.RWMutex) {
	mu.RLock()
	defer mu.RUnlock()
}

// WriteState parks a writer on a read-write mutex.
func WriteState() (func() error, error) {
	mu := new(sync.RWMutex)
	mu.RLock()
	go writeState(mu)
	return func() error {
		mu.RUnlock()
		return nil
	}, nil
}

func writeState(mu *sync.RWMutex) {
	mu.Lock()
	defer mu.Unlock()
}

// DrainPool parks a goroutine on a wait group.
func DrainPool() (func() error, error) {
	group := new(sync.WaitGroup)
	group.Add(1)
	go drainPool(group)
	return func() error {
		group.Done()
		return nil
	}, nil
}

func drainPool(group *sync.WaitGroup) { group.Wait() }
