package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestChannelsCarryBytesBothWaysAndEndHalfByHalf(t *testing.T) {
	ca := newAuthority(t)
	a, b := start(t, "node-a", ca, nil), start(t, "node-b", ca, everywhere)
	mine, theirs := channel(t, a, b, "node-b")
	if mine.about.Peer != "node-b" || theirs.about.Peer != "node-a" || mine.about.Group != "SecP384r1MLKEM1024" {
		t.Fatalf("prefaces %+v, %+v", mine.about, theirs.about)
	}
	if host, _, _ := net.SplitHostPort(theirs.about.Remote); host != "127.0.0.1" {
		t.Fatalf("remote %q", theirs.about.Remote)
	}
	if mine.about.Binding != theirs.about.Binding || len(mine.about.Binding) != 2*exporterBytes {
		t.Fatalf("bindings %q and %q", mine.about.Binding, theirs.about.Binding)
	}
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	go func() {
		_, _ = mine.Write(big)
		_ = mine.CloseWrite()
	}()
	got, err := io.ReadAll(theirs.reader)
	must(t, err)
	if !bytes.Equal(got, big) {
		t.Fatalf("%d of %d bytes", len(got), len(big))
	}
	// The other half still carries.
	go func() {
		_, _ = theirs.Write(big)
		_ = theirs.Close()
	}()
	got, err = io.ReadAll(mine.reader)
	must(t, err)
	if !bytes.Equal(got, big) {
		t.Fatalf("%d of %d bytes back", len(got), len(big))
	}
}

// everywhere has a sidecar listen as it does in a container.
func everywhere(o *options) {
	_, port, _ := net.SplitHostPort(o.listen)
	o.listen = "0.0.0.0:" + port
}

func TestOneConnectionServesChannelsUntilCredentialsChange(t *testing.T) {
	ca := newAuthority(t)
	a, b := start(t, "node-a", ca, nil), start(t, "node-b", ca, nil)
	one, _ := channel(t, a, b, "node-b")
	two, there := channel(t, a, b, "node-b")
	if one.about.Binding != two.about.Binding {
		t.Fatal("two connections")
	}
	back, _ := channel(t, b, a, "node-a")
	if back.about.Binding == one.about.Binding {
		t.Fatal("the other direction has the same binding")
	}
	writePair(t, a.options, ca.node(t, "node-a"), ca)
	a.hangup <- os.Signal(syscall.SIGHUP)
	for range 100 {
		three, _ := channel(t, a, b, "node-b")
		_ = three.Close()
		if three.about.Binding != one.about.Binding {
			_, err := two.Write([]byte("still here"))
			must(t, err)
			_, err = io.ReadFull(there.reader, make([]byte, 10))
			must(t, err)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("no new connection after the credentials changed")
}

func TestAReaderThatDoesNotReadStopsTheWriter(t *testing.T) {
	ca := newAuthority(t)
	a, b := start(t, "node-a", ca, nil), start(t, "node-b", ca, nil)
	mine, theirs := channel(t, a, b, "node-b")
	must(t, mine.SetWriteDeadline(time.Now().Add(time.Second)))
	sent := 0
	for chunk := make([]byte, 1<<16); sent < 64<<20; {
		n, err := mine.Write(chunk)
		sent += n
		if err != nil {
			break
		}
	}
	if sent > 16<<20 {
		t.Fatalf("%d bytes are held for a reader that does not read", sent)
	}
	must(t, mine.CloseWrite())
	got, err := io.Copy(io.Discard, theirs.reader)
	must(t, err)
	if int(got) != sent {
		t.Fatalf("%d of %d bytes", got, sent)
	}
}

func TestStopEndsChannelsInOrder(t *testing.T) {
	ca := newAuthority(t)
	a, b := start(t, "node-a", ca, nil), start(t, "node-b", ca, nil)
	mine, theirs := channel(t, a, b, "node-b")
	_, err := theirs.Write([]byte("last words"))
	must(t, err)
	b.stop()
	got, err := io.ReadAll(mine.reader)
	must(t, err)
	if string(got) != "last words" {
		t.Fatalf("got %q", got)
	}
	_ = mine.Close()
	if err := <-b.ended; err != nil {
		t.Fatal(err)
	}
}

func TestChannelsBeyondTheLimitWaitOrAreRefused(t *testing.T) {
	ca := newAuthority(t)
	a := start(t, "node-a", ca, nil)
	b := start(t, "node-b", ca, func(o *options) { o.maxStreams = 1 })
	first, other := channel(t, a, b, "node-b")
	refused := make(chan string)
	go func() { refused <- a.dial(t, request{Peer: "node-b", Address: b.address}).about.Error }()
	select {
	case why := <-refused:
		t.Fatalf("did not wait: %q", why)
	case <-time.After(200 * time.Millisecond):
	}
	_, _ = first.Close(), other.Close()
	if why := <-refused; why != "" {
		t.Fatal(why)
	}
}
