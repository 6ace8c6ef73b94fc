// The values that are about nodes and their jobs.

#include <chrono>
#include <format>

#include "core/base/duration.h"
#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/spec/codecs.h"
#include "core/spec/rules.h"
#include "core/spec/values.h"

namespace muster::spec {

using namespace codecs;

namespace {

using std::chrono::seconds;

Result<seconds> refuse_zero(std::string_view text) {
  return fail(std::format("'{}' is no time at all", printable(text, 80)),
              "write 'unlimited' for no limit, or a length of time such as '30 min'");
}

Result<seconds> parse_time_limit(std::string_view text) {
  if (text == "unlimited") return seconds(0);
  if (lower(text) == "infinite" || lower(text) == "unlimited") {
    return refuse(text, kTimeLimit.type, "unlimited");
  }
  TRY_ASSIGN(const seconds limit, parse_duration(text));
  if (limit.count() == 0) return refuse_zero(text);
  return limit;
}

/// In the key that is Slurm's limit, what people know from Slurm means what Slurm takes it for.
Result<seconds> parse_job_time(std::string_view text) {
  if (lower(text) == "infinite" || lower(text) == "unlimited") return seconds(0);
  const auto limit = parse_slurm_duration(text);
  if (limit && limit->count() == 0) return refuse_zero(text);
  if (limit) return *limit;
  if (text.contains(':') || text.contains('-')) {
    return fail(
        std::format("'{}' is not a length of time of Slurm's, or is too long", printable(text, 80)),
        "write DAYS-HOURS:MINUTES:SECONDS, such as '7-00:00:00', of 100 years at most");
  }
  return parse_time_limit(text);
}

std::string show_time_limit(const seconds& value) {
  return value.count() == 0 ? "unlimited" : muster::to_string(value);
}

Result<std::string> parse_nodes(std::string_view text) {
  const auto nodes = parse_node_set(text);
  if (!nodes) {
    const std::string& hint = nodes.error().hint;
    return fail(nodes.error().message,
                hint.empty() ? std::format("write {}", kNodeSet.type.allowed) : hint);
  }
  if (nodes->empty()) return refuse(text, kNodeSet.type);
  return to_string(*nodes);
}

}  // namespace

constinit const Codec<std::string> kNodePrefix = {
    {.name = "the beginning of node names",
     .allowed = "lower-case letters, digits and '-', a letter first, no digit last, at most 32",
     .pattern = "^[a-z]([a-z0-9-]{0,30}[a-z-])?$"},
    parse_text<kNodePrefix, is_node_prefix>,
    same};

constinit const Codec<int> kDigits = {{.name = "a number of digits",
                                       .allowed = "a whole number from 1 to 6",
                                       .json = JsonKind::integer,
                                       .minimum = 1,
                                       .maximum = 6},
                                      parse_integer<int, kDigits>,
                                      show_int};

constinit const Codec<seconds> kTimeLimit = {
    {.name = "a length of time",
     .allowed = "a number with a unit (s, min, h, d, w) such as '30 min', or 'unlimited'",
     .pattern = "^(unlimited|( *[0-9]+ *[a-z]+)+ *)$"},
    parse_time_limit,
    show_time_limit};

constinit const Codec<seconds> kJobTime = {
    {.name = "a length of time",
     .allowed = "a number with a unit (s, min, h, d, w) such as '7 d', Slurm's own way to write it "
                "such as '7-00:00:00' or '90' (minutes), or 'unlimited'",
     .json = JsonKind::either,
     .pattern = "^([Uu][Nn][Ll][Ii][Mm][Ii][Tt][Ee][Dd]|[Ii][Nn][Ff][Ii][Nn][Ii][Tt][Ee]|"
                "([0-9]+-)?[0-9]+(:[0-9]+){0,2}|( *[0-9]+ *[a-z]+)+ *)$"},
    parse_job_time,
    show_time_limit};

constinit const Codec<std::string> kPartition = {
    {.name = "the name of a Slurm partition",
     .allowed = "letters, digits, '-' and '_', a letter first, at most 32, not 'default'",
     .pattern = "^[A-Za-z][A-Za-z0-9_-]{0,31}$"},
    parse_text<kPartition, is_partition>,
    same};

constinit const Codec<std::string> kNodeSet = {
    {.name = "a node set", .allowed = "names with ranges, such as 'n[001-016,020]', without '@'"},
    parse_nodes,
    same};

}  // namespace muster::spec
