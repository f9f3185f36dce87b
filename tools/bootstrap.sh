#!/usr/bin/env bash
# Sets up .venv with Python 3.11 and everything facegen needs, and the system libraries behind it.
# Does nothing when that is done already: a stamp in .venv holds a hash of what it was made from.
#
#   tools/bootstrap.sh            PYTHON=/path/to/python3.11 chooses the interpreter
#   FACEGEN_EXTRAS=dev            which extras to install (default render,dev)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

extras=${FACEGEN_EXTRAS-render,dev}
venv=.venv
stamp=$venv/.facegen-stamp

fail() { # one line: what is wrong and what to type
    echo "facegen: error: $*" >&2
    exit 2
}

works() { # an interpreter of the right version that can make virtual environments
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 /usr/bin/python3.11 python3 python}; do
        if works "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "no Python 3.11 with venv found. Type: apt-get install -y python3.11 python3.11-venv" \
        "(or set PYTHON=/path/to/python3.11)"
}

install_system_libraries() { # arguments: Debian packages
    local line="apt-get update && apt-get install -y --no-install-recommends $*"
    local become=()
    if [ "$(id -u)" -ne 0 ]; then
        if sudo -n true 2>/dev/null; then become=(sudo); else fail "system libraries are missing. Type: sudo sh -c '$line'"; fi
    fi
    command -v apt-get >/dev/null || fail "system libraries are missing; on Debian they are the packages: $*"
    echo "installing system libraries: $*"
    "${become[@]}" apt-get update -q &&
        "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" ||
        fail "apt could not install them. Type as root: $line"
}

python=$(find_python)
missing=$("$python" cli/system_libraries.py)
# shellcheck disable=SC2086 # a list of words
if [ -n "$missing" ]; then install_system_libraries $missing; fi

wanted=$({ cat pyproject.toml tools/bootstrap.sh && echo "$extras $PWD" && "$python" -VV; } | sha256sum | cut -d' ' -f1)
mkdir -p $venv
exec 9>$venv/.lock
flock 9 # two runs at a time: the second waits, then finds the work done
if [ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && $venv/bin/python -c 'import facegen' 2>/dev/null; then exit 0; fi

echo "setting up $venv (several GB the first time: some minutes)"
rm -f $stamp
if ! works $venv/bin/python; then
    "$python" -m venv $venv || fail "could not make $PWD/$venv: remove it and try again"
fi
quiet=() # a log needs no line for each of 140 packages, a person at a terminal wants to see progress
[ -t 1 ] || quiet=(-q)
$venv/bin/python -m pip install --disable-pip-version-check "${quiet[@]}" -e ".[$extras]" ||
    fail "pip could not install facegen's packages: see its message above"
echo "$wanted" >$stamp
