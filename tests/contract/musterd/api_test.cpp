// The administrators' API over a whole cluster, without its socket.

#include "control/api/api.h"

#include <cstdlib>
#include <set>

#include <nlohmann/json.hpp>

#include "control/api/answer_schemas.h"
#include "control/api/description.h"
#include "core/os/files.h"
#include "tests/contract/musterd/cluster_on_disk.h"
#include "tests/contract/musterd/no_systemd.h"
#include "tests/nss/name_source.h"
#include "tests/unit/provisioning/ask.h"

namespace muster::control {
namespace {

using api::Api;
using api::describe_api;
using head::Role;

/// A path of a route with something in the place of a name.
std::string path_of(const Api::Route& route) {
  std::string path(route.path);
  const auto open = path.find('{');
  return open == path.npos ? path : path.replace(open, path.find('}') - open + 1, "nobody");
}

class ApiTest : public ClusterOnDisk {
 protected:
  struct Answer {
    int status = 0;
    nlohmann::json body;
  };
  Answer ask(const std::string& method, const std::string& path, const std::string& body = {},
             std::map<std::string, std::string> query = {}) {
    Api api(*cluster_, services_);
    const auto response = provisioning::ask(
        api,
        {.method = method, .path = path, .query = std::move(query), .body = body, .door = door_});
    return {response.status, nlohmann::json::parse(response.body)};
  }
  /// The status of the answer to a change of users.
  int change(const std::string& method, const std::string& body) {
    return ask(method, "/v1/users", body).status;
  }
  bool is_told(const nlohmann::json& status, const std::string& part) {
    return std::ranges::any_of(status.at("problems"), [&](const nlohmann::json& problem) {
      return problem.at("what").get<std::string>().contains(part) &&
             !problem.at("next").get<std::string>().empty();
    });
  }

  std::string door_ = "admin";
  NoSystemd systemd_;
  ServiceWatch services_{systemd_, {"muster-nginx.service", "ssh.service"}};
};

/// A value that the schema takes, without anything that may be left out.
nlohmann::json sample_of(const muster::json::Schema& schema) {
  using Type = muster::json::Schema::Type;
  switch (schema.type) {
    case Type::text:
      return schema.words.empty() ? "a" : std::string(schema.words.front());
    case Type::number:
      return schema.minimum;
    case Type::flag:
      return true;
    case Type::list:
      return nlohmann::json::array({sample_of(*schema.items)});
    case Type::object:
    case Type::table:
      break;
  }
  nlohmann::json value = nlohmann::json::object();
  for (const auto& property : schema.properties) {
    if (property.need == muster::json::Need::required) {
      value[std::string(property.name)] = sample_of(property.schema);
    }
  }
  return value;
}

TEST_F(ApiTest, reads_requests_by_the_table_that_describes_them) {
  open();
  int requests = 0;
  for (const Api::Route& route : Api::routes()) {
    if (route.messages.request == nullptr) continue;
    nlohmann::json body = sample_of(*route.messages.request);
    body["mispelt"] = 1;
    const auto answer = ask(std::string(route.method), path_of(route), body.dump());
    EXPECT_EQ(answer.status, 400) << route.path;
    EXPECT_TRUE(answer.body.dump().contains("member 'mispelt' is unknown")) << answer.body;
    for (const auto& property : route.messages.request->properties) {
      EXPECT_TRUE(answer.body.dump().contains(property.name)) << route.path << property.name;
    }
    ++requests;
  }
  EXPECT_GE(requests, 12);
}

TEST_F(ApiTest, answers_what_its_table_says) {
  open();
  ASSERT_EQ(change("POST", R"({"name": "ada"})"), 200);
  run_a_command();
  int answers = 0;
  for (const Api::Route& route : Api::routes()) {
    if (route.method != "GET") continue;
    std::map<std::string, std::string> query;
    if (route.path == "/v1/changes") query = {{"last", "10"}};
    if (route.path == "/v1/applied") query = {{"since", "0"}};
    std::string path = path_of(route);
    if (route.path == "/v1/users/{user}") path = "/v1/users/ada";
    const auto answer = ask("GET", path, {}, query);
    muster::json::Problems problems;
    const auto& schema = answer.status == 200 ? route.messages.answer : api::schemas::kProblem;
    check(answer.body, schema, problems);
    EXPECT_TRUE(problems.status()) << path << ": " << problems.status().error().message;
    answers += answer.status == 200 ? 1 : 0;
  }
  EXPECT_GE(answers, 14);
}

TEST_F(ApiTest, a_parameter_that_is_misspelt_is_not_passed_over) {
  open();
  const auto answer = ask("GET", "/v1/nodes", {}, {{"nmaes", "n001"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body["detail"], "GET /v1/nodes has no parameter 'nmaes'");
  EXPECT_EQ(answer.body["hint"], "it has: names, machines, detail");
  EXPECT_EQ(ask("GET", "/v1/status", {}, {{"verbose", "1"}}).body["hint"], "it has none");
  EXPECT_EQ(ask("GET", "/v1/nodes", {}, {{"detail", "full"}}).body["detail"],
            "member 'detail' is not one of: wide");
  EXPECT_EQ(ask("GET", "/v1/changes", {}, {{"last", "1001"}}).body["detail"],
            "member 'last' is not from 1 to 1000");
}

TEST_F(ApiTest, a_body_that_nobody_reads_is_not_passed_over) {
  open();
  ASSERT_EQ(change("POST", R"({"name": "ada"})"), 200);
  EXPECT_EQ(ask("DELETE", "/v1/users/ada", R"({"dry_run": true})").body["detail"],
            "DELETE /v1/users/{user} has no body");
  EXPECT_EQ(ask("GET", "/v1/users/ada").status, 200);
  EXPECT_EQ(ask("DELETE", "/v1/users/ada", "{}").status, 200);
}

TEST_F(ApiTest, what_was_refused_before_a_page_saw_it_is_in_the_log_of_commands) {
  open();
  EXPECT_EQ(ask("POST", "/v1/nodes/reboot", R"({"nodes": []})", {{"drain", "1"}}).status, 400);
  const auto log = ask("GET", "/v1/log").body.at("entries");
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].at("action"), "node reboot");
  EXPECT_EQ(log[0].at("status"), 400);
}

/// What a review sees of a change to the API. MUSTER_RENEW_GOLDEN=1 writes it anew.
TEST_F(ApiTest, is_described_as_the_golden_document_says) {
  const std::string golden = MUSTER_SOURCE "/tests/golden/openapi.json";
  const std::string described = describe_api(Api::routes()).dump(1) + "\n";
  if (std::getenv("MUSTER_RENEW_GOLDEN") != nullptr) {
    ASSERT_TRUE(os::write_file(golden, described));
  }
  EXPECT_EQ(os::read_file(golden).value_or("missing"), described)
      << "MUSTER_RENEW_GOLDEN=1 writes it anew";
}

TEST_F(ApiTest, only_root_may_have_a_copy_of_the_database) {
  open();
  Api api(*cluster_, services_);
  os::ServerRequest request{.method = "POST", .path = "/v1/database/copy", .door = "admin"};
  for (const std::optional<unsigned> user : {std::optional<unsigned>(), std::optional(1000U)}) {
    request.user = user;
    EXPECT_EQ(provisioning::ask(api, request).status, 403);
  }
  request.user = 0;
  EXPECT_NE(provisioning::ask(api, request).status, 403);
}

TEST_F(ApiTest, every_page_is_for_its_role_and_higher_ones) {
  open();
  int calls = 0;
  for (const Api::Route& route : Api::routes()) {
    for (const head::RoleDoor& door : head::kRoleDoors) {
      door_ = door.word;
      // A page that waits for news has some.
      std::map<std::string, std::string> query;
      if (route.messages.streams) query = {{"last", "1"}};
      const auto answer = ask(std::string(route.method), path_of(route), "{}", query);
      const bool is_refused =
          answer.status == 403 && answer.body.at("detail").get<std::string>().contains("the role");
      EXPECT_EQ(is_refused, door.role < route.role)
          << route.method << " " << route.path << " as " << door.word << ": " << answer.status;
      ++calls;
    }
    for (const char* const stranger : {"", "root", "Admin"}) {
      door_ = stranger;
      EXPECT_EQ(ask(std::string(route.method), path_of(route)).status, 403) << route.path;
    }
  }
  EXPECT_GE(calls, 90);
}

TEST_F(ApiTest, who_looks_changes_nothing_and_root_s_programs_are_for_administrators) {
  std::set<std::string_view> of_operators;
  for (const Api::Route& route : Api::routes()) {
    const bool changes = !route.action.empty();
    EXPECT_FALSE(route.role == Role::viewer && changes) << route.path;
    if (route.role == Role::operates && changes) of_operators.insert(route.action);
  }
  EXPECT_EQ(of_operators, (std::set<std::string_view>{"node adopt", "node set", "node reboot",
                                                      "node shutdown", "node remove", "node import",
                                                      "operation cancel", "discover"}));
}

TEST_F(ApiTest, outputs_of_commands_are_shown_to_administrators_only) {
  open();
  const std::string text = "secret\n";
  const std::string id = run_a_command(text);
  const auto out = [&](const char* door) {
    door_ = door;
    return ask("GET", "/v1/operations/" + id).body.at("results").at(0).at("out");
  };
  EXPECT_EQ(out("admin"), text);
  EXPECT_EQ(out("operator"), "");
}

TEST_F(ApiTest, a_refusal_has_the_status_of_its_kind) {
  open();
  EXPECT_EQ(change("POST", R"({"name": "ada"})"), 200);
  EXPECT_EQ(change("POST", R"({"name": "ada"})"), 409);
  EXPECT_EQ(change("POST", R"({"name": "root"})"), 409) << "the system's";
  EXPECT_EQ(change("POST", R"({"name": "Ada L"})"), 400);
  EXPECT_EQ(change("POST", R"({"name": "bob", "uid": 9999})"), 400) << "no number for people";
  EXPECT_EQ(change("POST", R"({"name": "bob", "ssh_keys": ["no key"]})"), 400);
  EXPECT_EQ(change("POST", "no JSON"), 400);
  EXPECT_EQ(change("PUT", R"({"name": "bob"})"), 404);
  EXPECT_EQ(ask("DELETE", "/v1/users/bob").status, 404);
  EXPECT_EQ(ask("GET", "/v1/users/bob").status, 404);
  EXPECT_EQ(ask("GET", "/v1/nodes/n009").status, 404);
  EXPECT_EQ(ask("GET", "/v1/nowhere").status, 404);
  EXPECT_EQ(ask("GET", "/v1/nodes/a/b").status, 404);
  EXPECT_EQ(ask("GET", "/v1/nodes/").status, 404);
  EXPECT_EQ(ask("PUT", "/v1/status").status, 405);
  EXPECT_EQ(ask("DELETE", "/v1/users").status, 405);
  EXPECT_EQ(ask("POST", "/v1/nodes/n009/events").status, 405);
}

TEST_F(ApiTest, who_adds_a_user_is_answered_before_the_helper_is_and_asks_whether_it_tried) {
  open();
  const auto added = ask("POST", "/v1/users", R"({"name": "ada"})");
  ASSERT_EQ(added.status, 200);
  const std::string since = std::to_string(added.body.at("applying").get<std::uint64_t>());
  const auto applied = ask("GET", "/v1/applied", {}, {{"since", since}});
  EXPECT_EQ(applied.body, (nlohmann::json{{"applied", false}, {"succeeded", false}}))
      << "there is no helper";
  EXPECT_EQ(ask("GET", "/v1/applied", {}, {{"since", "x"}}).status, 400);
  EXPECT_EQ(ask("GET", "/v1/applied").status, 400);
  EXPECT_EQ(ask("GET", "/v1/users/ada").body.at("on_head"), false);
}

TEST_F(ApiTest, whether_an_account_is_on_the_head_is_no_guess_while_a_directory_service_fails) {
  open();
  ASSERT_EQ(change("POST", R"({"name": "ada"})"), 200);
  const nss::NameSource source(NSS_STATUS_UNAVAIL, ENOENT);
  const auto answer = ask("GET", "/v1/users/ada");
  EXPECT_EQ(answer.status, 500);
  EXPECT_TRUE(answer.body.dump().contains("cannot look up user 'ada'")) << answer.body;
}

TEST_F(ApiTest, a_disk_that_is_read_only_is_told_and_a_change_is_the_heads_failure) {
  open();
  make_read_only();
  open();
  EXPECT_EQ(change("POST", R"({"name": "ada"})"), 500);
  EXPECT_EQ(ask("POST", "/v1/discovery", R"({"policy": "open", "minutes": 5})").status, 500);
  const auto status = ask("GET", "/v1/status");
  ASSERT_EQ(status.status, 200);
  EXPECT_TRUE(is_told(status.body, "is read-only: nothing can be saved")) << status.body;
  EXPECT_TRUE(is_told(status.body, "the head's database takes no changes")) << status.body;
}

TEST_F(ApiTest, a_full_disk_is_told_with_what_to_delete) {
  open();
  fill();
  const auto status = ask("GET", "/v1/status");
  ASSERT_EQ(status.status, 200);
  EXPECT_TRUE(is_told(status.body, " is full: ")) << status.body;
}

}  // namespace
}  // namespace muster::control
