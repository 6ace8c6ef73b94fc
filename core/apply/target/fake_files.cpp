#include <format>

#include "core/apply/target/fake.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

using Kind = PathState::Kind;

/// symlink(7): so many the kernel follows.
constexpr int kMostLinks = 40;

Error wrong(const std::string& path, std::string_view why) {
  return {.message = std::format("'{}' {}", path, why), .hint = {}};
}

}  // namespace

FakeFiles::FakeFiles() {
  nodes_["/"] = {.state = {.kind = Kind::directory, .mode = {.mode = 0755, .uid = 0, .gid = 0}}};
}

Result<std::string> FakeFiles::resolve(const std::string& path, Links links) const {
  fs::path rest = fs::path(path).lexically_normal().relative_path();
  fs::path here = "/";
  for (int followed = 0; !rest.empty();) {
    const fs::path part = *rest.begin();
    rest = rest.lexically_relative(part);
    if (rest == ".") rest.clear();
    const fs::path next = (here / part).lexically_normal();
    const auto node = nodes_.find(next.native());
    const bool is_link = node != nodes_.end() && node->second.state.kind == Kind::link;
    if (!is_link || (rest.empty() && links == Links::keep)) {
      here = next;
      continue;
    }
    if (++followed > kMostLinks) return std::unexpected(wrong(path, "leads in a circle"));
    rest = (here / node->second.state.link / rest).lexically_normal().relative_path();
    here = "/";
  }
  return here.native();
}

Result<PathState> FakeFiles::look(const std::string& path, Links links) const {
  TRY_ASSIGN(const std::string here, resolve(path, links));
  const auto node = nodes_.find(here);
  return node == nodes_.end() ? PathState{} : node->second.state;
}

Result<std::string> FakeFiles::read(const std::string& path, Links links) const {
  TRY_ASSIGN(const std::string here, resolve(path, links));
  const auto node = nodes_.find(here);
  if (node == nodes_.end()) return std::unexpected(wrong(path, "is missing"));
  if (node->second.state.kind != Kind::file) return std::unexpected(wrong(path, "is no file"));
  return node->second.content;
}

Status FakeFiles::put(const std::string& path, Node node) {
  TRY_ASSIGN(const std::string here, resolve(path, Links::keep));
  const std::string parent = fs::path(here).parent_path();
  const auto above = nodes_.find(parent);
  if (above == nodes_.end()) TRY(make_directory(parent, {.mode = 0755}));
  if (above != nodes_.end() && above->second.state.kind != Kind::directory) {
    return std::unexpected(wrong(parent, "is no directory"));
  }
  const auto old = nodes_.find(here);
  if (old != nodes_.end() && old->second.state.kind == Kind::directory) {
    return std::unexpected(wrong(path, "is a directory"));
  }
  if (node.state.mode.uid < 0) node.state.mode.uid = 0;
  if (node.state.mode.gid < 0) node.state.mode.gid = 0;
  nodes_.insert_or_assign(here, std::move(node));
  return {};
}

Status FakeFiles::write(const std::string& path, std::string_view content, os::FileMode mode) {
  return put(path, {.state = {.kind = Kind::file, .mode = mode}, .content = std::string(content)});
}

Status FakeFiles::rewrite(const std::string& path, std::string_view content) {
  TRY(read(path, Links::follow));
  TRY_ASSIGN(const std::string here, resolve(path, Links::follow));
  nodes_[here].content = content;
  return {};
}

Status FakeFiles::write_link(const std::string& path, const std::string& to) {
  return put(path, {.state = {.kind = Kind::link, .mode = {.mode = 0777}, .link = to}});
}

Status FakeFiles::remove(const std::string& path) {
  TRY_ASSIGN(const std::string here, resolve(path, Links::keep));
  const auto node = nodes_.find(here);
  if (node == nodes_.end()) return {};
  if (node->second.state.kind == Kind::directory) {
    return std::unexpected(wrong(path, "is a directory"));
  }
  nodes_.erase(node);
  return {};
}

Status FakeFiles::make_directory(const std::string& path, os::FileMode mode) {
  TRY_ASSIGN(const std::string here, resolve(path, Links::follow));
  const auto node = nodes_.find(here);
  if (node == nodes_.end()) return put(here, {.state = {.kind = Kind::directory, .mode = mode}});
  if (node->second.state.kind == Kind::directory) return {};
  return std::unexpected(wrong(path, "is no directory"));
}

bool FakeFiles::is_empty(const std::string& path) const {
  const auto here = resolve(path, Links::follow);
  if (!here) return false;
  const auto below = nodes_.lower_bound(*here + "/");
  return below == nodes_.end() || !below->first.starts_with(*here + "/");
}

bool FakeFiles::remove_directory(const std::string& path) {
  const auto here = resolve(path, Links::keep);
  if (!here || *here == "/") return false;
  const auto node = nodes_.find(*here);
  if (node == nodes_.end() || node->second.state.kind != Kind::directory) return false;
  if (!is_empty(*here)) return false;
  nodes_.erase(node);
  return true;
}

Status FakeFiles::set_mode(const std::string& path, os::FileMode mode) {
  TRY_ASSIGN(const std::string here, resolve(path, Links::follow));
  const auto node = nodes_.find(here);
  if (node == nodes_.end()) return std::unexpected(wrong(path, "is missing"));
  node->second.state.mode = mode;
  return {};
}

Result<std::shared_ptr<void>> FakeFiles::try_lock_accounts(const std::string&) {
  return std::make_shared<int>();
}

}  // namespace muster::apply
