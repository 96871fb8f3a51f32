// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/reviews/virtual_resource.h"

#include "core/apiserver/body.h"
#include "core/apiserver/metrics.h"
#include "core/apiserver/object_routes.h"
#include "core/apiserver/reviews/reviews.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kAuthentication = "authentication.k8s.io";
constexpr std::string_view kAuthorization = "authorization.k8s.io";
constexpr std::string_view kMetrics = "metrics.k8s.io";

constexpr VirtualResource kVirtualResources[] = {
    {kAuthentication, "v1", "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview", false,
     review_self_subject},
    {kAuthentication, "v1", "tokenreviews", "tokenreview", "TokenReview", false, review_token},
    {kAuthorization, "v1", "localsubjectaccessreviews", "localsubjectaccessreview",
     "LocalSubjectAccessReview", true, review_local_subject_access},
    {kAuthorization, "v1", "selfsubjectaccessreviews", "selfsubjectaccessreview",
     "SelfSubjectAccessReview", false, review_self_subject_access},
    {kAuthorization, "v1", "selfsubjectrulesreviews", "selfsubjectrulesreview",
     "SelfSubjectRulesReview", false, review_self_subject_rules},
    {kAuthorization, "v1", "subjectaccessreviews", "subjectaccessreview", "SubjectAccessReview",
     false, review_subject_access},
    {kMetrics, "v1beta1", "nodes", "", "NodeMetrics", false, nullptr, read_node_metrics},
    {kMetrics, "v1beta1", "pods", "", "PodMetrics", true, nullptr, read_pod_metrics},
};

Response serve_questions(const VirtualResource& resource, const Route& route) {
  const ResourcePath& path = route.path;
  if (!path.name.empty() || resource.namespaced == path.ns.empty()) {
    return respond_status(api::resource_not_found(), route.format);
  }
  if (route.request.method != "POST") {
    return respond_status(api::method_not_allowed(), route.format);
  }
  return resource.create(route);
}

}  // namespace

std::span<const VirtualResource> virtual_resources() {
  return kVirtualResources;
}

const VirtualResource* find_virtual_resource(std::string_view group, std::string_view version,
                                             std::string_view plural) {
  for (const VirtualResource& resource : kVirtualResources) {
    if (resource.plural == plural && resource.group == group && resource.version == version) {
      return &resource;
    }
  }
  return nullptr;
}

Response serve_virtual(const VirtualResource& resource, const Route& route) {
  if (resource.create != nullptr) return serve_questions(resource, route);
  const ResourcePath& path = route.path;
  const bool fits = resource.namespaced ? path.name.empty() || !path.ns.empty() : path.ns.empty();
  if (!fits || !path.subresource.empty()) {
    return respond_status(api::resource_not_found(), route.format);
  }
  if (route.request.method != "GET" || wants_watch(route.request)) {
    return respond_status(api::method_not_allowed(), route.format);
  }
  return resource.read(route);
}

api::Result<doc::Value> read_review(const Route& route, std::string_view api_version,
                                    std::string_view kind) {
  std::vector<std::string> warnings;
  const auto options = read_write_options(route.request, "CreateOptions", warnings);
  if (!options) return std::unexpected{options.error()};
  return read_other(route.request, api_version, api_version, kind, options->field_validation,
                    warnings);
}

}  // namespace rockpool::apiserver
