package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/quic-go/quic-go"
)

const (
	credentialsEvery = 5 * time.Second
	// Time for channels to end when the process is told to.
	grace = 3 * time.Second
)

// sidecar is one running process's parts.
type sidecar struct {
	files     *credentialFiles
	counters  *counters
	relays    *relays
	pool      *pool
	incoming  *incoming
	transport *quic.Transport
	listener  *quic.Listener
	udp       *net.UDPConn
	dials     *net.UnixListener
	asks      *net.UnixListener
}

// run serves until the context ends, or says why it cannot. A value on hangup has the credentials read again.
func run(ctx context.Context, o options, hangup <-chan os.Signal) error {
	s, err := open(o)
	defer s.release()
	if err != nil {
		return err
	}
	go s.files.watch(ctx, credentialsEvery, hangup)
	go (&status{counters: s.counters, files: s.files, incoming: s.incoming, relays: s.relays}).serve(s.asks)
	go (&outgoing{pool: s.pool, relays: s.relays, domain: o.domain}).serve(ctx, s.dials)
	slog.Info("listening", "udp", s.udp.LocalAddr().String(), "sockets", o.sockets,
		"not_after", s.files.current.Load().pair.Leaf.NotAfter)
	err = s.incoming.serve(ctx, s.listener)
	if ctx.Err() == nil {
		return fmt.Errorf("the UDP listener ended: %w", err)
	}
	s.stop()
	return nil
}

// open takes the address and the sockets; release gives back what it got, also where it failed.
func open(o options) (*sidecar, error) {
	s := &sidecar{counters: &counters{}}
	s.files = &credentialFiles{cert: o.cert, key: o.key, ca: o.ca, domain: o.domain}
	if _, err := s.files.refresh(); err != nil {
		return s, err
	}
	address, err := net.ResolveUDPAddr("udp", o.listen)
	if err != nil {
		return s, err
	}
	if s.udp, err = net.ListenUDP("udp", address); err != nil {
		return s, err
	}
	told := newStrangers(o.socket("accept.sock"), s.counters)
	gate := &admission{address: map[netip.Addr]int{}, failed: told.refused}
	s.transport = &quic.Transport{
		Conn:                withTrains(s.udp),
		StatelessResetKey:   resetKey(s.files.current.Load()),
		VerifySourceAddress: gate.verifySource,
		ConnContext:         gate.begin,
	}
	s.listener, err = s.transport.Listen(serverTLS(s.files), quicConfig(o.idle, o.maxStreams))
	if err != nil {
		return s, err
	}
	s.relays = newRelays(s.counters, 2*o.maxConnections*o.maxStreams)
	s.pool = newPool(s.transport, s.files, quicConfig(o.idle, -1), s.counters)
	s.incoming = newIncoming(o, gate, s.relays, s.counters, told)
	if s.dials, err = listenUnix(o.socket("dial.sock")); err != nil {
		return s, err
	}
	s.asks, err = listenUnix(o.socket("status.sock"))
	return s, err
}

// stop lets channels end, then ends the connections, so that peers know at once.
func (s *sidecar) stop() {
	slog.Info("stopping", "channels", s.relays.count())
	_ = s.dials.Close()
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	s.relays.stop(ctx)
	s.incoming.close()
	s.pool.close()
}

func (s *sidecar) release() {
	for _, part := range []*net.UnixListener{s.dials, s.asks} {
		if part != nil {
			_ = part.Close()
		}
	}
	if s.listener != nil {
		_ = s.listener.Close()
	}
	if s.transport != nil {
		_ = s.transport.Close()
	}
	if s.udp != nil {
		_ = s.udp.Close()
	}
}

// listenUnix makes a socket that only this user may connect to, in place of one that a process before left.
func listenUnix(path string) (*net.UnixListener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = listener.Close()
		return nil, err
	}
	return listener, nil
}
