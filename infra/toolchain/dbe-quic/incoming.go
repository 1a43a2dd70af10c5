package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"

	"github.com/quic-go/quic-go"
)

// Codes a connection is closed with, for the log of the other end.
const (
	codeStopping quic.ApplicationErrorCode = 0
	codeRefused  quic.ApplicationErrorCode = 1
	codeBusy     quic.ApplicationErrorCode = 2
)

// incoming serves peers: each stream that one opens becomes a connection to the gateway's accept.sock.
type incoming struct {
	domain    string
	accept    string
	limit     int
	admission *admission
	relays    *relays
	counters  *counters
	strangers *strangers
	mu        sync.Mutex
	open      map[*quic.Conn]struct{}
}

func newIncoming(o options, gate *admission, all *relays, counters *counters, told *strangers) *incoming {
	return &incoming{
		domain:    o.domain,
		accept:    o.socket("accept.sock"),
		limit:     o.maxConnections,
		admission: gate,
		relays:    all,
		counters:  counters,
		strangers: told,
		open:      map[*quic.Conn]struct{}{},
	}
}

// serve takes connections until the listener ends, and says why it did.
func (in *incoming) serve(ctx context.Context, listener *quic.Listener) error {
	for {
		conn, err := listener.Accept(ctx)
		if err != nil {
			return err
		}
		in.admission.done(conn)
		go in.handle(conn)
	}
}

func (in *incoming) handle(conn *quic.Conn) {
	about, err := prefaceOf(conn, in.domain)
	if err != nil {
		in.strangers.refused(conn.RemoteAddr(), err)
		_ = conn.CloseWithError(codeRefused, "refused")
		return
	}
	if !in.add(conn) {
		in.strangers.refused(conn.RemoteAddr(), errors.New("too many connections of "+about.Peer))
		_ = conn.CloseWithError(codeBusy, "too many connections")
		return
	}
	defer in.remove(conn)
	in.counters.accepted.Add(1)
	for {
		stream, err := conn.AcceptStream(conn.Context())
		if err != nil {
			return
		}
		go in.channel(stream, about)
	}
}

func (in *incoming) channel(stream *quic.Stream, about preface) {
	local, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: in.accept, Net: "unix"})
	if err == nil {
		if err = about.write(local); err != nil {
			_ = local.Close()
		}
	}
	if err != nil {
		slog.Warn("the gateway does not take channels", "peer", about.Peer, "err", err.Error())
		stream.CancelRead(codeGateway)
		stream.CancelWrite(codeGateway)
		return
	}
	in.relays.run(local, stream)
}

func (in *incoming) add(conn *quic.Conn) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.open) >= in.limit {
		return false
	}
	in.open[conn] = struct{}{}
	return true
}

func (in *incoming) remove(conn *quic.Conn) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.open, conn)
}

func (in *incoming) count() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.open)
}

// close ends all connections.
func (in *incoming) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	var ended sync.WaitGroup
	for conn := range in.open {
		ended.Go(func() { _ = conn.CloseWithError(codeStopping, "stopping") })
	}
	ended.Wait()
}
