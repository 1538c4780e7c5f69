#!/usr/bin/env bash
# Ask the public database of vulnerabilities (osv.dev) about every locked dependency of the product. Without a network
# this is skipped, and said: an audit that could not ask has found nothing out.
set -euo pipefail
cd "$(dirname "$0")/.."

service="${AUDIT_SERVICE:-https://api.osv.dev}"
if ! reason="$(.venv/bin/python - "$service" 2>&1 <<'PYTHON'
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1], timeout=10).close()
except urllib.error.HTTPError:
    pass
except (OSError, ValueError) as error:
    sys.exit(str(error))
PYTHON
)"; then
    printf 'audit skipped, nothing is known: %s cannot be reached (%s)\n' "$service" "$reason" >&2
    exit 0
fi

locked="$(mktemp)"
trap 'rm -f "$locked"' EXIT
.venv/bin/uv export --locked --quiet --no-dev --all-extras --no-emit-project --format requirements.txt >"$locked"
.venv/bin/uv tool run --from 'pip-audit>=2.10,<3' pip-audit --disable-pip --require-hashes \
    --vulnerability-service osv --requirement "$locked"
