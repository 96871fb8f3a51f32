// SPDX-License-Identifier: Apache-2.0
#include "core/api/status.h"

#include <doctest/doctest.h>

#include "core/api/field_error.h"
#include "core/doc/json.h"

namespace rockpool::api {
namespace {

TEST_CASE("a Status carries upstream's words, code and details") {
  const Status status = not_found({"apps", "deployments"}, "web");
  CHECK(status.code == 404);
  CHECK(status.reason == reason::kNotFound);
  CHECK(status.message == "deployments.apps \"web\" not found");
  CHECK(doc::to_json(status.to_value()) ==
        R"({"apiVersion":"v1","code":404,"details":{"group":"apps","kind":"deployments",)"
        R"("name":"web"},"kind":"Status","message":"deployments.apps \"web\" not found",)"
        R"("metadata":{},"reason":"NotFound","status":"Failure"})");
  CHECK(Status::from_value(status.to_value()) == status);
}

TEST_CASE("the words of every kind of failure") {
  const GroupResource pods{"", "pods"};
  CHECK(already_exists(pods, "a").message == "pods \"a\" already exists");
  CHECK(conflict(pods, "a", kOptimisticLockMessage).message ==
        "Operation cannot be fulfilled on pods \"a\": the object has been modified; please apply "
        "your changes to the latest version and try again");
  CHECK(forbidden(pods, "a", "why").message == "pods \"a\" is forbidden: why");
  CHECK(forbidden(pods, "", "why").message == "pods is forbidden: why");
  CHECK(forbidden({}, "", "why").message == "forbidden: why");
  CHECK(method_not_supported(pods, "patch").message ==
        "patch is not supported on resources of kind \"pods\"");
  CHECK(internal_error("why").message == "Internal error occurred: why");
  CHECK(timeout("why", 0).message == "Timeout: why");
  CHECK(request_too_large("limit is 3145728").message ==
        "Request entity too large: limit is 3145728");
  CHECK(expired("too old").code == 410);
  CHECK(expired("too old").reason == "Expired");
  CHECK(gone("gone").reason == "Gone");
  CHECK(too_many_requests("later", 5).details.retry_after_seconds == 5);
  CHECK(unsupported_media_type("application/json").code == 415);
  CHECK(not_acceptable("application/json").code == 406);
}

TEST_CASE("an invalid object names every field once in its message") {
  FieldErrors errors;
  const FieldPath spec{"spec"};
  errors.required(spec.child("ports"));
  CHECK(invalid({"", "Service"}, "web", errors).message ==
        "Service \"web\" is invalid: spec.ports: Required value");
  errors.invalid(spec.child("port"), 0, "must be between 1 and 65535, inclusive");
  errors.required(spec.child("ports"));
  const Status status = invalid({"apps", "Deployment"}, "web", errors);
  CHECK(status.code == 422);
  CHECK(status.message ==
        "Deployment.apps \"web\" is invalid: [spec.ports: Required value, spec.port: Invalid "
        "value: 0: must be between 1 and 65535, inclusive]");
  REQUIRE(status.details.causes.size() == 3);
  CHECK(status.details.causes[1] ==
        StatusCause{"FieldValueInvalid", "Invalid value: 0: must be between 1 and 65535, inclusive",
                    "spec.port"});
  CHECK(Status::from_value(status.to_value()) == status);
}

TEST_CASE("values are shown by their kind") {
  CHECK(render_value("a\"b\n") == R"("a\"b\n")");
  CHECK(render_value(5) == "5");
  CHECK(render_value(true) == "true");
  CHECK(render_value(doc::Value{}) == "\"null\"");
  CHECK(render_value(doc::Value::strings({"10.0.0.1"})) == R"(["10.0.0.1"])");
  CHECK(quote("\x01\xff"
              "é") ==
        "\"\\x01\\xff"
        "é\"");
}

TEST_CASE("errors read as upstream's") {
  FieldErrors errors;
  const FieldPath path{"a"};
  errors.not_supported(path, "x", {"Always", "OnFailure"});
  errors.duplicate(path.index(1), "x");
  errors.forbidden(path.key("k.v/x"), "no");
  errors.too_long(path, 10);
  errors.too_many(path, 5, 3);
  errors.not_found(path, "x");
  const std::string_view expected[] = {
      "a: Unsupported value: \"x\": supported values: \"Always\", \"OnFailure\"",
      "a[1]: Duplicate value: \"x\"",
      "a[k.v/x]: Forbidden: no",
      "a: Too long: may not be more than 10 bytes",
      "a: Too many: 5: must have at most 3 items",
      "a: Not found: \"x\""};
  REQUIRE(errors.size() == std::size(expected));
  for (std::size_t i = 0; i < errors.size(); ++i) CHECK(errors[i].message() == expected[i]);
}

}  // namespace
}  // namespace rockpool::api
