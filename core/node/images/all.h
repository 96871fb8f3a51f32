// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/node/images/image.h"

// The simulated images; each is in the file of its name.
namespace rockpool::node {

/// Kubernetes' own test server (agnhost.cpp).
const Image& agnhost_image();
/// Images that bring little but a shell: busybox, alpine, debian, ubuntu, curl, … (base.cpp).
const Image& base_images();
/// The cluster's DNS server (coredns.cpp).
const Image& coredns_image();
/// The server of the tutorial "Using Source IP" (echoserver.cpp).
const Image& echoserver_image();
/// The load generator and its echo server (fortio.cpp).
const Image& fortio_image();
/// Google's "Hello, world!" (hello_app.cpp).
const Image& hello_app_image();
/// The greeter of "Connect a Frontend to a Backend Using Services" (hello_go.cpp).
const Image& hello_go_image();
/// HashiCorp's http-echo (http_echo.cpp).
const Image& http_echo_image();
/// The Ingress controller of the class nginx (ingress_nginx.cpp).
const Image& ingress_nginx_image();
/// The server of the Kubernetes Basics tutorial (kubernetes_bootcamp.cpp).
const Image& kubernetes_bootcamp_image();
/// nginx (nginx.cpp).
const Image& nginx_image();
/// The container that does nothing (pause.cpp).
const Image& pause_image();
/// The server of the page "Debug Services" (serve_hostname.cpp).
const Image& serve_hostname_image();
/// Whatever is not in this list: serves HTTP on the ports that the container declares
/// (unknown.cpp).
const Image& unknown_image();

}  // namespace rockpool::node
