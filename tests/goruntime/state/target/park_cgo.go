//go:build cgo

package main

/*
#include <unistd.h>
static void sleep_in_c(void) { sleep(3600); }
*/
import "C"

func init() { ways["c"] = func() { C.sleep_in_c() } }
