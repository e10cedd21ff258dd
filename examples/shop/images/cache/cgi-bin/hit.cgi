#!/bin/sh
# Counts up; a folder is the lock, since making one is atomic.
until mkdir /www/lock 2>/dev/null; do :; done
visits=$(($(cat /www/visits 2>/dev/null || echo 0) + 1))
echo "$visits" >/www/visits
rmdir /www/lock
printf 'Content-Type: text/plain\r\n\r\n%s\n' "$visits"
