package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

const statusTime = 3 * time.Second

// counters are what happened since the start.
type counters struct {
	accepted, refused, dialled, dialsFailed, bytesIn, bytesOut atomic.Int64
}

// status answers /health and /metrics on status.sock.
type status struct {
	counters *counters
	files    *credentialFiles
	incoming *incoming
	relays   *relays
}

// serve answers until the listener is closed.
func (s *status) serve(listener net.Listener) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", s.health)
	mux.HandleFunc("GET /metrics", s.metrics)
	server := http.Server{Handler: mux, ReadTimeout: statusTime, WriteTimeout: statusTime, MaxHeaderBytes: 4096}
	_ = server.Serve(listener)
}

// health fails where no peer would accept this node; the UDP listener's end ends the process.
func (s *status) health(w http.ResponseWriter, _ *http.Request) {
	now := s.files.current.Load()
	if now.expired(time.Now()) {
		http.Error(w, "the certificate expired at "+now.pair.Leaf.NotAfter.Format(time.RFC3339), http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

func (s *status) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("content-type", "text/plain; version=0.0.4")
	say := func(name, kind, help string, value int64) {
		_, _ = fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %d\n", name, help, name, kind, name, value)
	}
	c := s.counters
	say("dsmil_dbe_quic_connections", "gauge", "Connections of peers that are open", int64(s.incoming.count()))
	say("dsmil_dbe_quic_channels", "gauge", "Channels that are open, both directions", int64(s.relays.count()))
	say("dsmil_dbe_quic_accepted_total", "counter", "Connections of peers that were accepted", c.accepted.Load())
	say("dsmil_dbe_quic_refused_total", "counter", "Connections of strangers that were refused", c.refused.Load())
	say("dsmil_dbe_quic_dialled_total", "counter", "Connections made to peers", c.dialled.Load())
	say("dsmil_dbe_quic_dials_failed_total", "counter", "Connections to peers that could not be made", c.dialsFailed.Load())
	say("dsmil_dbe_quic_received_bytes_total", "counter", "Channel bytes from peers", c.bytesIn.Load())
	say("dsmil_dbe_quic_sent_bytes_total", "counter", "Channel bytes to peers", c.bytesOut.Load())
	say("dsmil_dbe_quic_certificate_expiry_seconds", "gauge", "End of this node's certificate, seconds since 1970",
		s.files.current.Load().pair.Leaf.NotAfter.Unix())
}

// askHealth asks the process that serves the socket.
func askHealth(socket string) error {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}
	client := http.Client{Timeout: statusTime, Transport: &http.Transport{DialContext: dial}}
	answer, err := client.Get("http://status/health")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, lineBytes))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("unhealthy: %s", text)
	}
	return nil
}
