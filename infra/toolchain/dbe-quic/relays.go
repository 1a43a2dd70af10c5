package main

import (
	"context"
	"net"
	"sync"

	"github.com/quic-go/quic-go"
)

// relays are the channels that are open.
type relays struct {
	counters *counters
	limit    int
	mu       sync.Mutex
	open     map[*relay]struct{}
	stopping bool
	idle     sync.WaitGroup
}

func newRelays(counters *counters, limit int) *relays {
	return &relays{counters: counters, limit: limit, open: map[*relay]struct{}{}}
}

// run carries a channel to its end. It tells whether the peer has sent anything.
func (all *relays) run(local *net.UnixConn, stream *quic.Stream) (received bool) {
	r := &relay{local: local, stream: stream, in: &all.counters.bytesIn, out: &all.counters.bytesOut}
	if !all.add(r) {
		r.stream.CancelRead(codeStopped)
		r.stream.CancelWrite(codeStopped)
		_ = local.Close()
		return false
	}
	defer all.remove(r)
	r.run()
	return r.received
}

func (all *relays) add(r *relay) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.stopping || len(all.open) >= all.limit {
		return false
	}
	all.open[r] = struct{}{}
	all.idle.Add(1)
	return true
}

func (all *relays) remove(r *relay) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.open, r)
	all.idle.Done()
}

func (all *relays) count() int {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.open)
}

// stop ends every channel and refuses new ones; it waits until all have ended or the context has.
func (all *relays) stop(ctx context.Context) {
	all.mu.Lock()
	all.stopping = true
	for r := range all.open {
		r.stop()
	}
	all.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		all.idle.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}
