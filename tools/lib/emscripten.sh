# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# Emscripten: the one on PATH when it is new enough, else Debian's newer one unpacked into the cache folder,
# patched to run from there. Nothing of it is installed in the system. Sourced by tools/setup.

emscripten_least=3.1.69
emscripten_release=3.1.69+dfsg-3

# The compiler proper, what it needs to run, and nothing else that the package would pull in: the machine's
# own Python and Node run its scripts.
emscripten_packages=(
  "emscripten=$emscripten_release" binaryen node-acorn
  clang-19 lld-19 llvm-19 libllvm19 libclang-cpp19 libclang-common-19-dev
  libc6 libstdc++6 libgcc-s1 zlib1g libzstd1 libxml2 libicu76 liblzma5 libedit2 libtinfo6 libz3-4
  libffi8 libbsd0 libmd0 libgmp10)

# Programs to make runnable; the other two hundred in those packages are deleted.
emscripten_llvm_tools=(clang clang-19 clang++ lld wasm-ld ld.lld llvm-ar llvm-ranlib llvm-nm llvm-objcopy
  llvm-strip llvm-dwarfdump llvm-dwp llvm-objdump llvm-symbolizer llvm-cxxfilt llvm-size llvm-strings)
emscripten_binaryen_tools=(wasm-opt wasm-emscripten-finalize wasm-metadce wasm-ctor-eval wasm-split
  wasm-as wasm-dis wasm2js)

# emscripten_on_path: true when the machine's own emcc will do.
emscripten_on_path() {
  local version
  command -v emcc >/dev/null || return 1
  version=$(emcc --version 2>/dev/null | sed -n '1s/.* \([0-9][0-9.]*\).*/\1/p')
  [ -n "$version" ] && printf '%s\n%s\n' "$emscripten_least" "$version" | sort --version-sort --check=quiet
}

# emscripten_unpack FOLDER: downloads, unpacks and patches it under FOLDER/root.
emscripten_unpack() {
  local folder=$1 root=$1/root package archive
  rm -rf "$folder"
  mkdir -p "$folder/archives" "$root"
  debian_apt_prepare "$cache/apt"
  (cd "$folder/archives" && debian_apt download "${emscripten_packages[@]}") >"$cache/apt.log" 2>&1 ||
    { tail -5 "$cache/apt.log" >&2; fail "could not fetch Emscripten $emscripten_release"; }
  for archive in "$folder"/archives/*.deb; do
    # Its prebuilt libraries for threads, link-time optimisation and position-independent code (1.3 GB) are
    # not used; neither are its tests and documentation.
    dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$root" \
      --exclude='*/wasm32-emscripten/lto*' --exclude='*/wasm32-emscripten/pic' --exclude='*-mt*.a' \
      --exclude='*-ww*.a' --exclude='*/wasm64-emscripten' --exclude='*_rt*sanitizer*' \
      --exclude='./usr/share/emscripten/test' --exclude='./usr/share/doc' --exclude='./usr/share/man' \
      --exclude='./usr/share/emscripten/docs'
  done
  rm -rf "$folder/archives"
  emscripten_patch "$root"
  emscripten_configure "$root"
}

# emscripten_patch ROOT: makes its programs load the libraries that came with them. (Starting them through
# the loader instead would not do: clang starts itself again by its own path.)
emscripten_patch() {
  local root=$1 libraries program name
  libraries=$root/usr/lib/x86_64-linux-gnu:$root/usr/lib/llvm-19/lib
  for program in "$root"/usr/lib/llvm-19/bin/* "$root"/usr/bin/wasm*; do
    name=$(basename "$program")
    case " ${emscripten_llvm_tools[*]} ${emscripten_binaryen_tools[*]} " in
      *" $name "*) ;;
      *) rm -f "$program"; continue ;;
    esac
    [ ! -L "$program" ] || continue
    patchelf --set-interpreter "$(emscripten_loader "$root")" --force-rpath --set-rpath "$libraries" "$program"
  done
}

# The dynamic loader that came with the unpacked C library.
emscripten_loader() { find "$1/usr/lib" -name 'ld-linux*.so.*' | head -1; }

# emscripten_configure ROOT: the configuration it finds beside itself, so that no environment is needed.
emscripten_configure() {
  local home=$1/usr/share/emscripten
  cat >"$home/.emscripten" <<END
LLVM_ROOT = '$1/usr/lib/llvm-19/bin'
BINARYEN_ROOT = '$1/usr'
NODE_JS = '$(command -v node)'
CACHE = '$home/cache'
FROZEN_CACHE = False
END
  ln -sfn ../nodejs "$home/node_modules"
}

# emscripten_ready: makes a working Emscripten of the right version available.
emscripten_ready() {
  local folder=$cache/emscripten stamp="$emscripten_release $cache/emscripten $(command -v node)"
  if emscripten_on_path; then return 0; fi
  [ "$(cat "$folder/stamp" 2>/dev/null)" != "$stamp" ] || return 0
  [ "$(uname -m)" = x86_64 ] && command -v apt-get >/dev/null || fail "no Emscripten $emscripten_least or newer: \
install emsdk and put its emcc on PATH"
  need_packages patchelf
  say "unpacking Emscripten $emscripten_release (a 320 MB download, 1 GB on disk; about two minutes)"
  emscripten_unpack "$folder"
  "$folder/root/usr/share/emscripten/emcc" --version >"$cache/emscripten.log" 2>&1 ||
    { tail -5 "$cache/emscripten.log" >&2; fail "the unpacked Emscripten does not run here"; }
  echo "$stamp" >"$folder/stamp"
}
