// Package event carries notices between the plugins over channels.
package event

import "sync"

// Each function parks one goroutine and returns what lets it go, or nil when
// nothing can.

// Listen parks a goroutine that receives from a channel.
func Listen() (func() error, error) {
	ch := make(chan int)
	go listenForRefresh(ch)
	return func() error {
		close(ch)
		return nil
	}, nil
}

func listenForRefresh(ch <-chan int) int { return <-ch }

// Publish parks a goroutine that sends to a channel nobody reads.
func Publish() (func() error, error) {
	ch := make(chan int)
	go publishEvent(ch)
	return func() error {
		<-ch
		return nil
	}, nil
}

func publishEvent(ch chan<- int) { ch <- 1 }

// Merge parks a goroutine in a select of two channels.
func Merge() (func() error, error) {
	a, b := make(chan int), make(chan int)
	go mergeSources(a, b)
	return func() error {
		close(a)
		return nil
	}, nil
}

func mergeSources(a, b <-chan int) int {
	select {
	case v := <-a:
		return v
	case v := <-b:
		return v
	}
}

// ListenNil parks a goroutine that receives from a nil channel: for ever.
func ListenNil() (func() error, error) {
	go listenUnset(nil)
	return nil, nil
}

func listenUnset(ch <-chan int) int { return <-ch }

// Forever parks a goroutine in an empty select: for ever.
func Forever() (func() error, error) {
	go runForever()
	return nil, nil
}

func runForever() { select {} }

// WaitReady parks a goroutine on a condition variable.
func WaitReady() (func() error, error) {
	cond := sync.NewCond(new(sync.Mutex))
	ready := false
	go waitUntilReady(cond, &ready)
	return func() error {
		cond.L.Lock()
		ready = true
		cond.L.Unlock()
		cond.Signal()
		return nil
	}, nil
}

func waitUntilReady(cond *sync.Cond, ready *bool) {
	cond.L.Lock()
	for !*ready {
		cond.Wait()
	}
	cond.L.Unlock()
}
