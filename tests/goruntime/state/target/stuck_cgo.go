//go:build cgo

package main

/*
extern void sidescopeSleepInGo(void);
static void call_back(void) { sidescopeSleepInGo(); }
*/
import "C"

import "time"

//export sidescopeSleepInGo
func sidescopeSleepInGo() { time.Sleep(time.Hour) }

// sleepsInCallback waits in a function that C has called; what it has itself is below that of C.
//
//go:noinline
func sleepsInCallback(held chan int) {
	C.call_back()
	held <- 1
}

func init() { keepers["callback"] = func(c chan int) { go sleepsInCallback(c) } }
