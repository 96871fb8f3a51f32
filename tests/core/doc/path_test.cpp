// SPDX-License-Identifier: Apache-2.0
#include "core/doc/path.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

std::string port_path(const Path& ports, std::size_t index) {
  const Path port = ports.index(index);
  return port.child("port").to_string();
}

TEST_CASE("paths are written as Kubernetes writes them") {
  const Path spec{"spec"};
  CHECK(spec.to_string() == "spec");
  CHECK(spec.child("ports").index(0).child("port").to_string() == "spec.ports[0].port");
  CHECK(Path{"metadata"}.child("labels").key("a.b/c").to_string() == "metadata.labels[a.b/c]");
  CHECK(Path{}.to_string().empty());
  CHECK(Path{}.child("kind").to_string() == "kind");
  CHECK(Path{}.index(3).child("x").to_string() == "[3].x");
  CHECK(port_path(spec.child("ports"), 12) == "spec.ports[12].port");
}

TEST_CASE("a chain of temporaries may be kept however long it is") {
  const Path spec{"spec"};
  const Path deep = spec.child("template")
                        .child("spec")
                        .child("containers")
                        .index(2)
                        .child("ports")
                        .index(1)
                        .child("hostPort");
  const Path deeper = deep.key("x").index(4).child("a").child("b").child("c");
  CHECK(deep.to_string() == "spec.template.spec.containers[2].ports[1].hostPort");
  CHECK(deeper.to_string() == "spec.template.spec.containers[2].ports[1].hostPort[x][4].a.b.c");
}

}  // namespace
}  // namespace rockpool::doc
