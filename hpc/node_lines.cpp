#include "hpc/node_lines.h"

#include <algorithm>
#include <array>
#include <format>
#include <optional>
#include <tuple>

#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/plan/plan.h"
#include "hpc/gres_config.h"

namespace muster::hpc {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

std::unexpected<Error> foreign(std::string_view line) {
  return fail(std::format("the line '{}' is not Muster's", printable(line, 80)));
}

std::unexpected<Error> misplaced(std::string_view line) {
  return fail(std::format("the line '{}' is there twice, or in another order than Muster writes",
                          printable(line, 80)));
}

/// The lines that `text` has between `head` and `tail`. Errors: it does not begin and end so.
Result<std::vector<std::string>> lines_between(std::string_view head, std::string_view tail,
                                               std::string_view text) {
  const bool framed =
      text.size() >= head.size() + tail.size() && text.starts_with(head) && text.ends_with(tail);
  if (!framed) {
    return fail(plan::explain_content(std::string(head) + std::string(tail), text));
  }
  const std::string_view middle = text.substr(head.size(), text.size() - head.size() - tail.size());
  if (middle.empty()) return std::vector<std::string>();
  if (!middle.ends_with('\n')) return foreign(middle.substr(middle.rfind('\n') + 1));
  return split(middle.substr(0, middle.size() - 1), '\n');
}

/// A number as it is printed, without zeros before it.
bool is_number(std::string_view text) {
  const auto number = parse_number(text);
  return number && std::to_string(*number) == text;
}

bool is_text_of(std::string_view text, std::initializer_list<std::string_view> characters) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return std::ranges::any_of(characters, [c](auto set) { return set.contains(c); });
  });
}

/// What stands behind `key` at the start of a word; none when it starts otherwise.
std::optional<std::string_view> value_of(std::string_view word, std::string_view key) {
  if (!word.starts_with(key) || word.size() == key.size()) return std::nullopt;
  return word.substr(key.size());
}

/// The words of a node's line behind its name, as render_slurm_conf writes them.
bool are_words_of_a_node(std::span<const std::string> words) {
  constexpr std::array<std::string_view, 5> kNumbers = {
      "CPUs=", "Sockets=", "CoresPerSocket=", "ThreadsPerCore=", "RealMemory="};
  if (words.size() < 7 || words.size() > 9 || words.back() != "State=UNKNOWN") return false;
  const auto address = value_of(words[0], "NodeAddr=");
  if (!address || !is_text_of(*address, {kDigits, ".[]-"})) return false;
  for (std::size_t i = 0; i < kNumbers.size(); ++i) {
    const auto number = value_of(words[i + 1], kNumbers[i]);
    if (!number || !is_number(*number)) return false;
  }
  std::span<const std::string> more = words.subspan(6, words.size() - 7);
  if (!more.empty() && is_gres_word(more.front())) more = more.subspan(1);
  if (more.empty()) return true;
  const auto feature = value_of(more.front(), "Feature=");
  return more.size() == 1 && feature && is_text_of(*feature, {kLetters, kDigits, "-_"});
}

/// Slurm has no more (slurm.h, MAX_NODES).
constexpr std::size_t kMostNodes = 65536;

/// Nodes by the lines that name them, in the order in which they come.
class Order {
 public:
  /// Whether a line of these names may come next: names that no line had, behind those of the last.
  bool take(std::string_view names) {
    if (!is_text_of(names, {kLetters, kDigits, "-[]"})) return false;
    const auto nodes = parse_node_set(names);
    if (!nodes || nodes->empty() || nodes->size() > kMostNodes) return false;
    std::string first = nodes->names().front();
    const bool later = last_.empty() || std::tuple(last_.size(), std::string_view(last_)) <
                                            std::tuple(first.size(), std::string_view(first));
    NodeSet both = seen_;
    both &= *nodes;
    if (!later || !both.empty()) return false;
    seen_ |= *nodes;
    last_ = std::move(first);
    return true;
  }

 private:
  NodeSet seen_;
  /// The first name of the last line.
  std::string last_;
};

bool is_memory_default(std::string_view line) {
  const auto value = value_of(line, "DefMemPerCPU=");
  return value && is_number(*value) && *value != "0";
}

/// "/dev/nvidia" of "/dev/nvidia[0-3]".
std::string kind_of(const std::string& file_word) {
  return file_word.substr(0, file_word.find_first_of("0123456789["));
}

}  // namespace

Status check_slurm_nodes(std::string_view plain, std::string_view text) {
  CHECK(plain.ends_with('\n'));
  const std::size_t partition = plain.rfind('\n', plain.size() - 2) + 1;
  TRY_ASSIGN(const auto added,
             lines_between(plain.substr(0, partition), plain.substr(partition), text));
  if (added.empty()) return {};
  if (!is_memory_default(added.front())) return foreign(added.front());
  if (added.size() == 1) return fail(std::format("the line '{}' is of no node", added.front()));
  Order order;
  for (const std::string& line : std::span(added).subspan(1)) {
    const auto words = split(line, ' ');
    const auto names = words.empty() ? std::nullopt : value_of(words.front(), "NodeName=");
    if (!names || !are_words_of_a_node(std::span(words).subspan(1))) return foreign(line);
    if (!order.take(*names)) return misplaced(line);
  }
  return {};
}

Status check_gres_nodes(std::string_view plain, std::string_view text) {
  TRY_ASSIGN(const auto added, lines_between(plain, "", text));
  Order order;
  std::string names;
  std::tuple<std::string, std::string> last;
  for (const std::string& line : added) {
    if (!is_line_about_gpus(line)) return foreign(line);
    const auto words = split(line, ' ');
    const std::tuple card(words[2], kind_of(words[3]));
    const bool same_nodes = words[0] == names;
    if (same_nodes ? card <= last : !order.take(*value_of(words[0], "NodeName="))) {
      return misplaced(line);
    }
    names = words[0];
    last = card;
  }
  return {};
}

}  // namespace muster::hpc
