#!/usr/bin/env bash
# Marks a deploy on the time axis: mark.sh SERVICE VERSION. Run it as the last step of a deploy job.
# FLAMETIDE_URL is the address of the server, FLAMETIDE_TOKEN its token if it has one.
set -euo pipefail

service=${1:?usage: mark.sh SERVICE VERSION}
version=${2:?usage: mark.sh SERVICE VERSION}
url=${FLAMETIDE_URL:-http://127.0.0.1:4040}

headers=(-H 'content-type: application/json')
if [ -n "${FLAMETIDE_TOKEN:-}" ]; then headers+=(-H "authorization: Bearer $FLAMETIDE_TOKEN"); fi

# The time is in milliseconds since the epoch. Quotes and backslashes would end the JSON text, so they are refused.
case "$service$version" in *[\"\\]*) echo 'A service or version must not contain " or \.' >&2; exit 2 ;; esac
curl --fail-with-body --silent --show-error "${headers[@]}" "$url/api/markers" \
  --data "{\"time\": $(date +%s)000, \"title\": \"$version\", \"service\": \"$service\"}"
echo
