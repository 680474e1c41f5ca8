#!/bin/sh
# Check, test and pack the VS Code extension, then drive the packed one in a real VS Code.
#
#   scripts/e2e.sh
#
# PYTHON        interpreter that has phi-ls and its `dev` extra (default: .venv/bin/python)
# E2E_TOOLBOX   where Node 24 and code-server are kept (default: .toolbox)
# E2E_INSTALL   1: also start where phi-ls is not installed, and let the extension install it with pip
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
say "types, lint, format"
npm run --silent check
say "unit tests of the extension"
npm run --silent test

mkdir -p build
if ! scripts/setup-e2e.sh "$toolbox" 2>build/setup-e2e.err; then
  skip "$(tail -n 1 build/setup-e2e.err)"
fi
. "$toolbox/env"

say "packing"
rm -f dist/phi_ls-*.whl phi-ls.vsix
"$python" -m build --wheel --no-isolation --outdir dist >build/wheel.log 2>&1 || { cat build/wheel.log >&2; exit 1; }
npm run --silent package >build/package.log 2>&1 || { cat build/package.log >&2; exit 1; }
"$python" - <<'END'
import zipfile

names = zipfile.ZipFile("phi-ls.vsix").namelist()
wanted = ("extension/LICENSE.txt", "extension/extension/dist/extension.js", "extension/dist/phi_ls-")
missing = [part for part in wanted if not any(name.startswith(part) for name in names)]
if missing:
    raise SystemExit(f"e2e: phi-ls.vsix lacks {', '.join(missing)}")
END

say "a real VS Code"
E2E_PYTHON=$python E2E_VSIX=$PWD/phi-ls.vsix node tests/vscode/run.mjs
[ "${E2E_INSTALL:-0}" != 1 ] || E2E_VSIX=$PWD/phi-ls.vsix node tests/vscode/install.mjs
