#include "core/json/document.h"

#include <cstdint>
#include <format>

namespace muster::json {
namespace {

/// The accounts of many thousand people are some MB.
constexpr Limits kLimits = {.bytes = std::size_t{64} << 20U, .depth = 16};
constexpr const char* kNumber = "schema";

std::unexpected<Error> is_damaged(const DocumentKind& kind, std::string_view why) {
  return fail(ErrorKind::invalid, std::format("the document '{}' is damaged: {}", kind.name, why));
}

std::unexpected<Error> is_newer(const DocumentKind& kind, std::uint64_t schema) {
  return fail(ErrorKind::conflict,
              std::format("the document '{}' has schema {}, and this version of Muster knows "
                          "schemas up to {}",
                          kind.name, schema, kind.schema()),
              "a newer version of Muster wrote it: install that version, or restore a backup that "
              "was made before with 'muster restore FILE'");
}

/// Takes the number out of the value. A document of schema 1 may have none, and may have a member
/// of this name that is no number.
std::int64_t take_number(Value& value) {
  if (!value.is_object()) return 1;
  const auto found = value.find(kNumber);
  if (found == value.end() || !found->is_number_integer()) return 1;
  const bool fits = !found->is_number_unsigned() || found->get<std::uint64_t>() < INT64_MAX;
  const std::int64_t number = fits ? found->get<std::int64_t>() : INT64_MAX;
  value.erase(found);
  return number;
}

}  // namespace

Result<Document> parse_document(const DocumentKind& kind, std::string_view text) {
  auto value = parse(text, kLimits);
  if (!value) return is_damaged(kind, value.error().message);
  const std::int64_t schema = take_number(*value);
  if (schema > kind.schema()) return is_newer(kind, static_cast<std::uint64_t>(schema));
  if (schema < kind.first_schema) {
    return is_damaged(kind, std::format("there is no schema {} of it", schema));
  }
  const auto newer = kind.upgrades.subspan(static_cast<std::size_t>(schema - kind.first_schema));
  for (const Upgrade upgrade : newer) upgrade(*value);
  if (!value->is_object()) return is_damaged(kind, "not a JSON object");
  return Document{.value = std::move(*value), .written_as = static_cast<int>(schema)};
}

std::string render_document(const DocumentKind& kind, Value value) {
  CHECK(value.is_object() && !value.contains(kNumber));
  value[kNumber] = kind.schema();
  return render(value);
}

}  // namespace muster::json
