package workspace

import (
	"time"

	tea "github.com/marcus/sidecar/internal/bubbletea/v2"
)

// One turn of a poll chain: how often, and how long it computes.
const (
	pollPeriod = 100 * time.Millisecond
	pollWork   = 5 * time.Millisecond
)

type pollMsg struct{ stop <-chan struct{} }

// StartPollChain starts a chain that polls the interactive pane, as entering
// interactive mode does: a second chain next to the first costs processor time
// and two goroutines, no memory.
func StartPollChain() (func() error, error) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			tea.ExecBatch(tea.Tick(pollPeriod, func(time.Time) tea.Msg {
				return pollMsg{stop}
			}))
			select {
			case <-stop:
				return
			default:
				pollInteractivePane()
			}
		}
	}()
	return func() error {
		close(stop)
		<-done
		return nil
	}, nil
}

func pollInteractivePane() int {
	sum := 0
	for start := time.Now(); time.Since(start) < pollWork; {
		sum += len(hashCapture(pollText))
	}
	return sum
}

var pollText = string(make([]byte, 4096))

func hashCapture(text string) string {
	hash := uint32(2166136261)
	for i := 0; i < len(text); i++ {
		hash = (hash ^ uint32(text[i])) * 16777619
	}
	return text[hash%1024:]
}
