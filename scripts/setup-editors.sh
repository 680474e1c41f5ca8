#!/bin/sh
# Bring Neovim, Helix and Emacs (with eglot and lsp-mode), and tmux to drive them in, from Debian sid into DIR, beside what the
# system has. Does nothing when DIR is complete. DIR may be kept between runs, and moved: the next run adapts it.
#
#   scripts/setup-editors.sh [DIR]      (default: .toolbox/editors in the checkout)
#
# DIR/run/ then holds nvim, hx, emacs, emacsclient and tmux, which run on the system's own files; DIR/versions says which they
# are. Needs Debian on x86-64, and not root: the packages are fetched by the system's own apt from its own mirror into DIR,
# their signatures are checked, and they are unpacked, not installed. Fails with one line on stderr; the exit status is 3 where
# this machine cannot have them, since it is not such a Debian or reaches no mirror, and 1 for all else.
set -eu

# The second is for days on which a package of the first cannot be had.
SUITES='sid testing'
PACKAGES='neovim hx emacs-nox elpa-lsp-mode elpa-yasnippet tmux patchelf'
# A tree of an older recipe is made anew.
RECIPE=3

fail() { echo "setup-editors: $*" >&2; exit 1; }
cannot() { echo "setup-editors: $*" >&2; exit 3; }
say() { echo "setup-editors: $*"; }

checkout=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$checkout/.toolbox/editors}"
tree=$(cd "${1:-$checkout/.toolbox/editors}" && pwd -P)
log=$tree.log
complete="recipe $RECIPE in $tree"

if [ "$(cat "$tree/.complete" 2>/dev/null)" = "$complete" ]; then
  say "ready: $(paste -sd, "$tree/versions" | sed 's/,/, /g')"
  exit 0
fi

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || cannot "the editors are taken for Linux on x86-64; this is $(uname -s) on $(uname -m)"
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null 2>&1 || cannot "$tool is needed to fetch the editors from Debian; none is on the PATH"
done
keyring=
for found in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
  [ ! -f "$found" ] || keyring=$found
done
[ -n "$keyring" ] || cannot "Debian's keys are needed to check the packages; install debian-archive-keyring"

# apt with lists, packages and a record of what is installed (nothing) below $tree/.apt, blind to the system's. A mirror that is
# a copy may be behind its dates; signatures count always.
apt() {
  LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
    -o Dir::State="$tree/.apt/state" -o Dir::State::Status="$tree/.apt/status" -o Dir::Cache="$tree/.apt/cache" \
    -o Dir::Etc::SourceList="$tree/.apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null -o APT::Default-Release= \
    -o APT::Sandbox::User="$(id -un)" -o APT::Install-Recommends=false -o Acquire::Languages=none -o Acquire::Retries=3 \
    -o Acquire::Check-Valid-Until=false -o Acquire::Check-Date=false "$@"
}

if [ "$(cat "$tree/.unpacked" 2>/dev/null)" != "recipe $RECIPE" ]; then
  # What apt would fetch for itself names its mirror, also where it has fetched nothing yet.
  mirror=$(apt-get update --print-uris 2>/dev/null | sed -n "s|^'\([^']*\)/dists/[^']*/main/binary-amd64/.*|\1|p" |
    grep debian | grep -v security | head -n 1) || true
  mirror=${mirror:-http://deb.debian.org/debian}
  rm -rf "$tree"
  mkdir -p "$tree/.apt/state/lists/partial" "$tree/.apt/cache/archives/partial"
  : >"$tree/.apt/status"
  fetched=
  for suite in $SUITES; do
    say "fetching $PACKAGES from Debian $suite at $mirror"
    echo "deb [signed-by=$keyring] $mirror $suite main" >"$tree/.apt/sources.list"
    # $PACKAGES is a list of words.
    if { apt update -o APT::Update::Error-Mode=any && apt install --download-only $PACKAGES; } >"$log" 2>&1; then
      fetched=yes
      break
    fi
    say "apt-get could not: $(grep -m 1 '^[EW]:' "$log")"
  done
  [ -n "$fetched" ] || cannot "the packages could not be fetched, see $log"
  for package in "$tree"/.apt/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$tree" >>"$log" 2>&1 || fail "$package could not be unpacked, see $log: $(tail -n 1 "$log")"
  done
  rm -rf "$tree/.apt"
  for part in locale doc man info icons; do rm -rf "$tree/usr/share/$part"; done
  echo "recipe $RECIPE" >"$tree/.unpacked"
fi

say "adapting the programs to $tree"
rm -f "$tree/.complete"
lib=$tree/usr/lib/x86_64-linux-gnu
mkdir -p "$tree/run"
# Each program is told where the tree's own loader and libraries are, newer than the system's.
loader=$lib/ld-linux-x86-64.so.2
for program in usr/bin/nvim usr/lib/hx/hx usr/bin/emacs-nox usr/bin/emacsclient.emacs usr/bin/tmux; do
  [ -e "$tree/$program" ] || fail "the packages hold no $program; Debian has changed"
  "$loader" --library-path "$lib" "$tree/usr/bin/patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$lib" \
    "$tree/$program" || fail "patchelf could not adapt $program"
done
ln -sfn ../usr/bin/nvim "$tree/run/nvim"
ln -sfn ../usr/lib/hx/hx "$tree/run/hx"
ln -sfn ../usr/bin/emacsclient.emacs "$tree/run/emacsclient"
ln -sfn ../usr/bin/tmux "$tree/run/tmux"

# Emacs knows its folders by absolute paths, and looks for its dumped state beside the program.
share=$(echo "$tree"/usr/share/emacs/[0-9]*)
dump=$(find "$tree/usr/libexec/emacs" -name '*.pdmp')
ln -sfn "$(realpath --relative-to="$tree/usr/bin" "$dump")" "$tree/usr/bin/emacs-nox.pdmp"
cat >"$tree/run/emacs" <<WRAPPER
#!/bin/sh
export EMACSDATA='$share/etc' EMACSDOC='$share/etc' EMACSPATH='$(dirname "$dump")'
export EMACSLOADPATH='$(find "$share/lisp" -type d | paste -sd:)'
exec '$tree/usr/bin/emacs-nox' "\$@"
WRAPPER
chmod +x "$tree/run/emacs"

# lsp-mode comes as source, since a package manager compiles it; uncompiled it takes seconds to load.
packages=$tree/usr/share/emacs/site-lisp/elpa-src
# A file of a package that is not installed does not compile, and is not needed.
"$tree/run/emacs" -Q --batch --eval "(setq load-path (append (file-expand-wildcards \"$packages/*\") load-path))" \
  --eval '(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil byte-compile-warnings nil)' \
  -f batch-byte-compile "$packages"/*/*.el >"$log.compile" 2>&1 || true
[ -e "$(echo "$packages"/lsp-mode-*/lsp-mode.elc)" ] || fail "lsp-mode could not be compiled, see $log.compile"

{
  "$tree/run/nvim" --version | head -n 1 | sed 's/^NVIM v/neovim /'
  "$tree/run/hx" --version | sed 's/ (.*//'
  "$tree/run/emacs" --version | head -n 1 | sed 's/^GNU Emacs/emacs/'
  "$tree/run/emacs" -Q --batch --eval '(progn (require (quote package))
    (princ (format "eglot %s\n" (package-version-join (alist-get (quote eglot) package--builtin-versions)))))'
  find "$tree/usr/share/emacs/site-lisp/elpa-src" -mindepth 1 -maxdepth 1 -name 'lsp-mode-*' | sed 's|.*/lsp-mode-|lsp-mode |'
  "$tree/run/tmux" -V
} >"$tree/versions" || fail "the unpacked editors do not run on this system"
[ "$(wc -l <"$tree/versions")" = 6 ] || fail "an unpacked editor does not run, or lsp-mode is missing: $(paste -sd, "$tree/versions")"
echo "$complete" >"$tree/.complete"
say "ready: $(paste -sd, "$tree/versions" | sed 's/,/, /g')"
