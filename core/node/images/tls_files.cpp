// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/tls_files.h"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include "core/pki/private_key.h"

namespace rockpool::node {
namespace {

const std::string* find_file(ProcessContext& context, const std::string& path) {
  return context.files().read(FileSystem::normalise(path, context.working_folder()));
}

}  // namespace

std::expected<pki::SharedChain, std::string> load_go_key_pair(ProcessContext& context,
                                                              const std::string& certificate_file,
                                                              const std::string& key_file) {
  const std::string* texts[2] = {};
  const std::string* const files[2] = {&certificate_file, &key_file};
  for (std::size_t i = 0; i < 2; ++i) {
    texts[i] = find_file(context, *files[i]);
    if (texts[i] == nullptr) {
      return std::unexpected{fmt::format("open {}: no such file or directory", *files[i])};
    }
  }
  auto chain = pki::read_key_pair(*texts[0], *texts[1]);
  if (chain) return std::make_shared<const pki::Chain>(std::move(*chain));
  switch (chain.error()) {
    case pki::KeyPairProblem::no_certificate:
      return std::unexpected{"tls: failed to find any PEM data in certificate input"};
    case pki::KeyPairProblem::no_key:
      return std::unexpected{"tls: failed to find any PEM data in key input"};
    case pki::KeyPairProblem::mismatch:
      break;
  }
  return std::unexpected{"tls: private key does not match public key"};
}

pki::SharedChain agnhost_own_chain(ProcessContext& context, const std::string& certificate_file) {
  const bool is_own = certificate_file == "localhost.crt" || certificate_file == "/localhost.crt";
  if (!is_own || find_file(context, certificate_file) != nullptr) return nullptr;
  const std::string loopback{'\x7f', '\0', '\0', '\x01'};
  std::string loopback6(16, '\0');
  loopback6.back() = '\x01';
  return pki::make_self_signed("agnhost", pki::make_name({{"O", "Acme Co"}}), {"example.com"},
                               {loopback, loopback6});
}

}  // namespace rockpool::node
