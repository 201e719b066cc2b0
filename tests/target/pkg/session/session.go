// Package session knows who works on the tasks.
package session

import (
	"context"
	"database/sql"
	"sync"
)

var mu sync.Mutex

// GetOrCreate looks the session up, one caller at a time.
func GetOrCreate(ctx context.Context, db *sql.DB) error {
	mu.Lock()
	defer mu.Unlock()
	rows, err := db.QueryContext(ctx, "SELECT id FROM sessions")
	if err != nil {
		return err
	}
	return rows.Close()
}
