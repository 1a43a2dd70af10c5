#!/bin/sh
# Takes new certificates and a new administrator's key into the running server, without a pause.
set -eu
kill -HUP 1
