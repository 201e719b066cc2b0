// The process that the tests of probes/goruntime read: it allocates at known
// places, leaks files in known ways and, when asked, says what the runtime itself
// would have said. Commands come as lines on standard input; every one is answered
// with a line "ok" when it is done. It ends with its standard input.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
)

// The commands by name; arguments are what follows on the line.
var commands = map[string]func(arguments []string){
	"allocate": func(a []string) { allocate(number(a[0])) },
	"collect":  func([]string) { runtime.GC(); runtime.GC() },
	"collector": func(a []string) {
		debug.SetGCPercent(number(a[0]))
	},
	"profile": func(a []string) { profile(a[0], a[1], 0) },
	"dump":    func(a []string) { profile("goroutine", a[0], 2) },
	"park":    func(a []string) { park(number(a[0])) },
	"parked":  func([]string) { tellParked() },
	"hold":    func(a []string) { hold(number(a[0])) },
	"busy":    func([]string) { holdBusy() },
	"crowd":   func([]string) { holdCrowded() },
	"many":    func(a []string) { parkMany(number(a[0])) },
	"hurry":   func([]string) { hurry() },
	"rates": func(a []string) {
		runtime.SetBlockProfileRate(number(a[0]))
		runtime.SetMutexProfileFraction(number(a[0]))
	},
	"contend":  func([]string) { contend() },
	"leak":     func(a []string) { leak(a[0], a[1], number(a[2])) },
	"churn":    func(a []string) { go churn(a[0]) },
	"memstats": nil, // needs to be quiet: see main
}

var (
	stats runtime.MemStats
	line  [4096]byte
)

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

func profile(name, file string, debug int) {
	out, err := os.Create(file)
	if err != nil {
		panic(err)
	}
	defer out.Close()
	if err := pprof.Lookup(name).WriteTo(out, debug); err != nil {
		panic(err)
	}
}

// readLine allocates nothing, so that a look from outside sees what ReadMemStats will.
func readLine() int {
	for n := 0; n < len(line); n++ {
		if got, err := syscall.Read(0, line[n:n+1]); got != 1 || err != nil {
			os.Exit(0)
		}
		if line[n] == '\n' {
			return n
		}
	}
	os.Exit(1)
	return 0
}

func main() {
	fmt.Println("ready")
	for {
		n := readLine()
		if n == len("memstats") && line[0] == 'm' {
			runtime.ReadMemStats(&stats)
			fmt.Print(statsText())
			fmt.Println("ok")
			continue
		}
		words := strings.Fields(string(line[:n]))
		commands[words[0]](words[1:])
		fmt.Println("ok")
	}
}

func statsText() string {
	s := &stats
	return fmt.Sprintf("Sys %d\nHeapAlloc %d\nHeapInuse %d\nHeapIdle %d\nHeapReleased %d\nHeapSys %d\n"+
		"StackInuse %d\nStackSys %d\nMSpanInuse %d\nMSpanSys %d\nMCacheInuse %d\nMCacheSys %d\nBuckHashSys %d\n"+
		"GCSys %d\nOtherSys %d\nTotalAlloc %d\nMallocs %d\nFrees %d\nHeapObjects %d\nNextGC %d\nLastGC %d\n"+
		"LastPause %d\nNumGC %d\nNumForcedGC %d\nNumGoroutine %d\nGCCPUFraction %.17g\n",
		s.Sys, s.HeapAlloc, s.HeapInuse, s.HeapIdle, s.HeapReleased, s.HeapSys, s.StackInuse, s.StackSys,
		s.MSpanInuse, s.MSpanSys, s.MCacheInuse, s.MCacheSys, s.BuckHashSys, s.GCSys, s.OtherSys, s.TotalAlloc,
		s.Mallocs, s.Frees, s.HeapObjects, s.NextGC, s.LastGC, s.PauseNs[(s.NumGC+255)%256], s.NumGC,
		s.NumForcedGC, runtime.NumGoroutine(), s.GCCPUFraction)
}
