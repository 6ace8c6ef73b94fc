#include "control/extension_reports.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

using nlohmann::json;

template <typename T>
std::string reason(const Result<T>& result) {
  return result ? "none" : result.error().message;
}

TEST(ExtensionReports, have_problems_with_a_next_step) {
  const auto read = parse_health(
      {{"problems", {{{"what", "the lamp is dark"}, {"next", "change it"}}, {{"what", "x\x1b"}}}}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(0), (Problem{"the lamp is dark", "change it"}));
  EXPECT_EQ(read->at(1), (Problem{R"(x\x1b)", ""}));
  EXPECT_FALSE(parse_health(json::object()));
  EXPECT_FALSE(parse_health({{"problems", {{{"next", "x"}}}}}));
  EXPECT_FALSE(parse_health({{"problems", {{{"what", "x"}, {"more", "x"}}}}}));
  EXPECT_FALSE(parse_health({{"problems", json::array()}, {"more", 1}}));
  EXPECT_FALSE(parse_health({{"problems", std::vector<json>(101, {{"what", "x"}})}}));
}

json metric(const json& more) {
  json made = {{"name", "my_lamps_on"}, {"samples", {{{"value", 2.5}}}}};
  made.update(more.is_null() ? json::object() : more);
  return {{"metrics", {made}}};
}

TEST(ExtensionReports, have_figures) {
  const auto read = parse_metrics(
      metric({{"help", "Lamps."},
              {"type", "counter"},
              {"samples", {{{"labels", {{"room", "a"}}}, {"value", 1}}, {{"value", -2.5}}}}}),
      "my-lamps");
  ASSERT_TRUE(read) << reason(read);
  EXPECT_EQ(read->at(0), (Metric{.name = "my_lamps_on",
                                 .help = "Lamps.",
                                 .type = "counter",
                                 .samples = {{{{"room", "a"}}, 1}, {{}, -2.5}}}));
  EXPECT_EQ(parse_metrics(metric({}), "my-lamps")->at(0).type, "gauge");
}

TEST(ExtensionReports, have_no_figures_of_others) {
  for (const char* const name :
       {"lamps_on", "muster_nodes", "my_lampson", "my_lamps_ON", "my_lamps_-", ""}) {
    EXPECT_FALSE(parse_metrics(metric({{"name", name}}), "my-lamps")) << name;
  }
  EXPECT_FALSE(parse_metrics(metric({{"type", "histogram"}}), "my-lamps"));
  EXPECT_FALSE(parse_metrics(metric({{"samples", {{{"value", "1"}}}}}), "my-lamps"));
  EXPECT_FALSE(
      parse_metrics(metric({{"samples", {{{"labels", {{"R", "a"}}}, {"value", 1}}}}}), "my-lamps"));
  EXPECT_FALSE(parse_metrics(metric({{"samples", {{{"labels", {{"room", 1}}}, {"value", 1}}}}}),
                             "my-lamps"));
  EXPECT_FALSE(parse_metrics(metric({{"samples", 7}}), "my-lamps"));
  EXPECT_FALSE(parse_metrics(
      metric({{"samples", {{{"labels", {{"__name__", "a"}}}, {"value", 1}}}}}), "my-lamps"));
  EXPECT_FALSE(parse_metrics(metric({{"samples", {{{"value", 1}}, {{"value", 2}}}}}), "my-lamps"));
  json twice = metric({});
  twice["metrics"].push_back(twice["metrics"][0]);
  EXPECT_EQ(reason(parse_metrics(twice, "my-lamps")), "member 'my_lamps_on' comes twice");
}

TEST(ExtensionReports, have_answers_of_verbs) {
  const auto read = parse_verb_answer({{"text", "a\nb"}, {"data", {{"x", 1.5}}}, {"status", 3}});
  ASSERT_TRUE(read) << reason(read);
  EXPECT_EQ(read->text, "a\nb");
  EXPECT_EQ(read->data, (json{{"x", 1.5}}));
  EXPECT_EQ(read->status, 3);
  EXPECT_TRUE(parse_verb_answer(json::object())->data.is_null());
  EXPECT_FALSE(parse_verb_answer({{"status", 256}}));
  EXPECT_FALSE(parse_verb_answer({{"status", -1}}));
  EXPECT_FALSE(parse_verb_answer({{"data", 7}}));
  EXPECT_FALSE(parse_verb_answer({{"text", 7}}));
  EXPECT_FALSE(parse_verb_answer({{"more", 7}}));
}

}  // namespace
}  // namespace muster::control
