#pragma once
// How a row of a table of fields reaches its member: functions made of a codec and a path of
// members. For the files that have such a table only.

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/spec/fields.h"

namespace muster::spec::rows {

template <typename T>
struct RecordOf;
template <typename C, typename M>
struct RecordOf<M C::*> {
  using type = C;
};

/// The record that a path of members starts from.
template <auto... members>
struct FirstOf;
template <auto member, auto... rest>
struct FirstOf<member, rest...> {
  using type = typename RecordOf<decltype(member)>::type;
};
template <auto... members>
using First = typename FirstOf<members...>::type;

template <auto... members>
auto& member_of(void* record) {
  return (*static_cast<First<members...>*>(record).*....*members);
}

template <auto... members>
const auto& member_of(const void* record) {
  return (*static_cast<const First<members...>*>(record).*....*members);
}

template <const auto& codec, auto... members>
Status store_value(void* record, std::string_view text) {
  auto value = codec.parse(text);
  if (!value) return std::unexpected(std::move(value).error());
  member_of<members...>(record) = std::move(*value);
  return {};
}

template <const auto& codec, auto... members>
Status store_element(void* record, std::string_view text) {
  auto value = codec.parse(text);
  // One that cannot be read has a place, too: the others keep their numbers.
  auto& element = member_of<members...>(record).emplace_back();
  if (!value) return std::unexpected(std::move(value).error());
  element = std::move(*value);
  return {};
}

template <const auto& codec, auto... members>
std::vector<std::string> show_value(const void* record) {
  using Value = typename std::remove_cvref_t<decltype(codec)>::Value;
  const auto& member = member_of<members...>(record);
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, Value>) {
    return {codec.show(member)};
  } else {
    return member ? std::vector<std::string>{codec.show(*member)} : std::vector<std::string>{};
  }
}

template <const auto& codec, auto... members>
std::vector<std::string> show_elements(const void* record) {
  std::vector<std::string> texts;
  for (const auto& element : member_of<members...>(record)) texts.push_back(codec.show(element));
  return texts;
}

/// A row of one value: its type and the path of members to it.
template <const auto& codec, auto... members>
constexpr Field value(FieldText text) {
  return {.text = text,
          .shape = Shape::value,
          .type = &codec.type,
          .store = store_value<codec, members...>,
          .show = show_value<codec, members...>};
}

template <const auto& codec, auto... members>
constexpr Field values(FieldText text) {
  return {.text = text,
          .shape = Shape::values,
          .type = &codec.type,
          .store = store_element<codec, members...>,
          .show = show_elements<codec, members...>};
}

/// The record of a section; without members it is the one around it.
template <auto... members, typename Void>
Void* record_inside(Void* record) {
  if constexpr (sizeof...(members) == 0) {
    return record;
  } else {
    return &member_of<members...>(record);
  }
}

template <auto... members>
constexpr Field section(FieldText text, std::span<const Field> fields) {
  return {.text = text,
          .shape = Shape::section,
          .fields = fields,
          .open = [](void* record) -> void* { return record_inside<members...>(record); },
          .inside = [](const void* record) -> std::vector<const void*> {
            return {record_inside<members...>(record)};
          }};
}

template <auto... members>
constexpr Field sections(FieldText text, std::span<const Field> fields) {
  return {
      .text = text,
      .shape = Shape::sections,
      .fields = fields,
      .open = [](void* record) -> void* { return &member_of<members...>(record).emplace_back(); },
      .inside =
          [](const void* record) {
            std::vector<const void*> records;
            for (const auto& element : member_of<members...>(record)) {
              records.push_back(&element);
            }
            return records;
          }};
}

}  // namespace muster::spec::rows
