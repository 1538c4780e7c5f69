#!/usr/bin/env bash
# Write the software bill of materials (CycloneDX, JSON) of the locked product to the file named, or to dist/.
set -euo pipefail
cd "$(dirname "$0")/.."

file="${1:-dist/infusion-monitor.cdx.json}"
mkdir -p "$(dirname "$file")"
.venv/bin/uv export --locked --offline --quiet --no-dev --all-extras --preview-features sbom-export \
    --format cyclonedx1.5 --output-file "$file" >/dev/null
printf '%s\n' "$file"
