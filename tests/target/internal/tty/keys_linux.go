package tty

import "syscall"

// Keys reads what is typed; there is no terminal, so nothing ever is.
type Keys struct {
	epoll  int
	cancel [2]int
}

// NewKeys opens the descriptors of a cancellable reader: a pipe and an epoll
// instance that watches it.
func NewKeys() (*Keys, error) {
	keys := new(Keys)
	if err := syscall.Pipe2(keys.cancel[:], syscall.O_CLOEXEC); err != nil {
		return nil, err
	}
	var err error
	if keys.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(keys.cancel[0])}
	err = syscall.EpollCtl(keys.epoll, syscall.EPOLL_CTL_ADD, keys.cancel[0], &event)
	if err != nil {
		return nil, err
	}
	go keys.sendBytes()
	return keys, nil
}

func (k *Keys) sendBytes() {
	events := make([]syscall.EpollEvent, 1)
	for {
		if _, err := syscall.EpollWait(k.epoll, events, -1); err != syscall.EINTR {
			return
		}
	}
}
