#include "core/spec/places.h"

#include <algorithm>
#include <format>
#include <tuple>

#include "core/base/text.h"

namespace muster::spec {

std::string to_string(const Diagnostic& problem) {
  std::string text = std::format("{}:{}:{}: {}", printable(problem.file, 4096), problem.line,
                                 problem.column, problem.message);
  if (!problem.hint.empty()) text += "; " + problem.hint;
  return text;
}

void shorten(std::vector<Diagnostic>& diagnostics, std::string_view what) {
  if (diagnostics.size() <= kMaxProblems) return;
  const std::size_t more = diagnostics.size() - kMaxProblems;
  diagnostics.resize(kMaxProblems);
  Diagnostic last = diagnostics.back();
  last.message = std::format("and {} more {}", more, what);
  last.hint = "correct those above first";
  diagnostics.push_back(std::move(last));
}

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
  std::ranges::stable_sort(diagnostics, {}, [](const Diagnostic& diagnostic) {
    return std::tuple(diagnostic.line, diagnostic.column);
  });
}

std::string path_above(std::string_view path) {
  const std::size_t end = path.find_last_of(".[");
  return end == std::string_view::npos ? std::string() : std::string(path.substr(0, end));
}

std::string without_indexes(std::string_view path) {
  std::string result;
  bool inside = false;
  for (const char c : path) {
    if (c == '[') inside = true;
    if (!inside) result += c;
    if (c == ']') inside = false;
  }
  return result;
}

Mark Places::of(std::string_view path) const {
  for (std::string at(path); !at.empty(); at = path_above(at)) {
    if (const auto found = marks_.find(at); found != marks_.end()) return found->second;
  }
  return Mark{};
}

Mark Places::of(const Finding& finding) const {
  const auto written =
      std::ranges::find_if(finding.paths, [&](const std::string& path) { return has(path); });
  return of(written == finding.paths.end() ? finding.paths.front() : *written);
}

Diagnostic diagnose(const Finding& finding, const Places& places, std::string_view file) {
  const Mark mark = places.of(finding);
  return {.file = std::string(file),
          .line = mark.line,
          .column = mark.column,
          .message = finding.message,
          .hint = finding.hint};
}

}  // namespace muster::spec
