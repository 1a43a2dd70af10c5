#!/bin/sh
# First process of a lab machine: writable cgroups, SSH and an engine, each started again when it dies.
# Runs without --privileged; wants SYS_ADMIN, NET_ADMIN and an unconfined seccomp profile.
#
#   LAB_AUTHORIZED_KEY         public key that may log in as root (or mount it at /etc/ssh/authorized_keys/root)
#   /run/lab/engine-stopped    while this file exists, an engine that died stays down
set -eu

say() { echo "entry: $*"; }

writable_cgroups_v1() {
  # A tmpfs with one mount for each controller.
  mount -o remount,rw /sys/fs/cgroup
  for group in /sys/fs/cgroup/*/; do
    if mountpoint -q "$group"; then mount -o remount,rw,bind "$group" || say "not writable: $group"; fi
  done
}

writable_cgroups_v2() {
  mount -o remount,rw /sys/fs/cgroup
  # Only a group without processes may hand its controllers on.
  mkdir -p /sys/fs/cgroup/machine
  wanted=$(sed 's/^/+/; s/ / +/g' /sys/fs/cgroup/cgroup.controllers)
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    for process in $(cat /sys/fs/cgroup/cgroup.procs); do
      echo "$process" 2>/dev/null >/sys/fs/cgroup/machine/cgroup.procs || true
    done
    if echo "$wanted" 2>/dev/null >/sys/fs/cgroup/cgroup.subtree_control; then return; fi
  done
  say "cgroup controllers could not be handed on; limits will not work"
}

# Made once and kept on a volume. Written under another name first, so that a kill leaves no half key.
host_key() {
  key=/etc/ssh/hostkeys/ssh_host_ed25519_key
  mkdir -p /etc/ssh/hostkeys
  if [ -s "$key" ] && [ -s "$key.pub" ]; then return; fi
  rm -f "$key.new" "$key.new.pub"
  ssh-keygen -q -t ed25519 -N '' -C "$(hostname)" -f "$key.new"
  mv "$key.new.pub" "$key.pub"
  mv "$key.new" "$key"
}

authorized_key() {
  if [ -z "${LAB_AUTHORIZED_KEY:-}" ]; then return; fi
  mkdir -p -m 0700 /root/.ssh
  (umask 077 && printf '%s\n' "$LAB_AUTHORIZED_KEY" >/root/.ssh/authorized_keys.new)
  mv /root/.ssh/authorized_keys.new /root/.ssh/authorized_keys
  unset LAB_AUTHORIZED_KEY
}

# forever NAME COMMAND...: runs the command again, a second after it ended.
forever() {
  name=$1
  shift
  while :; do
    "$@" || true
    say "$name ended; starting it again"
    sleep 1
  done
}

# A machine that was killed leaves these behind; with them the engine refuses to start.
rm -rf /run/docker.pid /run/docker/containerd /run/sshd.pid
mkdir -p /run/sshd /run/lab /var/log

# Mounts that the engine makes must reach the containers it starts.
mount --make-rshared /
mount -o remount,rw /sys 2>/dev/null || say "/sys stays read-only"
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then writable_cgroups_v2; else writable_cgroups_v1; fi
host_key
authorized_key

forever auth-log auth-log &
until [ -S /dev/log ]; do sleep 0.05; done
forever sshd /usr/sbin/sshd -D &

stopping=
engine=
trap 'stopping=yes; if [ -n "$engine" ]; then kill -TERM "$engine" 2>/dev/null || true; fi' TERM INT
while [ -z "$stopping" ]; do
  if [ -e /run/lab/engine-stopped ]; then
    sleep 0.2
    continue
  fi
  rm -f /run/docker.pid
  dockerd "$@" &
  engine=$!
  # A signal ends wait early, while the engine still has containers to stop.
  while kill -0 "$engine" 2>/dev/null; do wait "$engine" || true; done
  engine=
  if [ -z "$stopping" ]; then
    say "engine ended; starting it again"
    sleep 1
  fi
done
say "stopped"
