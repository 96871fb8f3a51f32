// SPDX-License-Identifier: Apache-2.0
#include "core/node/file_system.h"

#include <doctest/doctest.h>

namespace rockpool::node {
namespace {

TEST_CASE("paths") {
  CHECK(FileSystem::normalise("/a//b/./c/../d") == "/a/b/d");
  CHECK(FileSystem::normalise("x", "/home") == "/home/x");
  CHECK(FileSystem::normalise("../../..", "/home") == "/");
}

TEST_CASE("files and folders") {
  FileSystem files;
  CHECK(files.write("/tmp/a/b", "one"));
  CHECK(files.append("/tmp/a/b", " two"));
  CHECK(*files.read("/tmp/a/b") == "one two");
  CHECK(files.is_folder("/tmp/a"));
  CHECK_FALSE(files.is_folder("/tm"));
  CHECK_FALSE(files.write("/tmp/a", "x"));
  CHECK(files.make_folder("/tmp/c"));
  CHECK(files.list("/tmp") == std::vector<std::string>{"a", "c"});
  CHECK(files.remove("/tmp/a"));
  CHECK_FALSE(files.exists("/tmp/a/b"));
  CHECK_FALSE(files.remove("/tmp/a"));
  CHECK_FALSE(files.write("/big", std::string(FileSystem::kMaxBytes + 1, 'x')));
}

TEST_CASE("mounts are shared, and hide what lies under them") {
  FileSystem one;
  FileSystem two;
  auto volume = std::make_shared<FileSystem>();
  CHECK(one.write("/data/own", "hidden"));
  one.mount("/data", volume, "", false);
  two.mount("/in", volume, "", true);
  CHECK(one.read("/data/own") == nullptr);
  CHECK(one.write("/data/x", "1"));
  CHECK(*two.read("/in/x") == "1");
  CHECK_FALSE(two.write("/in/y", "2"));
  CHECK(one.list("/") == std::vector<std::string>{"data"});
  FileSystem three;
  three.mount("/etc/app.conf", volume, "x", false);
  CHECK(*three.read("/etc/app.conf") == "1");
}

}  // namespace
}  // namespace rockpool::node
