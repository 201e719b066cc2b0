// Package tea runs an event loop with commands: the skeleton of a full-screen
// program without the screen.
package tea

import (
	"os"
	"sync"
	"time"
)

// Msg is what commands return and the loop handles; nil is ignored.
type Msg = interface{}

// Cmd runs on a goroutine of its own.
type Cmd func() Msg

// BatchMsg asks for several commands at once.
type BatchMsg []Cmd

// QuitMsg ends the loop.
type QuitMsg struct{ Code int }

// Program is one event loop.
type Program struct {
	update  func(Msg) Cmd
	msgs    chan Msg
	cmds    chan Cmd
	signals <-chan os.Signal
	resize  <-chan os.Signal
	done    chan struct{}
}

// NewProgram returns a program that hands its messages to update; a signal
// from the first channel ends it.
func NewProgram(update func(Msg) Cmd, signals, resize <-chan os.Signal) *Program {
	return &Program{
		update: update, signals: signals, resize: resize,
		msgs: make(chan Msg), cmds: make(chan Cmd), done: make(chan struct{}),
	}
}

// Run starts with one command and returns the code of the message that ended
// the loop.
func (p *Program) Run(first Cmd) int {
	p.handleSignals()
	p.handleResize()
	p.handleCommands()
	p.startRenderer()
	p.cmds <- first
	code := p.eventLoop()
	close(p.done)
	return code
}

// Send hands a message to the loop; it is dropped when the loop has ended.
func (p *Program) Send(msg Msg) {
	select {
	case p.msgs <- msg:
	case <-p.done:
	}
}

func (p *Program) eventLoop() int {
	for {
		select {
		case <-p.done:
			return 0
		case msg := <-p.msgs:
			switch msg := msg.(type) {
			case nil:
			case QuitMsg:
				return msg.Code
			case BatchMsg:
				go p.execBatchMsg(msg)
			default:
				p.cmds <- p.update(msg)
			}
		}
	}
}

func (p *Program) handleSignals() {
	go func() {
		select {
		case <-p.signals:
			p.Send(QuitMsg{})
		case <-p.done:
		}
	}()
}

func (p *Program) handleResize() { go p.listenForResize() }

func (p *Program) listenForResize() {
	for {
		select {
		case <-p.resize:
		case <-p.done:
			return
		}
	}
}

func (p *Program) handleCommands() {
	go func() {
		for {
			select {
			case cmd := <-p.cmds:
				if cmd == nil {
					continue
				}
				go func() { p.Send(cmd()) }()
			case <-p.done:
				return
			}
		}
	}()
}

func (p *Program) startRenderer() {
	go func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-p.done:
				return
			}
		}
	}()
}

func (p *Program) execBatchMsg(batch BatchMsg) {
	execBatch(batch, p.Send)
}

// ExecBatch runs commands next to each other and returns when all have.
func ExecBatch(batch ...Cmd) {
	execBatch(batch, func(Msg) {})
}

func execBatch(batch BatchMsg, send func(Msg)) {
	var group sync.WaitGroup
	for _, cmd := range batch {
		cmd := cmd
		group.Add(1)
		go func() {
			defer group.Done()
			send(cmd())
		}()
	}
	group.Wait()
}

// Batch returns a command that asks for several.
func Batch(cmds ...Cmd) Cmd {
	return func() Msg { return BatchMsg(cmds) }
}

// Tick returns a command that waits and then makes a message.
func Tick(d time.Duration, make func(time.Time) Msg) Cmd {
	timer := time.NewTimer(d)
	return func() Msg {
		return make(<-timer.C)
	}
}
