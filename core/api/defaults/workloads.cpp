// SPDX-License-Identifier: Apache-2.0
#include "core/api/defaults.h"
#include "core/api/defaults/parts.h"
#include "core/api/object.h"

namespace rockpool::api::defaults {

namespace {

constexpr int kRevisionHistoryLimit = 10;

void default_template(Value& spec) {
  update(spec, "template"_key,
         [](Value& pod_template) { update(pod_template, "spec"_key, apply_pod_spec_defaults); });
}

}  // namespace

void apply_to_deployment(Value& deployment) {
  update(deployment, "spec"_key, [](Value& spec) {
    set_default(spec, "replicas"_key, 1);
    default_template(spec);
    if (spec["strategy"_key].is_null()) spec.set("strategy"_key, Value::object());
    update(spec, "strategy"_key, [](Value& strategy) {
      set_default(strategy, "type"_key, "RollingUpdate");
      if (strategy["type"_key].as_string() != "RollingUpdate") return;
      set_default(strategy, "rollingUpdate"_key, Value::object());
      update(strategy, "rollingUpdate"_key, [](Value& rolling) {
        set_default(rolling, "maxUnavailable"_key, "25%");
        set_default(rolling, "maxSurge"_key, "25%");
      });
    });
    set_default(spec, "revisionHistoryLimit"_key, kRevisionHistoryLimit);
    set_default(spec, "progressDeadlineSeconds"_key, 600);
  });
}

void apply_to_replica_set(Value& replica_set) {
  update(replica_set, "spec"_key, [](Value& spec) {
    set_default(spec, "replicas"_key, 1);
    default_template(spec);
  });
}

void apply_to_stateful_set(Value& stateful_set) {
  update(stateful_set, "spec"_key, [](Value& spec) {
    default_template(spec);
    set_default(spec, "podManagementPolicy"_key, "OrderedReady");
    update(spec, "updateStrategy"_key, [](Value& strategy) {
      if (strategy["type"_key].is_empty()) {
        strategy.set("type"_key, "RollingUpdate");
        set_default(strategy, "rollingUpdate"_key, Value::object());
      }
      if (strategy["type"_key].as_string() != "RollingUpdate") return;
      update(strategy, "rollingUpdate"_key,
             [](Value& rolling) { set_default(rolling, "partition"_key, 0); });
    });
    set_default(spec, "persistentVolumeClaimRetentionPolicy"_key, Value::object());
    update(spec, "persistentVolumeClaimRetentionPolicy"_key, [](Value& policy) {
      set_default(policy, "whenDeleted"_key, "Retain");
      set_default(policy, "whenScaled"_key, "Retain");
    });
    set_default(spec, "replicas"_key, 1);
    set_default(spec, "revisionHistoryLimit"_key, kRevisionHistoryLimit);
    update_each(spec, "volumeClaimTemplates"_key, [](Value& claim) {
      apply_to_claim(claim);
      set_default(claim, "apiVersion"_key, "v1");
      set_default(claim, "kind"_key, "PersistentVolumeClaim");
    });
  });
}

void apply_to_daemon_set(Value& daemon_set) {
  update(daemon_set, "spec"_key, [](Value& spec) {
    default_template(spec);
    update(spec, "updateStrategy"_key, [](Value& strategy) {
      set_default(strategy, "type"_key, "RollingUpdate");
      if (strategy["type"_key].as_string() != "RollingUpdate") return;
      set_default(strategy, "rollingUpdate"_key, Value::object());
      update(strategy, "rollingUpdate"_key, [](Value& rolling) {
        set_default(rolling, "maxUnavailable"_key, 1);
        set_default(rolling, "maxSurge"_key, 0);
      });
    });
    set_default(spec, "revisionHistoryLimit"_key, kRevisionHistoryLimit);
  });
}

// The labels of the template are the selector, and its own, unless it says otherwise.
void apply_to_replication_controller(Value& replication_controller) {
  const Value labels =
      replication_controller["spec"_key]["template"_key]["metadata"_key]["labels"_key];
  if (labels.size() != 0) {
    if (api::labels(replication_controller).size() == 0) {
      replication_controller.edit("metadata"_key).set("labels"_key, labels);
    }
    if (replication_controller["spec"_key]["selector"_key].size() == 0) {
      replication_controller.edit("spec"_key).set("selector"_key, labels);
    }
  }
  update(replication_controller, "spec"_key, [](Value& spec) {
    set_default(spec, "replicas"_key, 1);
    default_template(spec);
  });
}

void apply_to_pod_template(Value& pod_template) {
  default_template(pod_template);
}

}  // namespace rockpool::api::defaults
