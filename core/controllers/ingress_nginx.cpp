// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/ingress_nginx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/api/ingress/routes.h"
#include "core/api/object.h"
#include "core/api/views/pod.h"
#include "core/api/views/service.h"
#include "core/client/event_recorder.h"
#include "core/client/work_queue.h"
#include "core/controllers/write.h"
#include "core/doc/base64.h"
#include "core/pki/private_key.h"
#include "core/pki/verify.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;
using client::Outcome;

constexpr auto kIngresses = api::ResourceId::ingresses;
constexpr std::string_view kImage = "registry.k8s.io/ingress-nginx/controller";
constexpr std::string_view kPublishService = "--publish-service=";

bool runs_controller(const api::Pod& pod) {
  return std::ranges::any_of(pod.spec().containers(), [](const api::Container& container) {
    return container.image().starts_with(kImage);
  });
}

bool is_ready(const doc::Value& pod) {
  return api::is_condition_true(pod, "Ready") && !api::Pod{pod}.is_being_deleted();
}

// What `--publish-service` names, with $(POD_NAMESPACE) replaced; empty if there is none.
std::optional<api::ObjectKey> published_service(const api::Pod& pod) {
  for (const api::Container container : pod.spec().containers()) {
    for (const doc::Value& argument : container.args().items()) {
      std::string text = argument.to_string();
      if (!text.starts_with(kPublishService)) continue;
      text.erase(0, kPublishService.size());
      constexpr std::string_view kNamespace = "$(POD_NAMESPACE)";
      const std::size_t at = text.find(kNamespace);
      if (at != std::string::npos) text.replace(at, kNamespace.size(), pod.namespace_name());
      return api::ObjectKey::parse(text);
    }
  }
  return {};
}

// Why a Secret's certificate is not used for these hosts; empty if it is.
std::string certificate_problem(const doc::Value* secret, const std::string& name,
                                const doc::Value& hosts) {
  if (secret == nullptr) return fmt::format("Secret \"{}\" was not found", name);
  const auto text = [&](std::string_view member) {
    return doc::decode_base64((*secret)["data"_key][member].as_string()).value_or("");
  };
  const auto pair = pki::read_key_pair(text("tls.crt"), text("tls.key"));
  if (!pair && pair.error() == pki::KeyPairProblem::mismatch) {
    return fmt::format("In Secret \"{}\" tls.key is not the key of tls.crt", name);
  }
  if (!pair) return fmt::format("Secret \"{}\" has no keypair (tls.crt and tls.key)", name);
  const pki::Certificate& own = pair->front();
  for (const doc::Value& item : hosts.items()) {
    const std::string host = item.to_string();
    const auto fits = [&](std::string_view known) {
      return known == host || pki::name_matches(known, host);
    };
    if (std::ranges::any_of(own.dns_names, fits) || fits(own.subject.common_name())) continue;
    return fmt::format("The certificate in Secret \"{}\" is not for {}", name, host);
  }
  return {};
}

class IngressNginxWriter final : public Controller {
 public:
  explicit IngressNginxWriter(const Context& context)
      : context_{context},
        ingresses_{context.informers.of(kIngresses)},
        events_{context.loop, context.api, "nginx-ingress-controller"},
        queue_{context.loop, [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "ingress-nginx-writer"; }

  void start() override {
    queue_.start();
    client::Informer& pods = context_.informers.of(api::ResourceId::pods);
    for (const auto& [key, pod] : pods.objects()) on_pod(nullptr, &pod);
    pods_subscription_ = pods.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); });
    ingress_subscription_ = ingresses_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_ingress(before, after); });
    const auto on_other = [this](const doc::Value*, const doc::Value*) { add_all(); };
    class_subscription_ =
        context_.informers.of(api::ResourceId::ingressclasses).subscribe(on_other);
    service_subscription_ =
        context_.informers.of(api::ResourceId::services)
            .subscribe([this](const doc::Value* before, const doc::Value* after) {
              const doc::Value& newest = after != nullptr ? *after : *before;
              if (published_ && api::key_of(newest) == *published_) add_all();
            });
    secret_subscription_ = context_.informers.of(api::ResourceId::secrets).subscribe(on_other);
    add_all();
  }

  void stop() override {
    pods_subscription_ = ingress_subscription_ = class_subscription_ = {};
    service_subscription_ = secret_subscription_ = {};
    queue_.stop();
    ready_.clear();
    told_.clear();
  }

 private:
  void on_pod(const doc::Value* before, const doc::Value* after);
  void on_ingress(const doc::Value* before, const doc::Value* after);
  void add_all();
  Outcome reconcile(const api::ObjectKey& key);
  void tell(const api::ObjectKey& key, const doc::Value& object);
  void tell_of_secrets(const doc::Value& object);
  doc::Value addresses() const;

  Context context_;
  client::Informer& ingresses_;
  client::EventRecorder events_;
  client::WorkQueue<api::ObjectKey> queue_;
  // The controller's Pods that are ready, and the Service that they publish.
  std::set<api::ObjectKey> ready_;
  std::optional<api::ObjectKey> published_;
  // What was told of which generation of an Ingress, and by how many Pods.
  std::map<api::ObjectKey, std::pair<doc::Value, std::int64_t>> told_;
  client::Subscription pods_subscription_;
  client::Subscription ingress_subscription_;
  client::Subscription class_subscription_;
  client::Subscription service_subscription_;
  client::Subscription secret_subscription_;
};

void IngressNginxWriter::on_pod(const doc::Value* before, const doc::Value* after) {
  const doc::Value& newest = after != nullptr ? *after : *before;
  const api::Pod pod{newest};
  if (!runs_controller(pod)) return;
  const api::ObjectKey key = api::key_of(newest);
  const bool was_ready = ready_.contains(key);
  const bool is_ready_now = after != nullptr && is_ready(*after);
  if (was_ready == is_ready_now) return;
  if (is_ready_now) {
    ready_.insert(key);
    published_ = published_service(pod);
    // A new process tells of every Ingress again.
    told_.clear();
  } else {
    ready_.erase(key);
  }
  add_all();
}

void IngressNginxWriter::on_ingress(const doc::Value* before, const doc::Value* after) {
  const doc::Value& newest = after != nullptr ? *after : *before;
  const api::ObjectKey key = api::key_of(newest);
  if (after == nullptr) told_.erase(key);
  if (after != nullptr && !ready_.empty()) queue_.add(key);
}

void IngressNginxWriter::add_all() {
  if (ready_.empty()) return;
  for (const auto& [key, object] : ingresses_.objects()) queue_.add(key);
}

Outcome IngressNginxWriter::reconcile(const api::ObjectKey& key) {
  const doc::Value* const found = ingresses_.find(key);
  if (found == nullptr || ready_.empty()) return Outcome::done();
  const doc::Value object = *found;
  const bool is_served = api::ingress::is_served(object, [this](std::string_view name) {
    return context_.informers.of(api::ResourceId::ingressclasses).find({{}, std::string{name}});
  });
  if (!is_served) return Outcome::done();
  tell(key, object);
  doc::Value wanted = addresses();
  const doc::Value& present = object["status"_key]["loadBalancer"_key]["ingress"_key];
  if (present == wanted || (present.size() == 0 && wanted.size() == 0)) return Outcome::done();
  doc::Value status = object["status"_key];
  if (wanted.size() == 0) {
    status.set("loadBalancer"_key, doc::Value::object());
  } else {
    status.edit("loadBalancer"_key).set("ingress"_key, std::move(wanted));
  }
  const auto written = write_status(context_.api, kIngresses, object, std::move(status));
  return written ? Outcome::done() : Outcome::retry();
}

// Once for every generation and process. What cannot be done is said too, rather than left out
// without a word.
void IngressNginxWriter::tell(const api::ObjectKey& key, const doc::Value& object) {
  auto& [version, count] = told_[key];
  // Annotations do not change the generation.
  const doc::Value present = doc::Value::array({object["spec"_key], api::annotations(object)});
  const auto processes = static_cast<std::int64_t>(ready_.size());
  if (version == present && count >= processes) return;
  version = present;
  count = processes;
  for (std::size_t i = 0; i < ready_.size(); ++i) {
    events_.normal(object, "Sync", "Scheduled for sync");
  }
  const std::vector<std::string> ignored = api::ingress::annotations_without_effect(object);
  if (!ignored.empty()) {
    events_.warning(object, "UnsupportedAnnotation",
                    fmt::format("These annotations of ingress-nginx have no effect here: {}",
                                fmt::join(ignored, ", ")));
  }
  tell_of_secrets(object);
}

void IngressNginxWriter::tell_of_secrets(const doc::Value& object) {
  for (const doc::Value& tls : object["spec"_key]["tls"_key].items()) {
    const std::string secret = tls["secretName"_key].to_string();
    if (secret.empty()) continue;
    const api::ObjectKey key{std::string{api::namespace_of(object)}, secret};
    const doc::Value* const found = context_.informers.of(api::ResourceId::secrets).find(key);
    const std::string problem = certificate_problem(found, key.to_string(), tls["hosts"_key]);
    if (problem.empty()) continue;
    events_.warning(object, found == nullptr ? "MissingCertificate" : "InvalidCertificate",
                    fmt::format("{}: the default fake certificate is used", problem));
  }
}

// As the status writer of ingress-nginx finds them: the addresses of the load balancer, or the
// cluster IP of a Service without one; else the nodes of the Pods.
doc::Value IngressNginxWriter::addresses() const {
  std::vector<doc::Value> result;
  const auto add = [&](std::string_view member, std::string_view text) {
    result.push_back(doc::Value::map({{member, text}}));
  };
  if (published_) {
    const doc::Value* const found =
        context_.informers.of(api::ResourceId::services).find(*published_);
    if (found == nullptr) return {};
    const api::Service service{*found};
    if (service.type() == "ExternalName") {
      add("hostname", service.external_name());
    } else if (service.type() != "LoadBalancer") {
      if (service.has_cluster_ip()) add("ip", service.cluster_ip());
      for (const doc::Value& ip : service.external_ips().items()) add("ip", ip.as_string());
    }
    for (const doc::Value& point : service.load_balancer_ingress().items()) {
      if (!point["ip"_key].is_empty()) add("ip", point["ip"_key].as_string());
      if (!point["hostname"_key].is_empty()) add("hostname", point["hostname"_key].as_string());
    }
    return doc::Value::array(std::move(result));
  }
  std::set<std::string> nodes;
  for (const api::ObjectKey& key : ready_) {
    const doc::Value* const pod = context_.informers.of(api::ResourceId::pods).find(key);
    if (pod != nullptr) nodes.emplace(api::Pod{*pod}.host_ip());
  }
  for (const std::string& node : nodes) add("ip", node);
  return doc::Value::array(std::move(result));
}

}  // namespace

std::unique_ptr<Controller> make_ingress_nginx_writer(const Context& context) {
  return std::make_unique<IngressNginxWriter>(context);
}

}  // namespace rockpool::controllers
