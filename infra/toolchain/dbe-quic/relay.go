package main

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"
)

const (
	bufferBytes = 128 << 10
	// Longest time that one write may wait for a reader at the other end.
	stall = 30 * time.Second
	// Time for the second direction to end once the first has.
	linger = 30 * time.Second
	// Time in which bytes of the gateway are still taken when the process stops.
	drain = 200 * time.Millisecond
)

// Codes a stream is reset with (RFC 9000, section 20.2): for the log of the other end.
const (
	codeGateway quic.StreamErrorCode = 1
	codeStopped quic.StreamErrorCode = 2
)

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferBytes); return &b }}

// relay carries the bytes of one channel between the gateway and a stream, each direction until its end.
type relay struct {
	local  *net.UnixConn
	stream *quic.Stream
	// in counts bytes from the peer, out bytes to it.
	in, out *atomic.Int64
	// received is set once the peer has sent anything.
	received bool
	ending   atomic.Bool
}

// run returns when both directions have ended; a direction that fails ends the other.
func (r *relay) run() {
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if err := r.send(); err != nil {
			r.abort()
			return
		}
		// The peer may finish what it is sending, not stay for good.
		_ = r.stream.SetReadDeadline(time.Now().Add(linger))
	}()
	if err := r.receive(); err != nil {
		r.abort()
	} else if r.local.CloseWrite() == nil {
		_ = r.local.SetReadDeadline(time.Now().Add(linger))
	}
	<-sent
	_ = r.local.Close()
}

// stop lets the gateway's bytes that are on their way go out and ends the channel from this side.
func (r *relay) stop() {
	r.ending.Store(true)
	_ = r.local.SetReadDeadline(time.Now().Add(drain))
}

func (r *relay) abort() {
	r.stream.CancelRead(codeGateway)
	r.stream.CancelWrite(codeGateway)
	_ = r.local.Close()
}

func (r *relay) send() error {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		n, err := r.local.Read(*buffer)
		if n > 0 {
			r.out.Add(int64(n))
			_ = r.stream.SetWriteDeadline(time.Now().Add(stall))
			if _, err := r.stream.Write((*buffer)[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || (r.ending.Load() && errors.Is(err, os.ErrDeadlineExceeded)) {
			return r.stream.Close()
		}
		if err != nil {
			return err
		}
	}
}

func (r *relay) receive() error {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		n, err := r.stream.Read(*buffer)
		if n > 0 {
			r.received = true
			r.in.Add(int64(n))
			_ = r.local.SetWriteDeadline(time.Now().Add(stall))
			if _, err := r.local.Write((*buffer)[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
