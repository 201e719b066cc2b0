package claudecode

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/marcus/sidecar/internal/statedir"
)

// Sizes of what one call retains, near enough for a rate in bytes.
const (
	SessionBytes = 64 << 10
	ScannerBytes = 256 << 10
	TreeBytes    = 64 << 10
)

// line is longer than half of ScannerBytes, so that the scanner's buffer grows to just that.
var line = strings.Repeat("x", 200<<10) + "\n"

var document = makeDocument()

// makeDocument is a transcript whose decoded strings and maps take about TreeBytes.
func makeDocument() []byte {
	messages := make([]string, 36)
	for i := range messages {
		messages[i] = fmt.Sprintf(`{"type":"assistant","n":%d,"message":{"role":"assistant","content":%q}}`,
			i, strings.Repeat("word ", 210))
	}
	return []byte("[" + strings.Join(messages, ",") + "]")
}

// LoadSession reads a session and keeps its messages.
func (a *Adapter) LoadSession() (func() error, error) {
	a.sessions = append(a.sessions, a.loadSession(statedir.UUID()))
	return func() error {
		last := len(a.sessions) - 1
		a.sessions[last] = nil
		a.sessions = a.sessions[:last]
		return nil
	}, nil
}

func (a *Adapter) loadSession(id string) *Session {
	messages := make([]byte, SessionBytes)
	for i := range messages {
		messages[i] = byte(i) // touches the pages, so that they count as resident
	}
	return &Session{ID: id, Messages: messages}
}

// ScanSession reads a long line and keeps the scanner with its buffer.
func (a *Adapter) ScanSession() (func() error, error) {
	scanner, err := a.scanLines(strings.NewReader(line))
	if err != nil {
		return nil, err
	}
	a.scanners = append(a.scanners, scanner)
	return func() error {
		last := len(a.scanners) - 1
		a.scanners[last] = nil
		a.scanners = a.scanners[:last]
		return nil
	}, nil
}

func (a *Adapter) scanLines(reader io.Reader) (*bufio.Scanner, error) {
	scanner := bufio.NewScanner(reader)
	scanner.Buffer(nil, 1<<20)
	if !scanner.Scan() {
		return nil, fmt.Errorf("scan: %v", scanner.Err())
	}
	return scanner, nil
}

// ParseSession decodes a transcript and keeps the tree.
func (a *Adapter) ParseSession() (func() error, error) {
	tree, err := a.parseMessages(document)
	if err != nil {
		return nil, err
	}
	a.trees = append(a.trees, tree)
	return func() error {
		last := len(a.trees) - 1
		a.trees[last] = nil
		a.trees = a.trees[:last]
		return nil
	}, nil
}

func (a *Adapter) parseMessages(text []byte) ([]interface{}, error) {
	var tree []interface{}
	err := json.Unmarshal(text, &tree)
	return tree, err
}
