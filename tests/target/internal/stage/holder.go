// Package stage keeps what the commands make: every kind of resource is grown
// by units, at once or at a rate, stays referenced here so that no finalizer
// closes it, and is let go in reverse order.
package stage

import (
	"fmt"
	"sync"
	"time"
)

// climbPeriod is how often a rate adds what has become due.
const climbPeriod = 50 * time.Millisecond

// maxHeld bounds doubling.
const maxHeld = 1 << 20

// Undo lets one unit go; nil means that the unit cannot be let go.
type Undo = func() error

// Kind describes one resource. Only Name, Help and Add are needed.
type Kind struct {
	Name string
	Help string
	Step int64                // bytes in one unit; 0: counted in pieces
	FDs  int64                // descriptors that one unit keeps open
	Add  func() (Undo, error) // makes one unit
	Live func() int64         // units that end by themselves: how many live now
}

// Holder is a kind and the units held of it. Safe for several goroutines.
type Holder struct {
	Kind
	mu   sync.Mutex
	undo []Undo
	err  error

	climbMu sync.Mutex
	stop    chan struct{} // closes to end the running climb; nil: none was started
	done    chan struct{} // closed when that climb has ended
}

// NewHolder returns an empty holder.
func NewHolder(kind Kind) *Holder { return &Holder{Kind: kind} }

func (h *Holder) step() int64 {
	if h.Step > 0 {
		return h.Step
	}
	return 1
}

// Held returns how much there is now: bytes for kinds with a Step, else units.
func (h *Holder) Held() int64 {
	if h.Live != nil {
		return h.Live()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return int64(len(h.undo)) * h.step()
}

// HeldFDs returns how many descriptors the units keep open.
func (h *Holder) HeldFDs() int64 { return h.Held() / h.step() * h.FDs }

// Err returns what ended the last climb early, or nil.
func (h *Holder) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

// Grow adds an amount: at once, or from now on at its rate until Stop, an
// error, or the end of a duration that is not 0. A new rate replaces the old.
func (h *Holder) Grow(amount Amount, duration time.Duration) error {
	if !amount.Rate() {
		return h.add((amount.N + h.step() - 1) / h.step())
	}
	h.Stop()
	h.climbMu.Lock()
	defer h.climbMu.Unlock()
	h.setErr(nil)
	h.stop, h.done = make(chan struct{}), make(chan struct{})
	go h.climb(amount.PerSec, duration, h.stop, h.done)
	return nil
}

// Double adds as many units as there are, once or again after every period.
func (h *Holder) Double(period time.Duration) error {
	if h.Held() == 0 {
		return fmt.Errorf("%s: nothing to double", h.Name)
	}
	if err := h.addDouble(); err != nil || period == 0 {
		return err
	}
	h.Stop()
	h.climbMu.Lock()
	defer h.climbMu.Unlock()
	h.stop, h.done = make(chan struct{}), make(chan struct{})
	go h.redouble(period, h.stop, h.done)
	return nil
}

// Stop ends a running climb; when it returns nothing more is added. What is
// held stays.
func (h *Holder) Stop() {
	h.climbMu.Lock()
	defer h.climbMu.Unlock()
	if h.stop == nil {
		return
	}
	close(h.stop)
	<-h.done
	h.stop = nil
}

// Climbing tells whether a rate is still adding.
func (h *Holder) Climbing() bool {
	h.climbMu.Lock()
	defer h.climbMu.Unlock()
	if h.stop == nil {
		return false
	}
	select {
	case <-h.done:
		return false
	default:
		return true
	}
}

// Release lets the newest units go: as many as amount says, all if it is 0.
func (h *Holder) Release(amount int64) error {
	h.Stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.undo)
	if units := (amount + h.step() - 1) / h.step(); amount > 0 && units < int64(n) {
		n = int(units)
	}
	var first error
	for ; n > 0; n-- {
		if err := h.pop(); err != nil && first == nil {
			first = err
		}
	}
	if len(h.undo) == 0 {
		h.undo = nil
	}
	return first
}

// pop undoes the newest unit; one that cannot be undone stays counted.
func (h *Holder) pop() error {
	last := len(h.undo) - 1
	undo := h.undo[last]
	if undo == nil {
		return fmt.Errorf("%s: cannot be released", h.Name)
	}
	h.undo[last] = nil
	h.undo = h.undo[:last]
	return undo()
}

func (h *Holder) setErr(err error) {
	h.mu.Lock()
	h.err = err
	h.mu.Unlock()
}

// add makes n units, letting others look in between.
func (h *Holder) add(n int64) error {
	for ; n > 0; n-- {
		if err := h.addOne(); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	return nil
}

func (h *Holder) addOne() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	undo, err := h.Add()
	if err == nil && h.Live == nil {
		h.undo = append(h.undo, undo)
	}
	return err
}

func (h *Holder) addDouble() error {
	n := h.Held() / h.step()
	if n > maxHeld/2 {
		return fmt.Errorf("%s: %d is enough", h.Name, n)
	}
	return h.add(n)
}

func (h *Holder) climb(perSec float64, duration time.Duration, stop, done chan struct{}) {
	defer close(done)
	ticker := time.NewTicker(climbPeriod)
	defer ticker.Stop()
	start, made := time.Now(), int64(0)
	for last := false; !last; {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		elapsed := time.Since(start)
		if duration > 0 && elapsed >= duration {
			elapsed, last = duration, true
		}
		due := int64(perSec*elapsed.Seconds()) / h.step()
		for ; made < due; made++ {
			if err := h.addOne(); err != nil {
				h.setErr(err)
				return
			}
			if closed(stop) {
				return
			}
		}
	}
}

func (h *Holder) redouble(period time.Duration, stop, done chan struct{}) {
	defer close(done)
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		if err := h.addDouble(); err != nil {
			h.setErr(err)
			return
		}
	}
}

func closed(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}
