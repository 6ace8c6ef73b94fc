// Documents that cannot be read, and those of a newer version: the head starts, says so, takes
// nobody's account, and overwrites nothing that somebody may still read.

#include <algorithm>
#include <format>

#include "control/extension_notes.h"
#include "control/health.h"
#include "core/crypto/hash.h"
#include "extensions/store.h"
#include "tests/contract/musterd/cluster_on_disk.h"

namespace muster::control {
namespace {

constexpr auto kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada@desk";

class DamagedDocuments : public ClusterOnDisk {
 protected:
  void SetUp() override {
    ClusterOnDisk::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    open();
    ASSERT_TRUE(cluster_->people().add({.name = "ada", .ssh_keys = {kKey}}));
    ASSERT_TRUE(cluster_->people().add({.name = "bob"}));
    // The plan is on the disk, and there is no helper.
    EXPECT_FALSE(cluster_->publisher().publish());
  }
  /// Starts the daemon anew with this document of kind "setting".
  void open_with(const std::string& key, const std::string& value) {
    ASSERT_TRUE(
        cluster_->store().commit({.changes = {{.kind = "setting", .key = key, .value = value}}}));
    open();
  }
  std::string stored(const std::string& key, const std::string& kind = "setting") {
    const auto found = cluster_->store().find(kind, key).value();
    return found ? found->value : "none";
  }
  /// The stored users with a number of bob's that is none.
  std::string users_without_bobs_number() {
    std::string users = stored("users");
    const std::size_t number = users.find("10001");
    return users.replace(number, 5, "\"10001\"");
  }
  bool is_told(const std::string& part) {
    const auto has = [&](const Error& error) {
      return error.message.contains(part) && !error.hint.empty();
    };
    return std::ranges::any_of(cluster_->people().damaged(), has) ||
           std::ranges::any_of(cluster_->lost(), has);
  }
  void install_extension();
  void write_notes();
  std::string nodes_plan() { return cluster_->node_plans().text_of(provisioning::Node()); }
  static bool has_accounts(const plan::Plan& plan) {
    return std::ranges::any_of(plan.steps, [](const plan::Step& step) {
      return std::holds_alternative<plan::EnsureUser>(step);
    });
  }
  static bool is_conflict(const auto& result) {
    return !result && result.error().kind == ErrorKind::conflict;
  }
};

TEST_F(DamagedDocuments, users_that_cannot_be_read_are_those_whom_machines_have) {
  const plan::Plan head = cluster_->head_plan();
  const std::string node = nodes_plan();
  for (const std::string users : {"", "{", "[]", "{}", R"({"schema":1,"users":7,"retired":[]})"}) {
    open_with("users", users);
    EXPECT_EQ(cluster_->head_plan(), head) << users;
    EXPECT_EQ(nodes_plan(), node) << users;
    EXPECT_TRUE(is_told("the users of the cluster cannot be read: ")) << users;
    EXPECT_FALSE(cluster_->people().add({.name = "eve"}));
    EXPECT_FALSE(cluster_->people().change({.name = "ada", .full_name = "Ada"},
                                           hpc::UserTable::NoKeys::keep_the_old));
    EXPECT_FALSE(cluster_->people().remove("ada"));
    EXPECT_EQ(stored("users"), users) << "somebody may still mend it";
    EXPECT_FALSE(cluster_->publisher().publish());
    EXPECT_EQ(cluster_->head_plan(), head) << "again and again";
  }
}

TEST_F(DamagedDocuments, users_that_cannot_be_read_are_made_anew_when_somebody_says_so) {
  EXPECT_TRUE(is_conflict(cluster_->people().rebuild())) << "they can be read";
  const plan::Plan head = cluster_->head_plan();
  open_with("users", R"({"schema":99})");
  EXPECT_TRUE(is_conflict(cluster_->people().rebuild())) << "a newer version can read them";
  open_with("users", "{");
  ASSERT_TRUE(cluster_->people().rebuild());
  EXPECT_EQ(cluster_->head_plan(), head);
  EXPECT_EQ(stored("setting/users", "damaged"), "{");
  EXPECT_FALSE(is_told("cannot be read"));
  EXPECT_TRUE(cluster_->people().add({.name = "eve"}));
  open();
  EXPECT_EQ(cluster_->people().users().find("bob")->uid, 10001U);
  EXPECT_TRUE(cluster_->people().damaged().empty());
}

TEST_F(DamagedDocuments, users_whom_nobody_knows_are_in_no_plan_and_nobody_loses_an_account) {
  ASSERT_TRUE(os::remove_tree(state() + "/head-plan.json"));
  open_with("users", "{");
  EXPECT_FALSE(has_accounts(cluster_->head_plan()));
  EXPECT_FALSE(nodes_plan().contains(R"("step":"user")"));
  EXPECT_TRUE(is_told("nodes that boot have none"));
  EXPECT_TRUE(is_conflict(cluster_->people().rebuild()));
  EXPECT_FALSE(cluster_->publisher().publish());
  EXPECT_NE(read("head-plan.json"), "missing") << "all else of the plan goes on";
  open();
  EXPECT_FALSE(has_accounts(cluster_->head_plan())) << "that plan tells of nobody";
  EXPECT_EQ(stored("users"), "{");
}

TEST_F(DamagedDocuments, the_plan_of_another_cluster_tells_nothing_of_users) {
  ASSERT_TRUE(os::write_file(state() + "/secrets/slurm.key", std::string(1024, 'a')));
  open_with("users", "{");
  EXPECT_FALSE(has_accounts(cluster_->head_plan())) << "a backup was restored here";
}

TEST_F(DamagedDocuments, one_entry_that_cannot_be_read_costs_nobody_an_account) {
  const plan::Plan head = cluster_->head_plan();
  open_with("users", users_without_bobs_number());
  EXPECT_EQ(cluster_->head_plan(), head);
  EXPECT_TRUE(is_told("the stored entry of user 'bob' cannot be read: member 'uid'"));
  EXPECT_TRUE(cluster_->lost().empty());
  ASSERT_TRUE(cluster_->people().add({.name = "eve"})) << "the others go on";
  EXPECT_TRUE(stored("users").contains(R"("uid":"10001")")) << stored("users");
  EXPECT_TRUE(is_conflict(cluster_->people().change({.name = "bob", .full_name = "Bob"},
                                                    hpc::UserTable::NoKeys::keep_the_old)));
  ASSERT_TRUE(cluster_->people().remove("bob"));
  EXPECT_EQ(cluster_->people().add({.name = "bob"})->user.uid, 10001U);
  EXPECT_FALSE(is_told("cannot be read"));
  open();
  EXPECT_FALSE(is_told("cannot be read"));
  EXPECT_EQ(cluster_->people().users().find("eve")->uid, 10002U);
}

TEST_F(DamagedDocuments, an_entry_that_cannot_be_read_keeps_cluster_yaml_from_making_another) {
  write_spec(std::string(kSpec) + "users:\n  - name: bob\n    uid: 20000\n");
  open_with("users", users_without_bobs_number());
  EXPECT_EQ(cluster_->people().users().find("bob")->uid, 10001U);
  EXPECT_TRUE(stored("users").contains(R"("uid":"10001")")) << stored("users");
  ASSERT_FALSE(cluster_->people().refused().empty());
  EXPECT_TRUE(cluster_->people().refused().front().message.contains("'bob'"));
}

TEST_F(DamagedDocuments, of_a_newer_version_are_never_overwritten) {
  const std::string newer = R"({"schema":99})";
  const plan::Plan head = cluster_->head_plan();
  for (const char* const key : {"spec-users", "dhcp", "adoption", "users"}) {
    open_with(key, newer);
    EXPECT_TRUE(is_told(std::format("the document '{}' has schema 99", key)));
  }
  write_spec(std::string(kSpec) + "users:\n  - name: eve\n");
  open();
  EXPECT_EQ(cluster_->head_plan(), head) << "nobody is new, and nobody left";
  const auto refused = cluster_->people().add({.name = "zoe"});
  EXPECT_TRUE(is_conflict(refused));
  EXPECT_TRUE(refused.error().hint.contains("'muster restore FILE'")) << refused.error().hint;
  EXPECT_TRUE(is_conflict(cluster_->dhcp().decide(provisioning::DhcpMode::proxy)));
  EXPECT_TRUE(is_conflict(cluster_->adoption().decide(provisioning::Policy::closed, 0)));
  cluster_->tick();
  for (const char* const key : {"users", "spec-users", "dhcp", "adoption"}) {
    EXPECT_EQ(stored(key), newer) << key;
  }
}

TEST_F(DamagedDocuments, decisions_that_cannot_be_read_are_put_aside_and_told) {
  for (const char* const key : {"dhcp", "adoption"}) {
    open_with(key, "{");
    EXPECT_TRUE(is_told(std::format("the document '{}' is damaged", key)));
    EXPECT_EQ(stored(std::string("setting/") + key, "damaged"), "{");
  }
  EXPECT_TRUE(cluster_->dhcp().decide(provisioning::DhcpMode::proxy));
  EXPECT_TRUE(cluster_->adoption().decide(provisioning::Policy::closed, 0));
  open();
  EXPECT_EQ(cluster_->dhcp().mode(), provisioning::DhcpMode::proxy);
  EXPECT_EQ(cluster_->registry().discovery().policy(cluster_->now_ms()),
            provisioning::Policy::closed);
  EXPECT_TRUE(cluster_->lost().empty());
}

TEST_F(DamagedDocuments, a_decision_of_the_first_version_holds) {
  open_with("dhcp", "\"proxy\"");
  EXPECT_EQ(cluster_->dhcp().mode(), provisioning::DhcpMode::proxy);
}

TEST_F(DamagedDocuments, a_key_that_was_revoked_does_not_come_back_with_cluster_yaml) {
  write_spec(std::format("{}users:\n  - name: carol\n    ssh_keys: ['{}']\n", kSpec, kKey));
  open();
  ASSERT_EQ(cluster_->people().users().find("carol")->ssh_keys.size(), 1U);
  ASSERT_TRUE(cluster_->people().change({.name = "carol"}, hpc::UserTable::NoKeys::take_away));
  open_with("spec-users", "{");
  EXPECT_TRUE(is_told("the document 'spec-users' is damaged"));
  EXPECT_TRUE(cluster_->people().users().find("carol")->ssh_keys.empty());
  open();
  EXPECT_TRUE(cluster_->people().users().find("carol")->ssh_keys.empty())
      << "at the next start, too";
  EXPECT_TRUE(cluster_->lost().empty());
}

TEST_F(DamagedDocuments, who_was_removed_does_not_come_back_with_cluster_yaml) {
  write_spec(std::string(kSpec) + "users:\n  - name: carol\n  - name: dora\n");
  open();
  ASSERT_TRUE(cluster_->people().remove("carol"));
  EXPECT_FALSE(cluster_->publisher().publish());
  const std::string whole = stored("users");
  open_with("users", "{");
  ASSERT_TRUE(cluster_->people().rebuild());
  open();
  EXPECT_FALSE(cluster_->people().users().find("carol")) << "the table was made anew";
  EXPECT_TRUE(cluster_->people().users().find("dora"));
  std::string nameless = whole;
  ASSERT_NE(nameless.find(R"("name":"carol")"), std::string::npos);
  open_with("users", nameless.replace(nameless.find(R"("name":"carol")"), 14, R"("name":{}     )"));
  EXPECT_FALSE(cluster_->people().users().find("carol")) << "that she left cannot be read";
  write_spec(std::string(kSpec) + "users:\n  - name: zoe\n");
  open();
  EXPECT_TRUE(cluster_->people().users().find("dora"));
}

TEST_F(DamagedDocuments, who_was_refused_and_then_added_by_hand_has_what_was_given_then) {
  write_spec(std::format("{}users:\n  - name: carol\n    uid: 10000\n    ssh_keys: ['{}']\n", kSpec,
                         kKey));
  open();
  ASSERT_FALSE(cluster_->people().users().find("carol")) << "ada has the number";
  EXPECT_FALSE(cluster_->people().refused().empty());
  ASSERT_TRUE(cluster_->people().add({.name = "carol"}));
  for (int start = 0; start < 2; ++start) {
    open();
    EXPECT_TRUE(cluster_->people().users().find("carol")->ssh_keys.empty());
  }
}

TEST_F(DamagedDocuments, without_a_table_the_people_of_cluster_yaml_are_new) {
  write_spec(std::string(kSpec) + "users:\n  - name: carol\n");
  open();
  ASSERT_TRUE(
      cluster_->store().commit({.changes = {{.kind = "setting", .key = "users", .value = {}}}}));
  open();
  EXPECT_TRUE(cluster_->people().users().find("carol"));
}

/// One that has no hook, and so nothing to answer.
void DamagedDocuments::install_extension() {
  const std::string hash(64, 'a');
  const std::string text = std::format(
      "schema: 1\nname: plain\nversion: 1.0.0\napi: 1\ntype: tool\nlanguage: shell\n"
      "summary: A test\nmaintainer: A <a@b.org>\nlicense: MIT\nhooks: []\n"
      "archive:\n  sha256: {}\n  size: 1\nfiles: []\n",
      hash);
  const extensions::Grant grant{
      .name = "plain", .version = {.numbers = {1, 0, 0}}, .specification = crypto::sha256(text)};
  const auto place = cluster_->settings().extensions / "plain";
  ASSERT_TRUE(os::write_file(place / grant.directory() / extensions::kSpecificationFile, text));
  ASSERT_TRUE(os::write_file(place / extensions::kGrantFile, extensions::render_grant(grant)));
  ASSERT_TRUE(cluster_->extensions().refresh("plain"));
  ASSERT_TRUE(cluster_->extensions().states().at(0).is_active);
}

/// As its hooks would have them written.
void DamagedDocuments::write_notes() {
  std::vector changes = {change_values("plain", {}, {{"key", nlohmann::json(7)}}).value()};
  changes.push_back({.kind = kExtensionHeardKind,
                     .key = "plain",
                     .value = render_heard(7),
                     .schema = kExtensionHeardDocument.schema()});
  changes.push_back(scheduler_change("plain", {{"Licenses", "matlab:4"}}));
  ASSERT_TRUE(cluster_->store().commit({.changes = changes}));
}

TEST_F(DamagedDocuments, all_that_the_store_has_is_of_a_kind_with_a_schema) {
  ASSERT_TRUE(cluster_->dhcp().decide(provisioning::DhcpMode::serve));
  ASSERT_TRUE(cluster_->adoption().decide(provisioning::Policy::open, 0));
  provisioning::Hardware hardware;
  hardware.macs = {*parse_mac("52:54:00:00:00:01")};
  ASSERT_TRUE(cluster_->registry().discovery().discover(hardware, {}, cluster_->now()).wait());
  run_a_command();
  write_spec(std::string(kSpec) + "users:\n  - name: eve\n");
  open();
  install_extension();
  ASSERT_TRUE(cluster_->extensions().set_disabled("plain", true));
  write_notes();
  const auto all = cluster_->store().changes_since(0).value();
  std::set<std::string> found;
  for (const state::Document& document : all->written) {
    const std::string name = document.kind == "setting" ? document.key : document.kind;
    found.insert(name);
    const auto kind =
        std::ranges::find(document_kinds(), name, [](const auto* each) { return each->name; });
    ASSERT_NE(kind, document_kinds().end()) << document.kind << " " << document.key;
    EXPECT_EQ(document.schema, (*kind)->schema()) << name;
  }
  EXPECT_EQ(found.size(), document_kinds().size());
}

}  // namespace
}  // namespace muster::control
