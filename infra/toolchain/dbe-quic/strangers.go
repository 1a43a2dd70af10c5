package main

import (
	"errors"
	"log/slog"
	"net"

	"github.com/quic-go/quic-go"
)

// Reports under way at once. Who makes handshakes fail faster than that is counted, and told about now and then.
const reportsAtOnce = 8

// TLS alerts (RFC 8446, section 6) that Go's words for them do not tell apart, as QUIC has them: 0x100 and the alert.
var alerts = map[quic.TransportErrorCode]string{
	0x128: "no shared key exchange group or suite",
	0x174: "certificate required",
}

// strangers tells the gateway about connections that became no channel, so that each has its row in the audit trail: a
// line on accept.sock with an error and nothing else.
type strangers struct {
	accept   string
	counters *counters
	slots    chan struct{}
}

func newStrangers(accept string, counters *counters) *strangers {
	return &strangers{accept: accept, counters: counters, slots: make(chan struct{}, reportsAtOnce)}
}

// refused counts, logs and reports; it waits for nobody.
func (s *strangers) refused(remote net.Addr, why error) {
	text := why.Error()
	var closed *quic.TransportError
	if errors.As(why, &closed) && alerts[closed.ErrorCode] != "" {
		text = alerts[closed.ErrorCode] + ": " + text
	}
	s.counters.refused.Add(1)
	slog.Warn("connection refused", "remote", remote.String(), "err", text)
	select {
	case s.slots <- struct{}{}:
		go func() {
			defer func() { <-s.slots }()
			s.report(preface{Remote: remote.String(), Error: text})
		}()
	default:
	}
}

func (s *strangers) report(about preface) {
	local, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: s.accept, Net: "unix"})
	if err == nil {
		err = about.write(local)
		_ = local.Close()
	}
	if err != nil {
		slog.Warn("the gateway was not told about a refused connection", "remote", about.Remote, "err", err.Error())
	}
}
