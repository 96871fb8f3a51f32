// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_archive.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/node/tar.h"

namespace rockpool::node {
namespace {

constexpr std::int32_t kFailed = 2;

// What tar was asked to do.
struct TarOptions {
  char mode = 0;
  std::string archive = "-";
  std::string folder;
  std::vector<std::string> paths;
  char unknown_flag = 0;
};

TarOptions read_tar_options(const ProcessContext& context) {
  TarOptions options;
  options.folder = context.working_folder();
  const std::vector<std::string>& arguments = context.arguments();
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool is_flags = i == 1 || (argument.starts_with('-') && argument.size() > 1);
    if (!is_flags) {
      options.paths.push_back(argument);
      continue;
    }
    for (const char flag : argument) {
      const bool has_value = (flag == 'f' || flag == 'C') && i + 1 < arguments.size();
      if (flag == 'c' || flag == 'x' || flag == 't') {
        options.mode = flag;
      } else if (flag == 'f' && has_value) {
        options.archive = arguments[++i];
      } else if (flag == 'C' && has_value) {
        options.folder = FileSystem::normalise(arguments[++i], context.working_folder());
      } else if (flag != '-' && flag != 'm' && flag != 'p' && flag != 'v' && flag != 'o') {
        options.unknown_flag = flag;
      }
    }
  }
  return options;
}

// A file, or a folder with all that is in it.
void collect(const FileSystem& files, const std::string& path, std::vector<TarEntry>& entries) {
  // Members have no leading slash.
  const std::string name = path.substr(1);
  if (const std::string* content = files.read(path)) {
    entries.push_back({name, false, *content});
    return;
  }
  if (!name.empty()) entries.push_back({name, true, {}});
  for (const std::string& child : files.list(path)) {
    collect(files, path == "/" ? "/" + child : path + "/" + child, entries);
  }
}

std::int32_t fail(ProcessContext& context, std::string_view message) {
  context.print_error(fmt::format("tar: {}\n", message));
  return kFailed;
}

std::int32_t create(ProcessContext& context, const TarOptions& options) {
  std::vector<TarEntry> entries;
  std::int32_t status = 0;
  bool has_slash = false;
  for (const std::string& argument : options.paths) {
    const std::string path = FileSystem::normalise(argument, options.folder);
    if (!context.files().exists(path)) {
      context.print_error(
          fmt::format("tar: {}: Cannot stat: No such file or directory\n", argument));
      status = kFailed;
      continue;
    }
    has_slash = has_slash || argument.starts_with('/');
    const std::size_t first = entries.size();
    collect(context.files(), path, entries);
    if (argument.starts_with('/')) continue;
    // Names are as the argument gave them, not from the root.
    const std::size_t base = options.folder == "/" ? 0 : options.folder.size();
    for (std::size_t i = first; i < entries.size(); ++i) entries[i].path.erase(0, base);
    if (first < entries.size() && entries[first].path.empty()) entries[first].path.push_back('.');
  }
  if (has_slash) context.print_error("tar: Removing leading `/' from member names\n");
  const std::string archive = write_tar(entries, context.now());
  if (options.archive == "-") {
    context.print(archive);
  } else {
    context.files().write(FileSystem::normalise(options.archive, context.working_folder()),
                          archive);
  }
  if (status != 0) return fail(context, "Exiting with failure status due to previous errors");
  return 0;
}

std::int32_t extract(ProcessContext& context, const TarOptions& options,
                     const std::string& archive) {
  if (!context.files().is_folder(options.folder)) {
    return fail(context, fmt::format("{}: Cannot open: No such file or directory", options.folder));
  }
  const auto entries = read_tar(archive);
  if (!entries) return fail(context, entries.error());
  for (const TarEntry& entry : *entries) {
    if (options.mode == 't') {
      context.print(entry.path + (entry.is_folder ? "/\n" : "\n"));
      continue;
    }
    const std::string path = FileSystem::normalise(entry.path, options.folder);
    const bool done = entry.is_folder
                          ? context.files().is_folder(path) || context.files().make_folder(path)
                          : context.files().write(path, entry.content);
    if (!done) return fail(context, fmt::format("{}: Cannot open: No space left on device", path));
  }
  return 0;
}

}  // namespace

sim::Task<std::int32_t> run_tar(ProcessContext& context) {
  const TarOptions options = read_tar_options(context);
  if (options.unknown_flag != 0) {
    co_return fail(context, fmt::format("invalid option -- '{}'", options.unknown_flag));
  }
  if (options.mode == 0) {
    co_return fail(context, "You must specify one of the '-Acdtrux' options");
  }
  if (options.mode == 'c') co_return create(context, options);
  if (options.archive == "-") {
    sim::Task<std::string> reading = context.read_input();
    const std::string archive = co_await reading;
    co_return extract(context, options, archive);
  }
  const std::string* archive =
      context.files().read(FileSystem::normalise(options.archive, context.working_folder()));
  if (archive == nullptr) {
    co_return fail(context,
                   fmt::format("{}: Cannot open: No such file or directory", options.archive));
  }
  // A copy: what is extracted may replace the archive itself.
  const std::string copy = *archive;
  co_return extract(context, options, copy);
}

}  // namespace rockpool::node
