#pragma once
// What the manual of cluster.yaml says, before it has a form: prose and what is read off the field
// table. reference.cpp makes Markdown of it, reference_man.cpp a manual page.

#include <string>
#include <string_view>
#include <vector>

#include "core/spec/fields.h"

namespace muster::spec {

/// A piece of prose. In it `words` between backquotes are written as such; lines end where the
/// Markdown's do.
struct Passage {
  enum class Kind { heading, paragraph, bullet, file };
  Kind kind = Kind::paragraph;
  std::string text;
};

/// What the manual says before the keys, and after them.
std::vector<Passage> introduction();
std::vector<Passage> closing();

/// "list: path", "section".
std::string type_name(const Field& field);

/// What may be written, as the end of a sentence.
std::string allowed_text(const Field& field);

/// "`amd64`", "required", "none".
std::string default_text(const Field& field);

/// Every section, at any depth, in the order of the table.
std::vector<FieldPath> all_sections();

/// One section as it may be written in a file, with the sections around it: every key with its
/// default or its example, but for those of the sections inside it, which have examples of their
/// own.
std::string example_text(const FieldPath& section);

}  // namespace muster::spec
