#include "core/json/json.h"

#include <format>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::json {
namespace {

/// Looks at a text without keeping its values, and stops at the first thing that is wrong.
/// nlohmann's own reader keeps the last of two members of one name, and has no limit of depth.
class Checker final : public nlohmann::json_sax<Value> {
 public:
  explicit Checker(std::size_t depth) : depth_(depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (names_.back().insert(name).second) return true;
    return stop(std::format("member '{}' is there twice", printable(name, 64)));
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return stop(std::format("not valid JSON at byte {}", position));
  }

  const std::string& problem() const { return problem_; }

 private:
  bool open() {
    if (names_.size() == depth_) return stop(std::format("nested deeper than {} levels", depth_));
    names_.emplace_back();
    return true;
  }

  bool close() {
    names_.pop_back();
    return true;
  }

  bool stop(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  std::size_t depth_;
  /// Of the objects and lists that are open, the outermost first; lists have none.
  std::vector<std::set<std::string>> names_;
  std::string problem_;
};

}  // namespace

Result<Value> parse(std::string_view text, Limits limits) {
  if (text.size() > limits.bytes) {
    return fail(ErrorKind::invalid, std::format("longer than {} bytes", limits.bytes));
  }
  Checker checker(limits.depth);
  if (!Value::sax_parse(text, &checker)) return fail(ErrorKind::invalid, checker.problem());
  return Value::parse(text, nullptr, false);
}

Result<Value> parse_object(std::string_view text, Limits limits) {
  auto value = parse(text, limits);
  if (value && !value->is_object()) return fail(ErrorKind::invalid, "not a JSON object");
  return value;
}

std::string text_of(const Value& value, const char* name) {
  const auto found = value.find(name);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string render(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

}  // namespace muster::json
