// Package ansi cuts and draws styled text.
package ansi

import (
	"strings"
	"time"
)

// ChurnBytes is about what one call of Truncate allocates and drops.
const ChurnBytes = 16 << 10

var styled = strings.Repeat("\x1b[1mtext\x1b[0m ", ChurnBytes/13)

// sink makes results escape to the heap; one line at a time stays live.
var sink []byte

// Truncate returns a copy of a styled line, which is garbage at once.
func Truncate(line string) []byte {
	cut := make([]byte, 0, ChurnBytes)
	for i := 0; i < len(line); i += 64 { // more than a copy: the cost is in here
		cut = append(cut, line[i])
	}
	return cut
}

// Churn allocates at a rate in bytes per second until stop closes. The live
// heap stays flat.
func Churn(perSec float64, stop <-chan struct{}) {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	start, made := time.Now(), 0.0
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		for due := perSec * time.Since(start).Seconds(); made < due; made += ChurnBytes {
			sink = Truncate(styled)
		}
	}
}

// StartRender burns one processor until it is undone.
func StartRender() (func() error, error) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for !stopped(stop) {
			renderFrame(styled)
		}
	}()
	return func() error {
		close(stop)
		<-done
		return nil
	}, nil
}

func stopped(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// renderFrame computes for some microseconds without allocating.
func renderFrame(line string) int {
	width, escape := 0, false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == 0x1b:
			escape = true
		case !escape:
			width++
		case line[i] == 'm':
			escape = false
		}
	}
	return width
}
