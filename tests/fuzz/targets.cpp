// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.h"

#include <array>

namespace rockpool::fuzz {

std::span<const Target> targets() {
  static constexpr std::array kTargets = {
      Target{"json", check_json},
      Target{"yaml", check_yaml},
      Target{"json-patch", check_json_patch},
      Target{"merge-patch", check_merge_patch},
      Target{"strategic-merge-patch", check_strategic_merge_patch},
      Target{"label-selector", check_label_selector},
      Target{"field-selector", check_field_selector},
      Target{"dns-message", check_dns_message},
      Target{"url", check_url},
      Target{"certificate", check_certificate},
  };
  return kTargets;
}

}  // namespace rockpool::fuzz
