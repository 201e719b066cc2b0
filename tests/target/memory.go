package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/marcus/sidecar/internal/ansi"
	"github.com/marcus/sidecar/internal/stage"
)

// churner allocates and drops; the zero value is at rest.
type churner struct {
	stop chan struct{}
}

func runChurn(a *app, args []string) (string, error) {
	if len(args) != 1 {
		return "", fmt.Errorf("usage: churn RATE|off")
	}
	if args[0] == "off" {
		a.churn.end()
		return "churn off", nil
	}
	amount, err := stage.ParseAmount(args[0])
	if err != nil {
		return "", err
	}
	if !amount.Rate() {
		return "", fmt.Errorf("churn needs a rate, such as 50M/s")
	}
	a.churn.end()
	a.churn.stop = make(chan struct{})
	go ansi.Churn(amount.PerSec, a.churn.stop)
	return "churn " + args[0], nil
}

func (c *churner) end() {
	if c.stop != nil {
		close(c.stop)
		c.stop = nil
	}
}

// idleHeap keeps memory that the collector has freed resident.
type idleHeap struct {
	percent int // the collector's setting before; 0: nothing is held
}

// idleBlock is the size of the objects: whole spans, so that they become idle.
const idleBlock = 64 << 10

// runIdleHeap frees what it has just touched. The scavenger keeps as much as
// the heap had in use at the last collection, scaled by the heap goals before
// and after it. Without a goal that scale is 1, so nothing is given back until
// the next collection, which without a goal does not come by itself.
func runIdleHeap(a *app, args []string) (string, error) {
	if len(args) != 1 {
		return "", fmt.Errorf("usage: idle-heap SIZE|off")
	}
	if args[0] == "off" {
		a.idle.end()
		return "idle-heap off", nil
	}
	amount, err := stage.ParseAmount(args[0])
	if err != nil {
		return "", err
	}
	if amount.Rate() {
		return "", fmt.Errorf("idle-heap needs a size, not a rate")
	}
	a.idle.end()
	a.idle.begin(amount.N)
	return "idle-heap " + args[0], nil
}

func (h *idleHeap) begin(size int64) {
	h.percent = debug.SetGCPercent(-1)
	runtime.GC() // from here on there is no goal to compare with
	touchBlocks(size)
	runtime.GC() // frees them, but the use it remembers is from before its sweep
}

func (h *idleHeap) end() {
	if h.percent == 0 {
		return
	}
	debug.SetGCPercent(h.percent)
	h.percent = 0
	debug.FreeOSMemory()
}

// touchBlocks allocates memory, touches it and drops it.
func touchBlocks(size int64) {
	var blocks [][]byte
	for ; size > 0; size -= idleBlock {
		block := make([]byte, idleBlock)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		blocks = append(blocks, block)
	}
	runtime.KeepAlive(blocks)
}
