// The program whose debug information layout-gen reads: it links what the
// reader in probes/goruntime looks at, and is never run.
package main

import (
	"fmt"
	"net"
	"os"
	"reflect"
	"runtime"
	"sync"
)

func main() {
	names := map[string]*os.File{}
	file, err := os.Open(os.Args[0])
	if err == nil {
		names[file.Name()] = file
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	var lock sync.Mutex
	answers := make(chan string)
	go func() {
		lock.Lock()
		defer lock.Unlock()
		select {
		case answers <- listener.Addr().String():
		case <-make(chan int):
		}
	}()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	records := make([]runtime.MemProfileRecord, 10)
	runtime.MemProfile(records, true)
	fmt.Println(<-answers, len(names), stats.HeapAlloc, reflect.TypeOf(names).Elem(), reflect.TypeOf(answers))
}
