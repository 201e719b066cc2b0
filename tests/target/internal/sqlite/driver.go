package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// How a query waits for a lock.
const (
	busyTimeout = 5 * time.Second
	busySleep   = 10 * time.Millisecond
)

var (
	errBusy        = errors.New("database is locked (5) (SQLITE_BUSY)")
	errUnsupported = errors.New("sqlite: not supported")
)

func init() { sql.Register("sqlite", sqlDriver{}) }

// gate stalls every query of this process while it is shut.
var gate struct {
	sync.Mutex
	shut int
	open chan struct{}
}

// ShutGate stalls all queries, with no time limit, until as many OpenGate.
func ShutGate() {
	gate.Lock()
	defer gate.Unlock()
	if gate.shut++; gate.shut == 1 {
		gate.open = make(chan struct{})
	}
}

// OpenGate takes back one ShutGate.
func OpenGate() {
	gate.Lock()
	defer gate.Unlock()
	if gate.shut--; gate.shut == 0 {
		close(gate.open)
	}
}

func waitGate(ctx context.Context) error {
	gate.Lock()
	open, shut := gate.open, gate.shut > 0
	gate.Unlock()
	if !shut {
		return nil
	}
	select {
	case <-open:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Open opens a database with one shared connection.
func Open(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, db.Ping()
}

type sqlDriver struct{}

func (sqlDriver) Open(path string) (driver.Conn, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &conn{file}, nil
}

type conn struct{ file *os.File }

func (c *conn) Prepare(string) (driver.Stmt, error) { return nil, errUnsupported }
func (c *conn) Begin() (driver.Tx, error)           { return nil, errUnsupported }
func (c *conn) Close() error                        { return c.file.Close() }

// QueryContext waits for the reader's lock and returns no rows.
func (c *conn) QueryContext(ctx context.Context, _ string,
	_ []driver.NamedValue) (driver.Rows, error) {
	if err := waitGate(ctx); err != nil {
		return nil, err
	}
	return noRows{}, c.busyHandler()
}

func (c *conn) busyHandler() error {
	for start := time.Now(); !tryRead(c.file); {
		if time.Since(start) > busyTimeout {
			return errBusy
		}
		time.Sleep(busySleep)
	}
	return nil
}

type noRows struct{}

func (noRows) Columns() []string         { return nil }
func (noRows) Close() error              { return nil }
func (noRows) Next([]driver.Value) error { return io.EOF }
