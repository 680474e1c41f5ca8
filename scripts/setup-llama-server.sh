#!/bin/sh
# Build llama.cpp's own server, the peer of `make bench`, from the sources that llama-cpp-python brings along.
# Does nothing when it is there. It is made as the GGUF engine is: for this machine's processor, from the same sources.
#
#   scripts/setup-llama-server.sh [DIR]      (default: .toolbox in the checkout); the last line printed is its path
#
# Fails with one line on stderr that says what is missing. About 5 minutes on two cores; PYTHON names a Python with pip.
set -eu

VERSION=0.3.36

fail() { echo "setup-llama-server: $*" >&2; exit 1; }

for tool in c++ cmake; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is needed to build llama-server; none is on the PATH"
done

checkout=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-$checkout/.venv/bin/python}
home="${1:-$checkout/.toolbox}/llama-server-$VERSION"
server="$home/llama-server"
if [ ! -x "$server" ]; then
  echo "setup-llama-server: building llama-server of llama-cpp-python $VERSION" >&2
  rm -rf "$home"
  mkdir -p "$home/build"
  "$python" -m pip download -qqq --no-deps --no-binary llama-cpp-python --dest "$home/build" \
    "llama-cpp-python==$VERSION" >&2 || fail "pip could not fetch the sources of llama-cpp-python $VERSION"
  tar -xzf "$home/build/llama_cpp_python-$VERSION.tar.gz" -C "$home/build" --strip-components=1
  generator=
  command -v ninja >/dev/null 2>&1 && generator="-G Ninja"
  # Linked into one file, and without its web pages, which would be fetched.
  { cmake $generator -S "$home/build/vendor/llama.cpp" -B "$home/build/out" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON \
      -DBUILD_SHARED_LIBS=OFF -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
      -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF &&
    cmake --build "$home/build/out" --target llama-server --parallel "$(getconf _NPROCESSORS_ONLN)"; } \
    >"$home/build.log" 2>&1 || fail "llama-server could not be built: $(tail -n 1 "$home/build.log"); see $home/build.log"
  cp "$home/build/out/bin/llama-server" "$server"
  rm -rf "$home/build"
fi
echo "$server"
