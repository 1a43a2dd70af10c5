package main

import (
	"context"
	"log/slog"
	"net"
)

// outgoing serves dial.sock: each connection of the gateway becomes a channel to a peer.
type outgoing struct {
	pool   *pool
	relays *relays
	domain string
}

// serve takes the gateway's connections until the listener is closed.
func (o *outgoing) serve(ctx context.Context, listener *net.UnixListener) {
	for {
		local, err := listener.AcceptUnix()
		if err != nil {
			return
		}
		go o.handle(ctx, local)
	}
}

func (o *outgoing) handle(ctx context.Context, local *net.UnixConn) {
	to, err := readRequest(local)
	if err != nil {
		refuse(local, err)
		return
	}
	stream, line, err := o.pool.open(ctx, to)
	if err != nil {
		slog.Warn("channel refused", "peer", to.Peer, "err", err.Error())
		refuse(local, err)
		return
	}
	about, err := prefaceOf(line.conn, o.domain)
	if err == nil {
		err = about.write(local)
	}
	if err != nil {
		stream.CancelRead(codeGateway)
		stream.CancelWrite(codeGateway)
		o.pool.giveBack(line, false)
		refuse(local, err)
		return
	}
	received := o.relays.run(local, stream)
	o.pool.giveBack(line, !received)
}

func refuse(local *net.UnixConn, why error) {
	_ = preface{Error: why.Error()}.write(local)
	_ = local.Close()
}
