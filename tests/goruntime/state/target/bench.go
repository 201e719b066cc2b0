//go:build !small

package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"time"
)

func init() {
	commands["serve"] = func([]string) { fmt.Println(servePprof()) }
	commands["employ"] = func([]string) { employ() }
	commands["places"] = func(a []string) { allocateAtPlaces(number(a[0])) }
	commands["sleeper"] = func(a []string) { tellSleeper(time.Duration(number(a[0])) * time.Second) }
}

func servePprof() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, nil)
	return listener.Addr().String()
}

// Calls that differ in every bit of a number: as many different stacks.
//
//go:noinline
func placeEven(number, bits int) []byte { return place(number>>1, bits-1) }

//go:noinline
func placeOdd(number, bits int) []byte { return place(number>>1, bits-1) }

//go:noinline
func place(number, bits int) []byte {
	if bits == 0 {
		return make([]byte, 16)
	}
	if number&1 == 0 {
		return placeEven(number, bits)
	}
	return placeOdd(number, bits)
}

// allocateAtPlaces keeps a little from each of n stacks (GODEBUG=memprofilerate=1).
func allocateAtPlaces(n int) {
	for i := 0; i < n; i++ {
		blocks = append(blocks, place(i, 16))
	}
}

// tellSleeper sleeps for 1 ms again and again and says how late it woke at worst, in the median
// second and in the worst one, and how often it woke.
func tellSleeper(long time.Duration) {
	var worst, all time.Duration
	n, seconds := 0, []time.Duration{}
	began := time.Now()
	for second := began; time.Since(began) < long; {
		before := time.Now()
		time.Sleep(time.Millisecond)
		n++
		if late := time.Since(before); late > worst {
			worst = late
		}
		if time.Since(second) >= time.Second {
			seconds, worst, second = append(seconds, worst), 0, time.Now()
		}
	}
	for i := range seconds { // few: the plainest order
		for k := i + 1; k < len(seconds); k++ {
			if seconds[k] < seconds[i] {
				seconds[i], seconds[k] = seconds[k], seconds[i]
			}
		}
	}
	if len(seconds) > 0 {
		worst, all = seconds[len(seconds)/2], seconds[len(seconds)-1]
	}
	fmt.Printf("%.1f %.1f %d\n", float64(worst.Microseconds())/1000, float64(all.Microseconds())/1000,
		int(float64(n)/long.Seconds()))
}
