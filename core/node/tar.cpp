// SPDX-License-Identifier: Apache-2.0
#include "core/node/tar.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

constexpr std::size_t kBlock = 512;
// Where the fields of a header are, and how long.
constexpr std::size_t kNameSize = 100;
constexpr std::size_t kSizeAt = 124;
constexpr std::size_t kChecksumAt = 148;
constexpr std::size_t kChecksumSize = 8;
constexpr std::size_t kTypeAt = 156;
constexpr std::size_t kMagicAt = 257;
constexpr std::size_t kUserAt = 265;
constexpr std::size_t kGroupAt = 297;
constexpr std::size_t kPrefixAt = 345;
constexpr std::size_t kPrefixSize = 155;
constexpr char kFile = '0';
constexpr char kOldFile = '\0';
constexpr char kFolder = '5';
constexpr char kPax = 'x';
constexpr char kGnuLongName = 'L';

void put(std::string& header, std::size_t at, std::string_view text) {
  header.replace(at, text.size(), text);
}

std::uint64_t checksum(std::string_view header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const bool is_own = i >= kChecksumAt && i < kChecksumAt + kChecksumSize;
    sum += is_own ? std::uint64_t{' '} : static_cast<unsigned char>(header[i]);
  }
  return sum;
}

void append_padded(std::string& out, std::string_view data) {
  out += data;
  out.append((kBlock - data.size() % kBlock) % kBlock, '\0');
}

void append_entry(std::string& out, std::string_view name, char type, std::string_view content,
                  sim::Time modified) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(modified.time_since_epoch()).count();
  std::string header(kBlock, '\0');
  put(header, 0, name.substr(0, kNameSize));
  put(header, 100, type == kFolder ? "0000755" : "0000644");
  put(header, 108, "0000000");
  put(header, 116, "0000000");
  put(header, kSizeAt, fmt::format("{:011o}", content.size()));
  put(header, 136, fmt::format("{:011o}", seconds));
  header[kTypeAt] = type;
  put(header, kMagicAt,
      std::string_view{"ustar\0"
                       "00",
                       8});
  put(header, kUserAt, "root");
  put(header, kGroupAt, "root");
  put(header, kChecksumAt, fmt::format("{:06o}", checksum(header)));
  header[kChecksumAt + 7] = ' ';
  out += header;
  append_padded(out, content);
}

// `27 path=some/long/path\n`: the number counts itself.
std::string pax_record(std::string_view name, std::string_view value) {
  const std::size_t rest = name.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  return fmt::format("{} {}={}\n", length, name, value);
}

std::string_view text_at(std::string_view header, std::size_t at, std::size_t size) {
  const std::string_view field = header.substr(at, size);
  return field.substr(0, field.find('\0'));
}

std::optional<std::size_t> octal_at(std::string_view header, std::size_t at, std::size_t size) {
  std::size_t number = 0;
  for (const char c : header.substr(at, size)) {
    if (c == ' ' || c == '\0') continue;
    if (c < '0' || c > '7') return std::nullopt;
    number = number * 8 + static_cast<std::size_t>(c - '0');
  }
  return number;
}

// The value of `path` among PAX records, or empty.
std::string pax_path(std::string_view records) {
  while (!records.empty()) {
    const std::size_t end = std::min(records.find('\n'), records.size());
    const std::string_view record = records.substr(0, end);
    records.remove_prefix(std::min(end + 1, records.size()));
    const std::size_t start = record.find(" path=");
    if (start != std::string_view::npos) return std::string{record.substr(start + 6)};
  }
  return {};
}

std::string header_path(std::string_view header) {
  const std::string_view name = text_at(header, 0, kNameSize);
  const bool is_ustar = header.substr(kMagicAt, 6) == std::string_view{"ustar\0", 6};
  const std::string_view prefix =
      is_ustar ? text_at(header, kPrefixAt, kPrefixSize) : std::string_view{};
  return prefix.empty() ? std::string{name} : fmt::format("{}/{}", prefix, name);
}

}  // namespace

std::string write_tar(const std::vector<TarEntry>& entries, sim::Time modified) {
  std::string out;
  for (const TarEntry& entry : entries) {
    const std::string name = entry.is_folder ? entry.path + "/" : entry.path;
    if (name.size() > kNameSize) {
      append_entry(out, "PaxHeaders.0/path", kPax, pax_record("path", name), modified);
    }
    append_entry(out, name, entry.is_folder ? kFolder : kFile,
                 entry.is_folder ? std::string_view{} : entry.content, modified);
  }
  // Two empty blocks end an archive.
  out.append(2 * kBlock, '\0');
  return out;
}

std::expected<std::vector<TarEntry>, std::string> read_tar(std::string_view bytes) {
  std::vector<TarEntry> entries;
  std::string long_path;
  while (bytes.size() >= kBlock) {
    const std::string_view header = bytes.substr(0, kBlock);
    if (header.find_first_not_of('\0') == std::string_view::npos) return entries;
    const auto size = octal_at(header, kSizeAt, 12);
    const auto sum = octal_at(header, kChecksumAt, kChecksumSize);
    if (!size || !sum || *sum != checksum(header)) {
      return std::unexpected{std::string{"invalid tar header"}};
    }
    bytes.remove_prefix(kBlock);
    if (bytes.size() < *size) return std::unexpected{std::string{"short read"}};
    const std::string_view content = bytes.substr(0, *size);
    bytes.remove_prefix(std::min((*size + kBlock - 1) / kBlock * kBlock, bytes.size()));
    const char type = header[kTypeAt];
    if (type == kPax) {
      long_path = pax_path(content);
      continue;
    }
    if (type == kGnuLongName) {
      long_path = content.substr(0, content.find('\0'));
      continue;
    }
    TarEntry entry;
    entry.path = long_path.empty() ? header_path(header) : std::exchange(long_path, {});
    long_path.clear();
    entry.is_folder = type == kFolder || entry.path.ends_with('/');
    while (entry.path.ends_with('/')) entry.path.pop_back();
    if (!entry.is_folder && type != kFile && type != kOldFile) continue;
    if (!entry.is_folder) entry.content = content;
    if (!entry.path.empty()) entries.push_back(std::move(entry));
  }
  if (!bytes.empty()) return std::unexpected{std::string{"short read"}};
  return entries;
}

}  // namespace rockpool::node
