package main

import (
	"runtime"
	"strings"
	"sync"
	"time"
)

type tree struct {
	left, right *tree
	name        string
	room        [200]byte
}

type shape interface{ area() int }
type square struct{ side int }

func (s *square) area() int { return s.side * s.side }

var (
	blocks [][]byte
	trees  []*tree
	shapes []shape
	words  = map[string][]string{}
	last   []byte
)

// Two levels that are inlined into whoever calls them.
func small(n int) []byte      { return make([]byte, n) }
func throughOne(n int) []byte { return small(n) }

//go:noinline
func keepLarge() { blocks = append(blocks, throughOne(70000)) }

//go:noinline
func keepSmall() { blocks = append(blocks, throughOne(96)) }

//go:noinline
func drop() { last = throughOne(3000) }

//go:noinline
func (t *tree) grow(depth int) {
	if depth == 0 {
		return
	}
	t.left, t.right = &tree{name: "left"}, &tree{name: "right"}
	t.left.grow(depth - 1)
	t.right.grow(depth - 1)
}

//go:noinline
func deep(n int) []byte {
	if n == 0 {
		return make([]byte, 5000)
	}
	return deep(n - 1)
}

func generic[T any](value T) *T {
	kept := new(T)
	*kept = value
	return kept
}

// A pool that is part of what it serves.
type office struct {
	scraps sync.Pool
	papers [][]byte
}

//go:noinline
func staff(ready chan bool) {
	o := &office{}
	for i := 0; i < 400; i++ {
		o.papers = append(o.papers, make([]byte, 70000))
	}
	o.scraps.Put(new([64]byte))
	ready <- true
	<-never
	runtime.KeepAlive(o)
}

func employ() {
	ready := make(chan bool)
	go staff(ready)
	<-ready
}

func allocate(rounds int) {
	for i := 0; i < rounds; i++ {
		keepLarge()
		keepSmall()
		drop()
		t := &tree{name: strings.Repeat("x", i%100)}
		t.grow(3)
		trees = append(trees, t)
		shapes = append(shapes, &square{i})
		blocks = append(blocks, deep(i%200))
		words[strings.Repeat("k", i%50)] = append(words[""], *generic("value"))
		shapes = append(shapes, generic(square{i}))
		func() { blocks = append(blocks, make([]byte, 4000)) }()
	}
}

func (s *square) String() string { return "square" }

func contend() {
	var lock sync.Mutex
	var done sync.WaitGroup
	answers := make(chan int)
	lock.Lock()
	for i := 0; i < 20; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			lock.Lock()
			time.Sleep(time.Millisecond)
			lock.Unlock()
			<-answers
		}()
	}
	time.Sleep(20 * time.Millisecond)
	lock.Unlock()
	for i := 0; i < 20; i++ {
		time.Sleep(time.Millisecond)
		answers <- i
	}
	done.Wait()
}
