package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// adapter keeps what it opened, as sidecar's own adapters do.
type adapter struct {
	name string
	open []*os.File
}

type source interface{ next() string }

type registry struct {
	mu   sync.Mutex
	open map[string]*os.File
}

type scannerSource struct{ scanner *bufio.Scanner }

func (s *scannerSource) next() string { return s.scanner.Text() }

type node struct {
	file *os.File
	next *node
}

var (
	adapters = map[string]*adapter{}
	sources  []source
	closers  []func() error
	chain    *node
	byName   sync.Map
	queue    = make(chan *os.File, 4096)
	never    = make(chan int)
	rawest   []int
	// the object itself is set up by the package's init, which is all that names it
	tailers = &registry{open: map[string]*os.File{}}
)

func open(folder, kind string, i int) *os.File {
	file, err := os.Create(filepath.Join(folder, fmt.Sprintf("%s-%d.txt", kind, i)))
	if err != nil {
		panic(err)
	}
	return file
}

// leak opens n files and keeps each in the way of kind.
func leak(kind, folder string, n int) {
	if many := leaksOfMany[kind]; many != nil {
		many(n)
		return
	}
	for i := 0; i < n; i++ {
		leaks[kind](open(folder, kind, i))
	}
}

var leaks = map[string]func(*os.File){
	"map": leakInMap, "local": leakInLocal, "interface": leakBehindInterface, "closure": leakInClosure,
	"dropped": drop1, "list": leakInList, "sync": leakInSyncMap, "channel": leakInChannel, "raw": leakRaw,
	"registry": leakInRegistry,
}

// What opens its files itself; see leak_http.go.
var leaksOfMany = map[string]func(n int){}

//go:noinline
func leakInMap(file *os.File) {
	a := adapters["claude"]
	if a == nil {
		a = &adapter{name: "claude"}
		adapters["claude"] = a
	}
	a.open = append(a.open, file)
}

//go:noinline
func leakInLocal(file *os.File) {
	started := make(chan bool)
	go waitForever(file, started)
	<-started
}

//go:noinline
func waitForever(file *os.File, started chan bool) {
	started <- true
	<-never
	file.Close()
}

//go:noinline
func leakBehindInterface(file *os.File) {
	sources = append(sources, &scannerSource{bufio.NewScanner(file)})
}

//go:noinline
func leakInClosure(file *os.File) { closers = append(closers, file.Close) }

//go:noinline
func drop1(file *os.File) { _ = file.Name() }

//go:noinline
func leakInList(file *os.File) { chain = &node{file, chain} }

//go:noinline
func leakInSyncMap(file *os.File) { byName.Store(file.Name(), file) }

//go:noinline
func leakInRegistry(file *os.File) {
	tailers.mu.Lock()
	tailers.open[file.Name()] = file
	tailers.mu.Unlock()
}

//go:noinline
func leakInChannel(file *os.File) { queue <- file }

// leakRaw keeps a copy that no Go object stands for.
func leakRaw(file *os.File) {
	fd, err := syscall.Dup(int(file.Fd()))
	if err != nil {
		panic(err)
	}
	file.Close()
	rawest = append(rawest, fd)
}

// churn opens and closes files for as long as the process lives.
func churn(folder string) {
	for i := 0; ; i++ {
		var files []*os.File
		for k := 0; k < 40; k++ {
			files = append(files, open(folder, "churn", k))
		}
		time.Sleep(time.Millisecond)
		for _, file := range files {
			file.Close()
		}
	}
}
