# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# A private apt: reads Debian's newer suite without touching the system's own package database, needs
# no root, and verifies everything with the machine's Debian keyring. Sourced by tools/setup.

debian_suite=trixie

# The Debian archive this machine itself is configured to use, e.g. for a local mirror.
debian_archive() {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 2>/dev/null |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}

# debian_apt_prepare FOLDER: writes the private configuration and reads the suite's index, once a run.
debian_apt_prepare() {
  local folder=$1 archive keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -z "${debian_apt_ready:-}" ] || return 0
  archive=$(debian_archive)
  # Minimal images come without apt's lists, which say whose archive is whose.
  if [ -z "$archive" ]; then
    as_root apt-get -qq update >/dev/null 2>&1 </dev/null || true
    archive=$(debian_archive)
  fi
  [ -n "$archive" ] || fail "this machine's apt has no Debian archive configured (or 'apt-get update' never ran)"
  [ -r "$keyring" ] || fail "the Debian keyring is missing: install debian-archive-keyring"
  mkdir -p "$folder"/{parts,state/lists/partial,cache/archives/partial}
  : >"$folder/status"
  cat >"$folder/parts/debian.sources" <<END
Types: deb deb-src
URIs: $archive
Suites: $debian_suite
Components: main
Signed-By: $keyring
END
  debian_apt_options=(
    -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$folder/parts"
    -o "Dir::State=$folder/state" -o "Dir::State::status=$folder/status" -o "Dir::Cache=$folder/cache"
    -o APT::Install-Recommends=false -o "APT::Sandbox::User=$(id -un)" -o Debug::NoLocking=true
    -o Acquire::Retries=3)
  debian_apt update >/dev/null
  debian_apt_ready=1
}

debian_apt() { apt-get -qq "${debian_apt_options[@]}" "$@"; }
