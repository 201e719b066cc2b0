//go:build go1.24

package main

import (
	"runtime"
	"weak"
)

var weakly []weak.Pointer[apart]

//go:noinline
func waitsForItsOwn(a *apart) {
	<-a.held
	runtime.KeepAlive(a)
}

// Who has a weak pointer gets what it is to while anything has that: who waits there does.
//
//go:noinline
func holdWeakly(held chan int) {
	a := &apart{held: held}
	weakly = append(weakly, weak.Make(a))
	go waitsForItsOwn(a)
}

// A cleanup is called with its argument when what it belongs to is gone.
//
//go:noinline
func holdByCleanup(held chan int) {
	runtime.AddCleanup(new(apart), func(held chan int) { close(held) }, held)
}

func init() {
	keepers["weak"] = holdWeakly
	keepers["cleanup"] = holdByCleanup
}
