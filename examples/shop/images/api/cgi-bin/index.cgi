#!/bin/sh
visits=$(printf 'GET /cgi-bin/hit.cgi HTTP/1.0\r\nHost: cache\r\n\r\n' | nc -w 3 "$CACHE_HOST" "$CACHE_PORT" | tail -n 1)
printf 'Content-Type: text/plain\r\n\r\n'
printf 'You are visitor %s, says %s.\n' "${visits:-unknown}" "$(hostname)"
