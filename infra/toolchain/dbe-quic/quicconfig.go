package main

import (
	"crypto/sha256"
	"crypto/x509"
	"time"

	"github.com/quic-go/quic-go"
)

const (
	handshakeIdle = 5 * time.Second
	// Four of the largest frames of the envelope (1 MiB and a little) may wait for a slow reader, a channel.
	streamWindow     = 4 << 20
	connectionWindow = 16 << 20
)

// quicConfig bounds a connection in time and memory; incoming is the number of channels the peer may open.
func quicConfig(idle time.Duration, incoming int) *quic.Config {
	return &quic.Config{
		Versions:                       []quic.Version{quic.Version1},
		HandshakeIdleTimeout:           handshakeIdle,
		MaxIdleTimeout:                 idle,
		KeepAlivePeriod:                idle / 3,
		InitialStreamReceiveWindow:     1 << 20,
		MaxStreamReceiveWindow:         streamWindow,
		InitialConnectionReceiveWindow: 2 << 20,
		MaxConnectionReceiveWindow:     connectionWindow,
		MaxIncomingStreams:             int64(incoming),
		MaxIncomingUniStreams:          -1,
	}
}

// resetKey makes a process that starts again recognize packets for its predecessor: it answers them with a reset
// (RFC 9000, section 10.3), and peers need not wait for their idle time.
func resetKey(now *credentials) *quic.StatelessResetKey {
	der, err := x509.MarshalPKCS8PrivateKey(now.pair.PrivateKey)
	if err != nil {
		return nil
	}
	key := quic.StatelessResetKey(sha256.Sum256(append([]byte("dsmil-dbe stateless reset\x00"), der...)))
	return &key
}
