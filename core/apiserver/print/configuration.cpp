// SPDX-License-Identifier: Apache-2.0
#include "core/api/object.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kConfigMapColumns[] = {
    kNameColumn,
    {"Data", ColumnType::integer, false, "How many entries it has."},
    kAgeColumn,
};

Cells config_map_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["data"_key].size() + object["binaryData"_key].size(),
          age_of(object, now)};
}

constexpr Column kSecretColumns[] = {
    kNameColumn,
    {"Type", ColumnType::string, false, "What the Secret is for."},
    {"Data", ColumnType::integer, false, "How many entries it has."},
    kAgeColumn,
};

Cells secret_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["type"_key].as_string(), object["data"_key].size(),
          age_of(object, now)};
}

constexpr Column kServiceAccountColumns[] = {
    kNameColumn,
    {"Secrets", ColumnType::integer, false, "How many Secrets it lists."},
    kAgeColumn,
};

Cells service_account_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["secrets"_key].size(), age_of(object, now)};
}

}  // namespace

constexpr Printer kConfigMapPrinter{kConfigMapColumns, config_map_cells};
constexpr Printer kSecretPrinter{kSecretColumns, secret_cells};
constexpr Printer kServiceAccountPrinter{kServiceAccountColumns, service_account_cells};

}  // namespace rockpool::apiserver
