#pragma once
// Tables of fields for people: the reference manual, a list of all fields, one field explained.

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/spec/fields.h"

namespace muster::spec {

/// The keys of one section as a table, Markdown.
std::string render_keys_table(std::span<const Field> fields);

/// docs/reference/cluster-yaml.md, Markdown.
std::string render_reference();

/// cluster.yaml(5), in the macros of mdoc(7).
std::string render_manual_page();

/// One field a line, "path<TAB>type<TAB>default", for reading and for completion.
std::string render_field_list();

/// What a field means, what may be written, its default and an example. Indexes may be left out or
/// written: "users[].uid", "users.uid" and "users[3].uid" are the same field.
/// Errors: there is no such field.
Result<std::string> explain_field(std::string_view path);

}  // namespace muster::spec
