// Cputarget burns CPU time in known shares: what a CPU profile of it must say is
// known beforehand.
//
//	cputarget LOAD [SECONDS]
//
// It prints "ready PID" and, with the load mix, at its end how many rounds it
// made in each second of its own CPU time. Built with the tag web it serves
// net/http/pprof and prints "ready PID ADDRESS".
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"syscall"
	"time"
)

var sink uint64

// step is small enough to be inlined everywhere.
func step(x uint64) uint64 {
	x = x*6364136223846793005 + 1442695040888963407
	return x ^ x>>17
}

//go:noinline
func heavy(n int) {
	x := sink
	for i := 0; i < n; i++ {
		x = step(x)
	}
	sink = x
}

//go:noinline
func medium(n int) {
	x := sink
	for i := 0; i < n; i++ {
		x = step(x)
	}
	sink = x
}

//go:noinline
func light(n int) {
	x := sink
	for i := 0; i < n; i++ {
		x = step(x)
	}
	sink = x
}

// mix: 60, 30 and 10 percent of the time.
//
//go:noinline
func mix() {
	heavy(60000)
	medium(30000)
	light(10000)
}

// leaf has no frame: a chain of frame pointers does not know who called it.
//
//go:noinline
func leaf(x uint64) uint64 {
	for i := 0; i < 200; i++ {
		x = x*3 + uint64(i)
	}
	return x
}

//go:noinline
func leafCaller(n int) {
	var frame [64]uint64 // so that this one has
	for i := 0; i < n; i++ {
		frame[i&63] = leaf(frame[i&31])
	}
	sink = frame[3]
}

//go:noinline
func leaves() {
	leafCaller(1000)
}

var block [4096]byte

//go:noinline
func hashBlock() {
	sum := sha256.Sum256(block[:])
	block[0] = sum[0]
}

//go:noinline
func assembly() {
	hashBlock()
}

//go:noinline
func system() {
	for i := 0; i < 100; i++ {
		syscall.Getppid()
	}
}

//go:noinline
func clock() {
	for i := 0; i < 1000; i++ {
		sink += uint64(time.Now().UnixNano())
	}
}

// shortLived runs on a thread of its own, which ends with it.
func shortLived(done chan<- bool) {
	runtime.LockOSThread()
	spin(30 * time.Millisecond)
	done <- true
}

//go:noinline
func spin(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		heavy(10000)
	}
}

//go:noinline
func threads() {
	done := make(chan bool)
	go shortLived(done)
	<-done
}

// labels: heavy is done for one job, medium for another with a tree of garbage, light for none.
//
//go:noinline
func labels() {
	jobs.Do(func() {
		go job("import", func() { heavy(10000) })
		go job("export", func() { medium(10000); grow(6) })
	})
	light(10000)
}

var jobs sync.Once

func job(name string, work func()) {
	pprof.Do(context.Background(), pprof.Labels("job", name, "tenant", "acme"),
		func(context.Context) {
			for {
				work()
			}
		})
}

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

var forest [16]*tree

// collect allocates as fast as it can: a third of the time is the collector's.
//
//go:noinline
func collect() {
	forest[sink%16] = grow(12)
	sink++
}

// switches hands a value around a ring of goroutines.
//
//go:noinline
func switches() {
	if ring[0] == nil {
		for i := range ring {
			ring[i] = make(chan uint64)
		}
		for i := 1; i < len(ring); i++ {
			go pass(ring[i-1], ring[i])
		}
	}
	ring[0] <- sink
	sink = <-ring[len(ring)-1] + 1
}

var ring [200]chan uint64

func pass(from, to chan uint64) {
	for x := range from {
		to <- x
	}
}

var loads = map[string]func(){
	"mix": mix, "leaf": leaves, "asm": assembly, "system": system, "clock": clock,
	"threads": threads, "collect": collect, "switch": switches, "labels": labels, "idle": func() { time.Sleep(10 * time.Millisecond) },
}

func ownCPU() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func main() {
	if len(os.Args) < 2 || loads[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: cputarget LOAD [SECONDS]")
		os.Exit(2)
	}
	seconds := 3600.0
	if len(os.Args) > 2 {
		seconds, _ = strconv.ParseFloat(os.Args[2], 64)
	}
	load := loads[os.Args[1]]
	fmt.Println("ready", os.Getpid(), serve())
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	rounds := 0
	for ; time.Now().Before(end); rounds++ {
		load()
	}
	fmt.Printf("rounds %d cpu %.3f per second %.1f\n", rounds, ownCPU().Seconds(),
		float64(rounds)/ownCPU().Seconds())
}
