package main

import (
	"errors"
	"os/exec"
	"sync"
	"syscall"
)

// address is the engine's address, once known.
type address struct {
	mu    sync.Mutex
	value string
}

func (a *address) set(value string) {
	if value == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.value = value
}

func (a *address) get() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.value
}

// children are the processes the host started and still waits for.
type children struct {
	mu      sync.Mutex
	running map[*exec.Cmd]struct{}
}

// run starts c and waits for it. It returns c's exit code, or an error where c never ran.
func (s *children) run(c *exec.Cmd) (int, error) {
	if err := s.start(c); err != nil {
		return 0, err
	}
	err := c.Wait()
	s.mu.Lock()
	delete(s.running, c)
	s.mu.Unlock()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	return c.ProcessState.ExitCode(), nil
}

// start holds the lock until c is listed, so that stop cannot miss it.
func (s *children) start(c *exec.Cmd) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := c.Start(); err != nil {
		return err
	}
	if s.running == nil {
		s.running = map[*exec.Cmd]struct{}{}
	}
	s.running[c] = struct{}{}
	return nil
}

// stop asks all of them to end.
func (s *children) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.running {
		_ = c.Process.Signal(syscall.SIGTERM) // an error means that it has ended by itself
	}
}
