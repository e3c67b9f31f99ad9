package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// Loss is one request that was not answered with success.
type Loss struct {
	Time      time.Time `json:"time"`
	Operation string    `json:"operation"`
	Error     string    `json:"error"`
}

// Summary counts requests; the worst latencies are of those answered with success, in milliseconds.
type Summary struct {
	lock         sync.Mutex
	Reads        int       `json:"reads"`
	Writes       int       `json:"writes"`
	Lost         int       `json:"lost"`
	Losses       []Loss    `json:"losses"`
	WorstReadMs  float64   `json:"worst_read_ms"`
	WorstWriteMs float64   `json:"worst_write_ms"`
	First        time.Time `json:"first"`
	Last         time.Time `json:"last"`
}

// add runs one request and counts it.
func (s *Summary) add(operation string, began time.Time, request func() error) {
	err := request()
	latency := float64(time.Since(began).Microseconds()) / 1000
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.First.IsZero() || began.Before(s.First) {
		s.First = began
	}
	if began.After(s.Last) {
		s.Last = began
	}
	count, worst := &s.Reads, &s.WorstReadMs
	if operation == "write" {
		count, worst = &s.Writes, &s.WorstWriteMs
	}
	*count++
	if err != nil {
		s.Lost++
		s.Losses = append(s.Losses, Loss{began, operation, err.Error()})
		fmt.Fprintln(os.Stderr, "web probe: lost", operation, began.Format(time.RFC3339Nano), err)
		return
	}
	*worst = max(*worst, latency)
}
