#pragma once
// Typed members of a JSON object, each with its bounds. A message is read in one expression, and
// what was wrong is asked for afterwards:
//
//     json::Problems problems;
//     json::Members members(value, problems);
//     Order order{.name = members.word("name", 64), .count = members.number("count", 1, 99)};
//     TRY(problems.status());

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/json/json.h"

namespace muster::json {

/// What is wrong with the members of a text: the first problem, and how many there are.
class Problems {
 public:
  /// `member`: its name with those of the objects around it, "node.name". `what`: "is missing".
  void add(std::string_view member, std::string_view what);

  std::size_t count() const { return count_; }

  /// Errors (ErrorKind::invalid): the first problem, which names the member.
  Status status() const;

 private:
  std::string first_;
  std::size_t count_ = 0;
};

/// Members of one object. A function of the form find_… returns nothing when the member is absent
/// or null; without find_ the member must be there. A member of another type or out of its bounds
/// is a problem, and reads as if it were absent. Lengths are bytes. Owns: nothing; value and
/// problems must live longer.
class Members {
 public:
  /// `place`: the name of the object in its text; empty for the whole text. A value that is not an
  /// object is a problem.
  Members(const Value& value, Problems& problems, std::string place = {});

  /// A name or key: at most `most` printable characters of ASCII without blanks. The one that must
  /// be there is not empty.
  std::string word(const char* name, std::size_t most);
  std::optional<std::string> find_word(const char* name, std::size_t most);

  /// At most `most` words of at most `longest` bytes.
  std::optional<std::vector<std::string>> find_words(const char* name, std::size_t most,
                                                     std::size_t longest);

  /// Text for programs, such as PEM: as it was sent, without NUL. The one that must be there is not
  /// empty.
  std::string text(const char* name, std::size_t most);
  std::optional<std::string> find_text(const char* name, std::size_t most);

  /// Text for people: made printable and cut at `most`, so that no length is a problem.
  std::string shown(const char* name, std::size_t most);
  std::optional<std::string> find_shown(const char* name, std::size_t most);

  /// Lines for people: the first `most`, each as find_shown.
  std::optional<std::vector<std::string>> find_lines(const char* name, std::size_t most,
                                                     std::size_t longest);

  /// A whole number from `low` to `high`. The one that must be there reads as `low` when it is
  /// wrong.
  std::uint64_t number(const char* name, std::uint64_t low, std::uint64_t high);
  std::optional<std::uint64_t> find_number(const char* name, std::uint64_t low, std::uint64_t high);

  std::optional<bool> find_flag(const char* name);

  /// A list of any length. The one that must be there reads as an empty one when it is wrong.
  const Value& list(const char* name);
  const Value* find_list(const char* name);

  /// An object inside this one; its members are named with this one's place before them.
  Members object(const char* name);
  std::optional<Members> find_object(const char* name);

  /// Every member that was not asked for until now is a problem. Without this call such members are
  /// ignored.
  void refuse_unknown();

  /// How many texts for people were cut.
  std::size_t cut() const { return cut_; }

  /// The member's name with the place before it, for problems that the caller finds.
  std::string path(std::string_view name) const;

 private:
  /// Null when the member is absent.
  const Value* find(const char* name);
  /// Null when the member is absent or is not a text.
  const std::string* find_string(const char* name);
  std::string show(const std::string& given, std::size_t most);
  void missing(const char* name);

  const Value* value_;
  Problems* problems_;
  std::string place_;
  std::set<std::string, std::less<>> asked_;
  std::size_t cut_ = 0;
};

}  // namespace muster::json
