// Documents that any version wrote are read: tests/golden/documents has a sample of each schema,
// and its README says how a new schema gets one.

#include <cstdlib>
#include <filesystem>
#include <format>
#include <gtest/gtest.h>
#include <map>

#include "control/adoption.h"
#include "control/extension_notes.h"
#include "control/extensions.h"
#include "control/setting_documents.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "hpc/users.h"
#include "operations/operation_document.h"
#include "provisioning/node_documents.h"

namespace muster::control {
namespace {

using nlohmann::json;
using provisioning::Node;

const std::filesystem::path kSamples = MUSTER_SOURCE "/tests/golden/documents";
constexpr auto kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada@desk";
constexpr auto kBoot = "0b1f2c3d-0000-4000-8000-000000000002";

/// Documents by the names of their kinds.
using Documents = std::map<std::string, std::string, std::less<>>;

std::string read_sample(const std::string& file) {
  return os::read_file(kSamples / file).value_or("missing");
}

std::vector<std::string> sample_files() {
  std::vector<std::string> files = os::list_directory(kSamples).value();
  std::erase(files, "README.md");
  return files;
}

/// What the newest samples say. Every member has a value that is not its default.
Node sample_node() {
  Node node{
      {.name = "n001", .address = {0x0A2A0101}, .profile = "gpu"},
      {.booted_profile = "default",
       .booted_image = "compute@5b3f0de6b34fca50f0c3a79a5c1b8e0d6f3aefc2e8a1b7d4c9e0f1a2b3c4d5e6",
       .state = provisioning::NodeState::failed,
       .stage = "plan",
       .reason = "no plan yet",
       .progress = 40,
       .generation = "1f0c5ab2-n001",
       .agent_note = "an agent of version 0.1.0",
       .drift = "write /etc/hosts",
       .drifts = 2,
       .seen_ms = 1790000002000,
       .ready_ms = 1790000001000,
       .returned_ms = 1790000004000},
      {.certificate_serial = "01AB",
       .offered_serial = "02CD",
       .ssh_certificate = "ssh-ed25519-cert-v01@openssh.com AAAA n001\n"}};
  node.reboot = provisioning::RebootWish{.id = "6b1f90c2a7d4e835", .asked_ms = 1790000003000};
  node.hardware = {.uuid = "72acb10d-0000-4000-8000-000000000001",
                   .serial = "S1",
                   .vendor = "Dell Inc.",
                   .product = "R650",
                   .firmware = "uefi",
                   .secure_boot = true,
                   .macs = {*parse_mac("52:54:00:00:00:01"), *parse_mac("52:54:00:00:00:02")},
                   .topology = provisioning::CpuTopology{2, 16, 2},
                   .processor = provisioning::Processor{.vendor = "GenuineIntel",
                                                        .family = 6,
                                                        .model = 143,
                                                        .stepping = 8,
                                                        .name = "Xeon Gold 6430",
                                                        .microcode = "0x2b000590"},
                   .memory = Bytes{274877906944},
                   .disks = {{.name = "sda", .size = Bytes{480103981056}, .model = "PM893"}},
                   .lldp = provisioning::LldpNeighbour{.system = "switch1", .port = "Gi1/0/7"},
                   .left_out = {.disks = 3}};
  provisioning::Accelerator card{.address = "0000:3b:00.0",
                                 .vendor = 0x10de,
                                 .device = 0x20b5,
                                 .pci_class = 0x0302,
                                 .numa_node = 1};
  card.driver = provisioning::AcceleratorDriver{.name = "nvidia", .files = {"/dev/nvidia0"}};
  node.hardware.accelerators = {card};
  return node;
}

hpc::UserTable sample_users() {
  hpc::UserTable table;
  EXPECT_TRUE(table.add({.name = "ada", .full_name = "Ada L", .ssh_keys = {kKey}}));
  EXPECT_TRUE(table.add({.name = "bob", .uid = 20000}));
  EXPECT_TRUE(table.remove("bob"));
  return table;
}

operations::Operation sample_operation() {
  using operations::PartState;
  operations::Operation operation{.id = "6b1f90c2a7d4e835",
                                  .kind = "reboot",
                                  .words = {"drain"},
                                  .timeout_s = 604800,
                                  .at_once = 4,
                                  .retries = 2,
                                  .deadline_ms = 1790000066000,
                                  .by = "ada",
                                  .is_cancelled = true,
                                  .begun_ms = 1790000006000,
                                  .ended_ms = 1790000007000};
  operation.parts["a1"] = {.node = "n001",
                           .state = PartState::failed,
                           .boot = "b1",
                           .note = "went down and did not come back ready",
                           .leaves = true,
                           .is_back = true,
                           .status = 3,
                           .signal = 9,
                           .out = std::string(64, 'a'),
                           .err = std::string(64, 'b'),
                           .dropped = 12};
  operation.parts["a2"] = {.node = "n002", .state = PartState::cancelled};
  operation.reason = "new kernel";
  operation.outputs = {{std::string(64, 'a'), 7}, {std::string(64, 'b'), 9}};
  return operation;
}

Documents nodes_documents(const Node& node) {
  Documents documents;
  for (const std::string_view kind : provisioning::kNodeKinds) {
    documents[std::string(kind)] = provisioning::render_document(node, kind);
  }
  return documents;
}

/// All that the present code writes.
Documents present() {
  Documents documents = nodes_documents(sample_node());
  documents["users"] = sample_users().to_json();
  documents["spec-users"] = render_digests({{"ada", "c0ffee"}, {"schema", "0ff1ce"}});
  documents["dhcp"] = render_dhcp_decision({.mode = provisioning::DhcpMode::proxy, .boot = kBoot});
  documents["adoption"] = render_adoption({.policy = provisioning::Policy::open,
                                           .until_ms = 1790000005000,
                                           .boot = kBoot,
                                           .wanted = "0 1800000"});
  documents["operation"] = operations::render_operation(sample_operation());
  documents["operation-output"] = operations::render_output("6.12.57\nü\n");
  documents["extension"] = render_configured(
      {.specification = std::string(64, 'a'),
       .input = std::string(64, 'b'),
       .steps = {.on_nodes = {.steps = {plan::WriteFile{.path = "/etc/motd",
                                                        .content = "Welcome.\n",
                                                        .mode = 0600,
                                                        .owner = "ada",
                                                        .group = "users",
                                                        .secrecy = plan::Secrecy::secret}}},
                 .on_profiles = {{"gpu", {.steps = {plan::MakeDirectory{.path = "/srv/gpu"}}}}},
                 .on_head = {.steps = {plan::Service{.unit = "motd.service"}}},
                 .in_scheduler = {{"Licenses", "matlab:4"}}}});
  documents["extension-settings"] =
      render_extension_settings({.choices = {{"greeting", "Hello\nü"}}, .is_disabled = true});
  documents["extension-heard"] = render_heard(4711);
  documents["extension-scheduler"] = render_in_scheduler({{"Licenses", "matlab:4"}});
  documents["extension-values"] = render_values({{"rooms", {1, 2.5, "ü"}}, {"last", 7}});
  return documents;
}

/// What the present code writes of a document that it read.
Result<Documents> read_again(const std::string& kind, const std::string& text) {
  if (kind.starts_with("node")) {
    Node node;
    TRY(provisioning::read_document(node, kind, text));
    Documents all = nodes_documents(node);
    // Schema 1 was the whole node.
    if (!json::parse(text).contains("schema")) return all;
    return Documents{{kind, all[kind]}};
  }
  if (kind == "users") {
    TRY_ASSIGN(const hpc::UserTable table, hpc::UserTable::parse(text));
    EXPECT_TRUE(table.damaged().empty());
    return Documents{{kind, table.to_json()}};
  }
  if (kind == "spec-users") {
    TRY_ASSIGN(const plans::Digests digests, parse_digests(text));
    return Documents{{kind, render_digests(digests)}};
  }
  if (kind == "dhcp") {
    TRY_ASSIGN(const DhcpDecision decision, parse_dhcp_decision(text));
    return Documents{{kind, render_dhcp_decision(decision)}};
  }
  if (kind == "adoption") {
    TRY_ASSIGN(const AdoptionRecord record, parse_adoption(text));
    return Documents{{kind, render_adoption(record)}};
  }
  if (kind == "operation") {
    TRY_ASSIGN(const auto operation, operations::parse_operation("6b1f90c2a7d4e835", text, {}));
    return Documents{{kind, operations::render_operation(operation)}};
  }
  if (kind == "operation-output") {
    TRY_ASSIGN(const std::string output, operations::parse_output(text));
    return Documents{{kind, operations::render_output(output)}};
  }
  if (kind == "extension") {
    TRY_ASSIGN(const Configured configured, parse_configured(text));
    return Documents{{kind, render_configured(configured)}};
  }
  if (kind == "extension-settings") {
    TRY_ASSIGN(const ExtensionSettings settings, parse_extension_settings(text));
    return Documents{{kind, render_extension_settings(settings)}};
  }
  if (kind == "extension-heard") {
    TRY_ASSIGN(const std::uint64_t event, parse_heard(text));
    return Documents{{kind, render_heard(event)}};
  }
  if (kind == "extension-scheduler") {
    TRY_ASSIGN(const hpc::OtherSettings settings, parse_in_scheduler(text));
    return Documents{{kind, render_in_scheduler(settings)}};
  }
  if (kind == "extension-values") {
    TRY_ASSIGN(const Values values, parse_values(text));
    return Documents{{kind, render_values(values)}};
  }
  return fail("no such kind");
}

/// What a sample of an earlier schema lacks of the newest one's document, as a merge patch
/// (RFC 7396).
json lacks(const std::string& file, const std::string& kind) {
  static const std::map<std::pair<std::string, std::string>, json> kLacks = {
      {{"node.1.first.json", "node"}, {{"reboot", nullptr}}},
      {{"node.1.first.json", "node-observed"},
       {{"booted_profile", ""},
        {"booted_image", ""},
        {"agent_note", ""},
        {"drift", ""},
        {"drifts", 0},
        {"returned_ms", 0},
        {"hardware", {{"accelerators", nullptr}, {"processor", nullptr}, {"left_out", nullptr}}}}},
      {{"node.1.first.json", "node-identity"}, {{"offered_serial", ""}, {"ssh_certificate", ""}}},
      {{"node.1.last.json", "node-observed"}, {{"booted_image", ""}, {"agent_note", ""}}},
      {{"node-observed.2.json", "node-observed"}, {{"booted_image", ""}}},
      {{"operation.1.json", "operation"}, {{"retries", 0}, {"deadline_ms", 0}}},
      {{"extension.1.json", "extension"},
       {{"head", json::array()},
        {"profiles", {{"gpu", nullptr}}},
        {"scheduler", {{"Licenses", nullptr}}}}},
      {{"extension.2.json", "extension"},
       {{"profiles", {{"gpu", nullptr}}}, {"scheduler", {{"Licenses", nullptr}}}}},
      {{"extension.3.json", "extension"}, {{"scheduler", {{"Licenses", nullptr}}}}},
      {{"dhcp.1.word.json", "dhcp"}, {{"boot", ""}}}};
  const auto found = kLacks.find({file, kind});
  return found == kLacks.end() ? json::object() : found->second;
}

std::string newest_sample(std::string_view kind) {
  for (const muster::json::DocumentKind* const each : document_kinds()) {
    if (each->name == kind) return std::format("{}.{}.json", kind, each->schema());
  }
  return "no such kind";
}

TEST(StoredDocuments, of_every_kind_are_written_as_their_newest_sample) {
  const Documents documents = present();
  ASSERT_EQ(documents.size(), document_kinds().size());
  for (const auto& [kind, text] : documents) {
    const std::string file = newest_sample(kind);
    const std::string shown = json::parse(text).dump(1) + "\n";
    if (std::getenv("MUSTER_RENEW_GOLDEN") != nullptr && os::is_missing(kSamples / file)) {
      ASSERT_TRUE(os::write_file(kSamples / file, shown));
    }
    EXPECT_EQ(shown, read_sample(file))
        << "the form of '" << kind << "' is another: tests/golden/documents/README.md";
  }
}

TEST(StoredDocuments, of_every_schema_are_read) {
  for (const std::string& file : sample_files()) {
    const std::string kind = split(file, '.').front();
    const auto read = read_again(kind, read_sample(file));
    ASSERT_TRUE(read) << file << ": " << read.error().text();
    for (const auto& [name, text] : *read) {
      json expected = json::parse(read_sample(newest_sample(name)));
      const json patch = lacks(file, name);
      expected.merge_patch(patch);
      // A patch takes away what is null; the document says that there is none.
      if (patch.contains("reboot")) expected["reboot"] = nullptr;
      EXPECT_EQ(json::parse(text), expected) << file;
    }
  }
}

TEST(StoredDocuments, have_a_sample_of_every_schema_and_no_other) {
  std::map<std::string, int> samples;
  for (const std::string& file : sample_files()) {
    const std::vector<std::string> parts = split(file, '.');
    ASSERT_GT(parts.size(), 2U) << file;
    ++samples[parts[0] + "." + parts[1]];
  }
  for (const muster::json::DocumentKind* const kind : document_kinds()) {
    for (int schema = kind->first_schema; schema <= kind->schema(); ++schema) {
      EXPECT_EQ(samples.erase(std::format("{}.{}", kind->name, schema)), 1U)
          << kind->name << " " << schema;
    }
  }
  EXPECT_TRUE(samples.empty()) << samples.begin()->first;
}

TEST(StoredDocuments, of_a_newer_version_say_which_and_what_to_do) {
  for (const muster::json::DocumentKind* const kind : document_kinds()) {
    json value = json::parse(read_sample(newest_sample(kind->name)));
    value["schema"] = kind->schema() + 1;
    const auto read = read_again(std::string(kind->name), value.dump());
    ASSERT_FALSE(read) << kind->name;
    EXPECT_EQ(read.error().kind, ErrorKind::conflict);
    EXPECT_EQ(read.error().message,
              std::format("the document '{}' has schema {}, and this version of Muster knows "
                          "schemas up to {}",
                          kind->name, kind->schema() + 1, kind->schema()));
    EXPECT_TRUE(read.error().hint.contains("'muster restore FILE'")) << read.error().hint;
  }
}

TEST(StoredDocuments, that_are_damaged_are_refused) {
  for (const muster::json::DocumentKind* const kind : document_kinds()) {
    std::vector<std::string> texts = {
        "", "{", "[]", "3", R"({"schema":0})", R"({"schema":-1})", R"({"a":1,"a":2})"};
    texts.push_back(json{{"schema", kind->schema()}}.dump());
    // Digests of schema 1 were a member for each person.
    const bool is_digests = kind == &kSpecUsersDocument;
    texts.emplace_back(is_digests ? R"({"ada":7})" : R"({"schema":"1"})");
    texts.emplace_back(is_digests ? R"({"schema":null})" : "{}");
    for (const std::string& text : texts) {
      const auto read = read_again(std::string(kind->name), text);
      ASSERT_FALSE(read) << kind->name << ": " << text;
      EXPECT_EQ(read.error().kind, ErrorKind::invalid) << kind->name << ": " << text;
    }
  }
}

}  // namespace
}  // namespace muster::control
