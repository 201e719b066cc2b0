package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	tea "github.com/marcus/sidecar/internal/bubbletea/v2"
	"github.com/marcus/sidecar/internal/stage"
)

// command is one word of the protocol. run gets the words after it and
// returns what follows "ok" in the reply.
type command struct {
	name  string
	usage string
	help  string
	run   func(a *app, args []string) (string, error)
}

// commands lists every word that is not a group; filled in init because help
// reads it.
var commands []command

func init() {
	commands = []command{
		{"plateau", "RATE DURATION", "sessions load at a rate, then the heap stays flat", runPlateau},
		{"double", "GROUP KIND [EVERY]", "as many again, once or after every period", runDouble},
		{"stop", "[GROUP [KIND]]", "end rates; what is held stays", runStop},
		{"release", "[GROUP [KIND [AMOUNT]]]", "let go: all, or the newest AMOUNT", runRelease},
		{"close", "[KIND [AMOUNT]]", "the same for group files", runClose},
		{"churn", "RATE|off", "allocate and drop at a rate in bytes", runChurn},
		{"idle-heap", "SIZE|off", "freed memory that stays resident; no GC until off", runIdleHeap},
		{"lock", "shared|reserved|exclusive|off [FILE [NAME]]",
			"a process NAME (td) locks FILE (issues.db) as SQLite does", runLock},
		{"gc", "[scavenge]", "collect; also give free memory back", runGC},
		{"status", "", "counts as JSON", runStatus},
		{"help", "", "this text", runHelp},
		{"crash", "", "panic", runCrash},
		{"quit", "", "end with status 0", runQuit},
	}
}

// execute runs one line and returns the reply's text.
func (a *app) execute(line string) (string, error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return "", fmt.Errorf("empty command")
	}
	for _, group := range a.groups {
		if group.name == words[0] {
			return a.grow(group, words[1:])
		}
	}
	for _, command := range commands {
		if command.name == words[0] {
			return command.run(a, words[1:])
		}
	}
	return "", fmt.Errorf("unknown command %q, try help", words[0])
}

// grow is the command of every group: KIND AMOUNT [DURATION].
func (a *app) grow(group *group, args []string) (string, error) {
	if len(args) < 2 || len(args) > 3 {
		return "", fmt.Errorf("usage: %s KIND AMOUNT[/s|/m] [DURATION]", group.name)
	}
	holder := a.find(group.name, args[0])
	if holder == nil {
		return "", fmt.Errorf("%s has no kind %q", group.name, args[0])
	}
	amount, err := stage.ParseAmount(args[1])
	if err != nil {
		return "", err
	}
	var duration time.Duration
	if len(args) == 3 {
		if duration, err = parseDuration(args[2]); err != nil {
			return "", err
		}
		if !amount.Rate() {
			return "", fmt.Errorf("a duration needs a rate")
		}
	}
	if err := holder.Grow(amount, duration); err != nil {
		return "", err
	}
	return describe(group.name, holder), nil
}

func describe(group string, holder *stage.Holder) string {
	return fmt.Sprintf("%s %s held=%d", group, holder.Name, holder.Held())
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d <= 0 {
		err = fmt.Errorf("duration %q is not positive", text)
	}
	return d, err
}

func runPlateau(a *app, args []string) (string, error) {
	if len(args) != 2 {
		return "", fmt.Errorf("usage: plateau RATE DURATION")
	}
	for _, group := range a.groups {
		if group.name == "heap" {
			return a.grow(group, append([]string{"session"}, args...))
		}
	}
	return "", fmt.Errorf("no heap group")
}

func runDouble(a *app, args []string) (string, error) {
	if len(args) < 2 || len(args) > 3 {
		return "", fmt.Errorf("usage: double GROUP KIND [EVERY]")
	}
	holder := a.find(args[0], args[1])
	if holder == nil {
		return "", fmt.Errorf("no kind %s %s", args[0], args[1])
	}
	var period time.Duration
	var err error
	if len(args) == 3 {
		if period, err = parseDuration(args[2]); err != nil {
			return "", err
		}
	}
	if err := holder.Double(period); err != nil {
		return "", err
	}
	return describe(args[0], holder), nil
}

// each runs a function on the holders that the words select, with the group's
// name; the first error is returned, after all were visited.
func (a *app) each(args []string, visit func(string, *stage.Holder) error) (int, error) {
	visited := 0
	var first error
	for _, group := range a.groups {
		if len(args) > 0 && args[0] != group.name {
			continue
		}
		for _, holder := range group.holders {
			if len(args) > 1 && args[1] != holder.Name {
				continue
			}
			visited++
			if err := visit(group.name, holder); err != nil && first == nil {
				first = err
			}
		}
	}
	if visited == 0 {
		return 0, fmt.Errorf("nothing is called %q", strings.Join(args, " "))
	}
	return visited, first
}

func runStop(a *app, args []string) (string, error) {
	if len(args) > 2 {
		return "", fmt.Errorf("usage: stop [GROUP [KIND]]")
	}
	_, err := a.each(args, func(_ string, holder *stage.Holder) error {
		holder.Stop()
		return nil
	})
	return "stopped", err
}

func runRelease(a *app, args []string) (string, error) {
	if len(args) > 3 {
		return "", fmt.Errorf("usage: release [GROUP [KIND [AMOUNT]]]")
	}
	var amount stage.Amount
	if len(args) == 3 {
		var err error
		if amount, err = stage.ParseAmount(args[2]); err != nil {
			return "", err
		}
		if amount.Rate() {
			return "", fmt.Errorf("cannot release at a rate")
		}
		args = args[:2]
	}
	held := int64(0)
	_, err := a.each(args, func(_ string, holder *stage.Holder) error {
		err := holder.Release(amount.N)
		if holder.Live == nil {
			held += holder.Held()
		}
		return err
	})
	return fmt.Sprintf("released held=%d", held), err
}

func runClose(a *app, args []string) (string, error) {
	return runRelease(a, append([]string{"files"}, args...))
}

func runGC(a *app, args []string) (string, error) {
	runtime.GC()
	if len(args) > 0 && args[0] == "scavenge" {
		debug.FreeOSMemory()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return fmt.Sprintf("gc heap_alloc=%d num_gc=%d", stats.HeapAlloc, stats.NumGC), nil
}

// status is the reply to the command of that name. Sizes are in bytes.
type status struct {
	PID        int    `json:"pid"`
	FDs        int    `json:"fds"`      // open now, counted
	FDsHeld    int64  `json:"fds_held"` // of these, left open by commands
	Goroutines int    `json:"goroutines"`
	HeapAlloc  uint64 `json:"heap_alloc"`
	HeapInuse  uint64 `json:"heap_inuse"`
	HeapIdle   uint64 `json:"heap_idle"`
	Released   uint64 `json:"heap_released"`
	Sys        uint64 `json:"sys"`
	TotalAlloc uint64 `json:"total_alloc"`
	NumGC      uint32 `json:"num_gc"`
	Spawned    int64  `json:"spawned"`  // children started so far
	LockPID    int    `json:"lock_pid"` // the process that holds the lock, 0: none

	Held     map[string]int64  `json:"held"`
	Climbing []string          `json:"climbing"`
	Errors   map[string]string `json:"errors"` // what ended a rate early
}

func runStatus(a *app, _ []string) (string, error) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	s := status{
		PID: os.Getpid(), FDs: countFDs(), Goroutines: runtime.NumGoroutine(),
		HeapAlloc: stats.HeapAlloc, HeapInuse: stats.HeapInuse, HeapIdle: stats.HeapIdle,
		Released: stats.HeapReleased, Sys: stats.Sys, TotalAlloc: stats.TotalAlloc,
		NumGC: stats.NumGC, Spawned: a.git.Total(), LockPID: a.locks.pid(),
		Held: map[string]int64{}, Climbing: []string{}, Errors: map[string]string{},
	}
	_, _ = a.each(nil, func(group string, holder *stage.Holder) error {
		name := group + "/" + holder.Name
		if held := holder.Held(); held > 0 {
			s.Held[name] = held
			s.FDsHeld += holder.HeldFDs()
		}
		if holder.Climbing() {
			s.Climbing = append(s.Climbing, name)
		}
		if err := holder.Err(); err != nil {
			s.Errors[name] = err.Error()
		}
		return nil
	})
	text, err := json.Marshal(s)
	return string(text), err
}

// countFDs counts the open descriptors, without the one that the counting
// needs; -1 when it cannot.
func countFDs() int {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return -1
	}
	return len(entries) - 1
}

func runHelp(a *app, _ []string) (string, error) {
	return strings.ReplaceAll(helpText(a.groups), "\n", " | "), nil
}

// helpText lists all groups with their kinds, and all commands.
func helpText(groups []*group) string {
	var text strings.Builder
	for _, group := range groups {
		fmt.Fprintf(&text, "%s KIND AMOUNT[/s|/m] [DURATION]  %s\n", group.name, group.help)
		for _, holder := range group.holders {
			fmt.Fprintf(&text, "    %-10s %s\n", holder.Name, holder.Help)
		}
	}
	for _, command := range commands {
		fmt.Fprintf(&text, "%s  %s\n", strings.TrimSpace(command.name+" "+command.usage), command.help)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// runCrash panics after the reply has gone out.
func runCrash(a *app, _ []string) (string, error) {
	a.after = crash
	return "crash", nil
}

func crash() {
	var missing map[string]int
	missing["session"]++
}

func runQuit(a *app, _ []string) (string, error) {
	a.after = func() { go a.program.Send(tea.QuitMsg{}) }
	return "quit", nil
}
