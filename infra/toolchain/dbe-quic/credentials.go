package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// credentials are one generation of this node's certificate and key and the authorities it trusts.
type credentials struct {
	pair  tls.Certificate
	roots *x509.CertPool
	// sum tells generations apart.
	sum [sha256.Size]byte
}

// expired tells whether peers would refuse the certificate now.
func (c *credentials) expired(now time.Time) bool { return now.After(c.pair.Leaf.NotAfter) }

// credentialFiles hold the credentials and may change at any time. Connections that exist keep theirs.
type credentialFiles struct {
	cert, key, ca string
	domain        string
	current       atomic.Pointer[credentials]
}

// refresh reads the files. What cannot be used leaves the current credentials as they are: a pair that is being
// replaced file by file is broken for a moment.
func (f *credentialFiles) refresh() (changed bool, err error) {
	next, err := f.read()
	if err != nil {
		return false, err
	}
	if now := f.current.Load(); now != nil && now.sum == next.sum {
		return false, nil
	}
	f.current.Store(next)
	return true, nil
}

func (f *credentialFiles) read() (*credentials, error) {
	cert, err1 := os.ReadFile(f.cert)
	key, err2 := os.ReadFile(f.key)
	ca, err3 := os.ReadFile(f.ca)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s and %s: %w", f.cert, f.key, err)
	}
	if _, err := nodeOf(pair.Leaf, f.domain); err != nil {
		return nil, fmt.Errorf("%s: %w", f.cert, err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("%s: no certificate in it", f.ca)
	}
	hash := sha256.New()
	for _, part := range [][]byte{cert, key, ca} {
		sum := sha256.Sum256(part)
		hash.Write(sum[:])
	}
	return &credentials{pair: pair, roots: roots, sum: [sha256.Size]byte(hash.Sum(nil))}, nil
}

// watch refreshes at every tick and signal, until the context ends.
func (f *credentialFiles) watch(ctx context.Context, every time.Duration, hangup <-chan os.Signal) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-hangup:
			said = ""
		}
		changed, err := f.refresh()
		switch {
		case err != nil && err.Error() != said:
			said = err.Error()
			slog.Error("credentials cannot be used, the ones before stay", "err", said)
		case err == nil && (changed || said != ""):
			said = ""
			slog.Info("credentials read", "not_after", f.current.Load().pair.Leaf.NotAfter)
		}
	}
}
