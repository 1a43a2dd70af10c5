package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"

	"github.com/quic-go/quic-go"
)

const (
	// Handshakes under way, from all addresses and from one. Verifying costs a signature and a decapsulation each.
	handshakesInAll   = 64
	handshakesEach    = 8
	handshakesUnasked = 8
)

var errBusy = errors.New("too many handshakes")

type attemptKey struct{}

// admission bounds what strangers can make this process do before they have shown who they are.
type admission struct {
	mu      sync.Mutex
	total   int
	address map[netip.Addr]int
	// failed is told about handshakes that did not complete.
	failed func(remote net.Addr, why error)
}

// verifySource asks for a stateless retry (RFC 9000, section 8.1.2) under load, so that forged addresses cost nothing.
func (a *admission) verifySource(net.Addr) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.total >= handshakesUnasked
}

// begin counts a handshake, or refuses it. The context of the connection carries what says that it is complete.
func (a *admission) begin(ctx context.Context, info *quic.ClientInfo) (context.Context, error) {
	from := addressOf(info.RemoteAddr)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.total >= handshakesInAll || a.address[from] >= handshakesEach {
		return nil, errBusy
	}
	a.total++
	a.address[from]++
	end := sync.OnceFunc(func() { a.end(from) })
	unfinished := context.AfterFunc(ctx, func() {
		end()
		if a.failed != nil {
			a.failed(info.RemoteAddr, context.Cause(ctx))
		}
	})
	done := func() {
		unfinished()
		end()
	}
	return context.WithValue(ctx, attemptKey{}, done), nil
}

// done ends the count of a connection whose handshake is complete.
func (a *admission) done(conn *quic.Conn) {
	if done, ok := conn.Context().Value(attemptKey{}).(func()); ok {
		done()
	}
}

func (a *admission) end(from netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total--
	if a.address[from]--; a.address[from] == 0 {
		delete(a.address, from)
	}
}

func addressOf(remote net.Addr) netip.Addr {
	if udp, ok := remote.(*net.UDPAddr); ok {
		return udp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
