package main

import (
	"context"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Goroutines that nothing can wake (main.stuck…), and such that wait as long but that something
// can (main.waits…). What the latter wait for is referred to from one place each.

// apart keeps small things from sharing their memory with others.
type apart struct {
	mutex   sync.Mutex
	readers sync.RWMutex
	group   sync.WaitGroup
	held    chan int
	_       [100]byte
}

//go:noinline
func stuckReceive() { <-make(chan int) }

//go:noinline
func stuckSend(to chan int) { to <- 1 }

//go:noinline
func stuckRange(from chan int) {
	for range from {
	}
}

//go:noinline
func stuckSelect(a, b chan int) {
	select {
	case <-a:
	case b <- 1:
	}
}

//go:noinline
func stuckNil() { var none chan int; <-none }

//go:noinline
func stuckNilSend() { var none chan int; none <- 1 }

//go:noinline
func stuckForever() { select {} }

//go:noinline
func stuckLock() {
	a := new(apart)
	a.mutex.Lock()
	a.mutex.Lock()
}

//go:noinline
func stuckReadLock() {
	a := new(apart)
	a.readers.Lock()
	a.readers.RLock()
}

//go:noinline
func stuckWriteLock() {
	a := new(apart)
	a.readers.RLock()
	a.readers.Lock()
}

//go:noinline
func stuckGroup() {
	a := new(apart)
	a.group.Add(1)
	a.group.Wait()
}

//go:noinline
func stuckCondition() {
	c := sync.NewCond(new(apart).lock())
	c.L.Lock()
	c.Wait()
}

func (a *apart) lock() sync.Locker { return &a.mutex }

//go:noinline
func stuckPair(from, to chan int) {
	to <- <-from
}

//go:noinline
func stuckParent() {
	child := make(chan int)
	go stuckRange(child)
	<-make(chan int)
	close(child)
}

//go:noinline
func stuckContext() {
	asked, cancel := context.WithCancel(context.Background())
	<-asked.Done()
	cancel()
}

func stick() {
	go stuckReceive()
	go stuckSend(make(chan int))
	full := make(chan int, 2)
	full <- 1
	full <- 2
	go stuckSend(full)
	go stuckRange(make(chan int))
	go stuckSelect(make(chan int), make(chan int))
	go stuckNil()
	go stuckNilSend()
	go stuckForever()
	go stuckLock()
	go stuckReadLock()
	go stuckWriteLock()
	go stuckGroup()
	go stuckCondition()
	one, other := make(chan int), make(chan int)
	go stuckPair(one, other)
	go stuckPair(other, one)
	go stuckParent()
	go stuckContext()
}

var (
	inMap    = map[string]chan int{}
	inChain  chan int
	inBuffer = make(chan chan int, 1000)
	inQueue  = make(chan chan int)
	common   apart
	commonC  = sync.NewCond(&sync.Mutex{})
	mapped   []uintptr
	among    []uintptr
	idle     int32
	sink     []chan int
	readEnd  *os.File
	rawPipe  [2]int
	ears     net.Listener
)

//go:noinline
func waitsFor(from chan int) { <-from }

//go:noinline
func waitsForAny(a, b chan int) {
	select {
	case <-a:
	case <-b:
	}
}

//go:noinline
func waitsForTime() { <-time.After(time.Hour) }

//go:noinline
func waitsForTicker() { <-time.NewTicker(time.Hour).C }

//go:noinline
func waitsForDeadline() {
	asked, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	<-asked.Done()
}

//go:noinline
func waitsForSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR2)
	<-signals
}

//go:noinline
func waitsForLock(a *apart) { a.mutex.Lock() }

//go:noinline
func waitsForReaders(a *apart) { a.readers.Lock() }

//go:noinline
func waitsForGroup(a *apart) { a.group.Wait() }

//go:noinline
func waitsForCondition() {
	commonC.L.Lock()
	commonC.Wait()
}

//go:noinline
func sleeps(held chan int) {
	time.Sleep(time.Hour)
	held <- 1
}

//go:noinline
func sleepsDeferring(held chan int) {
	defer close(held)
	time.Sleep(time.Hour)
}

//go:noinline
func sleepsDeferringMany(held ...chan int) {
	for i := range held {
		defer close(held[i])
	}
	held = nil
	time.Sleep(time.Hour)
}

//go:noinline
func sleepsWithArray(held chan int) {
	var all [8]chan int
	all[int(idle)+3] = held
	held = nil
	time.Sleep(time.Hour)
	all[int(idle)+3] <- 1
}

//go:noinline
func sleepsInPanic(held chan int) {
	defer func() {
		recover()
		held <- 1
	}()
	defer time.Sleep(time.Hour)
	panic("on purpose")
}

//go:noinline
func sleepsWithLock(a *apart) {
	a.mutex.Lock()
	time.Sleep(time.Hour)
	a.mutex.Unlock()
}

//go:noinline
func reads(held chan int) {
	var b [1]byte
	readEnd.Read(b[:])
	held <- 1
}

//go:noinline
func readsRaw(held chan int) {
	var b [1]byte
	syscall.Read(rawPipe[0], b[:])
	held <- 1
}

//go:noinline
func accepts(held chan int) {
	ears.Accept()
	held <- 1
}

//go:noinline
func runs(held chan int) {
	for atomic.LoadInt32(&idle) == 0 {
	}
	held <- 1
}

//go:noinline
func runsAndCalls(held chan int) {
	for atomic.LoadInt32(&idle) == 0 {
		deep(3)
	}
	held <- 1
}

//go:noinline
func waitsInChain(from, next chan int) {
	next <- <-from
}

//go:noinline
func offers(held chan int) { inQueue <- held }

//go:noinline
func holdByFinalizer(held chan int) {
	a := &apart{held: held}
	runtime.SetFinalizer(a, func(a *apart) { close(a.held) })
}

// holdIn has a channel in memory that is not Go's.
//
//go:noinline
func holdIn(words *[]uintptr, flags int, held chan int) {
	if *words == nil {
		pages, err := syscall.Mmap(-1, 0, 1<<16, syscall.PROT_READ|syscall.PROT_WRITE,
			syscall.MAP_ANON|flags)
		if err != nil {
			panic(err)
		}
		*words = unsafe.Slice((*uintptr)(unsafe.Pointer(&pages[0])), 1<<13)
	}
	for i := range *words {
		if (*words)[i] == 0 {
			(*words)[i] = addressOf(held)
			return
		}
	}
}

func holdInOtherMemory(held chan int)  { holdIn(&mapped, syscall.MAP_PRIVATE, held) }
func holdInSharedMemory(held chan int) { holdIn(&among, syscall.MAP_SHARED, held) }

// Ways to have what a goroutine waits for.
var keepers = map[string]func(chan int){
	"map":            func(c chan int) { inMap[time.Now().String()] = c },
	"timer":          func(c chan int) { time.AfterFunc(time.Hour, func() { close(c) }) },
	"buffer":         func(c chan int) { inBuffer <- c },
	"sleeper":        func(c chan int) { go sleeps(c) },
	"deferring":      func(c chan int) { go sleepsDeferring(c) },
	"deferring-many": func(c chan int) { go sleepsDeferringMany(c) },
	"array":          func(c chan int) { go sleepsWithArray(c) },
	"panic":          func(c chan int) { go sleepsInPanic(c) },
	"reader":         func(c chan int) { go reads(c) },
	"raw":            func(c chan int) { go readsRaw(c) },
	"accept":         func(c chan int) { go accepts(c) },
	"sender":         func(c chan int) { go offers(c) },
	"finalizer":      holdByFinalizer,
	"mmap":           holdInOtherMemory,
	"shared":         holdInSharedMemory,
}

//go:noinline
func keep(way func(chan int), waits func(chan int)) {
	c := make(chan int)
	go waits(c)
	way(c)
}

func prepareKeep() {
	if ears == nil {
		readEnd, _, _ = os.Pipe()
		syscall.Pipe(rawPipe[:])
		ears, _ = net.Listen("tcp", "127.0.0.1:0")
		common.mutex.Lock()
		common.readers.Lock()
		common.group.Add(1)
		inChain = make(chan int)
	}
}

func wait() {
	go waitsForTime()
	go waitsForTicker()
	go waitsForDeadline()
	go waitsForSignal()
	go waitsForLock(&common)
	go waitsForReaders(&common)
	go waitsForGroup(&common)
	go waitsForCondition()
	held := new(apart)
	go sleepsWithLock(held)
	time.Sleep(time.Millisecond)
	go waitsForLock(held)
	link := inChain
	for i := 0; i < 20; i++ {
		next := make(chan int)
		go waitsInChain(link, next)
		link = next
	}
	go waitsFor(link)
}

// run has channels that only a running goroutine knows.
func run(ways ...func(chan int)) {
	for _, way := range ways {
		c := make(chan int)
		go waitsFor(c)
		go way(c)
	}
}

//go:noinline
func spinsOn(n *int) {
	for {
		*n++
	}
}

func spinsInPlace(n *int) {
	for *n >= 0 {
		*n++
	}
}

// spin has goroutines that run all the time, started by go statements with arguments.
func spin(in string) {
	n := 0
	if in == "place" {
		go spinsInPlace(&n)
	} else {
		go spinsOn(&n)
	}
}

// atPage gives a channel at the beginning of one of 64 pages: the processor that these are of
// remembers where they begin, and the allocator the last of them.
//
//go:noinline
func atPage(page int) chan int {
	for i := 0; i < 1<<18; i++ {
		c := make(chan int)
		if addressOf(c)%(64*8192) == uintptr(page)*8192 {
			return c
		}
	}
	return nil
}

// stickAtPage needs no other pages afterwards: of the last one the allocator has then gone on.
//
//go:noinline
func stickAtPage(page int) {
	var ended sync.WaitGroup
	for i := 0; i < 64; i++ {
		ended.Add(1)
		go ended.Done()
	}
	ended.Wait()
	if c := atPage(page); c != nil {
		go stuckSend(c)
	}
}

func addressOf(c chan int) uintptr { return uintptr(*(*unsafe.Pointer)(unsafe.Pointer(&c))) }

//go:noinline
func sleepsAt(end chan uintptr) {
	var local [8]byte
	end <- (uintptr(unsafe.Pointer(&local)) | 2047) + 1
	time.Sleep(24 * time.Hour)
}

// behindStack gives a channel that lies where the stack of a goroutine ends: pages are taken
// between stacks, those behind one are given back, and channels come into them.
//
//go:noinline
func behindStack(tells func(end chan uintptr), each int) chan int {
	ends := make(map[uintptr]bool)
	end := make(chan uintptr)
	var pages []*[1024]uintptr
	for i := 0; i < 100; i++ {
		for k := 0; k < each; k++ {
			go tells(end)
			ends[<-end] = true
			pages = append(pages, new([1024]uintptr))
		}
	}
	for i, page := range pages {
		if ends[uintptr(unsafe.Pointer(page))] {
			pages[i] = nil
		}
	}
	runtime.GC()
	var c chan int
	for i := 0; i < 1<<16; i++ {
		if some := make(chan int); ends[addressOf(some)] {
			c = some // the last: what was swept first is still on the sweeper's stack
		}
	}
	runtime.KeepAlive(pages)
	return c
}

//go:noinline
func stickBehindStack() {
	if c := behindStack(sleepsAt, 16); c != nil {
		go stuckSend(c)
	}
}

//go:noinline
func endsAt(end chan uintptr, may chan int) {
	var local [8]byte
	end <- (uintptr(unsafe.Pointer(&local)) | 2047) + 1
	<-may
}

// stickBehindDead has a channel that lies where the stack of a goroutine ended: its record, which
// the runtime keeps to use it again, still has that stack.
//
//go:noinline
func stickBehindDead() {
	may := make(chan int)
	if c := behindStack(func(end chan uintptr) { endsAt(end, may) }, 16); c != nil {
		go stuckSend(c) // which takes no record of those that are to end
	}
	time.Sleep(10 * time.Millisecond)
	close(may)
}

//go:noinline
func signalStackEnds(end chan uintptr) {
	var stack struct {
		begin uintptr
		flags int32
		bytes uintptr
	}
	runtime.LockOSThread() // a thread of its own, with a stack for signals
	syscall.RawSyscall(syscall.SYS_SIGALTSTACK, 0, uintptr(unsafe.Pointer(&stack)), 0)
	end <- stack.begin + stack.bytes
	time.Sleep(24 * time.Hour)
}

// stickBehindThread has a channel that lies where a thread's stack for signals ends.
//
//go:noinline
func stickBehindThread() {
	if c := behindStack(signalStackEnds, 1); c != nil {
		go stuckSend(c)
	}
}

type parcel struct {
	content chan int
	_       [6]uintptr
}

// move has channels that are handed on without rest: through queues, between two
// places, and from one new object to the next.
func move() {
	ring := make([]chan *parcel, 8)
	for i := range ring {
		ring[i] = make(chan *parcel, 1)
	}
	for i := range ring {
		go func(from, to chan *parcel) {
			for p := range from {
				to <- &parcel{content: p.content}
				p.content = nil
			}
		}(ring[i], ring[(i+1)%len(ring)])
	}
	keep(func(c chan int) { ring[0] <- &parcel{content: c} }, waitsFor)

	places := [...]*parcel{new(parcel), new(parcel), new(parcel), new(parcel)}
	keep(func(c chan int) { places[0].content = c }, waitsFor)
	go func() {
		for i := 0; ; i++ {
			from, to := places[i%len(places)], places[(i+1)%len(places)]
			to.content, from.content = from.content, nil
			time.Sleep(100 * time.Microsecond)
		}
	}()
}

func init() {
	commands["stick-page"] = func(a []string) { stickAtPage(number(a[0])); time.Sleep(100 * time.Millisecond) }
	commands["stick-behind"] = func([]string) { stickBehindStack(); time.Sleep(100 * time.Millisecond) }
	commands["stick-behind-dead"] = func([]string) { stickBehindDead(); time.Sleep(100 * time.Millisecond) }
	commands["stick-behind-thread"] = func([]string) { stickBehindThread(); time.Sleep(100 * time.Millisecond) }
	commands["rest"] = func([]string) { os.Stdout.WriteString("ok\n"); select {} }
	commands["spin"] = func(a []string) { spin(a[0]) }
	commands["stick"] = func(a []string) {
		for i := 0; i < number(a[0]); i++ {
			stick()
		}
		time.Sleep(200 * time.Millisecond)
	}
	commands["wait"] = func(a []string) {
		prepareKeep()
		for i := 0; i < number(a[0]); i++ {
			wait()
		}
		time.Sleep(200 * time.Millisecond)
	}
	commands["keep"] = func(a []string) {
		prepareKeep()
		way, have := keepers[a[0]]
		for i := 0; have && i < number(a[1]); i++ {
			keep(way, waitsFor)
			keep(way, func(c chan int) { waitsForAny(c, make(chan int)) })
		}
		time.Sleep(100 * time.Millisecond)
	}
	commands["run"] = func([]string) { run(runs, runsAndCalls); time.Sleep(100 * time.Millisecond) }
	commands["run-alone"] = func([]string) { run(runs); time.Sleep(100 * time.Millisecond) }
	commands["move"] = func([]string) { move(); time.Sleep(100 * time.Millisecond) }
	commands["leaked"] = func(a []string) {
		if pprof.Lookup("goroutineleak") != nil {
			profile("goroutineleak", a[0], 2)
		}
	}
}
