// SPDX-License-Identifier: Apache-2.0
#include "core/node/container_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rockpool::node {

std::string ContainerLog::Line::to_string() const {
  return deferred ? deferred->format(deferred->record, time, deferred->process_start) : text;
}

void ContainerLog::Follower::push(std::string_view text) {
  if (!rest) return stream->push(text);
  text = text.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(0, *rest)));
  *rest -= static_cast<std::int64_t>(text.size());
  stream->push(text);
  if (*rest <= 0) stream->finish();
}

void ContainerLog::Follower::tell(const Line& line) {
  const std::string prefix = timestamps ? sim::format_rfc3339_nano(line.time) + " " : "";
  const std::string whole = line.to_string();
  std::string text;
  for (std::size_t start = 0;;) {
    const std::size_t end = whole.find('\n', start);
    text += prefix + whole.substr(start, end - start) + "\n";
    if (end == std::string::npos) break;
    start = end + 1;
  }
  push(text);
}

// A follower's reader may do anything when it is told, even end this log's container.
void ContainerLog::tell_followers(const Line& line) {
  std::vector<Follower> followers = std::exchange(followers_, {});
  for (Follower& follower : followers) follower.tell(line);
  std::erase_if(followers, [](const Follower& follower) { return follower.stream->is_closed(); });
  std::ranges::move(followers_, std::back_inserter(followers));
  followers_ = std::move(followers);
}

void ContainerLog::add(Line line) {
  ++lines_added_;
  if (!followers_.empty()) tell_followers(line);
  if (lines_.size() < kMaxLines) {
    lines_.push_back(std::move(line));
    return;
  }
  lines_[first_] = std::move(line);
  first_ = (first_ + 1) % kMaxLines;
}

void ContainerLog::print(sim::Time time, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    add({time, std::string{text.substr(0, std::min(end, kMaxLineBytes))}, nullptr});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void ContainerLog::print(sim::Time time, AccessRecord record, AccessFormat format,
                         sim::Time process_start) {
  Deferred deferred{std::move(record), format, process_start};
  add({time, {}, std::make_unique<Deferred>(std::move(deferred))});
}

std::vector<std::pair<sim::Time, std::string>> ContainerLog::texts() const {
  std::vector<std::pair<sim::Time, std::string>> texts;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[(first_ + i) % lines_.size()];
    const std::string whole = line.to_string();
    std::size_t start = 0;
    for (;;) {
      const std::size_t end = whole.find('\n', start);
      texts.emplace_back(line.time, whole.substr(start, end - start));
      if (end == std::string::npos) break;
      start = end + 1;
    }
  }
  return texts;
}

std::string ContainerLog::read(const apiserver::PodLogOptions& options) const {
  const std::vector<std::pair<sim::Time, std::string>> all = texts();
  std::size_t first = 0;
  if (options.tail_lines) {
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(0, *options.tail_lines));
    first = all.size() - std::min(all.size(), wanted);
  }
  std::string text;
  for (std::size_t i = first; i < all.size(); ++i) {
    const auto& [time, line] = all[i];
    if (options.since && time < *options.since) continue;
    if (options.timestamps) text += sim::format_rfc3339_nano(time) + " ";
    text += line + "\n";
    if (options.limit_bytes && static_cast<std::int64_t>(text.size()) >= *options.limit_bytes) {
      text.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, *options.limit_bytes)));
      break;
    }
  }
  return text;
}

std::int64_t ContainerLog::bytes() const {
  // `2025-01-01T00:00:00.000000000Z stdout F `, and the newline.
  constexpr std::int64_t kAround = 41;
  std::int64_t sum = 0;
  for (const Line& line : lines_) {
    sum += static_cast<std::int64_t>(line.to_string().size()) + kAround;
  }
  return sum;
}

void ContainerLog::follow(const apiserver::PodLogOptions& options,
                          std::shared_ptr<apiserver::ByteStream> stream) {
  Follower follower{std::move(stream), options.timestamps, options.limit_bytes};
  follower.push(read(options));
  if (ended_) return follower.stream->finish();
  followers_.push_back(std::move(follower));
}

void ContainerLog::end() {
  ended_ = true;
  for (const Follower& follower : std::exchange(followers_, {})) follower.stream->finish();
}

std::string ContainerLog::tail(std::size_t lines, std::size_t bytes) const {
  const std::vector<std::pair<sim::Time, std::string>> all = texts();
  std::string text;
  for (std::size_t i = all.size() - std::min(lines, all.size()); i < all.size(); ++i) {
    text += all[i].second + "\n";
  }
  if (text.size() > bytes) text.erase(0, text.size() - bytes);
  return text;
}

}  // namespace rockpool::node
