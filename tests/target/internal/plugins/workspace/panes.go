// Package workspace shows the terminals of a project.
package workspace

import "strings"

// CaptureBytes is the size of one capture, which is what one call retains.
const CaptureBytes = 64 << 10

// PaneCache keeps the captures of the panes.
type PaneCache struct {
	captures [][]byte
	lines    []string
}

// StartCleanup runs the loop that would drop what is stale.
func (c *PaneCache) StartCleanup() {
	go func() {
		<-make(chan struct{}) // nothing here gets stale
	}()
}

// Capture keeps one more capture of a pane.
func (c *PaneCache) Capture() (func() error, error) {
	c.captures = append(c.captures, capturePane())
	return func() error {
		last := len(c.captures) - 1
		c.captures[last] = nil
		c.captures = c.captures[:last]
		return nil
	}, nil
}

// Update keeps one short line of a capture: a substring that retains it all.
func (c *PaneCache) Update() (func() error, error) {
	lines := splitCapture(capturePane())
	c.lines = append(c.lines, lines[len(lines)-1])
	return func() error {
		last := len(c.lines) - 1
		c.lines[last] = ""
		c.lines = c.lines[:last]
		return nil
	}, nil
}

func capturePane() []byte {
	text := make([]byte, CaptureBytes)
	for i := range text {
		text[i] = 'a' + byte(i%26)
		if i%80 == 79 {
			text[i] = '\n'
		}
	}
	return text
}

func splitCapture(text []byte) []string {
	return strings.Split(string(text), "\n")
}
