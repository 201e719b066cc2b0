// Package semaphore has as much of golang.org/x/sync/semaphore as a goroutine needs to wait in it:
// the same names, the same fields, and no module to be fetched.
package semaphore

import (
	"container/list"
	"context"
	"sync"
)

type waiter struct {
	n     int64
	ready chan<- struct{}
}

// Weighted is what can be taken in parts.
type Weighted struct {
	size    int64
	cur     int64
	mu      sync.Mutex
	waiters list.List
}

// NewWeighted gives one of n parts.
func NewWeighted(n int64) *Weighted { return &Weighted{size: n} }

// Acquire takes n parts, and waits until there are as many.
func (s *Weighted) Acquire(ctx context.Context, n int64) error {
	s.mu.Lock()
	if s.size-s.cur >= n && s.waiters.Len() == 0 {
		s.cur += n
		s.mu.Unlock()
		return nil
	}
	ready := make(chan struct{})
	element := s.waiters.PushBack(waiter{n: n, ready: ready})
	s.mu.Unlock()
	select {
	case <-ctx.Done():
		s.mu.Lock()
		s.waiters.Remove(element)
		s.mu.Unlock()
		return ctx.Err()
	case <-ready:
		return nil
	}
}
