#include "provisioning/node_api.h"

#include <format>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "provisioning/protocol.h"
#include "tests/unit/provisioning/ask.h"

namespace muster::provisioning {
namespace {

using crypto::sha256;
using os::ServerRequest;

constexpr Now kToday = {.wall_ms = 1'800'000'000'000, .steady_ms = 1'000'000};

class NodeApiTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(directory_);
    auto authority = Authority::open(directory_->path(), "test");
    ASSERT_TRUE(authority) << authority.error().text();
    authority_ = std::make_unique<Authority>(std::move(*authority));
    auto ssh_authority = SshAuthority::open(directory_->path());
    ASSERT_TRUE(ssh_authority) << ssh_authority.error().text();
    ssh_authority_ = std::make_unique<SshAuthority>(std::move(*ssh_authority));
    auto registry = Registry::open(
        *store_,
        {.addresses = {{0x0A2A0101}, {0x0A2A0103}}, .image_of = [](const std::string& profile) {
           return reference(profile == "gpu" ? "cuda" : "compute");
         }});
    ASSERT_TRUE(registry);
    registry_ = std::move(*registry);
    registry_->discovery().set_policy(Policy::open, 0);
    api_ = api_with(boots());
  }

  std::unique_ptr<NodeApi> api_with(Boots boots) {
    return std::make_unique<NodeApi>(
        *registry_, *authority_, *ssh_authority_,
        NodeApiOptions{.head = {0x0A2A0001},
                       .boots = std::move(boots),
                       .plan_for = [](const Node&) { return std::string("{}"); },
                       .generation_for = [](const Node&) { return std::string("g"); },
                       .version = "0.1.0",
                       .cluster = "test",
                       .now = [] { return kToday; },
                       .is_there = [this](const KeptImage&) { return is_there_; }});
  }
  static std::string reference(const std::string& name) { return name + "@" + sha256(name); }
  /// Another image of that name, which nodes boot no more.
  static KeptImage former() {
    KeptImage kept{.image = {.name = "compute",
                             .layers = {{.path = "f", .size = {}, .sha256 = "former-layer"}}},
                   .id = sha256("former"),
                   .source = KeptImage::Source::added};
    return kept;
  }
  /// "default" boots the image compute; "gpu" boots another, with an argument of its own.
  static Boots boots() {
    std::map<std::string, Boot, std::less<>> boots;
    const auto file = [](const std::string& hash) {
      return Artefact{.path = "file-of-" + hash, .size = {}, .sha256 = hash};
    };
    const auto image = [&](const std::string& name) {
      return Image{.name = name,
                   .kernel = file("k"),
                   .initrd = file(name + "-initrd"),
                   .layers = {file(name + "-layer")}};
    };
    boots["default"] = {
        .image = image("compute"), .reference = reference("compute"), .arguments = {}};
    boots["gpu"] = {.image = image("cuda"), .reference = reference("cuda"), .arguments = {}};
    boots["gpu"].arguments.push_back(*KernelArgument::parse("nouveau.modeset=0"));
    std::vector<MicrocodeFile> microcode = {
        {.file = file("amd.img"), .vendor = "AuthenticAMD"},
        {.file = file("intel.img"), .vendor = "GenuineIntel"},
        {.file = file("amd-19.img"), .vendor = "AuthenticAMD", .processors = {{25, 1, 1}}}};
    return {
        std::move(boots), "default", {}, {.images = {former()}, .microcode = std::move(microcode)}};
  }
  os::ServerResponse get(const std::string& path, const std::string& mac) {
    return ask(*api_, {.method = "GET", .path = path, .query = {{"mac", mac}}});
  }
  os::ServerResponse post(const std::string& path, std::string body) {
    ServerRequest request{.method = "POST", .path = path, .body = std::move(body)};
    request.headers["x-muster-address"] = "10.42.0.100";
    return ask(*api_, request);
  }

  /// A node with the certificate "AB".
  Node enrolled() {
    const auto welcome =
        registry_->discovery()
            .discover({.macs = {*parse_mac("52:54:00:00:00:01")}}, {0x0A2A0064}, kToday)
            .wait();
    EXPECT_TRUE(welcome) << welcome.error().text();
    const auto issue = [](const Node&) { return Result<Credentials>({.serial = "AB"}); };
    const auto node = registry_->enrolment().enrol(welcome->token, kToday, issue).wait();
    EXPECT_TRUE(node) << node.error().text();
    return node.value_or(Node());
  }

  /// A node calls with the certificate of this serial number.
  os::ServerResponse call(const Node& node, const std::string& page, std::string body,
                          const std::string& serial = "AB") {
    ServerRequest request{.method = "POST", .path = "/node/v1/" + page, .body = std::move(body)};
    request.headers = {{"x-muster-address", "10.42.1.1"},
                       {"x-muster-verified", "SUCCESS"},
                       {"x-muster-node", "CN=" + node.id},
                       {"x-muster-serial", serial}};
    return ask(*api_, request);
  }

  bool is_there_ = true;
  Result<os::TemporaryDirectory> directory_ = os::TemporaryDirectory::make();
  std::unique_ptr<state::Store> store_ = state::make_memory_store();
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<SshAuthority> ssh_authority_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<NodeApi> api_;
};

TEST_F(NodeApiTest, a_report_of_half_a_million_lists_in_each_other_is_refused) {
  constexpr std::size_t kDepth = 500'000;
  const std::string deep = std::string(kDepth, '[') + std::string(kDepth, ']');
  EXPECT_EQ(post("/node/v1/discover", R"({"hardware":)" + deep + "}").status, 400);
  EXPECT_EQ(post("/node/v1/discover", R"({"hardware":{"macs":)" + deep + "}}").status, 400);
  EXPECT_EQ(post("/node/v1/stage", R"({"session":)" + deep + "}").status, 400);
  EXPECT_EQ(post("/node/v1/enrol", deep).status, 400);
}

TEST_F(NodeApiTest, a_good_report_is_answered_with_all_that_a_boot_needs) {
  const auto response = post("/node/v1/discover",
                             R"({"hardware":{"macs":["52:54:00:00:00:01"],"memory":2147483648}})");
  ASSERT_EQ(response.status, 200) << response.body;
  const auto answer = nlohmann::json::parse(response.body);
  EXPECT_EQ(answer.at("state"), "boot");
  EXPECT_EQ(answer.at("node").at("name"), "n001");
  EXPECT_TRUE(answer.at("token").get<std::string>().starts_with("v1." + authority_->fingerprint()));
}

TEST_F(NodeApiTest, a_node_boots_what_its_profile_says) {
  const std::string report = R"({"hardware":{"macs":["52:54:00:00:00:01"],"memory":2147483648}})";
  ASSERT_EQ(post("/node/v1/discover", report).status, 200);
  const std::vector<std::string> name = {"n001"};
  ASSERT_TRUE(registry_->node_decisions().set_profile(name, "gpu", kToday));
  const std::string ipxe = get("/boot/node.ipxe", "52:54:00:00:00:01").body;
  EXPECT_NE(ipxe.find("/blob/cuda-initrd"), std::string::npos) << ipxe;
  EXPECT_NE(ipxe.find(" nouveau.modeset=0"), std::string::npos) << ipxe;
  const std::string grub = get("/grub/node/52:54:00:00:00:01.cfg", "").body;
  EXPECT_NE(grub.find("/blob/cuda-initrd"), std::string::npos) << grub;
  EXPECT_NE(ipxe.find(" muster.profile=gpu"), std::string::npos) << ipxe;
  const auto answer = nlohmann::json::parse(post("/node/v1/discover", report).body);
  EXPECT_EQ(answer.at("image").at("name"), "cuda");
  EXPECT_EQ(registry_->find("n001")->booted_image, reference("cuda"));
  EXPECT_EQ(answer.at("image").at("reference"), reference("cuda"));
  EXPECT_TRUE(ipxe.contains(" muster.image=" + reference("cuda"))) << ipxe;
  // An agent of a version before hashes fetches this below /medium/.
  EXPECT_EQ(answer.at("image").at("layers").at(0).at("file"), "cuda-layer");
}

TEST_F(NodeApiTest, a_head_with_nothing_to_boot_lets_machines_wait) {
  api_ = api_with(Boots({}, ""));
  EXPECT_TRUE(get("/boot/node.ipxe", "52:54:00:00:00:01").body.contains("nothing to boot"));
  EXPECT_TRUE(get("/grub/node/52:54:00:00:00:01.cfg", "").body.contains("nothing to boot"));
  const auto response = post("/node/v1/discover",
                             R"({"hardware":{"macs":["52:54:00:00:00:01"],"memory":2147483648}})");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(nlohmann::json::parse(response.body).at("state"), "wait");
  EXPECT_TRUE(registry_->nodes().empty()) << "it becomes a node when it can boot as one";
}

TEST_F(NodeApiTest, kernel_and_image_of_one_boot_are_of_one_profile) {
  const std::string hardware = R"("hardware":{"macs":["52:54:00:00:00:01"],"memory":2147483648})";
  const auto discover = [&](const std::string& started_as) {
    const std::string body = "{" + hardware + R"(,"profile":")" + started_as + R"("})";
    return nlohmann::json::parse(post("/node/v1/discover", body).body).at("image").at("name");
  };
  EXPECT_EQ(discover("default"), "compute");
  const std::vector<std::string> name = {"n001"};
  // Decided after the kernel was started and before its discovery.
  ASSERT_TRUE(registry_->node_decisions().set_profile(name, "gpu", kToday));
  EXPECT_EQ(discover("default"), "compute");
  EXPECT_EQ(registry_->find("n001")->booted_profile, "default");
  EXPECT_EQ(registry_->find("n001")->profile, "gpu");
  EXPECT_EQ(discover("gpu"), "cuda");
  EXPECT_EQ(registry_->find("n001")->booted_profile, "gpu");
  EXPECT_EQ(discover("../../etc"), "cuda") << "a word that is no profile counts for nothing";
}

TEST_F(NodeApiTest, kernel_and_layers_of_one_boot_are_of_one_image) {
  const auto discover = [&](const std::string& image) {
    const std::string body =
        R"({"hardware":{"macs":["52:54:00:00:00:01"],"memory":2147483648},"image":")" + image +
        R"("})";
    return nlohmann::json::parse(post("/node/v1/discover", body).body).at("image");
  };
  // Another image was chosen after the kernel was started and before its discovery.
  EXPECT_EQ(discover(former().reference()).at("layers").at(0).at("sha256"), "former-layer");
  EXPECT_EQ(registry_->find("n001")->booted_image, former().reference());
  // It was removed since the daemon read the images.
  is_there_ = false;
  EXPECT_EQ(discover(former().reference()).at("reference"), reference("compute"));
  // One that is gone: the machine learns that it is answered with another.
  const auto gone = discover("compute@" + std::string(64, '0'));
  EXPECT_EQ(gone.at("reference"), reference("compute"));
  EXPECT_EQ(gone.at("layers").at(0).at("sha256"), "compute-layer");
  EXPECT_EQ(discover("../../etc").at("reference"), reference("compute"));
}

TEST_F(NodeApiTest, a_node_that_enrols_anew_is_known_by_the_image_that_it_runs) {
  Node node = enrolled();
  EXPECT_EQ(node.booted_image, reference("compute"));
  // The head started again meanwhile, and nodes boot another image by now.
  const std::string runs = "compute@" + std::string(64, '5');
  const auto welcome = registry_->discovery()
                           .discover({.macs = {*parse_mac("52:54:00:00:00:01")}}, {0x0A2A0101},
                                     {.wall_ms = kToday.wall_ms, .steady_ms = 2'000'000}, {}, runs)
                           .wait();
  ASSERT_TRUE(welcome) << welcome.error().text();
  EXPECT_EQ(registry_->find("n001")->booted_image, reference("compute")) << "anybody may say so";
  const Now later{.wall_ms = kToday.wall_ms, .steady_ms = 2'000'000};
  const auto issue = [](const Node&) { return Result<Credentials>({.serial = "CD"}); };
  const auto again = registry_->enrolment().enrol(welcome->token, later, issue).wait();
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->booted_image, runs);
}

TEST_F(NodeApiTest, who_is_unknown_or_lost_its_profile_boots_the_first) {
  const std::string unknown = get("/boot/node.ipxe", "52:54:00:00:00:09").body;
  EXPECT_NE(unknown.find("/blob/compute-initrd"), std::string::npos) << unknown;
  ASSERT_EQ(post("/node/v1/discover",
                 R"({"hardware":{"macs":["52:54:00:00:00:01"],"memory":2147483648}})")
                .status,
            200);
  const std::vector<std::string> name = {"n001"};
  ASSERT_TRUE(registry_->node_decisions().set_profile(name, "gone", kToday));
  const std::string lost = get("/boot/node.ipxe", "52:54:00:00:00:01").body;
  EXPECT_NE(lost.find("/blob/compute-initrd"), std::string::npos) << lost;
}

TEST_F(NodeApiTest, a_machine_loads_the_microcode_of_its_processor) {
  const auto report = [&](const std::string& vendor) {
    return post("/node/v1/discover",
                R"({"hardware":{"macs":["52:54:00:00:00:01"],"memory":2147483648,"processor":{)"
                R"("vendor":")" +
                    vendor + R"(","family":25,"model":1,"stepping":1,"name":"","microcode":""}}})")
        .status;
  };
  const auto script = [&] { return get("/boot/node.ipxe", "52:54:00:00:00:01").body; };
  EXPECT_NE(script().find("/blob/intel.img"), std::string::npos) << "nobody has seen it";
  ASSERT_EQ(report("AuthenticAMD"), 200);
  EXPECT_NE(script().find("http://10.42.0.1/blob/amd-19.img "), std::string::npos) << script();
  EXPECT_EQ(script().find("/blob/intel.img"), std::string::npos);
  ASSERT_EQ(report("HygonGenuine"), 200);
  EXPECT_EQ(script().find("microcode.img"), std::string::npos) << "the medium has none for it";
}

TEST_F(NodeApiTest, pages_of_enrolled_nodes_are_closed_to_others) {
  for (const char* page : {"plan", "report", "heartbeat", "renew", "nonsense"}) {
    EXPECT_EQ(post(std::string("/node/v1/") + page, "{}").status, 401) << page;
  }
}

/// A key that no machine has.
constexpr const char* kHostKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f root@n001";

TEST_F(NodeApiTest, a_node_that_enrols_has_its_host_key_certified) {
  const auto welcome = nlohmann::json::parse(
      post("/node/v1/discover", R"({"hardware": {"macs": ["52:54:00:00:00:01"]}})").body);
  const auto enrol = [&](const std::string& key) {
    const nlohmann::json body = {{"token", welcome["token"]},
                                 {"request", make_request().value().request},
                                 {"ssh_host_key", key}};
    return post("/node/v1/enrol", body.dump()).status;
  };
  ASSERT_EQ(enrol(kHostKey), 200);
  const std::string certificate = registry_->find("n001")->ssh_certificate;
  EXPECT_TRUE(certificate.starts_with("ssh-ed25519-cert-v01@openssh.com ")) << certificate;
  EXPECT_TRUE(certificate.ends_with(" n001\n")) << certificate;
}

TEST_F(NodeApiTest, a_host_key_that_is_none_is_refused_and_one_that_is_missing_is_not) {
  for (const auto& [key, status] : {std::pair{"ssh-rsa AAAA", 400}, std::pair{"", 200}}) {
    registry_->discovery().set_policy(Policy::open, 0);
    const std::string mac = std::format("52:54:00:00:00:{:02x}", status / 100);
    const auto welcome = nlohmann::json::parse(
        post("/node/v1/discover", R"({"hardware": {"macs": [")" + mac + R"("]}})").body);
    const nlohmann::json body = {{"token", welcome["token"]},
                                 {"request", make_request().value().request},
                                 {"ssh_host_key", key}};
    EXPECT_EQ(post("/node/v1/enrol", body.dump()).status, status) << key;
  }
}

TEST_F(NodeApiTest, a_machine_with_too_much_of_everything_is_still_a_node) {
  nlohmann::json hardware = {{"uuid", "72acb10d-0e86-8048-a1ac-8c34c7b17ccd"},
                             {"macs", {"52:54:00:00:00:01", "not an address"}},
                             {"memory", 2147483648},
                             {"sockets", 0}};
  for (int i = 0; i < 5000; ++i) {
    hardware["disks"].push_back({{"name", std::format("sd{}", i)}, {"size", 512}});
    hardware["accelerators"].push_back(
        {{"address", std::format("0000:{:02x}:{:02x}.0", i / 32, i % 32)},
         {"vendor", "10de"},
         {"device", "20b2"},
         {"class", "0302"}});
  }
  const nlohmann::json report = {{"hardware", hardware}};
  ASSERT_EQ(post("/node/v1/discover", report.dump()).status, 200);
  const auto node = registry_->find("n001");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->hardware.uuid, "72acb10d-0e86-8048-a1ac-8c34c7b17ccd");
  EXPECT_EQ(describe(node->hardware.left_out),
            "1 network card, 4488 disks, 4936 accelerators, 1 value left out");
}

TEST_F(NodeApiTest, a_running_node_tells_of_its_accelerators) {
  const Node node = enrolled();
  const std::string body = R"({"stage":"ready","generation":"g","accelerators":[
    {"address":"0000:3b:00.0","vendor":"10de","device":"20b2","class":"0302","driver":"nvidia",
     "files":["/dev/nvidia0","/dev/sda"]},
    {"address":"nowhere","vendor":"10de"}]})";
  EXPECT_EQ(call(node, "report", body).status, 200);
  const auto cards = registry_->find("n001")->hardware.accelerators;
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].driver, (AcceleratorDriver{.name = "nvidia", .files = {"/dev/nvidia0"}}));
  EXPECT_EQ(registry_->find("n001")->hardware.left_out.accelerators, 1U) << "and it is told";
}

TEST_F(NodeApiTest, a_heartbeat_that_says_it_holds_the_plan_makes_a_node_ready) {
  const Node node = enrolled();
  ASSERT_EQ(call(node, "heartbeat", R"({"holds":"another"})").status, 200);
  EXPECT_NE(registry_->find("n001")->state, NodeState::ready);
  const auto answer = parse_heartbeat_answer(call(node, "heartbeat", R"({"holds":"g"})").body);
  EXPECT_EQ(answer, (HeartbeatAnswer{.generation = "g"}));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
}

TEST_F(NodeApiTest, heartbeats_of_agents_of_other_versions_are_taken_and_told_of_once) {
  const Node node = enrolled();
  for (const char* body : {"{}", R"({"holds":"g","version":"9.9.9","schema":7,"steps":["bond"]})",
                           R"({"load":[1,{"a":2}]})",
                           R"({"holds":"g","version":"9.9.9","schema":7,"steps":["bond"]})"}) {
    EXPECT_EQ(call(node, "heartbeat", body).status, 200) << body;
  }
  std::string told;
  const auto events = store_->events(node.id, 100);
  for (const auto& event : events.value()) {
    if (event.kind == "version") told += event.text + "\n";
  }
  EXPECT_EQ(told,
            std::format("its agent is of version 9.9.9, and the head of version 0.1.0; it "
                        "reads plans of schema 7, and the head makes schema {}; boot the node "
                        "again to give it the head's version\n",
                        plan::kSchema));
}

TEST_F(NodeApiTest, a_body_that_is_no_message_is_the_senders_fault_and_changes_nothing) {
  const Node node = enrolled();
  const Node before = *registry_->find("n001");
  for (const char* page : {"heartbeat", "report", "renew"}) {
    for (const char* body : {"", "[]", "{", R"({"stage":7,"holds":7})",
                             R"({"stage":"ready","stage":"plan","holds":"g","holds":"h"})"}) {
      EXPECT_EQ(call(node, page, body).status, 400) << page << " " << body;
    }
  }
  EXPECT_EQ(*registry_->find("n001"), before);
}

TEST_F(NodeApiTest, a_failure_of_any_length_is_a_failure) {
  const std::string body =
      R"({"stage":"plan","generation":"g","failure":")" + std::string(100'000, 'a') + "\"}";
  ASSERT_EQ(call(enrolled(), "report", body).status, 200);
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  EXPECT_TRUE(registry_->find("n001")->reason.starts_with(std::string(4000, 'a')));
}

TEST_F(NodeApiTest, only_a_certificate_that_is_not_the_nodes_is_taken_from_the_sender) {
  const Node node = enrolled();
  const auto refused = [&](const os::ServerResponse& response) {
    const auto refusal = parse_refusal(response.body);
    EXPECT_TRUE(refusal) << response.body;
    return refusal.value_or(Refusal()).refused;
  };
  EXPECT_EQ(refused(call(node, "heartbeat", "{}", "CD")), Refused::certificate);
  EXPECT_EQ(refused(call(node, "heartbeat", "nonsense")), Refused::nothing);
  EXPECT_EQ(refused(call(node, "renew", R"({"request":"nonsense"})")), Refused::nothing);
  EXPECT_EQ(refused(call(node, "nothing", "{}")), Refused::nothing);
  EXPECT_EQ(refused(post("/node/v1/heartbeat", "{}")), Refused::nothing) << "no certificate at all";
}

}  // namespace
}  // namespace muster::provisioning
