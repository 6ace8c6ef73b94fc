#include "extensions/packed_path.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/spec/characters.h"
#include "extensions/limits.h"

namespace muster::extensions {
namespace {

bool is_allowed(char c) {
  using spec::Class;
  return spec::is_class(c, Class::letter | Class::digit) ||
         std::string_view("._-+=@,~%").contains(c);
}

std::unexpected<Error> refuse_path(std::string_view path, std::string_view rule) {
  return fail(ErrorKind::invalid, std::format("'{}' {}", printable(path, kLongestPath), rule));
}

Status check_name(std::string_view path, std::string_view name) {
  if (name.empty()) return refuse_path(path, "has an empty name in it");
  if (name == "." || name == "..") return refuse_path(path, "has '.' or '..' in it");
  if (name.size() > kLongestName) {
    return refuse_path(path, std::format("has a name of more than {} bytes", kLongestName));
  }
  if (!std::ranges::all_of(name, is_allowed)) {
    return refuse_path(path, "has a character that is none of letters, digits and \"._-+=@,~%\"");
  }
  return {};
}

}  // namespace

Status check_packed_path(std::string_view path) {
  if (path.empty()) return fail(ErrorKind::invalid, "a path is empty");
  if (path.size() > kLongestPath) {
    return refuse_path(path, std::format("is longer than {} bytes", kLongestPath));
  }
  if (path.starts_with('/')) return refuse_path(path, "is absolute");
  const std::string_view whole = path;
  std::size_t depth = 0;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = path.find('/');
    TRY(check_name(whole, path.substr(0, end)));
    if (end != std::string_view::npos) path.remove_prefix(end + 1);
    if (++depth > kDeepestPath) {
      return refuse_path(whole, std::format("is more than {} directories deep", kDeepestPath));
    }
  }
  return {};
}

Status PackedPaths::add(std::string_view path, Kind kind) {
  TRY(check_packed_path(path));
  if (++entries_ > kMostEntries) {
    return fail(ErrorKind::invalid, std::format("there are more than {} files", kMostEntries));
  }
  const std::string folded = lower(path);
  for (std::size_t end = folded.find('/'); end != std::string::npos;
       end = folded.find('/', end + 1)) {
    const std::string above = folded.substr(0, end);
    if (files_.contains(above)) return refuse_path(path, "lies below a file");
    const bool is_new = !directories_.contains(above) && implied_.insert(above).second;
    const std::string spelling(path.substr(0, end));
    if (is_new) spelt_.insert(spelling);
    if (!spelt_.contains(spelling)) return refuse_path(path, "differs from another in case only");
  }
  const bool is_there = files_.contains(folded) || directories_.contains(folded);
  if (is_there) return refuse_path(path, "comes twice, or differs from another in case only");
  if (kind == Kind::file) {
    if (implied_.contains(folded)) return refuse_path(path, "is a file and a directory");
    files_.insert(folded);
    return {};
  }
  if (implied_.contains(folded) && !spelt_.contains(path)) {
    return refuse_path(path, "differs from another in case only");
  }
  directories_.insert(folded);
  spelt_.emplace(path);
  return {};
}

}  // namespace muster::extensions
