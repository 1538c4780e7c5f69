#!/usr/bin/env bash
# Print the path of a Chromium or Chrome for the browser tests; install one when there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

installed_browser() {
    local name
    if [ -n "${INFUSION_MONITOR_CHROMIUM:-}" ]; then
        command -v "$INFUSION_MONITOR_CHROMIUM" && return
    fi
    for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
        if command -v "$name"; then return; fi
    done
    for name in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        if [ -x "$name" ]; then printf '%s\n' "$name" && return; fi
    done
    .venv/bin/python -c '
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
print(path) if pathlib.Path(path).exists() else sys.exit(1)' 2>/dev/null
}

installed_browser && exit

if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then
    say "no Chromium found; installing the distribution's package"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium; } >&2
else
    say "no Chromium found; installing Playwright's"
    .venv/bin/playwright install chromium >&2
fi
installed_browser || { say "no Chromium could be installed; set INFUSION_MONITOR_CHROMIUM=/path/to/chromium" && exit 1; }
