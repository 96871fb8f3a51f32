// SPDX-License-Identifier: Apache-2.0
#include "core/api/quantity.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>

namespace rockpool::api {
namespace {

Quantity quantity(std::string_view text) {
  const auto parsed = Quantity::parse(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *parsed;
}

TEST_CASE("quantities are printed in their canonical form") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"0", "0"},
      {"0m", "0"},
      {"100m", "100m"},
      {"1000m", "1"},
      {"1500m", "1500m"},
      {"1.5", "1500m"},
      {"0.5", "500m"},
      {".5", "500m"},
      {"1.", "1"},
      {"+3", "3"},
      {"-3", "-3"},
      {"-1.5", "-1500m"},
      {"1024", "1024"},
      {"1Ki", "1Ki"},
      {"1024Ki", "1Mi"},
      {"1536Mi", "1536Mi"},
      {"1.5Gi", "1536Mi"},
      {"0.5Ki", "512"},
      {"1Ei", "1Ei"},
      {"1k", "1k"},
      {"1000k", "1M"},
      {"1e3", "1e3"},
      {"12e6", "12e6"},
      {"1E3", "1e3"},
      {"1E", "1E"},
      {"1e-3", "1e-3"},
      {"100e-1", "10"},
      {"0.001", "1m"},
      {"1u", "1u"},
      {"1n", "1n"},
      {"0.1n", "1n"},
      {"1.0000000001", "1000000001n"},
      {"0100m", "100m"},
      {"128974848", "128974848"},
      {"129e6", "129e6"},
      {"123Mi", "123Mi"},
      {"1.1Ki", "1126400m"},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "9223372036854775807"},
      {"10Ei", "9223372036854775807"},
      {"-10Ei", "-9223372036854775807"},
      {"1000Ki", "1000Ki"},
      {"512Ki", "512Ki"}};
  for (const auto& [text, canonical] : cases) {
    CAPTURE(text);
    CHECK(quantity(text).to_string() == canonical);
    // Canonical text means itself.
    CHECK(quantity(quantity(text).to_string()).to_string() == canonical);
    CHECK(quantity(quantity(text).to_string()) == quantity(text));
  }
}

TEST_CASE("what is no quantity is refused in upstream's words") {
  constexpr std::string_view kFormat =
      "quantities must match the regular expression "
      "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  for (const std::string_view text : {"", "abc", "1 Gi", "1,5", "--1", "1.2.3", "1Gix", ".", "-"}) {
    CAPTURE(text);
    REQUIRE(!Quantity::parse(text).has_value());
    CHECK(Quantity::parse(text).error() == kFormat);
  }
  for (const std::string_view text : {"1KiB", "1i", "1kk", "1mi", "1K", "1ee3"}) {
    CAPTURE(text);
    REQUIRE(!Quantity::parse(text).has_value());
  }
  CHECK(Quantity::parse("1kk").error() == "unable to parse quantity's suffix");
}

TEST_CASE("amounts compare and add whatever their suffixes") {
  CHECK(quantity("1Gi") == quantity("1024Mi"));
  CHECK(quantity("1") == quantity("1000m"));
  CHECK(quantity("1G") < quantity("1Gi"));
  CHECK(quantity("-1") < quantity("0"));
  CHECK((quantity("1Gi") + quantity("512Mi")).to_string() == "1536Mi");
  CHECK((quantity("100m") + quantity("2")).to_string() == "2100m");
  CHECK((quantity("1") - quantity("1500m")).to_string() == "-500m");
  // Nothing plus something is printed as the something.
  CHECK((Quantity{} + quantity("2Gi")).to_string() == "2Gi");
}

TEST_CASE("whole units and thousandths are rounded away from zero") {
  CHECK(quantity("1500m").value() == 2);
  CHECK(quantity("-1500m").value() == -2);
  CHECK(quantity("1").milli_value() == 1000);
  CHECK(quantity("1u").milli_value() == 1);
  CHECK(quantity("1Gi").value() == 1073741824);
  CHECK(Quantity::of(std::numeric_limits<std::int64_t>::max()).milli_value() ==
        std::numeric_limits<std::int64_t>::max());
  CHECK(Quantity::of(5).is_integer());
  CHECK(!quantity("5m").is_integer());
  CHECK(quantity("5m").is_milli_integer());
  CHECK(!quantity("5u").is_milli_integer());
}

TEST_CASE("any number of thousandths survives printing and reading") {
  std::mt19937_64 random{7};
  for (int i = 0; i < 2000; ++i) {
    const auto milli =
        static_cast<std::int64_t>(random() >> (random() % 50 + 4)) * (random() % 2 == 0 ? 1 : -1);
    for (const auto format : {Quantity::Format::decimal_si, Quantity::Format::binary_si,
                              Quantity::Format::decimal_exponent}) {
      const Quantity amount = Quantity::of_milli(milli, format);
      CAPTURE(amount.to_string());
      CHECK(quantity(amount.to_string()) == amount);
      CHECK(quantity(amount.to_string()).milli_value() == milli);
    }
  }
}

}  // namespace
}  // namespace rockpool::api
