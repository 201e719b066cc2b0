// Package monitor shows the tasks of a project.
package monitor

import (
	"context"
	"database/sql"
	"sync/atomic"

	"github.com/marcus/sidecar/internal/sqlite"
	"github.com/marcus/sidecar/pkg/session"
)

// Model fetches from the task database.
type Model struct {
	db          *sql.DB
	count, live atomic.Int64
}

// NewModel opens the database.
func NewModel(path string) (*Model, error) {
	db, err := sqlite.Open(path)
	if err != nil {
		return nil, err
	}
	return &Model{db: db}, nil
}

// Live is the number of fetches under way.
func (m *Model) Live() int64 { return m.live.Load() }

// Fetch starts a fetch that ends when the database lets it.
func (m *Model) Fetch() (func() error, error) {
	m.fetchData()
	return nil, nil
}

// FetchStuck starts a fetch with the database stalled; the last undo lets all
// of them finish.
func (m *Model) FetchStuck() (func() error, error) {
	sqlite.ShutGate()
	m.fetchData()
	return func() error {
		sqlite.OpenGate()
		return nil
	}, nil
}

// fetchData starts one fetch: of the tasks mostly, of the board each third time.
func (m *Model) fetchData() {
	board := m.count.Add(1)%3 == 0
	m.live.Add(1)
	go func() {
		defer m.live.Add(-1)
		if board {
			_ = m.fetchBoardIssues(context.Background())
		} else {
			_ = FetchData(context.Background(), m.db)
		}
	}()
}

// FetchData reads the tasks.
func FetchData(ctx context.Context, db *sql.DB) error {
	if err := session.GetOrCreate(ctx, db); err != nil {
		return err
	}
	return query(ctx, db, "SELECT id, title FROM issues")
}

func (m *Model) fetchBoardIssues(ctx context.Context) error {
	return query(ctx, m.db, "SELECT id FROM board")
}

func query(ctx context.Context, db *sql.DB, text string) error {
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	return rows.Close()
}
