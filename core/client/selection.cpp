// SPDX-License-Identifier: Apache-2.0
#include "core/client/selection.h"

#include <algorithm>

#include "core/api/object.h"

namespace rockpool::client {
namespace {

using namespace doc::literals;

const doc::Value& pairs_of(const doc::Value& object, SelectorForm form) {
  const doc::Value& selector = object["spec"_key]["selector"_key];
  return form == SelectorForm::labels ? selector : selector["matchLabels"_key];
}

// Where the objects of a namespace are that demand no particular label. No label has an empty key.
std::string undemanding(std::string_view namespace_) {
  return label_index_value(namespace_, {}, {});
}

bool selects(const doc::Value& object, SelectorForm form, const doc::Value& labels) {
  if (!has_labels(labels, pairs_of(object, form))) return false;
  if (form == SelectorForm::labels) return true;
  const doc::Value& selector = object["spec"_key]["selector"_key];
  // Most selectors are nothing but labels; only the others need the full machinery.
  if (selector["matchExpressions"_key].size() == 0) return true;
  const auto parsed = api::LabelSelector::from_value(selector);
  return parsed && parsed->matches(labels);
}

Index::Function index_function(SelectorForm form) {
  return [form](const doc::Value& object, std::vector<std::string>& values) {
    const std::string_view namespace_ = api::namespace_of(object);
    const auto pairs = pairs_of(object, form).members();
    if (!pairs.empty()) {
      values.push_back(
          label_index_value(namespace_, pairs.front().key.text(), pairs.front().value.as_string()));
    } else if (form == SelectorForm::label_selector) {
      values.push_back(undemanding(namespace_));
    }
  };
}

// Objects without controller by each of their labels, and all of a namespace in one place.
void orphan_values(const doc::Value& object, std::vector<std::string>& values) {
  if (!api::controller_uid(object).empty()) return;
  const std::string_view namespace_ = api::namespace_of(object);
  values.push_back(undemanding(namespace_));
  for (const doc::Member& label : api::labels(object).members()) {
    values.push_back(label_index_value(namespace_, label.key.text(), label.value.as_string()));
  }
}

Index& orphans(Informer& informer) {
  return informer.index("orphan", orphan_values,
                        [](const doc::Value& before, const doc::Value& after) {
                          return api::labels(before).identical(api::labels(after)) &&
                                 api::metadata(before)["ownerReferences"_key].identical(
                                     api::metadata(after)["ownerReferences"_key]);
                        });
}

}  // namespace

bool has_labels(const doc::Value& labels, const doc::Value& selector) {
  return std::ranges::all_of(selector.members(), [&](const doc::Member& pair) {
    const doc::Value* value = labels.find(pair.key);
    return value != nullptr && *value == pair.value;
  });
}

Index& by_selector(Informer& informer, SelectorForm form) {
  return informer.index(
      "selector", index_function(form), [](const doc::Value& before, const doc::Value& after) {
        return before["spec"_key]["selector"_key].identical(after["spec"_key]["selector"_key]);
      });
}

void for_each_selecting(Informer& informer, SelectorForm form, std::string_view namespace_,
                        const doc::Value& labels,
                        const std::function<void(const doc::Value& object)>& visit) {
  const Index& index = by_selector(informer, form);
  if (index.is_empty()) return;
  const auto visit_all = [&](const std::string& value) {
    for (const Entry* entry : index.find(value)) {
      if (selects(entry->second, form, labels)) visit(entry->second);
    }
  };
  for (const doc::Member& label : labels.members()) {
    visit_all(label_index_value(namespace_, label.key.text(), label.value.as_string()));
  }
  if (form == SelectorForm::label_selector) visit_all(undemanding(namespace_));
}

void for_each_orphan(Informer& informer, std::string_view namespace_, const doc::Value& selector,
                     const api::LabelSelector& parsed,
                     const std::function<void(const doc::Value& object)>& visit) {
  const auto pairs = selector["matchLabels"_key].members();
  const std::string value = pairs.empty() ? undemanding(namespace_)
                                          : label_index_value(namespace_, pairs.front().key.text(),
                                                              pairs.front().value.as_string());
  for (const Entry* entry : orphans(informer).find(value)) {
    if (parsed.matches(api::labels(entry->second))) visit(entry->second);
  }
}

}  // namespace rockpool::client
