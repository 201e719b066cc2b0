package main

var held [][]byte

func keep(n int) {
	held = append(held, make([]byte, 1<<20))
	if n > 1 {
		keep(n - 1)
	}
}

func main() { keep(3) }
