#include "core/spec/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <regex>

#include <nlohmann/json.hpp>

#include "core/spec/fields.h"
#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

using nlohmann::json;

TEST(SpecJson, unset_values_are_left_out_and_defaults_written_out) {
  const json value = to_json(spec_of(""));
  EXPECT_FALSE(value.contains("mirror"));
  EXPECT_EQ(value.at("schema"), 1);
  EXPECT_EQ(value.at("head").at("interface"), "auto");
  EXPECT_EQ(value.at("head").at("address"), "10.42.0.1/16");
  EXPECT_EQ(value.at("head").at("packages"), json::array());
  EXPECT_EQ(value.at("adoption"), (json{{"policy", "open"}, {"open_for", "30 min"}}));
  EXPECT_EQ(value.at("images").at(0).at("name"), "compute");
  EXPECT_EQ(to_json(spec_of("users: [{name: ada}]\n")).at("users"),
            (json::array({{{"name", "ada"}, {"ssh_keys", json::array()}}})));
}

TEST(SpecJson, order_and_spelling_in_the_file_do_not_matter) {
  const auto a = spec_of("hpc: {time_limit: 90 min, partition: all}\nkernel: cloud\n");
  const auto b = spec_of("kernel: 'cloud'\nhpc:\n  partition: all\n  time_limit: 1 h 30 min\n");
  EXPECT_EQ(to_json(a).dump(), to_json(b).dump());
}

TEST(SpecJson, every_row_of_the_table_is_in_it) {
  ClusterSpec spec = spec_of(
      "mirror: http://m.example.org/debian\nvolumes: [{name: a, mount: /a, profiles: [default]}]\n"
      "users: [{name: ada, uid: 2000, full_name: A}]\n"
      "extensions: [{name: a, version: 1.0.0}]\n"
      "groups: [{name: rack1, nodes: 'n[1-2]'}]\n"
      "head: {external: {address: 192.0.2.10/24, gateway: 192.0.2.1, vlan: 20}}\n");
  const json value = to_json(spec);
  for (const FieldPath& known : all_fields()) {
    std::string pointer = "/" + std::regex_replace(known.path, std::regex("\\[\\]"), "/0");
    std::ranges::replace(pointer, '.', '/');
    EXPECT_TRUE(value.contains(json::json_pointer(pointer))) << known.path;
  }
}

/// Values that fit together, chosen freely.
ClusterSpec any_spec() {
  const auto one_of = [](auto... values) { return *rc::gen::element(values...); };
  ClusterSpec spec = spec_of("");
  spec.name = one_of(std::string("muster"), std::string("null-x"), std::string("yes"));
  spec.mirror =
      one_of(std::optional<std::string>(), std::optional<std::string>("https://m.example/x"));
  spec.kernel = one_of(KernelFlavour::amd64, KernelFlavour::cloud);
  spec.firmware = one_of(Firmware::none, Firmware::network, Firmware::all);
  spec.head.interface = one_of(std::optional<std::string>(), std::optional<std::string>("eth0"));
  spec.head.external.card = one_of(ExternalCard{}, ExternalCard{ExternalCard::Kind::none, ""},
                                   ExternalCard{ExternalCard::Kind::named, "eno1"});
  spec.head.external.open = one_of(std::vector<OpenPort>{},
                                   std::vector<OpenPort>{{OpenPort::Protocol::udp, 60000, 61000}});
  spec.nodes.route = one_of(Route::automatic, Route::none);
  spec.head.time_zone = one_of(std::string("Etc/UTC"), std::string("Asia/Tokyo"));
  spec.nodes.digits = *rc::gen::inRange(1, 7);
  spec.adoption = {one_of(AdoptionPolicy::open, AdoptionPolicy::ask, AdoptionPolicy::closed),
                   std::chrono::seconds(*rc::gen::inRange(0, 100'000'000))};
  spec.hpc.time_limit = std::chrono::seconds(*rc::gen::inRange(0, 100'000'000));
  const int users = *rc::gen::inRange(0, 5);
  for (int i = 0; i < users; ++i) {
    User user{.name = "u" + std::to_string(i),
              .full_name = one_of(std::string(), std::string("Zoë"))};
    if (*rc::gen::arbitrary<bool>()) user.uid = 2000U + static_cast<std::uint32_t>(i);
    spec.users.push_back(user);
  }
  const auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::element(
      std::string("quiet"), std::string("a=b,c:d"), std::string("null"), std::string("010"),
      std::string("memmap=4G!8G"), std::string("a=*x"), std::string("a=#y")));
  for (const std::string& word : words) {
    spec.images[0].kernel_arguments.push_back(KernelArgument::parse(word).value());
  }
  return spec;
}

RC_GTEST_PROP(SpecJson, is_itself_a_cluster_yaml_that_means_the_same, ()) {
  const ClusterSpec spec = any_spec();
  const ParseOutcome outcome = parse_cluster(to_json(spec).dump(2), "f");
  for (const Diagnostic& problem : outcome.problems) RC_FAIL(to_string(problem));
  RC_ASSERT(*outcome.spec == spec);
}

TEST(SpecJson, problems_are_listed_for_programs) {
  const ParseOutcome outcome = parse_cluster("schema: 1\nname: x\nkernel: y\n", "a.yaml");
  EXPECT_EQ(to_json("a.yaml", outcome.problems, {}),
            (json{{"file", "a.yaml"},
                  {"valid", false},
                  {"problems",
                   {{{"file", "a.yaml"},
                     {"line", 3},
                     {"column", 9},
                     {"message", "kernel: 'y' is not a kernel flavour"},
                     {"hint", "allowed: amd64, cloud"}}}},
                  {"remarks", json::array()}}));
  EXPECT_EQ(to_json("a.yaml", {}, {}).dump(),
            R"({"file":"a.yaml","problems":[],"remarks":[],"valid":true})");
}

TEST(SpecJson, problems_of_hostile_bytes_can_be_printed) {
  const ParseOutcome outcome = parse_cluster("name: \xff\n", "a\xff.yaml");
  EXPECT_NO_THROW((void)to_json("a\xff.yaml", outcome.problems, {}).dump());
}

TEST(JsonSchema, names_its_draft_and_forbids_unknown_keys) {
  const json schema = json::parse(render_json_schema());
  EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema.at("required"), (json{"schema", "name"}));
  EXPECT_EQ(schema.at("additionalProperties"), false);
  const json& users = schema.at("properties").at("users").at("items");
  EXPECT_EQ(users.at("additionalProperties"), false);
  EXPECT_EQ(users.at("properties").at("uid").at("maximum"), 2000200000);
  EXPECT_EQ(users.at("properties").at("uid").at("not"),
            json::parse(R"({"anyOf": [{"type": "integer", "minimum": 9999, "maximum": 9999},
                                      {"type": "integer", "minimum": 60000, "maximum": 65535}]})"));
  EXPECT_EQ(schema.at("properties").at("kernel").at("enum"), (json{"amd64", "cloud"}));
}

/// The part of JSON Schema that ours uses (validation vocabulary, 2020-12).
void expect_valid(const json& schema, const json& value, const std::string& path) {
  const json types = schema.at("type").is_array() ? schema.at("type") : json{schema.at("type")};
  const std::string type = value.is_number_integer() ? "integer" : value.type_name();
  EXPECT_TRUE(std::ranges::contains(types, json(type))) << path;
  if (schema.contains("enum")) {
    EXPECT_TRUE(std::ranges::contains(schema.at("enum"), value)) << path;
  }
  // A pattern is for texts only, and bounds for numbers (validation vocabulary, 6.2 and 6.3).
  if (schema.contains("minimum") && value.is_number()) {
    EXPECT_GE(value, schema.at("minimum")) << path;
    EXPECT_LE(value, schema.at("maximum")) << path;
  }
  if (schema.contains("pattern") && value.is_string()) {
    const std::regex pattern(schema.at("pattern").get<std::string>());
    EXPECT_TRUE(std::regex_search(value.get<std::string>(), pattern)) << path << value;
  }
  if (type == "object") {
    for (const auto& [key, inner] : value.items()) {
      ASSERT_TRUE(schema.at("properties").contains(key)) << path << "." << key;
      expect_valid(schema.at("properties").at(key), inner, path + "." + key);
    }
  }
  if (type == "array") {
    for (const json& inner : value) expect_valid(schema.at("items"), inner, path + "[]");
  }
}

RC_GTEST_PROP(JsonSchema, accepts_what_the_parser_accepts, ()) {
  expect_valid(json::parse(render_json_schema()), to_json(any_spec()), "");
}

}  // namespace
}  // namespace muster::spec
