#!/bin/sh
answer=$(printf 'GET /cgi-bin/index.cgi HTTP/1.0\r\nHost: api\r\n\r\n' | nc -w 3 "$API_HOST" "$API_PORT" | tail -n 1)
if [ -z "$answer" ]; then
  printf 'Status: 502 Bad Gateway\r\nContent-Type: text/plain\r\n\r\nthe API does not answer\n'
  exit 0
fi
printf 'Content-Type: text/plain\r\n\r\n'
printf '%s! This is %s on %s. %s\n' "$GREETING" "$(cat /www/version)" "$(hostname)" "$answer"
