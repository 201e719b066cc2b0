// Package conversations lists the messages of all sessions.
package conversations

// BatchBytes is what one batch of messages takes in the list.
const BatchBytes = batch * messageBytes

const (
	batch        = 64
	messageBytes = 64
)

type message [messageBytes]byte

// Plugin holds the list.
type Plugin struct {
	messages []message
}

// AppendMessages appends a batch; the slice grows and never shrinks by itself.
func (p *Plugin) AppendMessages() (func() error, error) {
	for i := 0; i < batch; i++ {
		p.appendMessage(byte(i))
	}
	return p.dropBatch, nil
}

func (p *Plugin) appendMessage(b byte) {
	p.messages = append(p.messages, message{b})
}

func (p *Plugin) dropBatch() error {
	p.messages = p.messages[:len(p.messages)-batch]
	if len(p.messages) == 0 {
		p.messages = nil // the array goes only with the last of it
	}
	return nil
}
