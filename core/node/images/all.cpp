// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/all.h"

#include <array>

namespace rockpool::node {

// One line for each image: its file, and how to get at it.
const Image& find_image(const ImageReference& reference) {
  const std::array<const Image*, 14> images = {
      &agnhost_image(),        &base_images(),
      &coredns_image(),        &echoserver_image(),
      &fortio_image(),         &hello_app_image(),
      &hello_go_image(),       &http_echo_image(),
      &ingress_nginx_image(),  &kubernetes_bootcamp_image(),
      &nginx_image(),          &pause_image(),
      &serve_hostname_image(), &unknown_image(),
  };
  for (const Image* image : images) {
    if (image->matches(reference)) return *image;
  }
  return unknown_image();
}

}  // namespace rockpool::node
