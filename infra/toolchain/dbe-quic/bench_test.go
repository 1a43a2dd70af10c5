package main

import (
	"io"
	"testing"
)

// BenchmarkEcho sends a message over both sidecars and back.
func BenchmarkEcho(b *testing.B) {
	for name, size := range map[string]int{"256B": 256, "1KiB": 1 << 10, "64KiB": 1 << 16} {
		b.Run(name, func(b *testing.B) {
			ca := newAuthority(b)
			from, to := start(b, "node-a", ca, nil), start(b, "node-b", ca, nil)
			mine, theirs := channel(b, from, to, "node-b")
			go func() {
				buf := make([]byte, size)
				for {
					if _, err := io.ReadFull(theirs.reader, buf); err != nil {
						return
					}
					if _, err := theirs.Write(buf); err != nil {
						return
					}
				}
			}()
			message := make([]byte, size)
			for b.Loop() {
				_, err := mine.Write(message)
				must(b, err)
				_, err = io.ReadFull(mine.reader, message)
				must(b, err)
			}
		})
	}
}
