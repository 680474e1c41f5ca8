#!/bin/sh
# Bring Neovim, Helix and Emacs (with eglot and lsp-mode) from Debian sid into DIR, beside what the system has.
# Does nothing when DIR is complete. DIR may be kept between runs, and moved: the next run adapts it.
#
#   scripts/setup-editors.sh [DIR]      (default: .toolbox/editors in the checkout)
#
# DIR/run/ then holds nvim, hx, emacs and emacsclient, which run on the system's own files; DIR/versions says which they are.
# Needs Debian on x86-64; packages are fetched with the system's own apt from its own mirror, and their signatures checked.
# Only root can install what is needed on the way (mmdebstrap, patchelf, tmux). Fails with one line on stderr; the exit status is 3
# where this machine cannot have them, since it is not such a Debian or nobody is root, and 1 for all else.
set -eu

SUITE=sid
PACKAGES=neovim,hx,emacs-nox,elpa-lsp-mode,elpa-yasnippet
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# A tree of an older recipe is made anew.
RECIPE=2

fail() { echo "setup-editors: $*" >&2; exit 1; }
cannot() { echo "setup-editors: $*" >&2; exit 3; }
say() { echo "setup-editors: $*"; }

checkout=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$checkout/.toolbox/editors}"
tree=$(cd "${1:-$checkout/.toolbox/editors}" && pwd -P)
log=$tree.log
complete="recipe $RECIPE in $tree"

if [ "$(cat "$tree/.complete" 2>/dev/null)" = "$complete" ] && command -v tmux >/dev/null 2>&1; then
  say "ready: $(paste -sd, "$tree/versions" | sed 's/,/, /g')"
  exit 0
fi

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || cannot "the editors are taken for Linux on x86-64; this is $(uname -s) on $(uname -m)"
command -v apt-get >/dev/null 2>&1 || cannot "apt-get is needed to fetch the editors from Debian $SUITE; none is on the PATH"
[ -f "$KEYRING" ] || cannot "Debian's keys are needed to check the packages; there is no $KEYRING (package debian-archive-keyring)"

missing=
for tool in mmdebstrap patchelf tmux; do
  command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
if [ -n "$missing" ]; then
  [ "$(id -u)" = 0 ] || cannot "wanted on the PATH:$missing; only root can install them with apt-get"
  say "installing$missing with apt-get"
  # $missing is a list of words.
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1 ||
    fail "apt-get could not install$missing: $(tail -n 1 "$log")"
fi

if [ "$(cat "$tree/.unpacked" 2>/dev/null)" != "recipe $RECIPE" ]; then
  [ "$(id -u)" = 0 ] || cannot "only root can unpack the packages with mmdebstrap; this is $(id -un)"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
  [ -n "$mirror" ] || fail "apt-get knows no mirror: its lists are empty, run apt-get update"
  say "unpacking $PACKAGES from Debian $SUITE"
  rm -rf "$tree"
  # Nothing is installed or run, only unpacked. A mirror that is a copy may be behind its dates; signatures count always.
  echo "deb [signed-by=$KEYRING] $mirror $SUITE main" |
    mmdebstrap --mode=root --variant=extract --include="$PACKAGES" --aptopt='APT::Install-Recommends "false"' \
      --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
      "$SUITE" "$tree" - >"$log" 2>&1 || fail "the packages could not be unpacked, see $log: $(tail -n 1 "$log")"
  for part in locale doc man info icons; do rm -rf "$tree/usr/share/$part"; done
  echo "recipe $RECIPE" >"$tree/.unpacked"
fi

say "adapting the programs to $tree"
rm -f "$tree/.complete"
lib=$tree/usr/lib/x86_64-linux-gnu
mkdir -p "$tree/run"
# Each program is told where the tree's own loader and libraries are, newer than the system's.
for program in usr/bin/nvim usr/lib/hx/hx usr/bin/emacs-nox usr/bin/emacsclient.emacs; do
  [ -e "$tree/$program" ] || fail "the packages hold no $program; Debian $SUITE has changed"
  patchelf --set-interpreter "$lib/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$lib" "$tree/$program" ||
    fail "patchelf could not adapt $program"
done
ln -sfn ../usr/bin/nvim "$tree/run/nvim"
ln -sfn ../usr/lib/hx/hx "$tree/run/hx"
ln -sfn ../usr/bin/emacsclient.emacs "$tree/run/emacsclient"

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
} >"$tree/versions" || fail "the unpacked editors do not run on this system"
[ "$(wc -l <"$tree/versions")" = 5 ] || fail "an unpacked editor does not run, or lsp-mode is missing: $(paste -sd, "$tree/versions")"
echo "$complete" >"$tree/.complete"
say "ready: $(paste -sd, "$tree/versions" | sed 's/,/, /g')"
