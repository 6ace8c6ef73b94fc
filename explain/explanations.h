#pragma once
// What messages mean, and what to do: the tables of docs/troubleshooting.md, by name. A name is for
// programs as well, and never gets another meaning. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace muster::explain {

/// One row. Texts are Markdown.
struct Explanation {
  /// Lower-case words joined by '-', the row's anchor in the page.
  std::string id;
  /// The heading above the table.
  std::string section;
  /// What somebody sees, why, and what to do.
  std::string seen;
  std::string cause;
  std::string next;
  /// The messages among what is seen; "…" stands for any text.
  std::vector<std::string> messages;
};

/// The page of this version.
extern const std::string_view kPage;

/// The rows of such a page that have a name.
std::vector<Explanation> parse_explanations(std::string_view page);

/// Those of kPage, in its order. Threads: any.
const std::vector<Explanation>& explanations();

/// The row of this name; null: there is none.
const Explanation* find_explanation(std::string_view id);

/// The row whose message a text has in it, with most letters in common; null: there is none.
const Explanation* explain_text(std::string_view text);

/// The name of that row; empty: there is none.
std::string id_of(std::string_view text);

}  // namespace muster::explain
