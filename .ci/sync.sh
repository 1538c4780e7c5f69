#!/usr/bin/env bash
# Bring .venv in line with uv.lock. Needs only a Python with venv; uv is put into .venv when it is not on the machine.
#   sync.sh          what the product needs (and the tools, once they have been asked for)
#   sync.sh --dev    the tools for checks and tests as well
#   sync.sh --lock   write a new uv.lock first
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

suitable_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "make: a Python 3.11 or newer with venv is needed (on Debian: apt-get install python3-venv); set PYTHON=/path/to/python"
    exit 1
}

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python="$(suitable_python)"
    say "creating .venv with $python"
    "$python" -m venv --clear .venv
fi

uv="$(command -v uv || true)"
if [ -x .venv/bin/uv ]; then
    uv=.venv/bin/uv
elif [ -z "$uv" ]; then
    say "bringing uv into .venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
    uv=.venv/bin/uv
fi

group=--no-dev
case "${1:-}" in
    --dev) group=--group=dev ;;
    --lock) "$uv" lock --upgrade && exit ;;
esac

# --inexact: uv itself lives in .venv without being a dependency, and `make demo` must not take the test tools away.
# --compile-bytecode, when something was brought: each program of the first start would compile what it imports.
compiled=.venv/.compiled$group
compile=
if [ ! "$compiled" -nt uv.lock ]; then compile=--compile-bytecode; fi
UV_PROJECT_ENVIRONMENT=.venv "$uv" sync --locked --inexact --quiet $compile "$group"
touch "$compiled"
# Compares times and compiles what is newer.
.venv/bin/python -m compileall -q monitor simulators

# Compiled catalogs are build products; compile those whose source is newer.
while IFS= read -r catalog; do
    if [ ! "${catalog%.po}.mo" -nt "$catalog" ]; then
        .venv/bin/pybabel --quiet compile --input-file "$catalog" --output-file "${catalog%.po}.mo"
    fi
done < <(find monitor/locale -name '*.po')
