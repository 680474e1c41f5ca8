#!/bin/sh
# Check, test and pack the VS Code extension, then drive the packed one in a real VS Code.
#
#   scripts/e2e.sh              all of it
#   scripts/e2e.sh rounds N     pack it, then play everything N times in a row
#   scripts/e2e.sh surface N    pack it, then play the editor's whole surface N times
#   scripts/e2e.sh pictures     pack it, then take the pictures of docs/images anew
#
# PYTHON        interpreter that has phi-ls and its `dev` extra (default: .venv/bin/python)
# E2E_TOOLBOX   where Node and code-server are kept (default: .toolbox)
# E2E_INSTALL   1: also start where phi-ls is not installed, and let the extension install it with pip
# E2E_OLDEST    1: also in the oldest VS Code that the extension supports
# E2E_SECONDS   how long what should be there soon is waited for (default: 30); more for a machine that is busy
# E2E_REQUIRED  1: fail where a tool cannot be had; otherwise that part is skipped with a message
set -eu

cd "$(dirname "$0")/.."
python=${PYTHON:-$PWD/.venv/bin/python}
toolbox=${E2E_TOOLBOX:-$PWD/.toolbox}

say() { echo "e2e: $*"; }
skip() {
  if [ "${E2E_REQUIRED:-0}" = 1 ]; then
    echo "e2e: $* (and E2E_REQUIRED is 1)" >&2
    exit 1
  fi
  say "skipped: $*"
  exit 0
}

command -v npm >/dev/null 2>&1 || skip "no npm on the PATH; install Node 20.19 or later to test the extension"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  skip "Node 20.19 or later is needed, found $(node --version)"

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "installing the extension's tools"
  npm ci --no-audit --no-fund --loglevel=error >/dev/null || skip "npm could not install the extension's tools"
fi
if [ -z "$*" ]; then
  say "types, lint, format"
  npm run --silent check
  say "unit tests of the extension"
  npm run --silent test
fi

mkdir -p build
if ! scripts/setup-e2e.sh "$toolbox" 2>build/setup-e2e.err; then
  skip "$(tail -n 1 build/setup-e2e.err)"
fi
. "$toolbox/env"

say "packing"
rm -f dist/phi_ls-*.whl phi-ls.vsix
"$python" -m build --wheel --no-isolation --outdir dist >build/wheel.log 2>&1 || { cat build/wheel.log >&2; exit 1; }
npm run --silent package >build/package.log 2>&1 || { cat build/package.log >&2; exit 1; }
"$python" scripts/check_vsix.py phi-ls.vsix

export E2E_PYTHON=$python E2E_VSIX=$PWD/phi-ls.vsix
newest() { node "$1"; }
oldest() {
  E2E_NAME=oldest E2E_OUT=$PWD/build/vscode-oldest E2E_SHOTS=$PWD/artefacts/vscode-oldest \
    E2E_CODE_SERVER=$E2E_CODE_SERVER_OLDEST E2E_NODE=$E2E_NODE_OLDEST node "$1"
}

versions=newest
[ "${E2E_OLDEST:-0}" != 1 ] || versions="newest oldest"

rounds=1
case ${1:-} in
rounds)
  rounds=${2:-1}
  ;;
pictures)
  newest scripts/pictures.mjs
  exit
  ;;
surface)
  for round in $(seq "${2:-1}"); do
    for version in $versions; do
      say "the $version VS Code, round $round"
      "$version" tests/vscode/surface.mjs
    done
  done
  exit
  ;;
esac

for round in $(seq "$rounds"); do
  for version in $versions; do
    for part in run surface; do
      say "a real VS Code: the $version, $part${1:+, round $round of $rounds}"
      "$version" "tests/vscode/$part.mjs"
    done
  done
done
[ "${E2E_INSTALL:-0}" != 1 ] || newest tests/vscode/install.mjs
