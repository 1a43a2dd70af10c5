package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

const (
	dialTime = 10 * time.Second
	// Time a connection without a channel is kept: the last bytes of a channel may still be on their way.
	unused = 5 * time.Second
)

// pool keeps one outgoing connection for each peer and generation of credentials.
type pool struct {
	transport *quic.Transport
	files     *credentialFiles
	config    *quic.Config
	counters  *counters
	mu        sync.Mutex
	// lines are those that new channels use; every also holds those that only finish their channels.
	lines map[request]*line
	every map[*line]struct{}
}

func newPool(transport *quic.Transport, files *credentialFiles, config *quic.Config, counters *counters) *pool {
	return &pool{
		transport: transport,
		files:     files,
		config:    config,
		counters:  counters,
		lines:     map[request]*line{},
		every:     map[*line]struct{}{},
	}
}

// line is a connection to one peer, or the attempt to make one.
type line struct {
	to    request
	made  *credentials
	ready chan struct{}
	conn  *quic.Conn
	err   error
	// channels that use it; guarded by the pool.
	channels int
}

// open gives a new stream to a peer, over the connection there is or a new one. The caller hands the line back.
func (p *pool) open(ctx context.Context, to request) (*quic.Stream, *line, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	l := p.take(to)
	select {
	case <-l.ready:
	case <-ctx.Done():
		p.giveBack(l, true)
		return nil, nil, fmt.Errorf("dial %s: %w", to.Address, ctx.Err())
	}
	if l.err != nil {
		p.giveBack(l, false)
		return nil, nil, l.err
	}
	stream, err := l.conn.OpenStreamSync(ctx)
	if err != nil {
		p.giveBack(l, false)
		return nil, nil, fmt.Errorf("open a channel to %s: %w", to.Address, err)
	}
	return stream, l, nil
}

func (p *pool) take(to request) *line {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.files.current.Load()
	if l, ok := p.lines[to]; ok && l.made == now && l.alive() {
		l.channels++
		return l
	}
	l := &line{to: to, made: now, ready: make(chan struct{}), channels: 1}
	p.lines[to] = l
	p.every[l] = struct{}{}
	go p.dial(l)
	return l
}

func (p *pool) dial(l *line) {
	defer close(l.ready)
	ctx, cancel := context.WithTimeout(context.Background(), dialTime)
	defer cancel()
	address, err := net.ResolveUDPAddr("udp", l.to.Address)
	if err == nil {
		l.conn, err = p.transport.Dial(ctx, address, clientTLS(l.made, p.files.domain, l.to.Peer), p.config)
	}
	if err != nil {
		p.counters.dialsFailed.Add(1)
		l.err = fmt.Errorf("dial %s at %s: %w", l.to.Peer, l.to.Address, err)
		p.forget(l)
		return
	}
	p.counters.dialled.Add(1)
}

// giveBack ends one channel's use of a line. A silent line is not used again: its peer may be gone.
func (p *pool) giveBack(l *line, silent bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.channels--
	if silent && p.lines[l.to] == l {
		delete(p.lines, l.to)
	}
	if l.channels == 0 {
		time.AfterFunc(unused, func() { p.closeUnused(l) })
	}
}

func (p *pool) closeUnused(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.channels > 0 {
		return
	}
	if p.lines[l.to] == l {
		delete(p.lines, l.to)
	}
	delete(p.every, l)
	go l.close("unused")
}

// close ends all connections.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ended sync.WaitGroup
	for l := range p.every {
		select {
		case <-l.ready:
			ended.Go(func() { l.close("stopping") })
		default:
		}
	}
	ended.Wait()
}

func (p *pool) forget(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lines[l.to] == l {
		delete(p.lines, l.to)
	}
}

func (l *line) alive() bool {
	select {
	case <-l.ready:
		return l.err == nil && l.conn.Context().Err() == nil
	default:
		return true
	}
}

func (l *line) close(why string) {
	<-l.ready
	if l.conn != nil {
		_ = l.conn.CloseWithError(0, why)
	}
}
