package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"time"

	"github.com/quic-go/quic-go"
)

const (
	// Longest first line on a Unix connection.
	lineBytes = 1024
	// Time for that line to arrive.
	lineTime = 5 * time.Second
	// Longest text of an error line.
	errorBytes = 300
)

// request is the first line the gateway writes to dial.sock.
type request struct {
	Peer    string `json:"peer"`
	Address string `json:"address"`
}

// preface is the first line the gateway reads, on either socket: what the connection below is, or why there is none.
type preface struct {
	Binding string `json:"binding,omitempty"`
	Group   string `json:"group,omitempty"`
	Cipher  string `json:"cipher,omitempty"`
	Remote  string `json:"remote,omitempty"`
	Peer    string `json:"peer,omitempty"`
	Error   string `json:"error,omitempty"`
}

// prefaceOf describes a connection; it fails where that is not what it has to be.
func prefaceOf(conn *quic.Conn, domain string) (preface, error) {
	state := conn.ConnectionState().TLS
	peer, err := checkState(state, domain)
	if err != nil {
		return preface{}, err
	}
	bound, err := binding(state)
	if err != nil {
		return preface{}, err
	}
	return preface{
		Binding: bound,
		Group:   state.CurveID.String(),
		Cipher:  "TLS_AES_256_GCM_SHA384",
		Remote:  conn.RemoteAddr().String(),
		Peer:    peer,
	}, nil
}

func (p preface) write(to net.Conn) error {
	if len(p.Error) > errorBytes {
		p.Error = p.Error[:errorBytes]
	}
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := to.SetWriteDeadline(time.Now().Add(lineTime)); err != nil {
		return err
	}
	_, err = to.Write(append(line, '\n'))
	return err
}

var addressForm = regexp.MustCompile(`^[0-9A-Za-z.:\[\]-]{1,255}$`)

// readRequest reads the one line a dialling gateway may send before it has its answer.
func readRequest(from net.Conn) (request, error) {
	var r request
	if err := from.SetReadDeadline(time.Now().Add(lineTime)); err != nil {
		return r, err
	}
	reader := bufio.NewReaderSize(from, lineBytes)
	line, err := reader.ReadSlice('\n')
	if err != nil {
		return r, fmt.Errorf("no request line of at most %d bytes: %w", lineBytes, err)
	}
	if reader.Buffered() > 0 {
		return r, errors.New("bytes after the request line, before its answer")
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("request line: %w", err)
	}
	if !nodeForm.MatchString(r.Peer) {
		return r, fmt.Errorf("request line: peer %q is no node id", r.Peer)
	}
	if _, _, err := net.SplitHostPort(r.Address); err != nil || !addressForm.MatchString(r.Address) {
		return r, fmt.Errorf("request line: address %q is not address:port", r.Address)
	}
	return r, from.SetReadDeadline(time.Time{})
}
