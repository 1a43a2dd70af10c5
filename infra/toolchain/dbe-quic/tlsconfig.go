package main

import "crypto/tls"

// serverTLS takes the credentials that are current when a peer connects.
func serverTLS(files *credentialFiles) *tls.Config {
	// The outer values are what the inner ones are, for a reader and for a library that looks at them.
	config := baseTLS(files.domain)
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		now := files.current.Load()
		own := baseTLS(files.domain)
		own.Certificates = []tls.Certificate{now.pair}
		own.ClientAuth = tls.RequireAndVerifyClientCert
		own.ClientCAs = now.roots
		return own, nil
	}
	config.ClientAuth = tls.RequireAndVerifyClientCert
	return config
}

// clientTLS accepts exactly the node that is dialled.
func clientTLS(now *credentials, domain, node string) *tls.Config {
	config := baseTLS(domain)
	config.Certificates = []tls.Certificate{now.pair}
	config.RootCAs = now.roots
	config.ServerName = node + "." + domain
	return config
}

func baseTLS(domain string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		// A list would let a man in the middle choose: this group or none.
		CurvePreferences:       []tls.CurveID{group},
		NextProtos:             []string{protocol},
		SessionTicketsDisabled: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			_, err := checkState(state, domain)
			return err
		},
	}
}
