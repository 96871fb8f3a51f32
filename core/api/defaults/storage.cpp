// SPDX-License-Identifier: Apache-2.0
#include "core/api/defaults/parts.h"
#include "core/api/quantity.h"

namespace rockpool::api::defaults {

namespace {

void default_volume_spec(Value& spec) {
  update(spec, "capacity"_key, round_resources);
  update(spec, "hostPath"_key, [](Value& host_path) {
    if (host_path["type"_key].is_null()) host_path.set("type"_key, "");
  });
  apply_to_rare_volumes(spec);
}

}  // namespace

void round_resources(Value& resources) {
  for (const doc::Member& member : Value{resources}.members()) {
    const Quantity quantity = Quantity::from_value(member.value);
    if (quantity.is_milli_integer()) continue;
    resources.set(member.key,
                  Quantity::of_milli(quantity.milli_value(), quantity.format()).to_value());
  }
}

void apply_to_rare_volumes(Value& volume) {
  update(volume, "iscsi"_key,
         [](Value& iscsi) { set_default(iscsi, "iscsiInterface"_key, "default"); });
  update(volume, "rbd"_key, [](Value& rbd) {
    set_default(rbd, "pool"_key, "rbd");
    set_default(rbd, "user"_key, "admin");
    set_default(rbd, "keyring"_key, "/etc/ceph/keyring");
  });
  update(volume, "azureDisk"_key, [](Value& disk) {
    set_default(disk, "cachingMode"_key, "ReadWrite");
    set_default(disk, "kind"_key, "Shared");
    set_default(disk, "fsType"_key, "ext4");
    set_default(disk, "readOnly"_key, false);
  });
  update(volume, "scaleIO"_key, [](Value& scale_io) {
    set_default(scale_io, "storageMode"_key, "ThinProvisioned");
    set_default(scale_io, "fsType"_key, "xfs");
  });
}

void apply_to_claim_spec(Value& spec) {
  set_default(spec, "volumeMode"_key, "Filesystem");
  update(spec, "resources"_key, [](Value& resources) {
    update(resources, "limits"_key, round_resources);
    update(resources, "requests"_key, round_resources);
  });
}

void apply_to_volume(Value& persistent_volume) {
  update(persistent_volume, "status"_key,
         [](Value& status) { set_default(status, "phase"_key, "Pending"); });
  update(persistent_volume, "spec"_key, [](Value& spec) {
    set_default(spec, "persistentVolumeReclaimPolicy"_key, "Retain");
    set_default(spec, "volumeMode"_key, "Filesystem");
    default_volume_spec(spec);
  });
}

void apply_to_claim(Value& claim) {
  update(claim, "status"_key, [](Value& status) {
    set_default(status, "phase"_key, "Pending");
    update(status, "capacity"_key, round_resources);
    update(status, "allocatedResources"_key, round_resources);
  });
  update(claim, "spec"_key, apply_to_claim_spec);
}

void apply_to_storage_class(Value& storage_class) {
  set_default(storage_class, "reclaimPolicy"_key, "Delete");
  set_default(storage_class, "volumeBindingMode"_key, "Immediate");
}

void apply_to_csi_driver(Value& driver) {
  update(driver, "spec"_key, [](Value& spec) {
    set_default(spec, "attachRequired"_key, true);
    set_default(spec, "podInfoOnMount"_key, false);
    set_default(spec, "storageCapacity"_key, false);
    set_default(spec, "fsGroupPolicy"_key, "ReadWriteOnceWithFSType");
    if (spec["volumeLifecycleModes"_key].size() == 0) {
      spec.set("volumeLifecycleModes"_key, Value::strings({"Persistent"}));
    }
    set_default(spec, "requiresRepublish"_key, false);
    set_default(spec, "seLinuxMount"_key, false);
  });
}

void apply_to_volume_attachment(Value& attachment) {
  update(attachment, "spec"_key, [](Value& spec) {
    update(spec, "source"_key,
           [](Value& source) { update(source, "inlineVolumeSpec"_key, default_volume_spec); });
  });
}

}  // namespace rockpool::api::defaults
