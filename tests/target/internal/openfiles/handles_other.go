//go:build !linux

package openfiles

import "errors"

var errNoHandles = errors.New("only Linux has such handles")

// OpenProcess has no meaning here.
func OpenProcess() (func() error, error) { return nil, errNoHandles }

// OpenNamespace has no meaning here.
func OpenNamespace() (func() error, error) { return nil, errNoHandles }
