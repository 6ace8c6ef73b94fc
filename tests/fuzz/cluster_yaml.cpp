// Promises of parse_cluster for any bytes: it returns; a specification and problems exclude each
// other; problems have places and can be printed; a specification survives its canonical form.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/spec/json.h"
#include "core/spec/parse.h"
#include "core/spec/validate.h"
#include "tests/fuzz/harness.h"

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

void check_problem(const muster::spec::Diagnostic& problem) {
  CHECK(problem.line >= 1 && problem.column >= 1);
  CHECK(!problem.message.empty());
  CHECK(!std::ranges::any_of(to_string(problem), is_control));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster::spec;
  const ParseOutcome outcome = parse_cluster(muster::fuzz::text_of(data, size), "fuzz.yaml");
  CHECK(outcome.spec.has_value() == outcome.problems.empty());
  CHECK(outcome.problems.size() <= kMaxProblems + 1);
  for (const Diagnostic& problem : outcome.problems) check_problem(problem);
  CHECK(!to_json("fuzz.yaml", outcome.problems).dump().empty());
  if (!outcome.spec) return 0;
  CHECK(validate_cluster(*outcome.spec).empty());
  const ParseOutcome again = parse_cluster(to_json(*outcome.spec).dump(), "again.yaml");
  CHECK(again.problems.empty());
  CHECK(*again.spec == *outcome.spec);
  return 0;
}
