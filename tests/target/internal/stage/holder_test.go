package stage

import (
	"errors"
	"testing"
	"time"
)

// counter is a resource that only counts; it fails beyond a limit.
type counter struct{ n, limit int }

func (c *counter) add() (Undo, error) {
	if c.n == c.limit {
		return nil, errors.New("full")
	}
	c.n++
	return func() error {
		c.n--
		return nil
	}, nil
}

func TestGrowAndRelease(t *testing.T) {
	c := counter{limit: 100}
	h := NewHolder(Kind{Name: "kind", Step: 10, FDs: 2, Add: c.add})
	if err := h.Grow(Amount{N: 45}, 0); err != nil {
		t.Fatal(err)
	}
	if h.Held() != 50 || c.n != 5 || h.HeldFDs() != 10 {
		t.Errorf("held %d, units %d, fds %d", h.Held(), c.n, h.HeldFDs())
	}
	if err := h.Release(20); err != nil || h.Held() != 30 || c.n != 3 {
		t.Errorf("after release: %v, held %d, units %d", err, h.Held(), c.n)
	}
	if err := h.Release(0); err != nil || h.Held() != 0 || c.n != 0 {
		t.Errorf("after all: %v, held %d, units %d", err, h.Held(), c.n)
	}
}

func TestGrowReportsFailure(t *testing.T) {
	c := counter{limit: 3}
	h := NewHolder(Kind{Name: "kind", Add: c.add})
	if err := h.Grow(Amount{N: 5}, 0); err == nil || h.Held() != 3 {
		t.Errorf("err %v, held %d", err, h.Held())
	}
}

func TestUnreleasableStaysCounted(t *testing.T) {
	h := NewHolder(Kind{Name: "kind", Add: func() (Undo, error) { return nil, nil }})
	if err := h.Grow(Amount{N: 2}, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.Release(0); err == nil || h.Held() != 2 {
		t.Errorf("err %v, held %d", err, h.Held())
	}
}

func TestRateEndsAtPlateau(t *testing.T) {
	c := counter{limit: 1000}
	h := NewHolder(Kind{Name: "kind", Add: c.add})
	if err := h.Grow(Amount{PerSec: 200}, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	<-h.done
	if h.Held() != 20 || h.Climbing() {
		t.Errorf("held %d, climbing %v", h.Held(), h.Climbing())
	}
	h.Stop()
}

func TestRateKeepsItsError(t *testing.T) {
	c := counter{limit: 2}
	h := NewHolder(Kind{Name: "kind", Add: c.add})
	if err := h.Grow(Amount{PerSec: 1000}, 0); err != nil {
		t.Fatal(err)
	}
	<-h.done
	if h.Err() == nil || h.Held() != 2 {
		t.Errorf("err %v, held %d", h.Err(), h.Held())
	}
}

func TestDouble(t *testing.T) {
	c := counter{limit: 1000}
	h := NewHolder(Kind{Name: "kind", Add: c.add})
	if h.Double(0) == nil {
		t.Error("doubled nothing")
	}
	if err := h.Grow(Amount{N: 3}, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.Double(0); err != nil || h.Held() != 6 {
		t.Errorf("err %v, held %d", err, h.Held())
	}
}
