#include "core/plan/owns.h"

#include <iterator>
#include <utility>

namespace muster::plan {
namespace {

template <typename T>
void add(std::vector<T>& all, std::vector<T> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

bool is_like(std::string_view text, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == pattern.npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = text.substr(star);
  const std::string_view behind = pattern.substr(star + 1);
  if (rest.starts_with('.')) return false;
  for (std::size_t taken = 1; taken <= rest.size(); ++taken) {
    if (rest[taken - 1] == '/' || rest[taken - 1] == ',') return false;
    if (is_like(rest.substr(taken), behind)) return true;
  }
  return false;
}

void append(Owns& owns, Owns more) {
  add(owns.files, std::move(more.files));
  add(owns.files_of_people, std::move(more.files_of_people));
  add(owns.directories, std::move(more.directories));
  add(owns.trees, std::move(more.trees));
  add(owns.links, std::move(more.links));
  add(owns.units, std::move(more.units));
  add(owns.packages, std::move(more.packages));
  add(owns.commands, std::move(more.commands));
  add(owns.mounts, std::move(more.mounts));
  add(owns.accounts, std::move(more.accounts));
  add(owns.scheduler_keys, std::move(more.scheduler_keys));
  owns.people = owns.people || more.people;
  owns.host_name = owns.host_name || more.host_name;
}

}  // namespace muster::plan
