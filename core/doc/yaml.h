// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/diagnosis.h"
#include "core/doc/source_map.h"
#include "core/doc/value.h"

namespace rockpool::doc {

/// One document of a YAML stream.
struct YamlDocument {
  Value value;
  /// Where everything was, in lines of the whole stream.
  SourceMap positions;
  /// Where the document's first value stands.
  Position start;
};

/// Reads a stream of YAML documents as kubectl does (sigs.k8s.io/yaml over go-yaml v2): documents
/// are separated by `---`, empty ones are skipped, JSON is accepted. Plain scalars follow YAML 1.1:
/// yes, no, on and off are booleans, 0777 and 0o777 octal, 1_000 a thousand; dates stay strings.
/// Keys that are not strings become strings. Anchors, aliases and merge keys (`<<`) work; an alias
/// shares what it stands for.
///
/// Unlike kubectl, a key given twice in one object is an error, as it is for the API server's
/// strict decoder.
///
/// Messages are those of go-yaml where it has one for the mistake; lines are always those of the
/// text. On an error there are no documents at all.
std::expected<std::vector<YamlDocument>, ParseError> parse_yaml(std::string_view text,
                                                                const Limits& limits = {});

/// The error in go-yaml's words, as kubectl prints it after "error converting YAML to JSON: ":
/// `yaml: line 3: found character that cannot start any token`.
std::string yaml_error_text(const ParseError& error);

}  // namespace rockpool::doc
