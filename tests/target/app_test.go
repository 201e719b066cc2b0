package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/marcus/sidecar/internal/stage"
)

// TestMain lets the test program stand in for the one that holds locks.
func TestMain(m *testing.M) {
	if len(os.Args) == 5 && os.Args[1] == "-hold-lock" {
		os.Exit(holdLock(options{holdLock: os.Args[2], mode: os.Args[4]}))
	}
	os.Exit(m.Run())
}

func startApp(t *testing.T) *app {
	t.Helper()
	a, err := newApp("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	return a
}

func mustDo(t *testing.T, a *app, line string) string {
	t.Helper()
	text, err := a.execute(line)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return text
}

func readStatus(t *testing.T, a *app) status {
	t.Helper()
	var s status
	if err := json.Unmarshal([]byte(mustDo(t, a, "status")), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// possible tells whether a kind exists on this system.
func possible(group string, holder *stage.Holder) bool {
	inotify := group == "files" && (holder.Name == "inotify" || holder.Name == "watch")
	return runtime.GOOS == "linux" || !inotify
}

func TestEveryKindGrowsAndShrinks(t *testing.T) {
	a := startApp(t)
	for _, group := range a.groups {
		for _, holder := range group.holders {
			if holder.Live != nil || !possible(group.name, holder) {
				continue
			}
			step := holder.Step
			if step == 0 {
				step = 1
			}
			mustDo(t, a, fmt.Sprintf("%s %s %d", group.name, holder.Name, 3*step))
			if holder.Held() != 3*step {
				t.Errorf("%s %s: held %d", group.name, holder.Name, holder.Held())
			}
			fixed := strings.Contains(holder.Help, "not releasable")
			_, err := a.execute("release " + group.name + " " + holder.Name)
			if fixed != (err != nil) {
				t.Errorf("release %s %s: %v", group.name, holder.Name, err)
			}
		}
	}
}

func TestDescriptorsAreCounted(t *testing.T) {
	a := startApp(t)
	if runtime.GOOS == "linux" { // these two keep one descriptor for all
		mustDo(t, a, "files watch 1")
		mustDo(t, a, "goroutines syscall 1")
	}
	before := readStatus(t, a)
	for _, holder := range a.groups[1].holders {
		if possible("files", holder) {
			mustDo(t, a, "files "+holder.Name+" 4")
		}
	}
	during := readStatus(t, a)
	if int64(during.FDs-before.FDs) != during.FDsHeld {
		t.Errorf("%d descriptors for %d held", during.FDs-before.FDs, during.FDsHeld)
	}
	mustDo(t, a, "close")
	if after := readStatus(t, a); after.FDsHeld != 0 {
		t.Errorf("%d still held", after.FDsHeld)
	}
}

func TestLockStallsFetches(t *testing.T) {
	a := startApp(t)
	mustDo(t, a, "lock exclusive")
	mustDo(t, a, "fetch poll 5")
	if live := a.monitor.Live(); live != 5 {
		t.Errorf("%d fetches under way", live)
	}
	if readStatus(t, a).LockPID == 0 {
		t.Error("nobody holds the lock")
	}
	mustDo(t, a, "lock off")
}

func TestMistakesAreRefused(t *testing.T) {
	a := startApp(t)
	lines := []string{
		"", "frob", "files", "files claude", "files frob 1", "files claude x", "heap bytes 1M 3s",
		"heap bytes 1M/s -3s", "release frob", "release files claude 1/s", "churn 5", "churn",
		"idle-heap 5/s", "lock frob", "lock exclusive /nonexistent/file", "double files claude",
		"double frob frob", "plateau 5M", "stop frob",
	}
	for _, line := range lines {
		if text, err := a.execute(line); err == nil {
			t.Errorf("%q gave %q", line, text)
		}
	}
}

func TestHelpNamesEverything(t *testing.T) {
	a := startApp(t)
	text := helpText(a.groups)
	for _, command := range commands {
		if !strings.Contains(text, "\n"+command.name) {
			t.Errorf("help lacks %s", command.name)
		}
	}
}
