#!/bin/sh
# Sends one OpenTelemetry profile in JSON, made here: a service "shop" that spent 350 ms of CPU.
set -e
url=${FLAMETIDE_URL:-http://127.0.0.1:4040}
now=$(date +%s)000000000
curl --fail-with-body -H 'content-type: application/json' "$url/v1development/profiles" --data @- <<EOF
{
  "resourceProfiles": [{
    "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "shop" } }] },
    "scopeProfiles": [{ "profiles": [{
      "sampleType": { "typeStrindex": 1, "unitStrindex": 2 },
      "periodType": { "typeStrindex": 3, "unitStrindex": 4 },
      "period": "50000000",
      "timeUnixNano": "$now",
      "durationNano": "10000000000",
      "samples": [{ "stackIndex": 1, "values": ["3"] }, { "stackIndex": 2, "values": ["4"] }]
    }] }]
  }],
  "dictionary": {
    "stringTable": ["", "samples", "count", "cpu", "nanoseconds", "main", "price"],
    "functionTable": [{}, { "nameStrindex": 5 }, { "nameStrindex": 6 }],
    "locationTable": [{}, { "lines": [{ "functionIndex": 1, "line": "3" }] }, { "lines": [{ "functionIndex": 2, "line": "9" }] }],
    "stackTable": [{}, { "locationIndices": [2, 1] }, { "locationIndices": [1] }],
    "mappingTable": [{}], "attributeTable": [{}], "linkTable": [{}]
  }
}
EOF
