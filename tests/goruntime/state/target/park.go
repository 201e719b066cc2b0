package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/semaphore"
)

// What parked goroutines wait for: nothing of it ever comes.
var parked struct {
	values, more, filled chan int
	texts                chan string
	lock                 sync.Mutex
	readers              sync.RWMutex
	held                 sync.RWMutex
	done                 sync.WaitGroup
	condition            *sync.Cond
	asked                context.Context
	cancel               func()
	listener             net.Listener
	pipe, pipeEnd        *os.File
	raw                  [2]int
}

type waiter interface{ wait() }

type byValue struct{ from chan int }

func (b byValue) wait() { inlinedOnce(b.from) }

type locker struct{ lock *sync.Mutex }

func (l *locker) wait() { l.lock.Lock() }

func inlinedOnce(from chan int)  { inlinedTwice(from) }
func inlinedTwice(from chan int) { <-from }

func deepWait(n int, from chan int) int {
	if n == 0 {
		return <-from
	}
	return deepWait(n-1, from) + 1
}

func receive[T any](from chan T) T { return <-from }

type box[T any] struct{ from chan T }

//go:noinline
func (b *box[T]) take() T { return receive(b.from) }

//go:noinline
func waitInDefer(from chan int) {
	defer func() { <-from }()
	last = nil
}

//go:noinline
func waitInPanic(from chan int) {
	defer func() {
		recover()
		<-from
	}()
	panic("on purpose")
}

//go:noinline
func waitWhilePanicking(from chan int) {
	defer func() { <-from }()
	var none *adapter
	none.name = "nobody"
}

// The ways to wait, each in a goroutine of its own.
var ways = map[string]func(){
	"value":   func() { byValue{parked.values}.wait() },
	"wrapper": func() { var w waiter = &byValue{parked.values}; w.wait() },
	"send":    func() { parked.more <- 1 },
	"full":    func() { parked.filled <- 1 },
	"select": func() {
		select {
		case <-parked.values:
		case parked.more <- 1:
		}
	},
	"forever":  func() { select {} },
	"nil":      func() { var none chan int; <-none },
	"nil-send": func() { var none chan int; none <- 1 },
	"lock":     func() { parked.lock.Lock() },
	"locker":   func() { var w waiter = &locker{&parked.lock}; w.wait() },
	"read":     func() { parked.held.RLock() },
	"write":    func() { parked.readers.Lock() },
	"group":    func() { parked.done.Wait() },
	"condition": func() {
		parked.condition.L.Lock()
		parked.condition.Wait()
	},
	"sleep":   func() { time.Sleep(time.Hour) },
	"after":   func() { <-time.After(time.Hour) },
	"deep":    func() { deepWait(5, parked.values) },
	"deepest": func() { deepWait(150, parked.values) },
	"generic": func() { (&box[string]{parked.texts}).take() },
	"defer":   func() { waitInDefer(parked.values) },
	"panic":   func() { waitInPanic(parked.values) },
	"trap":    func() { waitWhilePanicking(parked.values) },
	"context": func() { <-parked.asked.Done() },
	"range": func() {
		for range parked.values {
		}
	},
	"alone": func() { own := make(chan int); <-own },
	"alone-lock": func() {
		own := new(sync.Mutex)
		own.Lock()
		own.Lock()
	},
	"thread":  func() { runtime.LockOSThread(); <-parked.values },
	"pipe":    func() { var b [1]byte; parked.pipe.Read(b[:]) },
	"accept":  func() { parked.listener.Accept() },
	"syscall": func() { var b [1]byte; syscall.Read(parked.raw[0], b[:]) },
	"labels": func() {
		pprof.Do(context.Background(), pprof.Labels("job", "indexer", "tenant", "ac me"),
			func(context.Context) { <-parked.values })
	},
	"closure": func() { func() { func() { <-parked.values }() }() },
	"once":    func() { new(sync.Once).Do(func() { <-parked.values }) },
}

func preparePark() {
	parked.values, parked.more = make(chan int), make(chan int)
	parked.texts = make(chan string)
	parked.filled = make(chan int, 3)
	for i := 0; i < 3; i++ {
		parked.filled <- i
	}
	parked.lock.Lock()
	parked.held.Lock()
	parked.readers.RLock()
	parked.done.Add(1)
	parked.condition = sync.NewCond(new(sync.Mutex))
	parked.asked, parked.cancel = context.WithCancel(context.Background())
	parked.listener, _ = net.Listen("tcp", "127.0.0.1:0")
	parked.pipe, parked.pipeEnd, _ = os.Pipe()
	syscall.Pipe(parked.raw[:])
	signal.Notify(make(chan os.Signal, 1), syscall.SIGUSR1)
}

// park starts n goroutines for each way to wait, and a third of them from an inlined function.
func park(n int) {
	if parked.values == nil {
		preparePark()
	}
	started := int32(0)
	for _, way := range ways {
		for i := 0; i < n; i++ {
			started++
			if i%3 == 0 {
				func() { startWay(way) }()
			} else {
				go begin(way)
			}
		}
	}
	for atomic.LoadInt32(&begun) < started { // a busy machine takes its time
		time.Sleep(10 * time.Millisecond)
	}
	atomic.AddInt32(&begun, -started)
	time.Sleep(200 * time.Millisecond)
}

var begun int32

func begin(way func()) {
	atomic.AddInt32(&begun, 1)
	way()
}

func startWay(way func()) { go begin(way) }

// tellParked says where what is waited for lies.
func tellParked() {
	p := &parked
	fmt.Printf("values %p\nmore %p\nfilled %p\ntexts %p\nlock %p\nreaders %p\nheld %p\ndone %p\ncondition %p\n",
		p.values, p.more, p.filled, p.texts, &p.lock, &p.readers, &p.held, &p.done, p.condition)
	fmt.Printf("pipe %d\nraw %d\n", p.pipe.Fd(), p.raw[0])
}

// parkMany starts n goroutines at two places.
func parkMany(n int) {
	if parked.values == nil {
		preparePark()
	}
	for i := 0; i < n; i++ {
		go ways["value"]()
		i++
		go ways["lock"]()
	}
	time.Sleep(100 * time.Millisecond)
}

// hurry makes goroutines that end at once and move their stacks, for as long as the process lives.
func hurry() {
	for w := 0; w < 2; w++ {
		go func() {
			for {
				var all sync.WaitGroup
				for i := 0; i < 50; i++ {
					all.Add(1)
					go func() {
						defer all.Done()
						deep(40)
						runtime.Gosched()
					}()
				}
				all.Wait()
			}
		}()
	}
}

// Who holds a lock, in ways that leave more or less of it on their stack.
type vault struct {
	name  string
	lock  sync.Mutex
	coins int
	by    int
}

var (
	deferred, wrapped, plain, busy = new(vault), new(vault), new(vault), new(vault)
	looped, crowded                = new(vault), new(vault)
	variable, left                 sync.Mutex
	shared                         sync.RWMutex
	spins                          int
	keepCancel                     func()
	setup, again                   sync.Once
	turns                          sync.RWMutex
	permits                        = semaphore.NewWeighted(3)
)

//go:noinline
func wantPermit() { permits.Acquire(context.Background(), 1); spins++ }

//go:noinline
func wantPermits(asked context.Context) { permits.Acquire(asked, 2); spins++ }

//go:noinline
func setUp() { <-never }

//go:noinline
func setUpAgain() { again.Do(setUp) }

//go:noinline
func holdTurn() { turns.RLock(); defer turns.RUnlock(); <-never }

//go:noinline
func wantTurn() { turns.Lock(); defer turns.Unlock(); spins++ }

//go:noinline
func (v *vault) holdDeferred() { v.lock.Lock(); defer v.lock.Unlock(); <-never; v.coins++ }

//go:noinline
func (v *vault) holdInClosure() {
	v.lock.Lock()
	defer func() { v.coins++; v.lock.Unlock() }()
	<-never
}

//go:noinline
func (v *vault) holdPlainly() { v.lock.Lock(); <-never; v.coins++; v.lock.Unlock() }

//go:noinline
func (v *vault) holdRunning() {
	v.lock.Lock()
	for {
		v.coins++
		spins++
	}
}

// It has the same receiver, but gave the lock back.
//
//go:noinline
func (v *vault) goOn() { v.lock.Lock(); v.coins++; v.lock.Unlock(); <-never; v.coins++ }

//go:noinline
func holdVariable() { variable.Lock(); <-never; variable.Unlock() }

//go:noinline
func holdShared() { shared.RLock(); defer shared.RUnlock(); <-never }

//go:noinline
func (v *vault) takeTwice() { v.lock.Lock(); defer v.lock.Unlock(); v.want() }

//go:noinline
func (v *vault) want() { v.lock.Lock(); v.coins++; v.lock.Unlock() }

func hold(n int) {
	asked, cancel := context.WithCancel(context.Background())
	keepCancel = cancel
	go deferred.goOn()
	go wrapped.goOn()
	go plain.goOn()
	time.Sleep(50 * time.Millisecond)
	go deferred.holdDeferred()
	go wrapped.holdInClosure()
	go plain.holdPlainly()
	go holdVariable()
	go holdShared()
	go looped.takeTwice()
	go func() { left.Lock() }()
	go setup.Do(setUp)
	go again.Do(setUpAgain)
	go holdTurn()
	go holdTurn()
	time.Sleep(50 * time.Millisecond)
	permits.Acquire(context.Background(), 2)
	go wantTurn()
	time.Sleep(50 * time.Millisecond)
	for i := 0; i < 3; i++ {
		go holdTurn()
	}
	for i := 0; i < n; i++ {
		go deferred.want()
		go wrapped.want()
		go plain.want()
		go func() { variable.Lock(); spins++; variable.Unlock() }()
		go func() { shared.Lock(); spins++; shared.Unlock() }()
		go func() { left.Lock(); spins++; left.Unlock() }()
		go setup.Do(setUp)
		go wantPermits(asked)
	}
	time.Sleep(50 * time.Millisecond)
	go wantPermit() // there is one, but who came before wants two
	time.Sleep(200 * time.Millisecond)
	fmt.Printf("deferred %p\nwrapped %p\nplain %p\nlooped %p\nvariable %p\nshared %p\nleft %p\nsetup %p\nagain %p\nturns %p\npermits %p\n",
		&deferred.lock, &wrapped.lock, &plain.lock, &looped.lock, &variable, &shared, &left, &setup, &again, &turns, permits)
}

// holdCrowded has two of them for one processor: one of them was interrupted somewhere.
func holdCrowded() {
	runtime.GOMAXPROCS(1)
	go crowded.holdRunning()
	time.Sleep(50 * time.Millisecond)
	go crowded.want()
	time.Sleep(200 * time.Millisecond)
	fmt.Printf("crowded %p\n", &crowded.lock)
}

// holdBusy is apart: what runs without pause is no part of other tests.
func holdBusy() {
	go busy.holdRunning()
	time.Sleep(50 * time.Millisecond)
	go busy.want()
	time.Sleep(200 * time.Millisecond)
	fmt.Printf("busy %p\n", &busy.lock)
}
